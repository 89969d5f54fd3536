"""Somebody's design beside the right ones: whether they are shown yet, and how each does."""

from __future__ import annotations

import shlex
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from backroad.comparison import Contender, contender, line_count
from backroad.errors import BackroadError, nearest, stop
from backroad.events import EventKind
from backroad.model import Kind
from backroad.practice.checking import judge, keep, note, submitted
from backroad.report import Verdict

if TYPE_CHECKING:
    from backroad.content.trees import Tree
    from backroad.model import Exercise
    from backroad.practice.measuring import Measurement
    from backroad.practice.practice import Practice
    from backroad.report import Report
    from backroad.workspace.opening import Workspace

MINE = "yours"
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


def open_for(practice: Practice, workspace: Workspace, *, spoil: bool) -> Mine:
    """Return the learner's side, with the run that the journal knows of these files or a new one."""
    exercise = practice.exercise(workspace.slug)
    tree = submitted(practice, exercise, workspace.root)
    run = known_run(practice, workspace, tree.digest()) or new_run(practice, workspace, exercise, tree)
    return Mine(workspace, exercise, tree, run, spoil)


def known_run(practice: Practice, workspace: Workspace, digest: str) -> Mapping[str, Any] | None:
    """Return the last run of all checks on exactly these files with this kit."""
    told = [entry.event for entry in practice.entries(workspace=workspace.root)]
    runs = [event.data for event in told if event.kind is EventKind.CHECKED]
    same = [run for run in runs if run["digest"] == digest and run["whole"] and run["kit"] == practice.kit]
    return same[-1] if same else None


def new_run(practice: Practice, workspace: Workspace, exercise: Exercise, tree: Tree) -> Mapping[str, Any]:
    """Run the checks, and remember that."""
    from backroad.progress import summary

    state = keep(practice, workspace)
    report = judge(practice, exercise, tree)
    note(practice, workspace, exercise, report, state)
    return summary(report, exercise)


def measured(practice: Practice, mine: Mine, found: Sequence[Design]) -> Measurement:
    """Measure the learner's design and the others at the same work, in one run."""
    from backroad.practice.measuring import measure

    others = [(design.name, design.tree, bool(design.column.missing)) for design in found]
    return measure(practice, mine.exercise, start_of(mine), [(MINE, mine.tree, False), *others])


def columns(mine: Mine, found: Sequence[Design], measurement: Measurement) -> list[Contender]:
    """Return the columns of the table: the learner's design, then the others."""
    return [measurement.column(one) for one in (my_column(mine), *(design.column for design in found))]


def remember(
    practice: Practice,
    mine: Mine,
    found: Sequence[Design],
    kind: EventKind | None = None,
    measurement: Measurement | None = None,
) -> None:
    """Note that the reference is shown, and how the designs did; what is not earned is not shown unnoted.

    Where it stands in the journal already that it was not earned, `kind` is COMPARED.
    """
    from backroad.events import Event

    if kind is None:
        kind = EventKind.COMPARED if mine.run["passed"] else EventKind.SPOILED
    runs = {design.name: dict(design.run) for design in found}
    data: dict[str, Any] = {"kit": practice.kit, "designs": runs}
    if measurement is not None:
        data["measured"] = measurement.kept
    try:
        with practice.archive() as archive:
            archive.journal.record(Event(kind, mine.workspace.slug, mine.workspace.root, data))
    except BackroadError as error:
        if kind is EventKind.SPOILED:
            raise
        practice.warn(f"this comparison is not remembered: {error}")


def designs(practice: Practice, mine: Mine, other: str | None) -> list[Design]:
    """Return the reference and the alternatives, each with what the checks say of it."""
    from backroad.content import layers
    from backroad.content.solutions import load_shown

    names = [folder.name for folder in load_shown(mine.exercise).alternatives]
    if other is not None and other not in (*names, REFERENCE):
        raise stop(
            other, f"{mine.exercise.slug} has no such alternative", nearest(other, [*names, REFERENCE])
        )
    trees = {REFERENCE: layers.reference(mine.exercise)}
    trees |= {name: layers.alternative(mine.exercise, name) for name in names}
    known = known_designs(practice, mine.exercise)
    with practice.warm():
        return [design(practice, mine.exercise, name, tree, known) for name, tree in trees.items()]


def known_designs(practice: Practice, exercise: Exercise) -> dict[str, Mapping[str, Any]]:
    """Return what earlier comparisons with this kit found out, by the digest of the design."""
    told = [entry.event.data for entry in practice.entries(exercise.slug)]
    runs = [
        run for data in told if data.get("kit") == practice.kit for run in data.get("designs", {}).values()
    ]
    return {run["digest"]: run for run in runs if run["verdicts"]}


def design(
    practice: Practice, exercise: Exercise, name: str, tree: Tree, known: Mapping[str, Mapping[str, Any]]
) -> Design:
    """Return one design with its column: run now, unless it is known or this machine cannot."""
    from backroad.content import layers

    lines = line_count(tree, layers.start(exercise))
    digest = tree.digest()
    missing = absent(exercise, tree)
    if missing:
        return Design(name, tree, Contender(name, lines, missing=missing), {"digest": digest, "verdicts": {}})
    run = known.get(digest) or outcome(digest, judge(practice, exercise, tree))
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


def my_column(mine: Mine) -> Contender:
    """Return the column of the learner's own design."""
    lines = line_count(mine.tree, start_of(mine))
    return contender(MINE, lines, mine.run["verdicts"], mine.exercise, mine.run["seconds"])


def start_of(mine: Mine) -> Tree:
    """Return the files that the learner began with."""
    from backroad.content import layers

    return layers.start(mine.exercise)


def notes_of(mine: Mine) -> str:
    """Return what the author says of the reference and the alternatives, as Markdown."""
    from backroad.content.solutions import load_shown

    return load_shown(mine.exercise).notes.read_text(encoding="utf-8")
