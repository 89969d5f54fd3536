"""The screen of watch mode: the report, what changed since the last one, which keys there are."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from backroad.console.rows import EMPTY, Row, Span, Style, painted, row, shortened
from backroad.console.terminal import Terminal
from backroad.glyphs import one_line
from backroad.report import Report

HOME, CLEAR_LINE, CLEAR_BELOW, CLEAR = "\x1b[H", "\x1b[K", "\x1b[J", "\x1b[2J"
HIDE, SHOW = "\x1b[?25l", "\x1b[?25h"
NAMED = 2  # changes that are told by their sentence, the others are counted


@dataclass(frozen=True)
class Changes:
    """Which checks are green that were red, and the other way round: their sentences."""

    green: tuple[str, ...] = ()
    red: tuple[str, ...] = ()


def changes_between(before: Report | None, now: Report) -> Changes:
    """Return what changed; a check that did not run in both says nothing."""
    if before is None:
        return Changes()
    were = {result.name: result.passed for result in before.results}
    known = [result for result in now.results if result.name in were]
    return Changes(
        tuple(one.sentence for one in known if one.passed and not were[one.name]),
        tuple(one.sentence for one in known if not one.passed and were[one.name]),
    )


def change_rows(changes: Changes, width: int) -> list[Row]:
    """Return a line for each change, the first ones by name."""
    rows: list[Row] = []
    for sentences, sign, style in ((changes.green, "+ ✓", Style.GOOD), (changes.red, "+ ✗", Style.BAD)):
        for sentence in sentences[:NAMED]:
            rows.append(row(" ", Span(sign, style), f" {shortened(one_line(sentence), width - 6)}"))
        if len(sentences) > NAMED:
            rows.append(row(" ", Span(sign, style), f" {len(sentences) - NAMED} more"))
    return [*rows, EMPTY] if rows else []


def foot(when: datetime, is_green: bool, has_keys: bool, width: int) -> list[Row]:
    """Return the last line: when it was, and the keys."""
    keys = "h hint · r again · q quit" if not is_green else "c compare · r again · q quit"
    told = f"{when:%H:%M:%S} · watching, {keys if has_keys else 'Ctrl-C ends it'}"
    return [row(Span(f" {shortened(told, width - 1)}", Style.DIM))]


@dataclass
class Canvas:
    """The terminal as one screen that is drawn over; a pipe gets one screen after the other."""

    terminal: Terminal
    _drawn: list[str] = field(default_factory=list)

    def __enter__(self) -> Canvas:
        if self.terminal.is_live:
            self.terminal.write(HIDE + HOME + CLEAR)
        return self

    def __exit__(self, *_: object) -> None:
        if self.terminal.is_live:
            self.terminal.write(SHOW + "\n")

    def draw(self, rows: Sequence[Row]) -> None:
        """Show rows in the place of the last ones, each line written over and none wiped first."""
        if not self.terminal.is_live:
            self.terminal.show([*rows, EMPTY])
            return
        height = shutil.get_terminal_size((80, 24)).lines
        lines = painted(fitting(rows, height - 1), self.terminal.colour).splitlines()
        self.terminal.write(HOME + "".join(f"{line}{CLEAR_LINE}\r\n" for line in lines) + CLEAR_BELOW)

    def say(self, text: str) -> None:
        """Show a word on how far a run is, in the line below the screen; nothing in a pipe."""
        if self.terminal.is_live:
            self.terminal.write(f"\r {text[: self.terminal.width - 2]}{CLEAR_LINE}")

    def clear(self) -> None:
        """Give the whole screen to somebody else."""
        if self.terminal.is_live:
            self.terminal.write(HOME + CLEAR)


def fitting(rows: Sequence[Row], height: int) -> Sequence[Row]:
    """Return as many rows as there is room for, the last one always."""
    if len(rows) <= height:
        return rows
    return [*rows[: max(height - 2, 0)], row(Span(" …", Style.DIM)), rows[-1]]
