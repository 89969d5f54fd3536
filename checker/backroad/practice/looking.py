"""A comparison that is looked at for a while: what is known of it at once, and what has to be run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from backroad.comparison import Contender, line_count
from backroad.content import layers
from backroad.content.solutions import load_shown
from backroad.errors import nearest, stop
from backroad.events import EventKind
from backroad.practice.checking import submitted
from backroad.practice.comparing import (
    REFERENCE,
    Design,
    Mine,
    absent,
    design,
    known_designs,
    known_run,
    remember,
)
from backroad.progress import summary

if TYPE_CHECKING:
    from backroad.content.trees import Tree
    from backroad.model import Exercise
    from backroad.practice.practice import Practice
    from backroad.report import Report
    from backroad.workspace.opening import Workspace


@dataclass(frozen=True)
class Look:
    """Somebody's files beside the designs; `mine` is None while nothing is known of exactly these files.

    `spoiled` tells that it was opened before it was earned.
    """

    workspace: Workspace
    exercise: Exercise
    tree: Tree
    designs: Mapping[str, Tree]
    known: Mapping[str, Design]
    spoiled: bool
    mine: Mine | None

    @property
    def columns(self) -> dict[str, Contender]:
        """What can be said of each design without running it."""
        given = layers.start(self.exercise)
        return {name: Contender(name, line_count(tree, given)) for name, tree in self.designs.items()}


def look(practice: Practice, workspace: Workspace, exercise: Exercise) -> Look:
    """Return what is known; runs nothing."""
    tree = submitted(practice, exercise, workspace.root)
    designs = trees(exercise)
    kinds = {entry.event.kind for entry in practice.entries(workspace=workspace.root)}
    spoiled = EventKind.SPOILED in kinds
    run = known_run(practice, workspace, tree.digest())
    mine = None if run is None else Mine(workspace, exercise, tree, run, spoiled)
    runs = known_designs(practice, exercise)
    known = {
        name: design(practice, exercise, name, one, runs)
        for name, one in designs.items()
        if absent(exercise, one) or one.digest() in runs
    }
    return Look(workspace, exercise, tree, designs, known, spoiled, mine)


def trees(exercise: Exercise) -> dict[str, Tree]:
    """Return the files of every right design, the reference first."""
    names = [folder.name for folder in load_shown(exercise).alternatives]
    return {
        REFERENCE: layers.reference(exercise),
        **{name: layers.alternative(exercise, name) for name in names},
    }


def chosen(look: Look, other: str | None) -> str:
    """Return the design to lay yours beside; stops at one that there is not."""
    name = other or REFERENCE
    if name not in look.designs:
        raise stop(name, f"{look.exercise.slug} has no such alternative", nearest(name, [*look.designs]))
    return name


def own_side(look: Look, report: Report) -> Mine:
    """Return the learner's side after a run of its checks; stops where other files were judged."""
    if report.submission != look.tree.digest():
        raise stop("the files", "have changed meanwhile", "look at the page again")
    run = summary(report, look.exercise)
    return Mine(look.workspace, look.exercise, look.tree, run, look.spoiled)


def spoil(practice: Practice, mine: Mine | None) -> None:
    """Open the comparison before it is earned; stops where that cannot be remembered."""
    if mine is None:
        raise stop("the checks", "have not run on these files yet", "look at the page again")
    if mine.is_closed:
        remember(practice, mine, ())
