"""A path down the screen: one leg after another, each with its stops in rows of any width."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from backroad.console.rows import Row, Span, Style, padded, row, shortened, text_of, wrapped
from backroad.glyphs import columns

BESIDE = 40  # below this, a leg's label stands above its stops and not beside them
ASIDE = 24  # the column of a leg in which asides begin where there is room
BETWEEN = "  "


@dataclass(frozen=True)
class Stop:
    """Something on the path: its sign, its name, what is said about it, and what points at it."""

    sign: Span
    name: Span
    advice: str = ""
    aside: str = ""

    @property
    def spans(self) -> Row:
        """The stop as it stands in a row."""
        advice = (Span(f" {self.advice}", Style.DIM),) if self.advice else ()
        return (self.sign, Span(" "), self.name, *advice)


@dataclass(frozen=True)
class Leg:
    """A part of the path."""

    label: str
    stops: tuple[Stop, ...]


def path_rows(legs: Sequence[Leg], width: int) -> list[Row]:
    """Return the path in rows of at most `width` columns."""
    labels = max((columns(leg.label) for leg in legs), default=0)
    widest = max((columns(stop.name.text) + 2 for leg in legs for stop in leg.stops), default=0)
    beside = width >= max(BESIDE, 3 + labels + 2 + widest)
    room = width - 3 - (labels + 2 if beside else 1)
    rows: list[Row] = []
    for place, leg in enumerate(legs):
        is_last = place == len(legs) - 1
        turn = "─" if is_last and not place else "└" if is_last else "├" if place else "┌"
        lines = list(_lines(leg.stops, room))
        heads = [padded(leg.label, labels + 2), *(" " * (labels + 2) for _ in lines[1:])]
        if not beside:
            lines = [row(), *lines]
            heads = [shortened(leg.label, width - 3), *(" " for _ in lines[1:])]
        for index, (head, line) in enumerate(zip(heads, lines, strict=True)):
            track = (" " if is_last else "│") if index else turn
            rows.append((Span(f" {track} ", Style.DIM), Span(head), *line))
    return rows


def _lines(stops: Sequence[Stop], room: int) -> Iterator[Row]:
    """Yield the stops in rows; whatever points at one ends its row."""
    current: Row = ()
    for stop in stops:
        needed = columns(text_of(stop.spans)) + (columns(stop.aside) + 2 if stop.aside else 0)
        if current and columns(text_of(current) + BETWEEN) + needed > room:
            yield current
            current = ()
        if columns(text_of(stop.spans)) > room:
            yield from _narrow(stop, room)
            continue
        current = (*current, Span(BETWEEN), *stop.spans) if current else stop.spans
        if stop.aside:
            yield from _pointed(current, stop.aside, room)
            current = ()
    if current:
        yield current


def _pointed(current: Row, aside: str, room: int) -> Iterator[Row]:
    taken = columns(text_of(current))
    gap = min(max(2, ASIDE - taken), room - taken - columns(aside))
    if gap >= 1:
        yield (*current, Span(" " * gap), Span(aside, Style.MARK))
        return
    yield current
    yield from _below(aside, room, Style.MARK)


def _narrow(stop: Stop, room: int) -> Iterator[Row]:
    """Yield a stop that is wider than a row: what is said about it stands below it."""
    name = Span(shortened(stop.name.text, room - 2), stop.name.style)
    yield (stop.sign, Span(" "), name)
    for said, style in ((stop.advice, Style.DIM), (stop.aside, Style.MARK)):
        if said:
            yield from _below(said, room, style)


def _below(text: str, room: int, style: Style) -> Iterator[Row]:
    for line in wrapped(text, room - 2):
        yield row("  ", Span(line, style))
