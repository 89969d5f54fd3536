"""The runs of one exercise as pictures, as numbers: in full, and small for a row of a table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate, groupby
from math import ceil

from backroad.pages.past import Past, Run
from backroad.pages.wording import counted, day_text, short_day

WIDTH, HEIGHT = 600, 120
MOST_BARS = 60
MOST_LABELS = 6
SPARK_HEIGHT, SPARK_BARS = 24, 40
LOWEST = 3  # a run in which nothing passed is seen all the same
MOST_ROWS = 30
SHARES = {"green": 1.0, "red": 0.7, "wait": 0.4}


@dataclass(frozen=True)
class Bar:
    """Some runs: place and size in the units of the picture, and what it says in words."""

    x: float
    y: float
    width: float
    height: float
    look: str
    words: str


@dataclass(frozen=True)
class Mark:
    """A word or a sign below the picture."""

    x: float
    text: str


@dataclass(frozen=True)
class DayRow:
    """The runs of one day, for the table beside the picture."""

    day: str
    runs: int
    best: int
    of: int
    hints: int
    is_green: bool


@dataclass(frozen=True)
class Attempts:
    """The runs of one exercise over time, in their order; a new day begins where a label stands."""

    most: int
    bars: tuple[Bar, ...]
    days: tuple[Mark, ...]
    lines: tuple[float, ...]
    hints: tuple[Mark, ...]
    first_green: float | None
    words: str
    rows: tuple[DayRow, ...]
    left_out: int


def attempts(past: Past, today: date) -> Attempts:
    """Return the picture of an exercise's runs; many runs share a bar."""
    bins = list(shared(past.runs, MOST_BARS))
    numbers = [1, *accumulate(map(len, bins), initial=1)][1:-1] if bins else []
    step = WIDTH / max(len(bins), 12)
    most = max(past.most, 1)
    starts = [place for place, runs in enumerate(bins) if _begins_day(bins, place)]
    shown = starts[:: ceil(len(starts) / MOST_LABELS)] if starts else []
    green = next((place for place, runs in enumerate(bins) if any(run.is_green for run in runs)), None)
    rows = list(_day_rows(past, today))
    return Attempts(
        most=past.most,
        bars=tuple(
            _bar(runs, number, place * step, step, most, today)
            for place, (runs, number) in enumerate(zip(bins, numbers, strict=True))
        ),
        days=tuple(
            Mark(round(place * step, 1), short_day(bins[place][0].at)) for place in _apart(shown, step)
        ),
        lines=tuple(round(place * step, 1) for place in starts[1:]),
        hints=tuple(_hints(past, bins, step)),
        first_green=None if green is None else round((green + 0.5) * step, 1),
        words=story(past, today),
        rows=tuple(rows[:MOST_ROWS]),
        left_out=max(len(rows) - MOST_ROWS, 0),
    )


def story(past: Past, today: date) -> str:
    """Return what a picture of runs shows, in a sentence or two."""
    if not past.runs:
        return "No run yet."
    first, last = past.runs[0].at.date(), past.runs[-1].at.date()
    days = f"on {day_text(first, today)}"
    if first != last:
        days = f"from {day_text(first, today)} to {day_text(last, today)}"
    said = f"{counted(len(past.runs), 'run')} {days}, with up to {past.best} of {past.most} checks green."
    if past.first_green:
        said += f" All core checks were green at run {past.tries}, on {day_text(past.first_green, today)}."
    return said


@dataclass(frozen=True)
class Spark:
    """The runs of an exercise in a row of a table: strokes upwards, one path for each look."""

    width: int
    paths: Mapping[str, str]


def spark(past: Past) -> Spark:
    """Return the small picture of an exercise's runs; its strokes are ten units apart."""
    bins = list(shared(past.runs, SPARK_BARS))
    paths: dict[str, str] = {}
    for place, runs in enumerate(bins):
        height = max(round(SPARK_HEIGHT * max([run.green for run in runs]) / max(past.most, 1)), 2)
        look = _look(runs)
        paths[look] = paths.get(look, "") + f"M{10 * place + 5} {SPARK_HEIGHT}v-{height}"
    return Spark(10 * max(len(bins), SPARK_BARS // 2), paths)


def within(x: float, step: float, gap: float, look: str) -> tuple[float, float]:
    """Return where a bar begins and how wide it is; one that is not green is narrower, not only red."""
    wide = (step - gap) * SHARES[look]
    return x + (step - wide) / 2, wide


def shared(runs: Sequence[Run], most: int) -> Iterator[Sequence[Run]]:
    """Yield the runs in at most `most` groups of neighbours, as even as can be."""
    count = min(len(runs), most)
    for place in range(count):
        yield runs[len(runs) * place // count : len(runs) * (place + 1) // count]


def _look(runs: Sequence[Run]) -> str:
    if any(run.is_whole and run.passed for run in runs):
        return "green"
    return "red" if any(run.is_whole for run in runs) else "wait"


def _bar(runs: Sequence[Run], number: int, x: float, step: float, most: int, today: date) -> Bar:
    best = max([run.green for run in runs])
    height = max(round(HEIGHT * best / most, 1), LOWEST)
    named = f"run {number}" if len(runs) == 1 else f"runs {number} to {number + len(runs) - 1}"
    when = f"{day_text(runs[0].at, today)}, {runs[0].at:%H:%M}"
    up_to = "" if len(runs) == 1 else "up to "
    part = "" if any(run.is_whole for run in runs) else ", some checks only"
    words = f"{named}, {when}: {up_to}{best} of {max([run.of for run in runs])} checks green{part}"
    look = _look(runs)
    left, wide = within(x, step, min(2.0, step * 0.25), look)
    return Bar(round(left, 1), round(HEIGHT - height, 1), round(wide, 1), height, look, words)


def _begins_day(bins: Sequence[Sequence[Run]], place: int) -> bool:
    return place == 0 or bins[place][0].at.date() != bins[place - 1][0].at.date()


def _apart(places: Sequence[int], step: float) -> Iterator[int]:
    """Yield the places that are far enough from each other for a label each."""
    last = -1000.0
    for place in places:
        if place * step - last >= WIDTH / MOST_LABELS * 0.8:
            yield place
            last = place * step


def _hints(past: Past, bins: Sequence[Sequence[Run]], step: float) -> Iterator[Mark]:
    """Yield a mark for the hints read before each bar."""
    ends = [runs[-1].at for runs in bins]
    places = [next((place for place, end in enumerate(ends) if at <= end), len(ends)) for at in past.hints]
    for place in sorted(set(places)):
        count = places.count(place)
        yield Mark(round(min(place * step, WIDTH - 6), 1), counted(count, "hint"))


def _day_rows(past: Past, today: date) -> Iterator[DayRow]:
    """Yield the days with runs, the newest first."""
    for day, group in groupby(reversed(past.runs), key=lambda run: run.at.date()):
        runs = list(group)
        yield DayRow(
            day=day_text(day, today),
            runs=len(runs),
            best=max(run.green for run in runs),
            of=past.most,
            hints=sum(at.date() == day for at in past.hints),
            is_green=any(run.is_green for run in runs),
        )
