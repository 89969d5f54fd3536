"""Measured differences of designs: what was counted or timed of each becomes rows, telling ones marked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from backroad.comparison import Measure
from backroad.model import Check
from backroad.report import Measured

TWICE = 2.0
HALF_AS_MUCH_AGAIN = 1.5
MOST_ROUNDS = 0.75
# Other programs only slow a machine down, so of all rounds the one at the quiet end of the quarter speaks.
QUIET = 0.25
FEWEST_REQUESTS = 40
MINE, REFERENCE = 0, 1
LOOK_HERE = "look here"

Series = tuple[float, ...]


class Better(StrEnum):
    """Which of two numbers is the better one."""

    LOWER = "lower"
    HIGHER = "higher"


@dataclass(frozen=True)
class Gauge:
    """One measured row: a number for each design, or the reason why there is none.

    The first design is the learner's, the second the reference. Exact numbers were counted, others timed.
    """

    title: str
    unit: str
    numbers: tuple[float | None, ...]
    better: Better
    is_exact: bool
    is_telling: bool = False
    reasons: tuple[str, ...] = ()


def gauges(work: Sequence[Check], found: Sequence[Mapping[str, Measured]]) -> tuple[Gauge, ...]:
    """Return the rows of all pieces of work, given what was measured of each design, the learner's first."""
    rows: list[Gauge] = []
    for piece in work:
        cells = [one.get(piece.name) or Measured("") for one in found]
        timed = any(cell.rounds for cell in cells)
        rows += _timed(piece.sentence, cells) if timed else [_counted(piece.sentence, cells)]
    return tuple(row for row in rows if any(number is not None for number in row.numbers))


def _counted(title: str, cells: Sequence[Measured]) -> Gauge:
    numbers = tuple(cell.count for cell in cells)
    unit = next((cell.unit for cell in cells if cell.unit), "")
    reasons = tuple(cell.reason for cell in cells)
    return Gauge(title, unit, numbers, Better.LOWER, True, is_far_above(numbers), reasons)


def is_far_above(numbers: Sequence[float | None]) -> bool:
    """Whether mine is at least twice the best."""
    others = [number for number in numbers[REFERENCE:] if number is not None]
    mine = numbers[MINE]
    return mine is not None and mine > 0 and bool(others) and mine >= TWICE * min(others)


def _timed(title: str, cells: Sequence[Measured]) -> list[Gauge]:
    kinds: list[tuple[str, str, Better, Callable[[Series], float]]] = [
        ("per s", "requests per second", Better.HIGHER, rate),
        ("p50 ms", "ms", Better.LOWER, lambda series: percentile(series, 0.5)),
        ("p95 ms", "ms", Better.LOWER, lambda series: percentile(series, 0.95)),
    ]
    reasons = tuple(cell.reason or too_few(cell.rounds) for cell in cells)
    rows = []
    for name, unit, better, figure in kinds:
        each = [() if reasons[place] else figures(cell.rounds, figure) for place, cell in enumerate(cells)]
        numbers = tuple(quiet(one, better) if one else None for one in each)
        telling = is_slower(each[MINE], each[REFERENCE], better) if len(each) > REFERENCE else False
        rows.append(Gauge(f"{title} {name}", unit, numbers, better, False, telling, reasons))
    return rows


def figures(rounds: Sequence[Series], figure: Callable[[Series], float]) -> Series:
    """Return one figure of each round."""
    return tuple(figure(series) for series in rounds if series)


def quiet(each: Series, better: Better) -> float:
    """Return the figure of the round that is as good as the best quarter of all rounds."""
    return percentile(each, QUIET if better is Better.LOWER else 1 - QUIET)


def is_slower(mine: Series, theirs: Series, better: Better) -> bool:
    """Whether mine is half as slow again as the reference in most rounds.

    In one or two it is another program's doing. Not the quickest of all: another language or framework is
    quicker by its nature, which says nothing of the learner's design.
    """
    pairs = list(zip(mine, theirs, strict=False))
    if better is Better.HIGHER:
        pairs = [(their, my) for my, their in pairs]
    slower = sum(worse >= HALF_AS_MUCH_AGAIN * than for worse, than in pairs)
    return bool(pairs) and slower >= MOST_ROUNDS * len(pairs)


def too_few(rounds: Sequence[Series]) -> str:
    """Return why times are not told, where there are too few of them."""
    count = sum(map(len, rounds))
    return f"{count} requests are too few to tell times" if rounds and count < FEWEST_REQUESTS else ""


def rate(series: Series) -> float:
    """Return the requests in a second, one after the other, of times in milliseconds."""
    return 1e3 * len(series) / sum(series)


def percentile(series: Series, share: float) -> float:
    """Return the value below which this share of a series lies."""
    ordered = sorted(series)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def measure_of(gauge: Gauge) -> Measure:
    """Return a row as text."""
    cells = tuple("" if number is None else shown(number) for number in gauge.numbers)
    return Measure(gauge.title, cells, LOOK_HERE if gauge.is_telling else "")


def shown(number: float) -> str:
    """Return a number in three figures or all its whole ones."""
    if number >= 100 or number == int(number):
        return f"{number:,.0f}"
    return f"{number:.1f}" if number >= 10 else f"{number:.2f}"


def reasons_of(gauge_rows: Sequence[Gauge], titles: Sequence[str]) -> tuple[str, ...]:
    """Return, in a sentence each, why designs have no number; the same reason of a design is told once."""
    told = {
        (title, reason): row.title
        for row in reversed(gauge_rows)
        for title, reason in zip(titles, row.reasons, strict=False)
        if reason
    }
    return tuple(f"{title}, {row}: {reason}" for (title, reason), row in reversed(told.items()))
