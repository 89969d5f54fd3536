"""What `compare` does: find out whether it is open, run the other designs, print."""

from __future__ import annotations

import shlex
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from backroad.cli.checking import judge, keep, note, submitted
from backroad.comparison import Contender, compare, contender, line_count
from backroad.errors import BackroadError, nearest, stop
from backroad.events import EventKind
from backroad.model import Kind
from backroad.report import Verdict

if TYPE_CHECKING:
    from backroad.cli.session import Session
    from backroad.console import Row
    from backroad.content.trees import Tree
    from backroad.model import Exercise
    from backroad.report import Report
    from backroad.workspace.opening import Workspace

REFERENCE = "reference"


@dataclass(frozen=True)
class Mine:
    """The learner's side: the files, and what the checks said of exactly these files."""

    workspace: Workspace
    exercise: Exercise
    tree: Tree
    run: Mapping[str, Any]
    spoiled: bool

    @property
    def is_closed(self) -> bool:
        """Whether the reference is not to be shown yet."""
        return not (self.run["passed"] or self.spoiled)


@dataclass(frozen=True)
class Design:
    """Another right design and its column of the table."""

    name: str
    tree: Tree
    column: Contender
    run: Mapping[str, Any]


def open_for(session: Session, folder: str | None, spoil: bool) -> Mine:
    """Return the learner's side, with the run that the journal knows of these files or a new one."""
    workspace = session.workspace(folder)
    exercise = session.exercise(workspace.slug)
    tree = submitted(session, exercise, workspace.root)
    run = known_run(session, workspace, tree.digest()) or new_run(session, workspace, exercise, tree)
    return Mine(workspace, exercise, tree, run, spoil)


def known_run(session: Session, workspace: Workspace, digest: str) -> Mapping[str, Any] | None:
    """Return the last run of all checks on exactly these files with this kit."""
    told = [entry.event for entry in session.entries(workspace=workspace.root)]
    runs = [event.data for event in told if event.kind is EventKind.CHECKED]
    same = [run for run in runs if run["digest"] == digest and run["whole"] and run["kit"] == session.kit]
    return same[-1] if same else None


def new_run(session: Session, workspace: Workspace, exercise: Exercise, tree: Tree) -> Mapping[str, Any]:
    """Run the checks, and remember that."""
    from backroad.progress import summary

    state = keep(session, workspace)
    report = judge(session, exercise, tree)
    note(session, workspace, exercise, report, state)
    return summary(report, exercise)


def remember(session: Session, mine: Mine, found: list[Design]) -> None:
    """Note that the reference is shown, and how the designs did; what is not earned is not shown unnoted."""
    from backroad.events import Event

    kind = EventKind.COMPARED if mine.run["passed"] else EventKind.SPOILED
    data = {"kit": session.kit, "designs": {design.name: dict(design.run) for design in found}}
    try:
        with session.archive() as archive:
            archive.journal.record(Event(kind, mine.workspace.slug, mine.workspace.root, data))
    except BackroadError as error:
        if kind is EventKind.SPOILED:
            raise
        session.warn(f"this comparison is not remembered: {error}")


def designs(session: Session, mine: Mine, other: str | None) -> list[Design]:
    """Return the reference and the alternatives, each with what the checks say of it."""
    from backroad.content import layers
    from backroad.content.roadmap import load_solution

    names = [folder.name for folder in load_solution(mine.exercise).alternatives]
    if other is not None and other not in (*names, REFERENCE):
        raise stop(
            other, f"{mine.exercise.slug} has no such alternative", nearest(other, [*names, REFERENCE])
        )
    trees = {REFERENCE: layers.reference(mine.exercise)}
    trees |= {name: layers.alternative(mine.exercise, name) for name in names}
    known = known_designs(session, mine.exercise)
    with session.warm():
        return [design(session, mine.exercise, name, tree, known) for name, tree in trees.items()]


def known_designs(session: Session, exercise: Exercise) -> dict[str, Mapping[str, Any]]:
    """Return what earlier comparisons with this kit found out, by the digest of the design."""
    told = [entry.event.data for entry in session.entries(exercise.slug)]
    runs = [
        run for data in told if data.get("kit") == session.kit for run in data.get("designs", {}).values()
    ]
    return {run["digest"]: run for run in runs if run["verdicts"]}


def design(
    session: Session, exercise: Exercise, name: str, tree: Tree, known: Mapping[str, Mapping[str, Any]]
) -> Design:
    """Return one design with its column: run now, unless it is known or this machine cannot."""
    from backroad.content import layers

    lines = line_count(tree, layers.start(exercise))
    digest = tree.digest()
    missing = absent(exercise, tree)
    if missing:
        return Design(name, tree, Contender(name, lines, missing=missing), {"digest": digest, "verdicts": {}})
    run = known.get(digest) or outcome(digest, judge(session, exercise, tree))
    if run["missing"]:
        return Design(name, tree, Contender(name, lines, missing=run["missing"]), run)
    return Design(name, tree, contender(name, lines, run["verdicts"], exercise, run["seconds"]), run)


def absent(exercise: Exercise, tree: Tree) -> str:
    """Return which program this machine lacks for a design, or nothing."""
    words = shlex.split(tree.service().start)[:1] if exercise.kind is Kind.SERVICE else []
    lacking = [word for word in words if word != "python" and shutil.which(word) is None]
    return f"{lacking[0]} is not on this machine" if lacking else ""


def outcome(digest: str, report: Report) -> dict[str, Any]:
    """Return what is remembered of a design's run."""
    missing = unstartable(report)
    seen = {} if missing else verdicts(report)
    return {"digest": digest, "verdicts": seen, "seconds": report.seconds, "missing": missing}


def verdicts(report: Report) -> dict[str, str]:
    """Return the verdict of every check that ran."""
    return {result.name: str(result.verdict) for result in report.results}


def unstartable(report: Report) -> str:
    """Return why a design could not start here at all, as when a package it needs is missing."""
    from backroad.feedback import is_told_once
    from backroad.glyphs import one_line

    first = report.first_failure
    if first is None or first.verdict is not Verdict.UNREADABLE or not is_told_once(report):
        return ""
    return one_line(first.message or first.got or "it does not start here")


def show(session: Session, mine: Mine, found: list[Design], other: str | None) -> None:
    """Print table, files, notes and the next command."""
    from backroad.console import EMPTY, next_rows
    from backroad.console.beside import files_text, notes_text, verdict_rows

    chosen = next(design for design in found if design.name == (other or REFERENCE))
    out = session.out
    comparison = compare(mine.tree, chosen.tree, _start(mine))
    table = verdict_rows(
        mine.exercise.slug, [_my_column(mine), *(design.column for design in found)], out.width
    )
    out.show([*table, EMPTY])
    out.write(files_text(comparison, "yours", chosen.name, out.width, out.colour))
    out.write(notes_text(_notes(mine), out.width, out.colour))
    out.show([EMPTY, *next_rows(tuple(_next_commands(session, mine, found, chosen)), out.width)])


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


def _my_column(mine: Mine) -> Contender:
    lines = line_count(mine.tree, _start(mine))
    return contender("yours", lines, mine.run["verdicts"], mine.exercise, mine.run["seconds"])


def _start(mine: Mine) -> Tree:
    from backroad.content import layers

    return layers.start(mine.exercise)


def _notes(mine: Mine) -> str:
    from backroad.content.roadmap import load_solution

    return load_solution(mine.exercise).notes.read_text(encoding="utf-8")
