"""What an audit found, on one screen an exercise."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from backroad.audit import Audit, Part
from backroad.console.rows import (
    EMPTY,
    NARROW,
    Row,
    Span,
    Style,
    duration,
    next_rows,
    padded,
    row,
    titled,
    wrapped,
)
from backroad.errors import Problem
from backroad.glyphs import visible

LABEL = 14


def audit_screen(audits: Sequence[Audit], root: str, width: int) -> list[Row]:
    """Return everything that was found; paths below `root` are shortened."""
    rows = [line for audit in audits for line in (*_audit_rows(audit, root, width), EMPTY)]
    red = [audit.slug for audit in audits if audit.slug and not audit.is_clean]
    commands = [("backroad audit " + " ".join(red), "when that is put right")] if red else []
    problems = sum(len(audit.problems) for audit in audits)
    told = f" {problems} problem{'s' * (problems != 1)}" if problems else " no problem"
    return [*rows, row(Span(told, Style.BAD if problems else Style.GOOD)), *next_rows(commands, width)]


def _audit_rows(audit: Audit, root: str, width: int) -> Iterator[Row]:
    right = f"{audit.runs} runs, {duration(audit.seconds)}" if audit.slug else ""
    yield from titled(audit.slug or "the content", "", right, width)
    for part in audit.parts:
        yield from _part_rows(part, root, width)


def _part_rows(part: Part, root: str, width: int) -> Iterator[Row]:
    sign = Span("✗", Style.BAD) if part.problems else Span("✓", Style.GOOD)
    indent = 5 if width < NARROW else 3 + LABEL
    count = f"{len(part.problems)} problem{'s' * (len(part.problems) != 1)}; " if part.problems else ""
    said = wrapped(visible(count + part.said), width - indent)
    if width < NARROW:
        yield row(" ", sign, " ", part.name)
        said = ["", *said]
    else:
        yield row(" ", sign, " ", padded(part.name, LABEL), said[0])
    yield from (row(" " * indent + line) for line in said[1:])
    for note in part.notes:
        lines = wrapped(visible(note), width - indent - 2)
        yield row(" " * indent, Span(f"○ {lines[0]}", Style.DIM))
        yield from (row(" " * (indent + 2), Span(line, Style.DIM)) for line in lines[1:])
    for problem in part.problems:
        yield from _problem_rows(problem, root, width)


def _problem_rows(problem: Problem, root: str, width: int) -> Iterator[Row]:
    where = visible(problem.where.replace(f"{root}/", ""))
    for index, line in enumerate(wrapped(where, width - 5)):
        yield row("   - " if not index else "     ", Span(line, Style.TITLE))
    for text in (problem.what, problem.remedy):
        for line in wrapped(visible(text), width - 7) if text else ():
            yield row("       ", Span(line, Style.DIM if text is problem.remedy else Style.PLAIN))
