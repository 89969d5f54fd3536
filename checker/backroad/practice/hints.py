"""The ladder of hints: for which check, and how far up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backroad.errors import BackroadError

if TYPE_CHECKING:
    from backroad.model import Check, Exercise
    from backroad.practice.practice import Practice
    from backroad.workspace.opening import Workspace


def failing_check(practice: Practice, workspace: Workspace, exercise: Exercise) -> Check | None:
    """Return the first failing check of the last run, running the checks if there was none."""
    from backroad.events import EventKind
    from backroad.practice.checking import judge, keep, note, submitted

    told = [entry.event for entry in practice.entries(workspace=workspace.root)]
    runs = [event.data for event in told if event.kind is EventKind.CHECKED]
    if runs and (runs[-1]["first"] or runs[-1]["whole"]):
        name = runs[-1]["first"]
    else:  # never run, or only in part and that part is green
        state = keep(practice, workspace)
        report = judge(practice, exercise, submitted(practice, exercise, workspace.root))
        note(practice, workspace, exercise, report, state)
        name = report.first_failure.name if report.first_failure else None
    return next((check for check in exercise.checks if check.name == name), None)


def climb(practice: Practice, workspace: Workspace, check: Check) -> int:
    """Return how many rungs to show now, and remember the new one."""
    from backroad.events import Event, EventKind
    from backroad.progress import hints_given

    given = hints_given(practice.entries(workspace=workspace.root), check.name)
    rung = min(given + 1, len(check.hints))
    if rung > given:
        event = Event(EventKind.HINTED, workspace.slug, workspace.root, {"check": check.name, "rung": rung})
        try:
            with practice.archive() as archive:
                archive.journal.record(event)
        except BackroadError as error:
            practice.warn(f"this hint is not remembered: {error}")
    return rung
