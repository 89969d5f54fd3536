"""`backroad hint`: the next rung of the ladder for the first failing check."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from backroad.cli.places import folder_argument
from backroad.cli.session import Session
from backroad.console.notices import hint_screen, no_hint_screen
from backroad.errors import BackroadError, ExitCode

if TYPE_CHECKING:
    from backroad.model import Check, Exercise
    from backroad.workspace.opening import Workspace


@click.command("hint")
@folder_argument
@click.pass_obj
def command(session: Session, folder: str | None) -> int:
    """Show the next rung of the ladder of hints for the first failing check."""
    workspace = session.workspace(folder)
    exercise = session.exercise(workspace.slug)
    check = failing_check(session, workspace, exercise)
    if check is None:
        session.out.show(no_hint_screen("all checks are green in the last run", session.out.width))
        return ExitCode.PASSED
    session.out.show(hint_screen(check, climb(session, workspace, check), session.out.width))
    return ExitCode.PASSED


def failing_check(session: Session, workspace: Workspace, exercise: Exercise) -> Check | None:
    """Return the first failing check of the last run, running the checks if there was none."""
    from backroad.cli.checking import judge, keep, note, submitted
    from backroad.events import EventKind

    told = [entry.event for entry in session.entries(workspace=workspace.root)]
    runs = [event.data for event in told if event.kind is EventKind.CHECKED]
    if runs and (runs[-1]["first"] or runs[-1]["whole"]):
        name = runs[-1]["first"]
    else:  # never run, or only in part and that part is green
        state = keep(session, workspace)
        report = judge(session, exercise, submitted(session, exercise, workspace.root))
        note(session, workspace, exercise, report, state)
        name = report.first_failure.name if report.first_failure else None
    return next((check for check in exercise.checks if check.name == name), None)


def climb(session: Session, workspace: Workspace, check: Check) -> int:
    """Return how many rungs to show now, and remember the new one."""
    from backroad.events import Event, EventKind
    from backroad.progress import hints_given

    given = hints_given(session.entries(workspace=workspace.root), check.name)
    rung = min(given + 1, len(check.hints))
    if rung > given:
        event = Event(EventKind.HINTED, workspace.slug, workspace.root, {"check": check.name, "rung": rung})
        try:
            with session.archive() as archive:
                archive.journal.record(event)
        except BackroadError as error:
            session.warn(f"this hint is not remembered: {error}")
    return rung
