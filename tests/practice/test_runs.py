"""Runs of one workspace, one at a time."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from backroad.errors import BackroadError
from backroad.events import EventKind
from backroad.practice.runs import BUG, Runs
from backroad.referee.engine import Engine
from backroad.report import Report
from backroad.workspace.opening import Workspace

from ..dashboard.foreign import ENDLESS, RIGHT, STARTER
from ..dashboard.visiting import until
from .conftest import Kit, lose_home


class Heard(list[tuple[str, Any]]):
    """What was put, in order."""

    def kinds(self) -> list[str]:
        """Return what was told, in a word each, the progress of a run as one."""
        words = [kind for kind, _ in self]
        return [
            word for place, word in enumerate(words) if words[place - 1 : place] != [word] or word != "told"
        ]

    def wait(self, kind: str, count: int = 1) -> Any:
        """Return what the last of a kind told, once there are so many."""
        until(lambda: [word for word, _ in self].count(kind) >= count, kind)
        return [what for word, what in self if word == kind][-1]


@pytest.fixture
def heard() -> Heard:
    """Nothing yet."""
    return Heard()


@pytest.fixture
def runs(kit: Kit, workspace: Workspace, engine: Engine, heard: Heard) -> Iterator[Runs]:
    """The runs of a workspace."""
    one = Runs(engine, kit, workspace, kit.exercise("greeter"), {}, heard.append)
    yield one
    one.close()


def write(workspace: Workspace, text: str) -> None:
    """Save the module."""
    (workspace.root / "greeter.py").write_text(text, encoding="utf-8")


def checked(kit: Kit) -> list[bool]:
    """Return which runs the journal knows, by whether they passed."""
    told = [entry.event for entry in kit.entries()]
    return [event.data["passed"] for event in told if event.kind is EventKind.CHECKED]


def test_a_run(runs: Runs, kit: Kit, workspace: Workspace, heard: Heard) -> None:
    """It begins, tells each result with those before, reports, and is noted."""
    write(workspace, RIGHT)
    runs.begin(always=False)
    report = heard.wait("report")
    assert heard.kinds() == ["began", "told", "report"]
    parts = [what for kind, what in heard if kind == "told"]
    assert [len(part) for part in parts] == [1, 2, 3]
    assert parts[-1] == report.results
    assert report.passed
    assert checked(kit) == [True]


def test_a_save_without_a_change(runs: Runs, workspace: Workspace, heard: Heard) -> None:
    """A save that changed nothing is no run, unless somebody asks for one."""
    runs.begin(always=False)
    heard.wait("report")
    before = len(heard)
    write(workspace, STARTER)
    runs.begin(always=False)
    assert len(heard) == before
    runs.begin(always=True)
    heard.wait("report", 2)


def test_stopped(runs: Runs, kit: Kit, workspace: Workspace, heard: Heard) -> None:
    """A run that is stopped reports nothing, is not noted, and leaves no thread."""
    write(workspace, ENDLESS)
    runs.stop()
    runs.begin(always=True)
    runs.stop()
    assert heard.kinds() == ["began"]
    assert checked(kit) == []
    assert "run" not in [thread.name for thread in threading.enumerate()]


def test_a_new_one_ends_the_one_before(runs: Runs, kit: Kit, workspace: Workspace, heard: Heard) -> None:
    """Of two runs only the later one reports."""
    write(workspace, ENDLESS)
    runs.begin(always=False)
    write(workspace, RIGHT)
    runs.begin(always=False)
    assert heard.wait("report").passed
    assert heard.kinds() == ["began", "began", "told", "report"]
    assert checked(kit) == [True]


def test_closed(runs: Runs, heard: Heard) -> None:
    """Once they are closed no run begins."""
    runs.close()
    runs.begin(always=True)
    assert heard == []


def test_files_that_cannot_be_judged(runs: Runs, workspace: Workspace, heard: Heard) -> None:
    """What cannot be read ends the run before, is told, and is judged when it can be, changed or not."""
    runs.begin(always=False)
    heard.wait("report")
    link = workspace.root / "away.py"
    link.symlink_to("/etc/hostname")
    runs.begin(always=False)
    assert "is a link that leaves the folder" in str(heard.wait("trouble"))
    link.unlink()
    runs.begin(always=False)
    heard.wait("report", 2)


def test_lost(runs: Runs, workspace: Workspace, heard: Heard) -> None:
    """A workspace that is gone ends its run and is told; back again, it is judged, changed or not."""
    write(workspace, ENDLESS)
    runs.begin(always=False)
    away = workspace.root.with_name("away")
    workspace.root.rename(away)
    runs.lose()
    error = heard.wait("trouble")
    assert isinstance(error, BackroadError)
    assert str(error).startswith(f"{workspace.root}: is not there any more")
    runs.begin(always=False)
    assert "there is no such folder" in str(heard.wait("trouble", 2))
    away.rename(workspace.root)
    write(workspace, RIGHT)
    runs.begin(always=False)
    assert heard.wait("report").passed


def test_without_a_journal(runs: Runs, kit: Kit, heard: Heard) -> None:
    """Where nothing can be remembered the run is the same, and that is said."""
    lose_home(kit)
    runs.begin(always=False)
    assert not heard.wait("report").passed
    assert any("this run is not remembered" in text for text in kit.heard)


class Broken(Engine):
    """An engine with a bug."""

    def run(self, *_: object, **__: object) -> Report:
        """Fail as no engine should."""
        raise ZeroDivisionError


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_bug(kit: Kit, workspace: Workspace, heard: Heard) -> None:
    """A run that a bug ends is told as trouble, and another one can begin."""
    with Broken() as engine:
        runs = Runs(engine, kit, workspace, kit.exercise("greeter"), {}, heard.append)
        for count in (1, 2):
            runs.begin(always=True)
            assert str(heard.wait("trouble", count)) == BUG
        runs.close()


def test_two_who_ask_at_once(runs: Runs, kit: Kit, workspace: Workspace, heard: Heard) -> None:
    """Somebody who read the files before a save does not have them judged after it."""
    (workspace.root / "given" / "tools.py").write_text("KIT = 2\n", encoding="utf-8")
    read, go_on = threading.Event(), threading.Event()

    def linger(_: str) -> None:  # told between reading the files and judging them
        if not read.is_set():
            read.set()
            go_on.wait(60)

    kit.on_warning = linger
    early = threading.Thread(target=runs.begin, kwargs={"always": False})
    early.start()
    assert read.wait(60)
    write(workspace, RIGHT)
    late = threading.Thread(target=runs.begin, kwargs={"always": False})
    late.start()
    late.join(0.2)
    go_on.set()
    early.join()
    late.join()
    until(lambda: heard[-1][0] == "report", "a report")
    assert heard[-1][1].passed
