"""What `check` does: choose, run, remember, print."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from backroad.cli.places import split_words
from backroad.errors import BackroadError, ExitCode, Problem, nearest, stop
from backroad.practice.checking import judge, keep, note, submitted, summoned

if TYPE_CHECKING:
    from backroad.cli.session import Session
    from backroad.console import Terminal
    from backroad.console.report import Around
    from backroad.model import Exercise
    from backroad.report import Report
    from backroad.workspace.opening import Workspace


@dataclass(frozen=True)
class Wish:
    """What the user asked of `check`."""

    words: tuple[str, ...] = ()
    stage: int | None = None
    everything: bool = False
    json_file: str | None = None
    junit_file: str | None = None
    debug: bool = False


@dataclass(frozen=True)
class Checked:
    """A workspace with the report of its checks."""

    workspace: Workspace
    exercise: Exercise
    report: Report


def check_workspace(session: Session, wish: Wish) -> Checked:
    """Run the checks that were asked for, and remember the run."""
    workspace, names = split_words(session, wish.words)
    exercise = session.exercise(workspace.slug)
    with summoned(session, exercise) as start:
        import backroad.console.report
        import backroad.console.road  # noqa: F401 - what the screen needs, while the referee gets ready

        require_known(exercise, names, wish.stage)
        require_folders(wish.json_file, wish.junit_file)
        asked = {"names": plain_names(names), "stages": () if wish.stage is None else (wish.stage,)}
        state = keep(session, workspace)
        tree = submitted(session, exercise, workspace.root)
        report = judge(session, exercise, tree, start, in_process=wish.debug, **asked)
    note(session, workspace, exercise, report, state)
    return Checked(workspace, exercise, report)


def require_known(exercise: Exercise, names: Sequence[str], stage: int | None) -> None:
    """Stop at names and numbers that the exercise does not have."""
    known = [check.name for check in exercise.checks]
    problems = [
        Problem(name, f"{exercise.slug} has no such check", nearest(plain, known))
        for name, plain in zip(names, plain_names(names), strict=True)
        if plain not in known
    ]
    numbers = [one.number for one in exercise.stages]
    if stage is not None and stage not in numbers:
        last = f"it has stages 1 to {numbers[-1]}" if numbers else "it has none"
        problems.append(Problem("--stage", f"{exercise.slug} has no stage {stage}", last))
    if problems:
        raise BackroadError(*problems)


def plain_names(names: Sequence[str]) -> tuple[str, ...]:
    """Return names as the exercise has them: without `test_`, however they were copied."""
    return tuple(name.removeprefix("test_") for name in names)


def require_folders(*files: str | None) -> None:
    """Stop before anything runs when a report could not be written afterwards."""
    for file in files:
        if file and file != "-" and not Path(file).absolute().parent.is_dir():
            raise stop(file, "there is no such folder", "make it first, or choose another one")


def deliver(session: Session, checked: Checked, wish: Wish) -> None:
    """Write the files that were asked for, and print the screen."""
    from backroad.console.report import report_screen

    on_stdout = "-" in (wish.json_file, wish.junit_file)
    screen: Terminal = session.err if on_stdout else session.out
    around = surroundings(session, checked)
    screen.show(report_screen(checked.report, checked.exercise, screen.width, wish.everything, around))
    if wish.json_file:
        export(session, wish.json_file, json.dumps(checked.report.to_json(), indent=1) + "\n")
    if wish.junit_file:
        from backroad.junit import to_junit

        export(session, wish.junit_file, to_junit(checked.report))


def surroundings(session: Session, checked: Checked) -> Around:
    """Return what the screen tells beside the report: history, hints, the next exercise."""
    from backroad.console.report import Around
    from backroad.console.road import story
    from backroad.progress import NOTHING, hints_given, next_exercise, standings

    found = standings(session.entries(), session.kit)
    upcoming = next_exercise(session.roadmap, found)
    first = checked.report.first_failure
    left = 0
    if first is not None:
        here = session.entries(workspace=checked.workspace.root)
        rungs = next((len(check.hints) for check in checked.exercise.checks if check.name == first.name), 0)
        left = max(rungs - hints_given(here, first.name), 0)
    told = story(found.get(checked.exercise.slug, NOTHING), session.now())
    return Around(told, left, upcoming.slug if upcoming else "")


def export(session: Session, target: str, text: str) -> None:
    """Write a report to a file, or to stdout."""
    from backroad.workspace.disk import spoken, write_whole

    path = Path(target)
    if target == "-":
        session.out.write(text)
        return
    with spoken(path):
        if path.exists() and not path.is_file():
            path.write_text(text, encoding="utf-8")  # a pipe or a device has no neighbour to rename
        else:
            write_whole(path, text.encode("utf-8"))


def code(report: Report) -> ExitCode:
    """Return what the report means to a script."""
    return ExitCode.PASSED if report.passed else ExitCode.FAILED
