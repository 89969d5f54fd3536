"""Rows of styled text: the one form in which every screen exists before it is painted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import islice
from typing import Any

import click

from backroad.glyphs import columns

NARROW = 60  # below this, labels stand above their text and not beside it


class Style(Enum):
    """What a stretch of text is; colour adds to it, never carries it."""

    PLAIN = "plain"
    TITLE = "title"
    DIM = "dim"
    GOOD = "good"
    BAD = "bad"
    MARK = "mark"
    COMMAND = "command"


_LOOKS: dict[Style, dict[str, Any]] = {
    Style.TITLE: {"bold": True},
    Style.DIM: {"dim": True},
    Style.GOOD: {"fg": "green"},
    Style.BAD: {"fg": "red", "bold": True},
    Style.MARK: {"fg": "yellow", "bold": True},
    Style.COMMAND: {"fg": "cyan"},
}


@dataclass(frozen=True)
class Span:
    """A stretch of text in one style."""

    text: str
    style: Style = Style.PLAIN


Row = tuple[Span, ...]
EMPTY: Row = ()


def row(*parts: str | Span) -> Row:
    """Return a row of spans; bare strings are plain."""
    return tuple(part if isinstance(part, Span) else Span(part) for part in parts)


def text_of(line: Row) -> str:
    """Return a row's text without its styles."""
    return "".join(span.text for span in line)


def painted(rows: Iterable[Row], colour: bool) -> str:
    """Return the rows as text, with the terminal's colour codes when `colour`."""
    return "".join(_paint(line, colour) + "\n" for line in rows)


def _paint(line: Row, colour: bool) -> str:
    if not colour:
        return text_of(line).rstrip()
    return "".join(
        click.style(span.text, **_LOOKS[span.style]) if span.style in _LOOKS else span.text for span in line
    ).rstrip()


@dataclass(frozen=True)
class Piece:
    """A line broken off a text: where it starts there, and how much indentation was added before it."""

    text: str
    start: int
    added: int = 0


def wrapped(text: str, width: int) -> list[str]:
    """Break text at spaces into lines of at most `width` columns; a line's own indentation is kept."""
    return [piece.text for piece in pieces(text, width)]


def pieces(text: str, width: int) -> Iterator[Piece]:
    """Yield the lines into which `text` is broken, each with its place in the text."""
    start = 0
    for line in text.split("\n"):
        yield from _broken(line, max(width, 4), start)
        start += len(line) + 1


def _broken(line: str, width: int, start: int) -> Iterator[Piece]:
    indent = line[: len(line) - len(line.lstrip(" "))][: width // 2]
    added = 0
    while columns(line) > width:
        fits = cut(line, width)
        space = line.rfind(" ", len(indent) + 1, len(fits) + 1)
        # A break far to the left wastes more room than a broken word costs.
        at = space if space > len(fits) // 2 else len(fits)
        yield Piece(line[:at], start, added)
        rest = line[at:].lstrip(" ")
        start += len(line) - len(rest) - added
        line, added = indent + rest, len(indent)
    yield Piece(line, start, added)


def cut(text: str, width: int) -> str:
    """Return the longest beginning of `text` that takes at most `width` columns."""
    if text.isascii():
        return text[:width]
    taken = 0
    for index, character in enumerate(text):
        taken += columns(character)
        if taken > width:
            return text[:index]
    return text


def shortened(text: str, width: int) -> str:
    """Return `text` in at most `width` columns, with `…` where it was cut."""
    return text if columns(text) <= width else cut(text, max(width - 1, 0)).rstrip() + "…"


def padded(text: str, width: int) -> str:
    """Return `text` filled with spaces to `width` columns."""
    return text + " " * max(width - columns(text), 0)


def titled(name: str, rest: str, right: str, width: int) -> list[Row]:
    """Return a title with `right` at the far end, or below it where there is no room."""
    first, *more = wrapped(name + rest, width)
    rows = [(Span(first[: len(name)], Style.TITLE), Span(first[len(name) :])), *(row(line) for line in more)]
    gap = width - columns(first) - columns(right)
    if right and not more and gap >= 2:
        return [(*rows[0], Span(" " * gap), Span(right, Style.DIM))]
    return [*rows, row(" ", Span(right, Style.DIM))] if right else rows


def joined(parts: Iterable[str], width: int, between: str = " · ") -> list[str]:
    """Return the parts in lines of at most `width`, none of them broken."""
    lines: list[str] = []
    for part in parts:
        if lines and columns(lines[-1] + between + part) <= width:
            lines[-1] += between + part
        else:
            lines.append(part)
    return lines


def listed(signs: Iterable[Span], width: int) -> list[Row]:
    """Return one-column signs in rows of at most `width`."""
    rest = iter(signs)
    return list(iter(lambda: tuple(islice(rest, max(width, 1))), ()))


def labelled(label: str, lines: Sequence[str], width: int = 7) -> list[Row]:
    """Return lines with a dim label of `width` columns before the first one."""
    return [
        row(Span(f" {padded(label if not index else '', width)}", Style.DIM), line)
        for index, line in enumerate(lines)
    ]


def duration(seconds: float) -> str:
    """Return a time in seconds, or in minutes where that says more."""
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.1f} min"


def next_rows(commands: Sequence[tuple[str, str]], width: int, label: str = "next") -> list[Row]:
    """Return the commands to type next, with what each is for where there is room."""
    rows: list[Row] = []
    indent = max((columns(command) for command, reason in commands if reason), default=0)
    for index, (command, reason) in enumerate(commands):
        start = f" {label}   " if not index else " " * (len(label) + 4)
        told = f"{' ' * (indent - columns(command) + 3)}{reason}" if reason else ""
        if columns(start) + columns(command) + columns(told) > width:
            told = ""
        rows.append(row(Span(start, Style.DIM), Span(command, Style.COMMAND), told))
    return rows
