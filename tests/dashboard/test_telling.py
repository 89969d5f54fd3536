"""What is told of a run: the first failure in full, as soon as it is known."""

from __future__ import annotations

import pytest

from backroad.dashboard.rooms import Room, Scene
from backroad.dashboard.telling import CUT, telling, verdicts
from backroad.model import Level
from backroad.report import Place, Report, Result, Verdict

GREETS = Result("greets", "hello(name) greets by name", 1, False, Verdict.PASSED)
NOBODY = Result("greets_nobody", "Without a name it greets the world", 1, False, Verdict.PASSED)
VERSION = Result("has_a_version", "The version is a number", 2, False, Verdict.PASSED)


def but(result: Result, verdict: Verdict, **more: object) -> Result:
    """Return a result with another verdict."""
    known = {name: getattr(result, name) for name in Result.__dataclass_fields__}
    return Result(**{**known, "verdict": verdict, **more})


def ended(*results: Result) -> Scene:
    """Return what there is to see after a run."""
    return Scene(results=results, report=Report("1", "greeter", Level.NONE, 0.5, "", results))


def test_before_any_run(room: Room) -> None:
    """Of nothing, nothing is told."""
    found = telling(room, Scene())
    assert (found.failure, found.trouble, found.passed, found.others) == (None, "", False, ())


def test_a_failure_while_the_run_goes_on(room: Room) -> None:
    """The first failure is told before the others have run, and nothing yet of what waits."""
    results = (but(GREETS, Verdict.FAILED, expected="1", got="2"), but(NOBODY, Verdict.BLOCKED))
    found = telling(room, Scene(running=True, results=results))
    assert found.failure is not None
    assert (found.failure.sentence, found.failure.verdict) == (GREETS.sentence, "failed")
    assert (found.waiting, found.others, found.passed) == (0, (), False)
    assert found.failure.ladder is not None
    assert (found.failure.ladder.rungs, found.failure.ladder.left) == ((), 3)


def test_while_all_is_green_so_far(room: Room) -> None:
    """A run that is green so far has not passed."""
    found = telling(room, Scene(running=True, results=(GREETS,)))
    assert (found.failure, found.passed) == (None, False)


def test_all_green(room: Room) -> None:
    """A run that passed says so, with its numbers."""
    found = telling(room, ended(GREETS, NOBODY, VERSION))
    assert (found.failure, found.passed, found.green, found.count) == (None, True, 3, 3)


@pytest.mark.parametrize(
    "verdict",
    [Verdict.FAILED, Verdict.RAISED, Verdict.HUNG, Verdict.DIED, Verdict.LIMIT, Verdict.UNREADABLE],
)
def test_every_verdict(room: Room, verdict: Verdict) -> None:
    """Whatever befell the first check is told in words, the others by name, and how many wait."""
    red = but(GREETS, verdict, message="said so", got="x")
    found = telling(room, ended(red, but(NOBODY, Verdict.BLOCKED), but(VERSION, verdict)))
    assert found.failure is not None
    assert found.failure.verdict == verdict.lower()
    assert found.failure.parts
    assert found.passed is False
    assert found.green == 0


def test_what_is_long_is_cut(room: Room) -> None:
    """Of a value without end there is as much as fits on a page."""
    red = but(GREETS, Verdict.FAILED, expected="x" * 5_000_000, got="y" * 5_000_000)
    found = telling(room, ended(red))
    assert found.failure is not None
    assert len(str(found.failure.parts)) < 10 * CUT


@pytest.mark.parametrize("file", ["../outside.py", "/etc/passwd", "a\x00b", "nothing.py", "", ".."])
def test_places_outside(room: Room, file: str) -> None:
    """No address leads to a file that is not in the workspace."""
    (room.workspace.root.parent / "outside.py").write_text("", encoding="utf-8")
    red = but(GREETS, Verdict.RAISED, where=Place(file, 1), message="x")
    found = telling(room, ended(red))
    assert found.failure is not None
    assert found.failure.address == ""


def test_places_inside(room: Room) -> None:
    """The line of the workspace where it happened is an address for the editor."""
    red = but(GREETS, Verdict.RAISED, where=Place("greeter.py", 4), message="x")
    found = telling(room, ended(red))
    assert found.failure is not None
    assert found.failure.place == "greeter.py:4"
    assert found.failure.address.endswith("/greeter/greeter.py:4")


def test_trouble_comes_first(room: Room) -> None:
    """What keeps the checks from running is told instead of what they said before."""
    found = telling(room, Scene(report=ended(GREETS).report, trouble="gone\x1b", notices=("n\x1b",)))
    assert (found.trouble, found.notices) == ("gone\\x1b", ("n\\x1b",))


def test_verdicts_by_name() -> None:
    """Each check that has run is known by its name."""
    assert verdicts((GREETS, but(NOBODY, Verdict.HUNG))) == {"greets": "PASSED", "greets_nobody": "HUNG"}
