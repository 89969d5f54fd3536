"""Files side by side as pages show them: blocks of rows, in colours, with the words that differ marked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import groupby, pairwise

from markupsafe import Markup

from backroad.comparison import FilePair, Fold, Line, Pair
from backroad.pages.code import Span, highlight, span_html
from backroad.pages.words import Ranges, differing

# After so many pairs of changed lines in one file, lines are marked as a whole.
MOST_PAIRS = 1_000
# What is broken is indented as its line is, up to so many steps.
DEEPEST = 6


class BlockKind(StrEnum):
    """How the rows of a block are shown: beside each other, changed, hidden at first, or alone."""

    SAME = "same"
    CHANGED = "changed"
    FOLDED = "folded"
    ALONE = "alone"


@dataclass(frozen=True)
class Cell:
    """A line of one side, coloured; `indent` counts by fours, as far as the styles do."""

    number: int
    code: Markup
    indent: int = 0


Row = tuple[Cell | None, Cell | None]


@dataclass(frozen=True)
class Block:
    """A stretch of rows of one kind; of a file that one side has alone, the first cells are it."""

    kind: BlockKind
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class File:
    """One file of a comparison: how many lines each side has that the other has not, and its blocks."""

    anchor: str
    name: str
    note: str
    owner: str
    mine: int
    theirs: int
    blocks: tuple[Block, ...]


def file_view(pair: FilePair, anchor: str, mine: str, theirs: str) -> File:
    """Return a file as it is shown; `mine` and `theirs` are what the sides are called."""
    left, right = highlight(pair.name, pair.mine), highlight(pair.name, pair.theirs)
    if pair.note:
        return File(anchor, pair.name, pair.note, "", 0, 0, ())
    if not (pair.mine and pair.theirs):
        owner = mine if pair.mine else theirs
        rows = tuple((_cell(number, spans), None) for number, spans in enumerate(left or right, start=1))
        block = Block(BlockKind.ALONE, rows)
        return File(anchor, pair.name, "", owner, len(left), len(right), (block,))
    changed = [row for row in pair.rows if isinstance(row, Pair) and not row.same]
    counts = sum(row.mine is not None for row in changed), sum(row.theirs is not None for row in changed)
    return File(anchor, pair.name, "", "", *counts, tuple(_blocks(pair, left, right)))


def _blocks(pair: FilePair, left: Sequence[list[Span]], right: Sequence[list[Span]]) -> Iterator[Block]:
    mine = theirs = 0  # the last line of each side that was laid
    pairs_left = MOST_PAIRS
    for kind, entries in groupby(pair.rows, _kind):
        rows: list[Row] = []
        for entry in entries:
            if isinstance(entry, Fold):
                rows += [_same(mine + step, theirs + step, left) for step in range(1, entry.lines + 1)]
                mine, theirs = mine + entry.lines, theirs + entry.lines
                continue
            mine = entry.mine.number if entry.mine else mine
            theirs = entry.theirs.number if entry.theirs else theirs
            by_word = pairs_left > 0
            rows.append(_same(mine, theirs, left) if entry.same else _changed(entry, left, right, by_word))
            pairs_left -= not entry.same
        yield Block(kind, tuple(rows))


def _kind(entry: Pair | Fold) -> BlockKind:
    if isinstance(entry, Fold):
        return BlockKind.FOLDED
    return BlockKind.SAME if entry.same else BlockKind.CHANGED


def _same(mine: int, theirs: int, left: Sequence[list[Span]]) -> Row:
    cell = _cell(mine, left[mine - 1])
    return cell, replace(cell, number=theirs)


def _changed(pair: Pair, left: Sequence[list[Span]], right: Sequence[list[Span]], by_word: bool) -> Row:
    marks: tuple[Ranges, Ranges] = ((), ())
    if pair.mine and pair.theirs and by_word:
        marks = differing(pair.mine.text, pair.theirs.text)
    return _marked(pair.mine, left, marks[0]), _marked(pair.theirs, right, marks[1])


def _marked(line: Line | None, lines: Sequence[list[Span]], marks: Ranges) -> Cell | None:
    return _cell(line.number, lines[line.number - 1], marks) if line else None


def _cell(number: int, spans: Sequence[Span], marks: Ranges = ()) -> Cell:
    pieces = _pieces(spans, marks) if marks else map(span_html, spans)
    return Cell(number, Markup("").join(pieces), min(_blanks(spans) // 4, DEEPEST))


def _blanks(spans: Sequence[Span]) -> int:
    first = spans[0].text if spans else ""
    return len(first) - len(first.lstrip(" "))


def _pieces(spans: Sequence[Span], marks: Ranges) -> Iterator[Markup]:
    """Yield a line's spans cut at the marks, what lies in one as <mark> with the class of its span."""
    edges = sorted({edge for mark in marks for edge in mark})
    start = 0
    for span in spans:
        end = start + len(span.text)
        cuts = [start, *(edge for edge in edges if start < edge < end), end]
        for begin, stop in pairwise(cuts):
            piece = Span(span.text[begin - start : stop - start], span.kind)
            inside = any(first <= begin < last for first, last in marks)
            yield _MARK.format(piece.kind, piece.text) if inside else span_html(piece)
        start = end


_MARK = Markup('<mark class="{}">{}</mark>')
