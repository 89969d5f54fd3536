"""`backroad check --watch` on a real terminal: every save is judged, and nothing is left behind."""

from __future__ import annotations

import os
import re
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import pytest

from .conftest import PROGRAM, RIGHT, SERVER, Kit

termios = pytest.importorskip("termios", reason="there are no keys here")
SECONDS = 60
ESCAPES = re.compile(rb"\x1b\[[0-9;?]*[A-Za-z]")
WRONG = RIGHT.replace("'hello '", "'hullo '")
ENDLESS = RIGHT.replace("return", "while True: pass\n    return")
SHOW = b"\x1b[?25h"


class Watched:
    """The command on a terminal of its own."""

    def __init__(self, folder: Path, environment: Mapping[str, str], *words: str) -> None:
        self.ours, self.theirs = os.openpty()
        self.modes = termios.tcgetattr(self.theirs)
        self.raw = b""
        self._read = 0
        self.process = subprocess.Popen(
            [sys.executable, "-c", CONTROLLED, "check", "--watch", *words],
            cwd=folder,
            env={**environment, "COLUMNS": "80", "LINES": "40", "TERM": "xterm"},
            stdin=self.theirs,
            stdout=self.theirs,
            stderr=self.theirs,
            start_new_session=True,
        )

    def hear(self, seconds: float) -> None:
        """Take in what was written within some time."""
        while select.select([self.ours], [], [], seconds)[0]:
            self.raw += os.read(self.ours, 2**16)
            seconds = 0

    def wait_for(self, text: str) -> str:
        """Return the text since the last call up to the screen that holds `text`, on one line or broken."""
        deadline = time.monotonic() + SECONDS
        while True:
            shown = ESCAPES.sub(b"", self.raw[self._read :]).decode("utf-8", "replace")
            if text in shown or text in " ".join(shown.split()):
                break
            assert time.monotonic() < deadline, f"{text!r} was never shown:\n{shown}"
            assert self.process.poll() is None, shown
            self.hear(0.1)
        self.hear(0.05)
        self._read = len(self.raw)
        return shown

    def press(self, key: str) -> None:
        """Press a key."""
        os.write(self.ours, key.encode())

    def end(self) -> int:
        """Wait for the end; returns the exit code."""
        deadline = time.monotonic() + SECONDS
        while self.process.poll() is None and time.monotonic() < deadline:
            self.hear(0.1)
        self.hear(0.05)
        return self.process.wait(1)

    def close(self) -> None:
        """End it in any case."""
        self.process.kill()
        self.process.wait()
        os.close(self.ours)
        os.close(self.theirs)


# A session leader takes the terminal, as a shell's job has it.
CONTROLLED = f"import fcntl, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); {PROGRAM}"
Watch = Callable[..., Watched]


@pytest.fixture
def watch(environment: Mapping[str, str]) -> Iterator[Watch]:
    """Start watching a folder; afterwards no process is left."""
    started: list[Watched] = []
    me = psutil.Process()
    before = {process.pid for process in me.children(recursive=True)}

    def start(folder: Path, *words: str) -> Watched:
        started.append(Watched(folder, environment, *words))
        return started[-1]

    yield start
    for one in started:
        one.close()
    deadline = time.monotonic() + 10
    while left := [one for one in me.children(recursive=True) if one.pid not in before and lives(one)]:
        assert time.monotonic() < deadline, left
        time.sleep(0.05)


def lives(process: psutil.Process) -> bool:
    """Return whether a process runs; one that ended and was adopted here stays a zombie."""
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_red_edit_green_hint_quit(watch: Watch, greeter: Path) -> None:
    """A save is judged at once; what changed is told, the keys do what the last line says."""
    seen = watch(greeter)
    assert "✗ hello(name) greets by name" in seen.wait_for("h hint · r again · q quit")
    seen.press("h")
    assert "Look at what comes back" in seen.wait_for("1 of 3")
    (greeter / "greeter.py").write_text(RIGHT)
    screen = seen.wait_for("c compare · r again · q quit")
    assert "3 of 3 · all stages green" in screen
    assert "+ ✓ hello(name) greets by name" in screen
    (greeter / "greeter.py").write_text(WRONG)
    assert "+ ✗ hello(name) greets by name" in seen.wait_for("h hint")
    seen.press("q")
    assert seen.end() == 1
    assert termios.tcgetattr(seen.theirs) == seen.modes
    assert seen.raw.rstrip().endswith(SHOW)


