"""What the page of an exercise tells of a scene."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from backroad.dashboard.rooms import Room, Rooms, Scene
from backroad.dashboard.telling import CUT, NAMED, Telling, ladder, telling, verdicts
from backroad.model import Level
from backroad.practice import Practice
from backroad.practice.hints import climb
from backroad.referee.engine import Engine
from backroad.report import Place, Report, Result, Verdict
from backroad.workspace.opening import open_workspace

FAILED = Result("greets", "hello(name) greets by name", 1, False, Verdict.FAILED, expected="'a'", got="'b'")
BLOCKED = Result("greets_nobody", "Without a name it greets the world", 1, False, Verdict.BLOCKED)
PASSED = replace(FAILED, verdict=Verdict.PASSED, expected=None, got=None)
HARD = Result("takes_long_names", "A long name is taken whole", 2, True, Verdict.PASSED)
ESCAPING = "\x1b[31m<b>\u2028\u202e\ud800"


@pytest.fixture
def room(practice: Practice, root: Path) -> Iterator[Room]:
    """A room in which nothing runs."""
    with Engine() as engine:
        rooms = Rooms(practice, engine)
        yield rooms.room(open_workspace(root), practice.exercise("greeter"))
        rooms.close()


def told(room: Room, *results: Result, running: bool = False, notes: tuple[str, ...] = ()) -> Telling:
    """Return what is told of results."""
    report = Report("1", "greeter", Level.NONE, 0.5, "", results, notes=notes)
    return telling(room, Scene(running, results, None if running else report))


def text_of(told: Telling) -> str:
    """Return everything that is told of the first failure."""
    assert told.failure
    parts = [f"{part.label} {part.before}{part.mark}{part.after}" for part in told.failure.parts]
    return "\n".join([told.failure.sentence, *parts])


def test_nothing_yet(room: Room) -> None:
    """Of a scene before any run nothing is told."""
    assert telling(room, Scene()) == Telling()


def test_under_way(room: Room) -> None:
    """The first failure is told while the run goes on; what waits for it may yet be told otherwise."""
    found = told(room, FAILED, BLOCKED, running=True)
    assert "'a'" in text_of(found)
    assert (found.waiting, found.others, found.passed) == (0, (), False)
    assert telling(room, Scene(True, (PASSED,))).failure is None


def test_first_failure_alone_in_full(room: Room) -> None:
    """After the run one failure is told in full, some others in a line, the blocked as a number."""
    others = [replace(FAILED, name=f"other_{number}", sentence=f"Other {number}") for number in range(9)]
    found = told(room, FAILED, *others, BLOCKED)
    assert found.failure
    assert found.failure.sentence == FAILED.sentence
    assert [other.sentence for other in found.others] == [f"Other {number}" for number in range(NAMED)]
    assert (found.more, found.waiting) == (9 - NAMED, 1)
    assert (found.green, found.passed) == (0, False)


@pytest.mark.parametrize(
    ("result", "words"),
    [
        pytest.param(replace(FAILED, verdict=Verdict.HUNG, message="no answer within 3 s"), "3 s", id="hung"),
        pytest.param(
            replace(FAILED, verdict=Verdict.DIED, message="ended by signal 9"), "signal 9", id="died"
        ),
        pytest.param(
            replace(FAILED, verdict=Verdict.UNREADABLE, message="SyntaxError: no"),
            "SyntaxError",
            id="unreadable",
        ),
        pytest.param(replace(FAILED, verdict=Verdict.LIMIT, message="64 MB"), "64 MB", id="limit"),
        pytest.param(
            replace(FAILED, verdict=Verdict.RAISED, message="KeyError: 'x'"), "KeyError: 'x'", id="raised"
        ),
        pytest.param(
            replace(FAILED, verdict=Verdict.TAMPERED, message="spoke out of turn"),
            "out of turn",
            id="tampered",
        ),
    ],
)
def test_every_verdict(room: Room, result: Result, words: str) -> None:
    """Whatever a verdict is, it is named, and what happened is told."""
    found = told(room, result, BLOCKED)
    assert found.failure
    assert found.failure.verdict == result.verdict.lower()
    assert words in text_of(found)


def test_long_texts(room: Room) -> None:
    """Of a text of 5 MB, 4,000 characters are told, and how many are not."""
    found = told(room, replace(FAILED, got="x" * 5_000_000, output="y" * 5_000_000))
    assert found.failure
    for part in found.failure.parts:
        assert len(part.before) + len(part.mark) + len(part.after) <= CUT + 2
    assert sum(part.hidden for part in found.failure.parts) > 4_000_000


def test_hostile_texts(room: Room) -> None:
    """What could move a cursor, turn a line around or be no text is shown escaped, wherever it is."""
    hostile = replace(
        FAILED, sentence=ESCAPING, message=ESCAPING, output=ESCAPING, expected=ESCAPING, got=f"{ESCAPING}x",
        why=ESCAPING, did=(ESCAPING,), again=ESCAPING, remedy=ESCAPING,
    )  # fmt: skip
    found = told(room, hostile, replace(FAILED, name="other", sentence=ESCAPING), notes=(ESCAPING,))
    whole = "\n".join([text_of(found), *(other.sentence for other in found.others), *found.notices])
    assert "\\x1b" in whole
    for sign in "\x1b\u2028\u202e\ud800":
        assert sign not in whole
    whole.encode()
    trouble = telling(room, Scene(trouble=ESCAPING, notices=(ESCAPING,)))
    f"{trouble.trouble}{trouble.notices}".encode("ascii")


@pytest.mark.parametrize(
    ("results", "passed", "gold"),
    [
        pytest.param([PASSED], True, True, id="all"),
        pytest.param([PASSED, replace(HARD, verdict=Verdict.FAILED)], True, False, id="not hardened"),
        pytest.param([FAILED, HARD], False, False, id="red"),
    ],
)
def test_green(room: Room, results: list[Result], passed: bool, gold: bool) -> None:
    """Green is told of the core, and apart from it of all with the hardening."""
    found = told(room, *results)
    assert (found.passed, found.gold) == (passed, gold)


def test_trouble_comes_first(room: Room) -> None:
    """Where something is in the way, that alone is told, with the notices."""
    found = telling(room, Scene(trouble="gone", notices=("a word",)))
    assert found == Telling(trouble="gone", notices=("a word",))


def test_the_ladder(room: Room) -> None:
    """Hints that were read are told, with how many are left; a new one is shown at once."""
    check = room.exercise.checks[0]
    assert (ladder(room, check).rungs, ladder(room, check).left) == ((), 3)
    for count in (1, 2, 3, 3):
        climb(room.practice, room.workspace, check)
        found = told(room, FAILED).failure
        assert found
        assert found.ladder
        assert (found.ladder.rungs, found.ladder.left) == (check.hints[:count], 3 - count)


def test_where(room: Room) -> None:
    """The line of a failure leads to the editor, where its file is there."""
    for file, is_there in (("greeter.py", True), ("gone.py", False), ("\x00", False), ("given", False)):
        found = told(room, replace(FAILED, verdict=Verdict.RAISED, message="E", where=Place(file, 3))).failure
        assert found
        assert found.place == ("greeter.py:3" if is_there else "")
        assert found.address.startswith("vscode://file/") == is_there


def test_verdicts() -> None:
    """Every check that has a verdict is told by its name."""
    assert verdicts([FAILED, BLOCKED]) == {"greets": "FAILED", "greets_nobody": "BLOCKED"}
