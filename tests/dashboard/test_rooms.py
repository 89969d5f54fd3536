"""Rooms: one run a workspace, heard by all who look, whatever becomes of the workspace and the journal."""

from __future__ import annotations

import shutil
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

import psutil
import pytest

from backroad.dashboard.desk import Desk
from backroad.dashboard.exercise import told
from backroad.dashboard.rooms import Room, Rooms, Scene
from backroad.dashboard.telling import telling
from backroad.errors import BackroadError
from backroad.events import EventKind
from backroad.referee.engine import Engine
from backroad.report import Report, Verdict

from ..cli.conftest import RIGHT
from .conftest import Browser, solve

PATIENCE = 20  # seconds, for what takes one at most
ENDLESS = "VERSION = 1\n\n\ndef hello(name='world'):\n    while True:\n        pass\n"


def wait(condition: Callable[[], bool]) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "it has not come about"
        time.sleep(0.01)


def is_over(room: Room) -> bool:
    """Return whether the last run is told."""
    return not room.scene.running and (room.scene.report is not None or bool(room.scene.trouble))


def judged(room: Room) -> Scene:
    """Have a workspace judged; return what there is to see then."""
    room.check()
    wait(lambda: is_over(room))
    return room.scene


class Listener:
    """Somebody who looks at a room, in a thread."""

    def __init__(self, room: Room, pause: float = 0.0) -> None:
        self.seen: list[Scene] = []
        self.is_gone = False
        self._pause = pause
        self._room = room
        self.thread = threading.Thread(target=self._look)
        self.thread.start()
        wait(lambda: bool(self.seen))

    def _look(self) -> None:
        for scene in self._room.scenes():
            if scene is not None:
                self.seen.append(scene)
            time.sleep(self._pause)
        self.is_gone = True


@contextmanager
def looking(room: Room, *pauses: float) -> Iterator[list[Listener]]:
    """Have somebody look for the time of the `with`, who is let go by the room's end."""
    listeners = [Listener(room, pause) for pause in pauses or (0.0,)]
    try:
        yield listeners
    finally:
        room.close()
        for listener in listeners:
            listener.thread.join(PATIENCE)
            assert listener.is_gone


def test_two_see_the_same(room: Room, greeter: Path) -> None:
    """Whoever looks hears of the same run, and a slow one holds nobody up but misses nothing whole."""
    solve(greeter)
    with looking(room, 0.0, 0.0, 0.5) as (one, other, slow):
        room.check()
        wait(lambda: is_over(room))
        wait(lambda: one.seen[-1] is room.scene and other.seen[-1] is room.scene)
        assert slow.seen[-1] is not None
        wait(lambda: slow.seen[-1] is room.scene)
    report = one.seen[-1].report
    assert report is not None
    assert report.passed
    assert other.seen[-1] is slow.seen[-1] is one.seen[-1]
    runs = [e for e in room.practice.entries("greeter") if e.event.kind is EventKind.CHECKED]
    assert len(runs) == 1


def test_a_save_is_judged_while_somebody_looks(room: Room, greeter: Path) -> None:
    """A save has the checks run for whoever looks; a save that changed nothing is none."""
    judged(room)
    with looking(room) as (listener,):
        solve(greeter)
        wait(lambda: listener.seen[-1].report is not None and listener.seen[-1].report.passed)
        count = len(runs_of(room))
        solve(greeter)
        (greeter / "notes.txt").write_text("more", encoding="utf-8")
        wait(lambda: len(runs_of(room)) == count + 1)
    assert len(runs_of(room)) == count + 1


def test_a_save_that_nobody_sees(room: Room, greeter: Path) -> None:
    """A workspace that nobody looks at is left alone."""
    solve(greeter)
    with pytest.raises(AssertionError):
        quickly(lambda: room.scene.running or room.scene.report is not None)


def quickly(condition: Callable[[], bool]) -> None:
    """Look for a moment whether something comes about."""
    deadline = time.monotonic() + 0.4
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def runs_of(room: Room) -> list[object]:
    """Return the runs that the journal tells of."""
    return [one for one in room.practice.entries("greeter") if one.event.kind is EventKind.CHECKED]


def test_a_save_during_a_run(room: Room, greeter: Path) -> None:
    """A run of what is no longer there ends at once, and only the one of what is there is told."""
    (greeter / "greeter.py").write_text(ENDLESS, encoding="utf-8")
    with looking(room) as (listener,):
        room.check()
        wait(lambda: bool(children()) and room.scene.running)
        begun = time.monotonic()
        solve(greeter)
        wait(lambda: listener.seen[-1].report is not None)
        assert time.monotonic() - begun < 3
    reports = {scene.report for scene in listener.seen if scene.report}
    assert [report.passed for report in reports] == [True]
    assert len(runs_of(room)) == 1


