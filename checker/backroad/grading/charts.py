"""The pictures of the class's page, as numbers: how points are spread, how each check came out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

WIDTH, HEIGHT = 600, 150
GAP = 3
MOST_BARS = 32
TICKS = 6
HARDEST = 3


@dataclass(frozen=True)
class Bar:
    """How many hand-ins have points in one range; place and size are in the units of the picture."""

    label: str
    count: int
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Tick:
    """A number below the picture."""

    x: float
    label: str


@dataclass(frozen=True)
class Histogram:
    """How the points of a class are spread."""

    bars: tuple[Bar, ...]
    ticks: tuple[Tick, ...]
    median: float
    median_x: float


@dataclass(frozen=True)
class Tally:
    """For how many hand-ins one check is green, red, or `waiting` for another one (or did not run)."""

    green: int = 0
    red: int = 0
    waiting: int = 0

    @property
    def all(self) -> int:
        """How many hand-ins there are."""
        return self.green + self.red + self.waiting

    @property
    def stumbled(self) -> float:
        """How many of those who came so far failed, 0 to 1."""
        return self.red / (self.green + self.red) if self.red else 0.0


def histogram(points: Sequence[float], most: float) -> Histogram:
    """Return the spread of the points; full points have a bar of their own where the steps come out even."""
    step = _step(most)
    count = int(most / step + 1e-9) + 1
    places = [min(max(int(value / step + 1e-9), 0), count - 1) for value in points]
    counts = [places.count(index) for index in range(count)]
    wide = WIDTH / count
    bars = tuple(_bar(index, counts, step, most) for index in range(count))
    each = -(-count // TICKS)
    ticks = tuple(
        Tick(round((index + 0.5) * wide, 1), number(index * step)) for index in range(0, count, each)
    )
    middle = median(points) if points else 0.0
    return Histogram(bars, ticks, middle, round((middle + min(step, 1) / 2) / step * wide, 1))


def hardest(tallies: Sequence[Tally]) -> set[int]:
    """Return the places of the few checks at which most of those stumbled who came so far."""
    order = sorted(range(len(tallies)), key=lambda index: (-tallies[index].stumbled, index))
    return {index for index in order[:HARDEST] if tallies[index].red}


def number(value: float) -> str:
    """Return points without needless decimals."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _step(most: float) -> float:
    """Return the smallest round step with which the picture has few enough bars."""
    steps = (factor * 10.0**power for power in range(-2, 15) for factor in (1, 2, 5))
    return next((step for step in steps if most / step + 1 <= MOST_BARS and (step >= 1 or most < 1)), most)


def _bar(index: int, counts: Sequence[int], step: float, most: float) -> Bar:
    wide, count = WIDTH / len(counts), counts[index]
    low, high = index * step, (index + 1) * step
    label = number(low) if low + step > most or step == 1 else f"{number(low)} to under {number(high)}"
    if index == len(counts) - 1 and low < most:
        label = f"{number(low)} to {number(most)}"
    height = round(HEIGHT * count / max(*counts, 1), 1)
    return Bar(label, count, round(index * wide + GAP / 2, 1), HEIGHT - height, round(wide - GAP, 1), height)
