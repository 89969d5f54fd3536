"""The table of designs: what the checks say of each, what was measured, where to look."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import zip_longest

from backroad.comparison import Contender, Measure
from backroad.console.rows import Row, Span, Style, padded, row, shortened, wrapped
from backroad.glyphs import columns, visible

MARK = "← "
LEAST_TITLE = 18
GAP = 3


def design_rows(
    slug: str,
    contenders: Sequence[Contender],
    measures: Sequence[Measure],
    remarks: Sequence[str] = (),
    width: int = 80,
) -> list[Row]:
    """Return the table, and why some designs were not run; what else is to be said of it stands below."""
    titles = [one.title for one in contenders]
    told = [f"{one.title} was not run: {one.missing}" for one in contenders if one.missing] + [*remarks]
    rows = (
        _in_columns(slug, titles, measures, width)
        or _in_narrow_columns(slug, titles, measures, width)
        or _in_blocks(slug, titles, measures, width)
    )
    return [*rows, *(row(f" {line}") for text in told for line in wrapped(visible(text), width - 1))]


def _in_columns(slug: str, titles: Sequence[str], measures: Sequence[Measure], width: int) -> list[Row]:
    """Return a line for each measure, with the mark behind it; nothing where that is too wide."""
    lines = [[slug, *titles], *([measure.title, *_cells(measure)] for measure in measures)]
    widths = _widths(lines)
    gap = next((gap for gap in (GAP, 2) if sum(widths) + gap * len(widths) <= width), 0)
    marks = ["", *(_mark(measure) for measure in measures)]
    if not gap or sum(widths) + gap * len(widths) + max(map(columns, marks)) > width:
        return []
    return [
        _line([*line, mark], [*widths, columns(mark)], gap, first=not index)
        for index, (line, mark) in enumerate(zip(lines, marks, strict=True))
    ]


def _in_narrow_columns(
    slug: str, titles: Sequence[str], measures: Sequence[Measure], width: int
) -> list[Row]:
    """Return the table with names and titles broken into lines; nothing where that is too wide."""
    names = [_pieces(title) for title in titles]
    cells = [list(_cells(measure)) for measure in measures]
    widths = _widths([*cells, [max(name, key=columns) for name in names]])
    gap = 2
    heads = [_filled(name, to) for name, to in zip(names, widths, strict=True)]
    first = min(width - 1 - sum(widths) - gap * len(widths), max(columns(one.title) for one in measures) + 13)
    if first < LEAST_TITLE:
        return []
    head = zip_longest([shortened(slug, first)], *heads, fillvalue="")
    rows = [_line(list(line), [first, *widths], gap, first=True) for line in head]
    for measure, line in zip(measures, cells, strict=True):
        title, *more = _packed([measure.title, _mark(measure)], " ", first)
        rows.append(_line([title, *line], [first, *widths], gap))
        rows += [row(f"   {text}") for text in more]
    return rows


def _in_blocks(slug: str, titles: Sequence[str], measures: Sequence[Measure], width: int) -> list[Row]:
    """Return each measure with its designs below."""
    rows = [row(Span(f" {slug}", Style.TITLE))]
    for measure in measures:
        rows += [row(f" {line}") for line in _packed([measure.title, _mark(measure)], "   ", width - 1)]
        pairs = [f"{title} {cell}" for title, cell in zip(titles, _cells(measure), strict=True)]
        rows += [row(f"   {line}") for line in _packed(pairs, " · ", width - 3)]
    return rows


def _packed(parts: Sequence[str], between: str, width: int) -> Iterator[str]:
    """Yield parts in as few lines as they need; one that is longer than a line is broken."""
    line = ""
    for part in filter(None, parts):
        if line and columns(f"{line}{between}{part}") > width:
            yield line
            line = ""
        *whole, last = wrapped(f"{line}{between}{part}" if line else part, width)
        yield from whole
        line = last
    yield line


def _cells(measure: Measure) -> Iterator[str]:
    return (cell or "-" for cell in measure.cells)


def _mark(measure: Measure) -> str:
    return f"{MARK}{measure.note}" if measure.note else ""


def _widths(lines: Sequence[Sequence[str]]) -> list[int]:
    return [max(map(columns, column)) for column in zip(*lines, strict=True)]


def _pieces(name: str) -> list[str]:
    """Return a name broken behind its hyphens."""
    *most, last = name.split("-")
    return [*(f"{piece}-" for piece in most), last]


def _filled(name: Sequence[str], width: int) -> list[str]:
    """Return the pieces of a name in as few lines as they need."""
    lines = [""]
    for piece in name:
        if columns(lines[-1] + piece) > width:
            lines.append("")
        lines[-1] += piece
    return lines


def _line(cells: Sequence[str], widths: Sequence[int], gap: int, *, first: bool = False) -> Row:
    fitted = (padded(shortened(cell, width), width) for cell, width in zip(cells, widths, strict=True))
    body = (" " * gap).join(fitted)
    return row(Span(f" {body}".rstrip(), Style.TITLE if first else Style.PLAIN))
