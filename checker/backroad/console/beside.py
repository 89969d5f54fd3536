"""The screen of a comparison below its table: the files side by side, the author's notes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from io import StringIO
from typing import TYPE_CHECKING

from backroad.comparison import Comparison, FilePair, Fold, Line, Pair
from backroad.console.rows import cut
from backroad.glyphs import columns, visible

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

SIDE_BY_SIDE = 80
GUTTER = 4

Highlighted = Callable[[Line], "Text"]


def files_text(comparison: Comparison, mine: str, theirs: str, width: int = 80, colour: bool = False) -> str:
    """Return all files that differ, side by side, or one below the other on a narrow page."""
    console, page = _page(width, colour)
    if not comparison.files:
        console.print(f" no file differs: {mine} and {theirs} are the same")
    for pair in comparison.files:
        for line in _lay(pair, mine, theirs, width):
            line.rstrip()
            console.print(line, soft_wrap=True)
        console.print()
    return page.getvalue()


def notes_text(markdown: str, width: int = 80, colour: bool = False) -> str:
    """Return the author's notes as a page."""
    from rich.markdown import Markdown

    console, page = _page(width, colour)
    console.print(Markdown(visible(markdown), hyperlinks=False))
    return "\n".join(line.rstrip() for line in page.getvalue().splitlines()) + "\n"


def _page(width: int, colour: bool) -> tuple[Console, StringIO]:
    from rich.console import Console

    page = StringIO()
    console = Console(
        file=page,
        width=width,
        force_terminal=colour,
        color_system="standard" if colour else None,
        no_color=not colour,
        legacy_windows=False,
        markup=False,
        emoji=False,
        highlight=False,
    )
    return console, page


def _lay(pair: FilePair, mine: str, theirs: str, width: int) -> Iterator[Text]:
    if not pair.note and not (pair.mine and pair.theirs):
        return _alone(pair, mine if pair.mine else theirs, width)
    return (_beside if width >= SIDE_BY_SIDE else _below)(pair, mine, theirs, width)


def _alone(pair: FilePair, owner: str, width: int) -> Iterator[Text]:
    """Yield a file that only one side has, over the whole page."""
    from rich.text import Text

    text = pair.mine or pair.theirs
    highlighted = _highlighter(pair.name, text)
    yield Text.assemble((f" {pair.name}", "bold"), f"   only in {owner}")
    yield Text("─" * (width - 1), style="dim")
    for number, line in enumerate(text.splitlines(), start=1):
        yield from _cell(Line(number, line), highlighted, width)


def _beside(pair: FilePair, mine: str, theirs: str, width: int) -> Iterator[Text]:
    from rich.text import Text

    half = (width - 3) // 2
    yield Text(f" {pair.name}", style="bold")
    yield Text(f"{_rule(mine, half)}─┬─{_rule(theirs, half)}", style="dim")
    if pair.note:
        yield Text(f" {pair.note}, so it is not shown")
    left_of, right_of = _highlighter(pair.name, pair.mine), _highlighter(pair.name, pair.theirs)
    for entry in pair.rows:
        if isinstance(entry, Fold):
            yield Text(f"{' ' * GUTTER}… {entry.lines} equal lines", style="dim")
            continue
        left, right = _cell(entry.mine, left_of, half), _cell(entry.theirs, right_of, half)
        for index in range(max(len(left), len(right))):
            first = left[index] if index < len(left) else Text()
            first.append(" " * max(half - first.cell_len, 0))
            second = right[index] if index < len(right) else Text()
            yield Text.assemble(first, (f" {_sign(entry)} ", _sign_style(entry)), second)


def _below(pair: FilePair, mine: str, theirs: str, width: int) -> Iterator[Text]:
    from rich.text import Text

    yield Text(pair.name, style="bold")
    yield Text(f"- {mine}   + {theirs}", style="dim")
    if pair.note:
        yield Text(f"{pair.note}, so it is not shown")
    left_of, right_of = _highlighter(pair.name, pair.mine), _highlighter(pair.name, pair.theirs)
    for sign, line, style in _unified(pair.rows):
        if isinstance(line, Fold):
            yield Text(f"  … {line.lines} equal lines", style="dim")
            continue
        text = (left_of if sign == "-" else right_of)(line)
        yield from (Text.assemble((f"{sign} ", style), piece) for piece in _chopped(text, width - 2))


def _unified(rows: Sequence[Pair | Fold]) -> Iterator[tuple[str, Line | Fold, str]]:
    """Yield lines with their signs; within a stretch of changes mine come before theirs."""
    waiting: list[tuple[str, Line | Fold, str]] = []
    for entry in rows:
        if isinstance(entry, Pair) and not entry.same:
            if entry.mine:
                yield "-", entry.mine, "red"
            if entry.theirs:
                waiting.append(("+", entry.theirs, "green"))
            continue
        yield from waiting
        waiting = []
        line = entry if isinstance(entry, Fold) else entry.theirs
        if line:
            yield " ", line, ""
    yield from waiting


def _rule(title: str, width: int) -> str:
    return f"── {cut(title, width - 5)} ".ljust(width, "─")


def _cell(line: Line | None, highlighted: Highlighted, width: int) -> list[Text]:
    from rich.text import Text

    if line is None:
        return []
    pieces = _chopped(highlighted(line), width - GUTTER)
    numbers = [f"{line.number:>3} ", *[" " * GUTTER] * (len(pieces) - 1)]
    return [Text.assemble((number, "dim"), piece) for number, piece in zip(numbers, pieces, strict=True)]


def _chopped(text: Text, width: int) -> list[Text]:
    """Break a line at a space where there is one near the end of the column."""
    places, start = [], 0
    while columns(text.plain[start:]) > width:
        fits = cut(text.plain[start:], width)
        space = fits.rstrip().rfind(" ") + 1
        start += space if space > 2 * len(fits) // 3 else len(fits) or 1
        places.append(start)
    return list(text.divide(places))


def _highlighter(name: str, text: str) -> Highlighted:
    """Return what colours one line, in the light of the whole file."""
    from rich.syntax import Syntax

    lexer = Syntax.guess_lexer(name, text[:2_000])
    lines = Syntax("", lexer, theme="ansi_dark").highlight(text).split("\n", allow_blank=True)
    return lambda line: lines[line.number - 1].copy()


def _sign(pair: Pair) -> str:
    if pair.same:
        return "│"
    if pair.mine and pair.theirs:
        return "≠"
    return "<" if pair.mine else ">"


def _sign_style(pair: Pair) -> str:
    return "dim" if pair.same else "bold yellow"
