"""How much was run when, as a picture in numbers: columns for days, weeks, months or years."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import ceil

from backroad.pages.past import Run
from backroad.pages.plots import HEIGHT, MOST_LABELS, WIDTH, Bar, Mark, within
from backroad.pages.wording import day_text, short_day

MOST_COLUMNS = 80
STARTS = ("day", "week", "month", "year")


@dataclass(frozen=True)
class Column:
    """The runs of a day, a week or a month: those that were green below, the others above."""

    label: str
    runs: int
    green: int
    bars: tuple[Bar, ...]


@dataclass(frozen=True)
class Activity:
    """How much was run when, from the first entry until today."""

    unit: str
    columns: tuple[Column, ...]
    ticks: tuple[Mark, ...]
    most: int


def activity(runs: Sequence[Run], since: datetime, now: datetime) -> Activity:
    """Return the runs by day, by week or by month, whichever is the finest with few enough columns."""
    first, today = since.date(), now.date()
    unit = next((name for name in STARTS if len(list(_starts(name, first, today))) <= MOST_COLUMNS), "year")
    starts = list(_starts(unit, first, today))[-MOST_COLUMNS:]
    counts = {start: [0, 0] for start in starts}
    for (day, is_green), number in Counter([(run.at.date(), run.is_green) for run in runs]).items():
        found = counts.get(_start(unit, day))
        if found:
            found[is_green] += number
    most = max((sum(count) for count in counts.values()), default=0)
    step = WIDTH / max(len(starts), 12)
    columns = tuple(
        _column(unit, start, counts[start], place * step, step, most, today)
        for place, start in enumerate(starts)
    )
    labelled = range(0, len(starts), ceil(len(starts) / MOST_LABELS) or 1)
    ticks = tuple(Mark(round((place + 0.5) * step, 1), _tick(unit, starts[place])) for place in labelled)
    return Activity(unit, columns, ticks, most)


def _column(
    unit: str, start: date, count: Sequence[int], x: float, step: float, most: int, today: date
) -> Column:
    red, green = (round(HEIGHT * number / max(most, 1), 1) for number in count)
    (x, wide), (red_x, red_wide) = (within(x, step, min(3.0, step * 0.25), look) for look in ("green", "red"))
    label = f"{start:%B} {start.year}" if unit == "month" else str(start.year)
    if unit in ("day", "week"):
        label = f"{'week of ' if unit == 'week' else ''}{day_text(start, today)}"
    bars = (
        Bar(round(x, 1), HEIGHT - green, round(wide, 1), green, "green", ""),
        Bar(round(red_x, 1), round(HEIGHT - green - red, 1), round(red_wide, 1), red, "red", ""),
    )
    return Column(label, sum(count), count[1], tuple(bar for bar in bars if bar.height))


def _start(unit: str, day: date) -> date:
    """Return the first day of the day's week, month or year."""
    if unit == "week":
        return day - timedelta(days=day.weekday())
    if unit == "day":
        return day
    return day.replace(day=1) if unit == "month" else day.replace(month=1, day=1)


def _starts(unit: str, first: date, last: date) -> Iterator[date]:
    """Yield the beginning of every day, week, month or year from one day to another."""
    start = _start(unit, first)
    while start <= last:
        yield start
        start = _start(unit, start + timedelta(days={"day": 1, "week": 7, "month": 31, "year": 366}[unit]))


def _tick(unit: str, start: date) -> str:
    return {"month": f"{start:%b} {start.year}", "year": str(start.year)}.get(unit, short_day(start))
