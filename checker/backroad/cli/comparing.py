"""What `compare` prints: the table, the files side by side, the notes, the next command."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from backroad.comparison import compare
from backroad.practice.comparing import REFERENCE, Design, Mine, columns, notes_of, start_of
from backroad.report import Verdict

if TYPE_CHECKING:
    from backroad.cli.session import Session
    from backroad.comparison import Contender
    from backroad.console import Row
    from backroad.practice.measuring import Measurement


def show(
    session: Session, mine: Mine, found: list[Design], measurement: Measurement, other: str | None
) -> None:
    """Print table, files, notes and the next command."""
    from backroad.console import EMPTY, next_rows
    from backroad.console.beside import files_text, notes_text

    chosen = next(design for design in found if design.name == (other or REFERENCE))
    out = session.out
    comparison = compare(mine.tree, chosen.tree, start_of(mine))
    out.show([*_table(mine, columns(mine, found, measurement), measurement, out.width), EMPTY])
    out.write(files_text(comparison, "yours", chosen.name, out.width, out.colour))
    out.write(notes_text(notes_of(mine), out.width, out.colour))
    out.show([EMPTY, *next_rows(tuple(_next_commands(session, mine, found, chosen)), out.width)])


def write_page(
    session: Session,
    mine: Mine,
    found: list[Design],
    measurement: Measurement,
    other: str | None,
    file: str,
) -> None:
    """Write the comparison as one page; the screen keeps the table and the next command."""
    from backroad.cli.checking import export
    from backroad.console import EMPTY, next_rows
    from backroad.pages.comparison import comparison_page
    from backroad.practice.showing import whole_view

    shown = next(design for design in found if design.name == (other or REFERENCE))
    contenders = columns(mine, found, measurement)
    rows, remarks = measurement.rows(contenders), measurement.remarks(contenders)
    view = whole_view(session, mine, found, shown.name, rows, remarks)
    export(session, file, comparison_page(view) + "\n")
    screen = session.err if file == "-" else session.out
    screen.show([*_table(mine, contenders, measurement, screen.width), EMPTY])
    screen.show(next_rows(tuple(_next_commands(session, mine, found, shown)), screen.width))


def _table(mine: Mine, contenders: list[Contender], measurement: Measurement, width: int) -> list[Row]:
    from backroad.console.designs import design_rows

    remarks = measurement.remarks(contenders)
    return design_rows(mine.exercise.slug, contenders, measurement.rows(contenders), remarks, width)


def closed_screen(mine: Mine, width: int) -> list[Row]:
    """Say that the reference opens later, and how to see it now."""
    from backroad.console import EMPTY, next_rows, row
    from backroad.console.rows import wrapped

    core = [check.name for check in mine.exercise.checks if not check.stretch]
    red = sum(mine.run["verdicts"].get(name) != Verdict.PASSED for name in core)
    told = f"the comparison opens when yours passes: {red} of {len(core)} checks are red"
    commands = (
        ("backroad check", "what is red"),
        ("backroad compare --spoil", "the reference, remembered as spoiled"),
    )
    return [*(row(f" {line}") for line in wrapped(told, width - 1)), EMPTY, *next_rows(commands, width)]


def _next_commands(
    session: Session, mine: Mine, found: list[Design], shown: Design
) -> Iterator[tuple[str, str]]:
    from backroad.cli.travel import travel

    if mine.run["passed"]:
        yield travel(session).command, ""
    else:
        yield "backroad check", ""
    others = [design.name for design in found if design is not shown and design.name != REFERENCE]
    yield from ((f"backroad compare --with {name}", "another right design") for name in others)
