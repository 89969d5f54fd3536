"""Rooms: everybody who looks sees the same, and nobody holds anybody up."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from backroad.dashboard.rooms import Room, Rooms, Scene, told
from backroad.errors import BackroadError, Problem
from backroad.events import EventKind
from backroad.plan import Plan
from backroad.practice import Practice
from backroad.referee.engine import Engine
from backroad.report import Report, Verdict
from backroad.workspace.opening import open_workspace

from .foreign import ENDLESS, RIGHT, STARTER
from .visiting import DEADLINE, until


@pytest.fixture
def rooms(practice: Practice, engine: Engine) -> Iterator[Rooms]:
    """The rooms of a server that runs checks."""
    opened = Rooms(practice, engine)
    yield opened
    opened.close()


@pytest.fixture
def room(rooms: Rooms, practice: Practice, root: Path) -> Room:
    """The room of a workspace."""
    return rooms.room(open_workspace(root), practice.exercise("greeter"))


class Listener:
    """Somebody who follows a room in a thread."""

    def __init__(self, room: Room, seconds: float = 0.0) -> None:
        self.seen: list[Scene] = []
        self._seconds = seconds
        self._thread = threading.Thread(target=self._listen, args=(room,), daemon=True)
        self._thread.start()

    def _listen(self, room: Room) -> None:
        for scene in room.scenes():
            if scene is not None:
                self.seen.append(scene)
            time.sleep(self._seconds)

    def wait(self, holds: Callable[[Scene], object]) -> Scene:
        """Return the first scene of which something holds."""
        found: Scene = until(lambda: next(filter(holds, list(self.seen)), None), "a scene")
        return found

    def is_let_go(self) -> bool:
        """Whether it heard the end."""
        self._thread.join(DEADLINE)
        return not self._thread.is_alive()


def write(root: Path, text: str) -> None:
    """Save the module."""
    (root / "greeter.py").write_text(text, encoding="utf-8")


def verdicts(scene: Scene) -> list[Verdict]:
    """Return what a scene tells of its checks."""
    return [result.verdict for result in scene.results]


def test_all_see_the_same(room: Room, root: Path) -> None:
    """Two who look hear of one run and see the same report; the journal knows one run."""
    listeners = [Listener(room), Listener(room)]
    room.check()
    reports = [one.wait(lambda scene: scene.report).report for one in listeners]
    assert reports[0] is reports[1]
    kinds = [entry.event.kind for entry in room.practice.entries(workspace=root)]
    assert kinds.count(EventKind.CHECKED) == 1


def test_whoever_comes_late(room: Room) -> None:
    """Whoever looks after a run sees its end at once."""
    room.check()
    until(lambda: room.scene.report, "a report")
    scene = next(room.scenes())
    assert scene is not None
    assert verdicts(scene) == [Verdict.FAILED, Verdict.BLOCKED, Verdict.BLOCKED][: len(scene.results)]


def test_a_slow_listener(room: Room) -> None:
    """Who reads slowly holds up neither the run nor the others, and sees the last scene in the end."""
    slow, quick = Listener(room, seconds=0.5), Listener(room)
    slow.wait(lambda scene: not scene.running)
    began = time.monotonic()
    for number in range(200):
        room.notice(f"word {number}")
    quick.wait(lambda scene: "word 199" in scene.notices)
    assert time.monotonic() - began < 0.4
    slow.wait(lambda scene: "word 199" in scene.notices)
    assert len(slow.seen) < 10


def test_a_save_ends_the_run_before(room: Room, root: Path) -> None:
    """A save during a run ends it, processes and all, and judges what was saved; only that is noted."""
    write(root, ENDLESS)
    listener = Listener(room)
    room.check()
    listener.wait(lambda scene: scene.running)
    began = time.monotonic()
    write(root, RIGHT)
    found = listener.wait(lambda scene: scene.report)
    assert time.monotonic() - began < 10
    assert set(verdicts(found)) == {Verdict.PASSED}
    told = [entry.event for entry in room.practice.entries(workspace=root)]
    assert [event.data["passed"] for event in told if event.kind is EventKind.CHECKED] == [True]


def test_only_who_looks_has_saves_judged(room: Room, root: Path) -> None:
    """Where nobody looks, a save is judged when somebody comes."""
    write(root, RIGHT)
    time.sleep(0.3)
    assert room.scene == Scene()
    listener = Listener(room)
    room.check(always=False)
    assert set(verdicts(listener.wait(lambda scene: scene.report))) == {Verdict.PASSED}


def test_a_save_without_a_change(room: Room, root: Path) -> None:
    """A save that changed nothing is judged when somebody asks, and else is none."""
    room.check()
    first = until(lambda: room.scene.report, "a report")
    write(root, STARTER)
    room.check(always=False)
    assert (room.scene.report, room.scene.running) == (first, False)
    room.check()
    assert until(lambda: room.scene.report is not first and room.scene.report, "another report")


def test_closing_during_a_run(room: Room, rooms: Rooms, root: Path) -> None:
    """Closing lets everybody go, ends the run, and leaves neither a process nor a thread of it."""
    write(root, ENDLESS)
    listener = Listener(room)
    room.check()
    listener.wait(lambda scene: scene.running)
    rooms.close()
    assert listener.is_let_go()
    assert [thread.name for thread in threading.enumerate() if thread.name in ("run", "saves")] == []
    subjects = [one for one in psutil.Process().children(recursive=True) if str(root) in one.cmdline()]
    assert subjects == []
    told = [entry.event.kind for entry in room.practice.entries(workspace=root)]
    assert EventKind.CHECKED not in told


def test_nothing_is_opened_after_the_end(rooms: Rooms, practice: Practice, root: Path) -> None:
    """A request that comes while the server stops opens no room that nobody would close."""
    rooms.close()
    with pytest.raises(BackroadError, match="being ended"):
        rooms.room(open_workspace(root), practice.exercise("greeter"))


class Talking(Engine):
    """An engine that has something to tell to all while its run is being ended."""

    rooms: Rooms

    def run(self, _plan: Plan, *_: object, brake: object = None, **__: object) -> Report:  # type: ignore[override]  # as it is called here
        """Wait for the end, then speak."""
        until(lambda: brake.is_pulled, "the end")  # type: ignore[attr-defined]  # a Brake
        self.rooms.tell("it starts anew")
        raise BackroadError(Problem("", "ended"))


def test_a_word_at_the_end(practice: Practice, root: Path) -> None:
    """A run that has something to tell to all rooms while they are closed is not waited for in vain."""
    engine = Talking()
    engine.rooms = Rooms(practice, engine)
    room = engine.rooms.room(open_workspace(root), practice.exercise("greeter"))
    room.check()
    closing = threading.Thread(target=engine.rooms.close, daemon=True)
    closing.start()
    closing.join(10)
    assert not closing.is_alive()


class Broken(Engine):
    """An engine with a bug."""

    def run(self, *_: object, **__: object) -> Report:
        """Fail as no engine should."""
        raise ZeroDivisionError


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_bug(practice: Practice, root: Path) -> None:
    """A run that a bug ends is said to have ended, and the next one can begin."""
    rooms = Rooms(practice, Broken())
    room = rooms.room(open_workspace(root), practice.exercise("greeter"))
    room.check()
    assert "bug in backroad" in until(lambda: room.scene.trouble, "trouble")
    assert not room.scene.running
    rooms.close()


def test_notices(room: Room) -> None:
    """A notice is said once a run, of many the last, and the next run begins without."""
    for text in ("a", "b", "b", "c", "d"):
        room.notice(text)
    assert list(room.scene.notices) == ["b", "c", "d"]
    room.check()
    assert list(room.scene.notices) == []


def test_the_kits_own_files(room: Room, root: Path) -> None:
    """That a change in given/ does not count is said in the room."""
    (root / "given" / "tools.py").write_text("raise SystemExit\n", encoding="utf-8")
    room.check()
    assert any("do not count" in notice for notice in room.scene.notices)


def test_a_workspace_that_is_gone(room: Room, root: Path) -> None:
    """A folder that is renamed while somebody looks is missed in words, and judged when it is back."""
    listener = Listener(room)
    room.check()
    listener.wait(lambda scene: scene.report)
    away = root.with_name("away")
    root.rename(away)
    missed = until(lambda: room.scene.trouble, "trouble")
    assert "judged again when it is back" in missed
    room.check()
    assert "there is no such folder" in room.scene.trouble
    write(away, RIGHT)
    away.rename(root)
    until(lambda: room.scene.report and room.scene.report.passed, "it is judged again")


def test_settings_that_changed(rooms: Rooms, room: Room, practice: Practice, root: Path) -> None:
    """Another room is opened for a workspace whose settings changed, and who was in the old one is let go."""
    listener = Listener(room)
    settings = root / "backroad.toml"
    settings.write_text(settings.read_text(encoding="utf-8").replace(practice.kit, "0.0.1"), encoding="utf-8")
    other = rooms.room(open_workspace(root), practice.exercise("greeter"))
    assert other is not room
    assert other.workspace.kit == "0.0.1"
    assert listener.is_let_go()
    assert rooms.room(open_workspace(root), practice.exercise("greeter")) is other


def test_an_errors_words() -> None:
    """An error's problems are one text."""
    assert told(BackroadError(Problem("a", "b", "c"), Problem("", "d"))) == "a: b; c; d"
