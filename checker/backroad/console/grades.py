"""What came of a class, on one screen: the pages tell the rest."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from backroad.console.rows import (
    EMPTY,
    Row,
    Span,
    Style,
    duration,
    labelled,
    next_rows,
    padded,
    row,
    shortened,
    titled,
    wrapped,
)
from backroad.glyphs import one_line, visible
from backroad.grading.values import Gradebook

SHOWN = 5
LABEL = 9


@dataclass(frozen=True)
class Graded:
    """A gradebook with its files, how many hand-ins had been graded before, and the seconds it took."""

    book: Gradebook
    files: tuple[Path, ...]
    remembered: int
    seconds: float


def grades_screen(graded: Graded, width: int) -> list[Row]:
    """Return how the class did, what a person has to look at, and where everything is."""
    book = graded.book
    right = f"{_counted(len(book.grades), 'hand-in')}, {duration(graded.seconds)}"
    rows = [*titled(f"grade · {book.exercise.slug}", "", right, width), EMPTY]
    passed = sum(grade.passed for grade in book.grades)
    rows += _labelled("passed", f"{passed} of {len(book.grades)}", width)
    points = [grade.points for grade in book.grades]
    middle = f"{statistics.median(points):g} median, {min(points):g} to {max(points):g}"
    rows += _labelled("points", f"{middle}, of {book.most:g}", width)
    if graded.remembered:
        rows += _labelled("before", f"{graded.remembered} had been graded already", width)
    rows += [*_trouble(book, width), *_alike(book, width)]
    folder, names = visible(str(graded.files[0].parent)), ", ".join(file.name for file in graded.files)
    rows += _labelled("wrote", f"{folder}/  ({names})", width)
    page = next((str(file) for file in graded.files if file.suffix == ".html"), "")
    return [*rows, EMPTY, *next_rows([(f"open {visible(page)}", "in a browser")], width)]


def _trouble(book: Gradebook, width: int) -> Iterator[Row]:
    """Yield the hand-ins that could not be judged, each in a line."""
    lines = [f"{one_line(grade.id)}: {one_line(grade.trouble)}" for grade in book.grades if grade.trouble]
    yield from _cut("look at", lines, Style.BAD, width)


def _alike(book: Gradebook, width: int) -> Iterator[Row]:
    """Yield pairs of near-copies, each in a line."""
    lines = [
        f"{one_line(pair.first)} and {one_line(pair.second)}: {pair.share:.0%} in common"
        for pair in book.likenesses
    ]
    yield from _cut("alike", lines, Style.MARK, width)


def _cut(label: str, lines: list[str], style: Style, width: int) -> Iterator[Row]:
    shown = lines[:SHOWN]
    if len(lines) > SHOWN:
        shown.append(f"and {len(lines) - SHOWN} more: the page has them all")
    for index, line in enumerate(shown):
        start = padded(label if not index else "", LABEL)
        yield row(" ", Span(start, style), shortened(line, width - LABEL - 1))


def _labelled(label: str, text: str, width: int) -> list[Row]:
    return labelled(label, wrapped(text, width - LABEL - 1), LABEL)


def _counted(count: int, word: str) -> str:
    return f"{count:,} {word}{'s' * (count != 1)}"
