"""Processes end with all their descendants."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from backroad.referee import endings

FAMILY = """
    import os, subprocess, sys
    own = [sys.executable, "-c", "import signal; print('up', flush=True); signal.pause()"]
    one = subprocess.Popen(own, stdout=subprocess.PIPE)
    two = subprocess.Popen(own, stdout=subprocess.PIPE, start_new_session=True)
    one.stdout.readline(), two.stdout.readline()
    print("up", flush=True)
    signal.pause() if (signal := __import__("signal")) else None
"""
DEAF = """
    import signal
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    print("up", flush=True)
    while True:
        signal.pause()
"""
POLITE = """
    import signal, sys
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    print("up", flush=True)
    signal.pause()
"""
LONG = 60
LINE_OF_FORKS = f"""
    import os, signal
    reading, writing = os.pipe()
    for place in range({LONG}):
        if os.fork():
            break
    else:
        os.write(writing, b"up")
    if place == 0:
        os.read(reading, 2)
        print("up", flush=True)
    signal.pause()
"""
Start = Callable[[str], "subprocess.Popen[bytes]"]


@pytest.fixture
def start() -> Iterator[Start]:
    """Start Python code as the leader of a session, and wait until it is up."""
    started: list[subprocess.Popen[bytes]] = []

    def begin(code: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-c", textwrap.dedent(code)]
        started.append(subprocess.Popen(command, stdout=subprocess.PIPE, start_new_session=True))
        stdout = started[-1].stdout
        assert stdout is not None
        assert stdout.readline() == b"up\n"
        return started[-1]

    yield begin
    for process in started:
        with process:
            for child in family_of(process):
                child.kill()
            process.kill()


def family_of(process: subprocess.Popen[bytes]) -> list[psutil.Process]:
    """Return the descendants of a process, none if it is gone."""
    try:
        return psutil.Process(process.pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def test_a_whole_family_ends(start: Start) -> None:
    """Children go with their parent, also those that left its session."""
    process = start(FAMILY)
    family = family_of(process)
    assert sorted(endings.descendants(process.pid)) == sorted(child.pid for child in family)
    endings.end(process)
    assert psutil.wait_procs(family, timeout=10)[1] == []


def test_the_deaf_are_killed(start: Start) -> None:
    """Who ignores SIGTERM is ended after the grace, and it is told."""
    process = start(DEAF)
    assert endings.end(process, grace=0.1) is False
    assert process.returncode == -9


def test_the_polite_may_clear_up(start: Start) -> None:
    """Who obeys within the grace ends with its own exit code."""
    process = start(POLITE)
    assert endings.end(process, grace=10) is True
    assert process.returncode == 0


def test_ending_twice_is_fine(start: Start) -> None:
    """A process that is gone can be ended again."""
    process = start(POLITE)
    endings.end(process)
    assert endings.end(process) is True
    assert endings.descendants(process.pid) == []
    endings.kill_all([process.pid])


@pytest.mark.skipif(not endings.OWN_CHILDREN.exists(), reason="this system keeps no list of children")
def test_where_the_system_keeps_no_list(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    """All processes are looked at then, and the same ones are found."""
    process = start(FAMILY)
    kept = sorted(endings.descendants(process.pid))
    monkeypatch.setattr(endings, "OWN_CHILDREN", Path("/nowhere"))
    assert sorted(endings.descendants(process.pid)) == kept
    assert len(kept) == 2
    assert endings.descendants(2**22 + 1) == []


@pytest.mark.skipif(not endings.OWN_CHILDREN.exists(), reason="this system keeps no list of children")
def test_a_long_line_of_descendants(start: Start) -> None:
    """Each is the child of the one before, and all are found."""
    process = start(LINE_OF_FORKS)
    family = endings.descendants(process.pid)
    assert len(family) == LONG
    endings.end(process)
    psutil.wait_procs(map(psutil.Process, filter(psutil.pid_exists, family)), timeout=10)
    assert not any(psutil.pid_exists(pid) for pid in family)


def test_waiting_tells_the_code_or_gives_up(start: Start) -> None:
    """Whoever ends is told of with its code; whoever does not is waited for that long."""
    process = start(POLITE)
    with pytest.raises(subprocess.TimeoutExpired):
        endings.wait(process, 0.01)
    process.terminate()
    assert endings.wait(process, 10) == 0
    assert endings.wait(process, 10) == 0


def test_everything_ends_orphans_too(start: Start) -> None:
    """A process that adopts orphans ends daemons that left their parents."""
    code = f"""
        import os, subprocess, sys
        sys.path.append({str(endings.__file__.rsplit("/", 3)[0])!r})
        from backroad.referee import endings
        from backroad.subject.confinement import adopt_orphans
        adopt_orphans()
        reading, writing = os.pipe()
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                import signal
                os.write(writing, b"%d" % os.getpid())
                signal.pause()
            os._exit(0)
        os.wait()
        pid = int(os.read(reading, 20))
        endings.end_everything()
        print("up", flush=True)
        print(os.path.exists(f"/proc/{{pid}}"), endings.descendants(os.getpid()), flush=True)
    """
    process = start(code)
    assert process.stdout is not None
    assert process.stdout.readline() == b"False []\n"


@pytest.mark.skipif(os.name != "posix", reason="waits as Unix does")
def test_reaping_without_children_is_fine(start: Start) -> None:
    """Nobody to wait for is no error."""
    process = start("import sys\nsys.path.append('.')\nprint('up')\n")
    process.wait(10)
    endings.signal_group(process, 15)
