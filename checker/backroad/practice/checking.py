"""One run of the checks on a workspace: what is judged, the run, what is remembered of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from backroad.errors import BackroadError

if TYPE_CHECKING:
    from backroad.content.trees import Tree
    from backroad.model import Exercise
    from backroad.practice.practice import Practice
    from backroad.referee.session import Start
    from backroad.report import Report
    from backroad.workspace.opening import Workspace


def submitted(practice: Practice, exercise: Exercise, root: Path) -> Tree:
    """Return a workspace's files as they are judged; says which of the kit's own files were put back."""
    from backroad.content.layers import submission

    tree = submission(exercise, root)
    mention_restored(practice, tree)
    return tree


def mention_restored(practice: Practice, tree: Tree) -> None:
    """Say which of the kit's own files were put back before the checks use them."""
    if tree.restored:
        practice.warn(
            f"the checks use the kit's own {', '.join(tree.restored)}; your changes there do not count"
        )


@contextmanager
def summoned(practice: Practice, exercise: Exercise) -> Iterator[Start | None]:
    """Have a referee get ready while its run is planned; none where that run will not be one from cold."""
    from backroad.model import Kind

    if practice.engine is not None or exercise.kind is Kind.SERVICE:
        yield None
        return
    from backroad.referee.summons import Summoned

    referee = Summoned()
    try:
        yield referee.start
    finally:
        referee.dismiss()


def judge(
    practice: Practice, exercise: Exercise, tree: Tree, start: Start | None = None, **choices: object
) -> Report:
    """Run the checks of an exercise on a tree: warm where an engine is at hand, or where one pays off.

    `start` is for a run from cold.
    """
    from backroad.referee import plan_for, run
    from backroad.referee.parts import parts_of

    with (
        practice.progress(exercise.slug, len(exercise.checks)) as tick,
        plan_for(exercise, tree, in_parts=True, cache=practice.cache, **choices) as plan,
    ):
        if practice.engine is None and parts_of(plan) == 1:
            return run(plan, tick, start=start, brake=practice.brake)
        with practice.warm() as engine:
            return engine.run(plan, tick, brake=practice.brake)


def keep(practice: Practice, workspace: Workspace) -> str | None:
    """Store the workspace as it is now, ending first what a killed command left half done."""
    from backroad.workspace.archive import at_work

    try:
        with practice.archive() as archive, at_work(archive, workspace.root):
            return archive.attic.store(workspace.root)
    except BackroadError as error:
        practice.warn(f"this run is not remembered: {error}")
        return None


def note(
    practice: Practice, workspace: Workspace, exercise: Exercise, report: Report, state: str | None
) -> None:
    """Write the run into the journal."""
    from backroad.events import Event, EventKind
    from backroad.progress import summary

    if state is None:
        return
    data = {**summary(report, exercise), "state": state}
    try:
        with practice.archive() as archive:
            archive.journal.record(Event(EventKind.CHECKED, workspace.slug, workspace.root, data))
    except BackroadError as error:
        practice.warn(f"this run is not remembered: {error}")
