"""Where everything stands on the map: places along a road that winds down the page, as numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

CELL, ROW, SIDE = 172, 104, 90  # the width of a place, the height of a row, the room for a turn
SIGN = 58  # the room for a step's signpost above its first row
EMPTY_STEP = 40
SWING = 58  # how far the road swings out where it turns


@dataclass(frozen=True)
class Spot:
    """Something by its name, and the middle of where it stands."""

    name: str
    x: float
    y: float


@dataclass(frozen=True)
class Landscape:
    """A map with `columns` places a row: its size, the road as an SVG path, signposts and places."""

    columns: int
    width: int
    height: int
    road: str
    signposts: tuple[Spot, ...]
    places: tuple[Spot, ...]


@dataclass(frozen=True)
class Stretch:
    """A row of places and how high it stands; the road runs it rightwards or leftwards."""

    names: tuple[str, ...]
    y: float
    rightwards: bool


def landscape(steps: Sequence[tuple[str, Sequence[str]]], columns: int) -> Landscape:
    """Lay out steps, each a name with the names of its places: every step begins a row of its own."""
    width = 2 * SIDE + CELL * (columns - 1)
    signposts: list[Spot] = []
    rows: list[Stretch] = []
    y = 0.0
    for name, places in steps:
        signposts.append(Spot(name, SIDE + 8, y + 24))
        y += SIGN if places else EMPTY_STEP
        for first in range(0, len(places), columns):
            rows.append(Stretch(tuple(places[first : first + columns]), y + 18, len(rows) % 2 == 0))
            y += ROW
    spots = tuple(spot for row in rows for spot in _spots(row, width))
    return Landscape(columns, width, round(y), " ".join(_road(rows, width)), tuple(signposts), spots)


def _spots(row: Stretch, width: int) -> Iterator[Spot]:
    """Yield the places of a row in the direction of the road, spread over the width."""
    share = (width - 2 * SIDE + CELL) / len(row.names)
    for index, name in enumerate(row.names):
        x = SIDE - CELL / 2 + share * (index + 0.5)
        yield Spot(name, x if row.rightwards else width - x, row.y)


def _road(rows: Sequence[Stretch], width: int) -> Iterator[str]:
    """Yield the parts of the road: along a row, then round the bend to where the next one begins."""
    if not rows:
        return
    yield f"M {SIDE - SWING} {rows[0].y:g}"
    for row, following in zip(rows, [*rows[1:], None], strict=True):
        ends = list(_spots(row, width))[-1].x if following is None else _edge(row.rightwards, width)
        yield f"H {ends:g}"
        if following is not None:
            out = ends + (SWING if row.rightwards else -SWING)
            yield f"C {out:g} {row.y:g} {out:g} {following.y:g} {ends:g} {following.y:g}"


def _edge(rightwards: bool, width: int) -> float:
    return width - SIDE if rightwards else SIDE
