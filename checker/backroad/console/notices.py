"""Short screens: what a command did, what it found, what to type next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from backroad.console.rows import (
    EMPTY,
    NARROW,
    Row,
    Span,
    Style,
    labelled,
    next_rows,
    padded,
    row,
    titled,
    wrapped,
)
from backroad.glyphs import columns, one_line, visible
from backroad.model import Check, Exercise


class Health(StrEnum):
    """How one thing on the machine is."""

    GOOD = "good"
    MISSING = "missing"
    BROKEN = "broken"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at; MISSING can be lived with, BROKEN must be put right."""

    name: str
    health: Health
    detail: str
    remedy: str = ""


_HEALTH = {
    Health.GOOD: Span("✓", Style.GOOD),
    Health.MISSING: Span("○", Style.MARK),
    Health.BROKEN: Span("✗", Style.BAD),
}


def scaffold_screen(
    exercise: Exercise, place: Path, typed: str, names: Sequence[str], width: int
) -> list[Row]:
    """Return what scaffold wrote, what to read and edit, and what to type."""
    about = f"about {exercise.minutes} minutes"
    head = titled(exercise.slug, f" · {one_line(exercise.title)}", about, width)
    edit = next((name for name in names if name.endswith(".py")), "")
    wrote = wrapped(f"{visible(str(place))}/  ({', '.join(map(visible, names))})", width - 8)
    rows = [*head, *labelled("wrote", wrote), EMPTY, *labelled("read", [f"{visible(typed)}/README.md"])]
    rows += labelled("edit", [f"{visible(typed)}/{edit}"]) if edit else []
    return [*rows, *next_rows(((f"cd {visible(typed)} && backroad check", ""),), width)]


def hint_screen(check: Check, rung: int, width: int) -> list[Row]:
    """Return all rungs up to `rung`, the newest last, and what to type next."""
    more = (("backroad hint", "the next rung"),) if rung < len(check.hints) else _after_hints()
    then = next_rows((("backroad check", "once you have changed something"), *more), width)
    return [*hint_rows(check, rung, width), EMPTY, *then]


def hint_rows(check: Check, rung: int, width: int) -> list[Row]:
    """Return all rungs up to `rung`, the newest last."""
    rows = [row(" ", Span("✗", Style.BAD), " ", Span(visible(check.sentence), Style.TITLE))]
    for number, hint in enumerate(check.hints[:rung], start=1):
        is_new = number == rung
        label = f"   {number} of {len(check.hints)}   "
        lines = wrapped(visible(hint), width - len(label))
        style = Style.PLAIN if is_new else Style.DIM
        rows += [
            row(Span(label if not index else " " * len(label), Style.DIM), Span(line, style))
            for index, line in enumerate(lines)
        ]
    return rows


def no_hint_screen(sentence: str, width: int) -> list[Row]:
    """Say that there is nothing to hint at."""
    return [
        *(row(f" {line}") for line in wrapped(sentence, width - 1)),
        EMPTY,
        *next_rows(_after_green(), width),
    ]


def change_screen(
    done: str, changed: Sequence[str], notes: Iterable[str], commands: Sequence[str], width: int
) -> list[Row]:
    """Return what a command changed in a workspace, and the way back."""
    rows = [row(f" {line}") for line in wrapped(done, width - 1)]
    rows += labelled("wrote", wrapped(", ".join(map(visible, changed)), width - 9)) if changed else []
    rows += [row(f"   {line}") for note in notes for line in wrapped(visible(note), width - 3)]
    return [*rows, EMPTY, *next_rows([(command, "") for command in commands], width)]


def table_screen(
    lines: Sequence[Sequence[str]], commands: Sequence[tuple[str, str]], width: int
) -> list[Row]:
    """Return lines of cells in columns, and the commands to type next."""
    widths = [max(columns(visible(cell)) for cell in column) for column in zip(*lines, strict=True)]
    cells = [[padded(visible(cell), wide) for cell, wide in zip(line, widths, strict=True)] for line in lines]
    rows = [row(f" {'  '.join(line)}".rstrip()) for line in cells]
    return [*rows, EMPTY, *next_rows(commands, width)]


def doctor_screen(findings: Sequence[Finding], facts: Mapping[str, str], width: int) -> list[Row]:
    """Return what works on this machine, each with a remedy where it does not."""
    rows: list[Row] = []
    name_width = max((columns(finding.name) for finding in findings), default=0)
    for finding in findings:
        indent = 4 if width < NARROW else name_width + 5
        told = f"{finding.detail}; {finding.remedy}" if finding.remedy else finding.detail
        lines = wrapped(visible(told), width - indent)
        head = padded(finding.name, name_width)
        if width < NARROW:
            rows.append(row(" ", _HEALTH[finding.health], f" {finding.name}"))
            rows += [row(" " * indent + line) for line in lines]
            continue
        rows.append(row(" ", _HEALTH[finding.health], f" {head}  {lines[0]}"))
        rows += [row(" " * indent + line) for line in lines[1:]]
    known = [wrapped(f"{name}  {visible(value)}", width - 1) for name, value in facts.items()]
    rows += [EMPTY, *(row(Span(f" {line}", Style.DIM)) for lines in known for line in lines)]
    return [*rows, EMPTY, *next_rows((("backroad", ""),), width)]


def _after_hints() -> tuple[tuple[str, str], ...]:
    return (("backroad compare --spoil", "the reference, remembered as spoiled"),)


def _after_green() -> tuple[tuple[str, str], ...]:
    return (("backroad compare", "yours beside the reference, and why it is so"),)