def test_warnings_are_part_of_the_screen(watch: Watch, solved: Path, environment: dict[str, str]) -> None:
    """What is said beside the matter is drawn, not drawn over; it is no reason to draw for ever."""
    home = Path(environment["BACKROAD_HOME"])
    shutil.rmtree(home, ignore_errors=True)
    home.write_text("no folder")
    seen = watch(solved)
    screen = seen.wait_for("c compare · r again · q quit")
    assert "all stages green" in screen
    assert "note   this run is not remembered" in screen
    seen.hear(1.0)
    drawn = seen.raw.count(b"all stages green")
    seen.hear(1.0)
    assert seen.raw.count(b"all stages green") == drawn
    seen.press("q")
    assert seen.end() == 0


def test_green_can_be_compared(watch: Watch, solved: Path) -> None:
    """The comparison has the screen until a key is pressed, or another text is saved."""
    file, seen = solved / "greeter.py", watch(solved)
    seen.wait_for("c compare")
    seen.press("c")
    assert "reference" in seen.wait_for("any key goes back")
    file.write_text(file.read_text())
    time.sleep(1)
    seen.hear(0.1)
    assert b"c compare" not in seen.raw[seen._read :]
    seen.press("x")
    seen.wait_for("c compare")
    seen.press("c")
    seen.wait_for("any key goes back")
    file.write_text(file.read_text() + "# done\n")
    seen.wait_for("c compare")
    seen.press("q")
    assert seen.end() == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=lambda one: one.name)
def test_every_way_out_leaves_the_terminal_sane(watch: Watch, greeter: Path, number: signal.Signals) -> None:
    """Ctrl-C, a request to end and a closed terminal, even in the middle of a run."""
    (greeter / "greeter.py").write_text(ENDLESS)
    seen = watch(greeter)
    time.sleep(2)
    os.kill(seen.process.pid, number)
    assert seen.end() == 130
    assert termios.tcgetattr(seen.theirs) == seen.modes
    assert SHOW in seen.raw


def test_a_save_ends_the_run_under_way(watch: Watch, greeter: Path) -> None:
    """Nobody waits for the limits of code that is old already."""
    (greeter / "greeter.py").write_text(ENDLESS)
    seen = watch(greeter, "--stage", "2")
    seen.wait_for("watching")
    seen.press("q")
    seen.end()
    seen = watch(greeter)
    time.sleep(1.5)
    (greeter / "greeter.py").write_text(RIGHT)
    assert "hung" not in seen.wait_for("all stages green")


def test_saves_of_all_kinds(watch: Watch, greeter: Path) -> None:
    """A rename over the file, a thousand saves in a row, a new file beside: the last state is judged."""
    seen = watch(greeter)
    seen.wait_for("watching")
    (greeter / "greeter.py~").write_text(RIGHT)
    (greeter / "greeter.py~").replace(greeter / "greeter.py")
    seen.wait_for("all stages green")
    for number in range(1000):
        (greeter / "greeter.py").write_text(RIGHT + f"# {number}\n")
    (greeter / "greeter.py").write_text(WRONG)
    seen.wait_for("+ ✗ hello(name) greets by name")
    (greeter / "helper.py").write_text("HELLO = 'hello '\n")
    (greeter / "greeter.py").write_text(RIGHT.replace("'hello '", "__import__('helper').HELLO"))
    seen.wait_for("+ ✓ hello(name) greets by name")


def test_half_a_file_is_told_and_gone(watch: Watch, solved: Path) -> None:
    """What an editor saves in two parts is unreadable for a moment."""
    seen = watch(solved)
    seen.wait_for("all stages green")
    (solved / "greeter.py").write_text(RIGHT[:40])
    seen.wait_for("cannot be imported")
    (solved / "greeter.py").write_text(RIGHT)
    seen.wait_for("all stages green")


