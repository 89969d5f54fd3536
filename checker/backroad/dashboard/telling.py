"""What the page of an exercise tells of a scene: the first failure in full, what comes next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from backroad.console.report import asked
from backroad.dashboard.editor import editor_address
from backroad.dashboard.rooms import Room, Scene
from backroad.feedback import Mistake, Other, explain
from backroad.glyphs import visible
from backroad.model import Check, Level
from backroad.pages.parts import Part, part
from backroad.progress import hints_given
from backroad.report import Report, Result, Verdict

CUT = 4_000  # characters of one paragraph; the terminal's --all has the rest
NAMED = 5


@dataclass(frozen=True)
class Ladder:
    """The hints for one check: those that were read, and how many there are."""

    check: str
    rungs: tuple[str, ...] = ()
    left: int = 0


@dataclass(frozen=True)
class Failure:
    """The first check that is not green: its sentence, what happened, where, the hints."""

    sentence: str
    verdict: str
    parts: tuple[Part, ...]
    ladder: Ladder | None
    place: str = ""
    address: str = ""


@dataclass(frozen=True)
class Telling:
    """What is told beside the list of checks."""

    failure: Failure | None = None
    others: tuple[Other, ...] = ()
    more: int = 0
    waiting: int = 0
    untold: int = 0
    passed: bool = False
    gold: bool = False
    green: int = 0
    count: int = 0
    level: int = 0
    seconds: float = 0.0
    trouble: str = ""
    notices: tuple[str, ...] = ()


def telling(room: Room, scene: Scene) -> Telling:
    """Return what to tell; of a run under way, its first failure as soon as there is one."""
    notices = (*map(visible, scene.notices), *map(visible, scene.report.notes if scene.report else ()))
    if scene.trouble:
        return Telling(trouble=visible(scene.trouble), notices=notices)
    report = scene.report if scene.report and not scene.running else _so_far(room, scene.results)
    told = asked(report)
    feedback = explain(told, room.exercise.kind)
    failure = _failure(room, told, feedback.mistakes[0]) if feedback.mistakes else None
    return Telling(
        failure=failure,
        others=() if scene.running else feedback.others[:NAMED],
        more=max(len(feedback.others) - NAMED, 0),
        waiting=0 if scene.running else len(feedback.blocked),
        untold=feedback.untold,
        passed=scene.report is not None and report.passed,
        gold=_is_gold(room, report),
        green=sum(result.passed for result in told.results),
        count=len(told.results),
        level=int(report.level),
        seconds=report.seconds,
        notices=notices,
    )


def ladder(room: Room, check: Check) -> Ladder:
    """Return the hints that were read for a check."""
    entries = room.practice.entries(workspace=room.workspace.root)
    given = min(hints_given(entries, check.name), len(check.hints))
    return Ladder(check.name, tuple(map(visible, check.hints[:given])), len(check.hints) - given)


def verdicts(results: Sequence[Result]) -> Mapping[str, str]:
    """Return the verdict of every check that has one."""
    return {result.name: str(result.verdict) for result in results}


def _is_gold(room: Room, report: Report) -> bool:
    """Whether there is hardening, and it is green too."""
    is_hardened = any(check.stretch for check in room.exercise.checks)
    return is_hardened and bool(report.results) and all(result.passed for result in report.results)


def _so_far(room: Room, results: tuple[Result, ...]) -> Report:
    """Return a report of a run under way; what is blocked may yet turn out to be unread."""
    known = tuple(result for result in results if result.verdict is not Verdict.BLOCKED)
    return Report(room.practice.kit, room.exercise.slug, Level.NONE, 0.0, "", known)


def _failure(room: Room, report: Report, mistake: Mistake) -> Failure:
    check = next((one for one in room.exercise.checks if one.name == mistake.name), None)
    parts = tuple(part(paragraph, CUT) for paragraph in mistake.paragraphs)
    found = Failure(
        mistake.sentence,
        mistake.verdict.lower(),
        parts,
        ladder(room, check) if check is not None and check.hints else None,
    )
    first = report.first_failure
    where = first.where if first is not None else None
    if where is None:
        return found
    file = room.workspace.root / where.file
    if not (file.is_file() and file.resolve().is_relative_to(room.workspace.root.resolve())):
        return found
    address = editor_address(file, where.line, room.practice.environ)
    return replace(found, place=visible(f"{where.file}:{where.line}"), address=address)