def children() -> list[psutil.Process]:
    """Return all processes below this one."""
    return psutil.Process().children(recursive=True)


def test_checks_asked_for_at_once(room: Room, greeter: Path) -> None:
    """Of many who press the button together one run is left, and it is told."""
    solve(greeter)
    threads = [threading.Thread(target=room.check) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    wait(lambda: is_over(room))
    assert room.scene.report is not None
    assert room.scene.report.passed
    assert len([one for one in threading.enumerate() if one.name == "run" and one.is_alive()]) == 0


def test_closed_during_a_run(desk: Desk, room: Room, greeter: Path) -> None:
    """Nothing is left of the run: no thread, no line in the journal, and no other one begins."""
    (greeter / "greeter.py").write_text(ENDLESS, encoding="utf-8")
    room.check()
    wait(lambda: room.scene.running)
    begun = time.monotonic()
    desk.close()
    assert time.monotonic() - begun < 3
    room.check()
    assert not [one for one in threading.enumerate() if one.name in ("run", "saves")]
    assert runs_of(room) == []
    with pytest.raises(BackroadError, match="is being ended"):
        desk.room(desk.practice.exercise("greeter"))


def test_closed_while_a_run_says_something(desk: Desk, room: Room, greeter: Path) -> None:
    """A run that has something to say to everybody while all rooms are closed holds up nothing."""
    solve(greeter)
    rooms = desk.rooms
    room._runs.engine = Talking(rooms)  # type: ignore[assignment]  # an engine whose warm start is lost
    room.check()
    wait(lambda: room.scene.running)
    closing = threading.Thread(target=rooms.close, daemon=True)
    closing.start()
    closing.join(PATIENCE)
    assert not closing.is_alive()


class Talking:
    """Says something as soon as the run is to end."""

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms

    def run(self, _plan: object, _tell: object, brake: object) -> None:
        """Wait for the brake, and speak."""
        wait(lambda: bool(getattr(brake, "is_pulled", False)))
        self._rooms.tell("what was kept ready has ended")
        raise BackroadError


class Broken(Engine):
    """An engine with a bug."""

    def run(self, *_: object, **__: object) -> Report:
        """Fail as no engine should."""
        raise ZeroDivisionError


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_bug(room: Room) -> None:
    """A run that a bug ends is said to have ended, and the next one can begin."""
    rooms = Rooms(room.practice, Broken())
    broken = rooms.room(room.workspace, room.exercise)
    broken.check()
    wait(lambda: "bug in backroad" in broken.scene.trouble)
    assert not broken.scene.running
    rooms.close()


def test_the_folder_is_deleted(room: Room, greeter: Path) -> None:
    """A workspace that goes away is told, and judged again when it is back."""
    solve(greeter)
    aside = greeter.with_name("aside")
    with looking(room) as (listener,):
        room.check()
        wait(lambda: is_over(room))
        shutil.copytree(greeter, aside)
        shutil.rmtree(greeter)
        wait(lambda: "is not there any more" in listener.seen[-1].trouble)
        assert listener.seen[-1].report is None
        aside.rename(greeter)
        wait(lambda: listener.seen[-1].report is not None and listener.seen[-1].report.passed)


def test_the_folder_is_renamed(browser: Browser, room: Room, greeter: Path) -> None:
    """A workspace under another name is not there: nothing is written where it was, and the page says so."""
    with looking(room) as (listener,):
        greeter.rename(greeter.with_name("moved"))
        wait(lambda: bool(listener.seen[-1].trouble))
        code, told = browser.post("exercise/greeter/check")
        assert (code, "there is no such folder" in told["problems"][0]) == (409, True)
    assert not greeter.exists()


@pytest.mark.parametrize(
    "text", ["[exercise]\nslug = ", "", '[exercise]\nslug = "greeter"\nkit = "999.0"\n', "\x00", "[" * 5_000]
)
def test_settings_that_are_broken(browser: Browser, room: Room, greeter: Path, text: str) -> None:
    """A backroad.toml that cannot be read is told with its path, on the page and in its answers."""
    settings = greeter / "backroad.toml"
    whole = settings.read_text(encoding="utf-8")
    judged(room)
    settings.write_text(text, encoding="utf-8")
    code, page = browser.get("exercise/greeter/")
    assert (code, str(greeter) in page, 'id="start"' in page) == (200, True, False)
    code, page = browser.get("exercise/greeter/compare/")
    assert (code, str(greeter) in page) == (409, True)
    for deed in ("check", "start"):
        code, told = browser.post(f"exercise/greeter/{deed}")
        assert (code, str(greeter) in told["problems"][0]) == (409, True)
    settings.write_text(whole, encoding="utf-8")
    assert browser.get("exercise/greeter/")[0] == 200
    assert browser.post("exercise/greeter/check")[0] == 200


def test_other_settings_have_a_room_of_their_own(desk: Desk, room: Room, greeter: Path) -> None:
    """Whoever looks at a workspace whose settings have changed is sent to a room that knows them."""
    exercise = desk.practice.exercise("greeter")
    assert desk.room(exercise) is room
    listener = Listener(room)
    settings = greeter / "backroad.toml"
    text = settings.read_text(encoding="utf-8").replace(desk.practice.kit, "0.0.1")
    settings.write_text(text, encoding="utf-8")
    assert desk.room(exercise) is not room
    wait(lambda: listener.is_gone)


@contextmanager
def locked(file: Path) -> Iterator[None]:
    """Have somebody else write in the journal for the time of the `with`."""
    connection = sqlite3.connect(file, isolation_level=None)
    connection.execute("BEGIN EXCLUSIVE")
    try:
        yield
    finally:
        connection.execute("ROLLBACK")
        connection.close()


BROKEN = [
    pytest.param(lambda file: file.write_bytes(b"no journal " * 1_000), id="no database"),
    pytest.param(lambda file: newer(file), id="a newer kit's"),
    pytest.param(lambda file: replaced_by_a_folder(file), id="a folder"),
]


def newer(file: Path) -> None:
    """Make a journal one of a kit that does not exist yet."""
    connection = sqlite3.connect(file)
    connection.execute("PRAGMA user_version = 99")
    connection.close()


def replaced_by_a_folder(file: Path) -> None:
    """Put a folder in the place of a file."""
    file.unlink()
    file.mkdir()


@pytest.mark.parametrize("harm", BROKEN)
def test_a_journal_that_is_broken(room: Room, greeter: Path, harm: Callable[[Path], None]) -> None:
    """The checks run all the same, once, and it is said that they are not remembered."""
    assert greeter.is_dir()
    judged(room)
    harm(room.practice.home / "journal.sqlite")
    with looking(room):
        scene = judged(room)
        assert scene.report is not None
        room.check(always=False)  # nothing was saved: the run stands, and so does what was said of it
        assert any("not remembered" in notice for notice in room.scene.notices)


@pytest.mark.parametrize("harm", BROKEN)
def test_a_broken_journal_is_told_once(
    browser: Browser, room: Room, greeter: Path, harm: Callable[[Path], None]
) -> None:
    """A page that is told of a failure and its hints without a journal hears it once, not without end."""
    assert greeter.is_dir()
    judged(room)
    harm(room.practice.home / "journal.sqlite")
    judged(room)
    with browser.app.test_request_context(f"/{browser.secret}/"):
        stream = told(browser.desk, room)
        threading.Timer(1.0, room.close).start()
        events = list(islice(stream, 50))
    assert 1 <= len(events) < 10
    assert "hello(name) greets by name" in events[0]


def test_a_journal_that_is_deleted(browser: Browser, room: Room) -> None:
    """Without the journal the workspace is found where it would be made, and what looked is not disturbed."""
    judged(room)
    shutil.rmtree(room.practice.home)
    code, text = browser.get("exercise/greeter/")
    assert (code, str(room.workspace.root) in text, 'id="start"' in text) == (200, True, False)
    assert judged(room).report is not None


def test_a_journal_that_is_locked(room: Room, greeter: Path) -> None:
    """While somebody else writes, a run waits for its turn in the journal and is remembered."""
    solve(greeter)
    with locked(room.practice.home / "journal.sqlite"):
        room.check()
        wait(lambda: room.scene.running)
        time.sleep(0.3)
    wait(lambda: is_over(room))
    assert room.scene.notices == ()
    assert len(runs_of(room)) == 1


def test_a_run_that_prints_megabytes(room: Room, greeter: Path) -> None:
    """Five megabytes of output come as a page that is no longer than a screen or two."""
    noise = "print('<b>' * 10 + '\\x1b[2J', flush=True)\n" * 1
    text = RIGHT.replace(
        "    return", f"    for _ in range(150_000):\n        {noise}    return 'x'\n    return"
    )
    (greeter / "greeter.py").write_text(text, encoding="utf-8")
    scene = judged(room)
    assert scene.report is not None
    assert scene.report.results[0].verdict is not Verdict.PASSED
    assert len(str(telling(room, scene))) < 50_000