def test_a_workspace_may_go_and_come_back(watch: Watch, solved: Path) -> None:
    """Renamed or deleted: it is told, and judged when something is there again."""
    seen = watch(solved)
    seen.wait_for("all stages green")
    solved.rename(solved.with_name("elsewhere"))
    seen.wait_for("is not there any more")
    solved.with_name("elsewhere").rename(solved)
    assert "is not there" not in seen.wait_for("all stages green").rpartition("greeter ·")[2]


def test_what_is_kept_ready_may_be_killed(watch: Watch, solved: Path) -> None:
    """It recovers, and says so in one line."""
    seen = watch(solved)
    seen.wait_for("all stages green")
    for child in psutil.Process(seen.process.pid).children(recursive=True):
        with suppress(psutil.NoSuchProcess):  # it went with the one before
            child.kill()
    (solved / "greeter.py").write_text(WRONG)
    assert "what was kept ready has ended; it starts anew" in seen.wait_for("+ ✗ hello(name)")


@contextmanager
def asleep(seen: Watched, seconds: float) -> Iterator[None]:
    """Stop the command with all it started, as a laptop that is closed, and wake it up after the `with`."""
    top = psutil.Process(seen.process.pid)
    family = [top, *top.children(recursive=True)]
    for one in family:
        with suppress(psutil.NoSuchProcess):
            one.suspend()
    time.sleep(seconds)
    yield
    for one in reversed(family):
        with suppress(psutil.NoSuchProcess):
            one.resume()


def test_a_suspended_laptop(watch: Watch, solved: Path) -> None:
    """What was saved meanwhile is judged, by a clock set back or forward; a run under way goes on."""
    seen = watch(solved)
    seen.wait_for("all stages green")
    file = solved / "greeter.py"
    for when, code, told in ((0, WRONG, "+ ✗"), (4e9, RIGHT, "+ ✓"), (1e9, WRONG, "+ ✗")):
        with asleep(seen, 1.5):
            file.write_text(code)
            os.utime(file, (when, when))
        seen.wait_for(f"{told} hello(name) greets by name")
    file.write_text(RIGHT.replace("return", "__import__('time').sleep(1)\n    return"))
    time.sleep(0.7)
    with asleep(seen, 3):
        pass
    seen.wait_for("+ ✓ hello(name) greets by name")


def test_a_service_is_restarted(watch: Watch, kit: Kit, tmp_path: Path) -> None:
    """Each save gets a new process of the service, and the last one goes with the watch."""
    assert kit("scaffold", "pinger").returncode == 0
    seen = watch(tmp_path / "pinger")
    seen.wait_for("all stages green")
    (tmp_path / "pinger" / "app.py").write_text(SERVER.replace("200", "404"))
    seen.wait_for("+ ✗ GET /healthz answers 200")
    (tmp_path / "pinger" / "app.py").write_text(SERVER)
    seen.wait_for("+ ✓ GET /healthz answers 200")
    seen.press("q")
    assert seen.end() == 0


def test_a_pipe_gets_one_screen_after_the_other(environment: Mapping[str, str], solved: Path) -> None:
    """Without a terminal there are no keys and no escapes."""
    command = [sys.executable, "-c", PROGRAM, "check", "--watch"]
    with subprocess.Popen(
        command, cwd=solved, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        text = b""
        while b"Ctrl-C ends it" not in text:
            text += os.read(process.stdout.fileno(), 2**16)
        process.send_signal(signal.SIGINT)
        assert process.wait(SECONDS) == 130
    assert b"\x1b" not in text
    assert "all stages green" in text.decode()


@pytest.mark.parametrize("words", [("--json", "-"), ("--junit", "f"), ("--debug",)])
def test_what_does_not_go_with_it(kit: Kit, greeter: Path, words: tuple[str, ...]) -> None:
    """Options for one run are refused by name."""
    ended = kit("check", "--watch", *words, cwd=greeter)
    assert ended.returncode == 2
    assert f"{words[0]}: does not go with --watch" in ended.stderr
