"""Paragraphs on a page of limited width and length: broken, shared out fairly, cut where they must be."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from backroad.console.rows import NARROW, Piece, Row, Span, Style, padded, pieces, row, wrapped
from backroad.feedback import Form, Keep, Mistake, Paragraph
from backroad.glyphs import columns

LABEL = 11
ENDLESS = 1_000_000
_WINDOW = 20_000
_WORD = r"(?:'[^']*'|\"[^\"]*\"|\\.|[^\s'\"\\])+"
# An option stays together with its value: `-H 'Accept: …'`.
_ARGUMENT = re.compile(rf"-[A-Za-z] (?!-){_WORD}|{_WORD}", re.DOTALL)


@dataclass(frozen=True)
class Block:
    """One paragraph as rows beside or below its label; `marked` is the row to keep in sight."""

    label: str
    body: tuple[Row, ...]
    keep: Keep
    marked: int
    narrow: bool

    @property
    def floor(self) -> int:
        """The fewest rows that still say something."""
        return len(self.body) if self.keep is Keep.ALL else min(len(self.body), 2)

    @property
    def least(self) -> int:
        """The fewest rows when even that is too much."""
        return len(self.body) if self.keep is Keep.ALL else 1

    def rows(self, room: int) -> list[Row]:
        """Return the label and at most `room` rows of the body."""
        label = Span("   " + padded(self.label, LABEL), Style.DIM)
        body = clipped(self.body, room, self.keep, self.marked)
        if self.narrow:
            return [(label,)] * bool(self.label) + [(Span(" " * 4), *line) for line in body]
        indent = Span(" " * (3 + LABEL))
        return [(indent if index else label, *line) for index, line in enumerate(body)]


def lay_mistake(mistake: Mistake, width: int, room: int = ENDLESS) -> list[Row]:
    """Return a mistake in at most `room` rows of `width` columns."""
    head = wrapped(mistake.sentence, width - 3)
    rows = [row(" ", Span("✗", Style.BAD), " ", Span(head[0], Style.TITLE))]
    rows += [row("   ", Span(line, Style.TITLE)) for line in head[1:]]
    blocks = [lay(paragraph, width, room) for paragraph in mistake.paragraphs]
    room -= len(rows) + sum(block.narrow and bool(block.label) for block in blocks)
    floors = [block.floor for block in blocks]
    if sum(floors) > room:
        floors = [block.least for block in blocks]
    shares = shared([len(block.body) for block in blocks], floors, room)
    return rows + [line for block, share in zip(blocks, shares, strict=True) for line in block.rows(share)]


def lay(paragraph: Paragraph, width: int, room: int = ENDLESS) -> Block:
    """Return one paragraph as a block of rows that fit beside its label, or below it on a narrow page."""
    narrow = width < NARROW
    inside = width - (4 if narrow else 3 + LABEL)
    if paragraph.form is Form.SHELL:
        body, marked = [row(line) for line in shell_lines(paragraph.text, inside, room)], 0
    else:
        body, marked = _marked_rows(paragraph if room >= ENDLESS else _windowed(paragraph), inside)
    return Block(paragraph.label, tuple(body), paragraph.keep, marked, narrow)


def shell_lines(command: str, width: int, room: int = ENDLESS) -> list[str]:
    """Break a command between its arguments with backslashes, so that it can still be pasted."""
    lines: list[str] = []
    for argument in _arguments(command, width):
        joined = f"{lines[-1]} {argument}" if lines else argument
        if lines and columns(joined) > width - 2:
            lines[-1] += " \\"
            lines.append(f"  {argument}")
        else:
            lines[-1:] = [joined]
    tall = sum(1 + columns(line) // max(width, 1) for line in lines)
    if room < ENDLESS and (tall > 6 or tall > len(lines) + 1):  # a terminal breaks what is too long
        return [f"a request of {len(command):,} characters; --all shows it"]
    return lines


def _arguments(command: str, width: int) -> list[str]:
    """Return the arguments, an option together with its value where both fit on one line."""
    found: list[str] = []
    for argument in _ARGUMENT.findall(command):
        option, space, value = argument.partition(" ")
        fits = not space or columns(argument) + 4 <= width or not option.startswith("-")
        found += [argument] if fits else [option, value]
    return found


def shared(wants: Sequence[int], floors: Sequence[int], room: int) -> list[int]:
    """Share out `room` rows: everybody gets its floor, then one row each in turn until wants or room end."""
    shares = list(floors)
    left = room - sum(shares)
    while left > 0 and shares != list(wants):
        for index, want in enumerate(wants):
            if shares[index] < want and left > 0:
                shares[index] += 1
                left -= 1
    return shares


def clipped(rows: Sequence[Row], room: int, keep: Keep, marked: int = 0) -> list[Row]:
    """Return at most `room` of the rows, one of which tells how many are hidden."""
    if len(rows) <= room:
        return list(rows)
    if room < 2:
        return [(*rows[0], Span(" …", Style.DIM))]
    hidden = len(rows) - room + 1
    if keep is Keep.TAIL:
        return [_note(f"… {hidden} lines before"), *rows[hidden:]]
    # The row below the marked one may point at it: keep both in the middle.
    start = max(0, min(marked - (room - 2) // 2, hidden)) if keep is Keep.MARK else 0
    shown = list(rows[start : start + room - 1])
    told = f"… {hidden} more lines" if not start else f"… {hidden} more lines, above and below"
    return [*shown, _note(told)]


def _note(text: str) -> Row:
    return (Span(text, Style.DIM),)


def _windowed(paragraph: Paragraph) -> Paragraph:
    """Return the paragraph without what could never be shown, so that breaking megabytes costs nothing."""
    text, mark = paragraph.text, paragraph.mark
    if len(text) <= _WINDOW:
        return paragraph
    start = max(0, mark[0] - _WINDOW // 2) if mark else len(text) - _WINDOW
    if not mark and paragraph.keep is not Keep.TAIL:
        start = 0
    moved = (mark[0] - start, min(mark[1] - start, _WINDOW)) if mark else None
    return replace(paragraph, text=text[start : start + _WINDOW], mark=moved)


def _marked_rows(paragraph: Paragraph, width: int) -> tuple[list[Row], int]:
    """Return the rows with the differing stretch styled, and pointed at from below where that helps."""
    start, end = paragraph.mark or (0, 0)
    rows = [_marked(piece, start, end) for piece in pieces(paragraph.text, width)]
    first = next((index for index, line in enumerate(rows) if len(line) > 1), -1)
    if first >= 0 and paragraph.point:
        rows.insert(first + 1, _pointer(rows[first]))
    return rows, max(first, 0)


def _marked(piece: Piece, start: int, end: int) -> Row:
    shift = piece.added - piece.start
    low = max(start + shift, piece.added)
    high = min(end + shift, len(piece.text))
    if low >= high:
        return row(piece.text)
    return row(piece.text[:low], Span(piece.text[low:high], Style.MARK), piece.text[high:])


def _pointer(line: Row) -> Row:
    before, inside = columns(line[0].text), columns(line[1].text)
    return row(" " * before, Span("^" * inside, Style.MARK))
