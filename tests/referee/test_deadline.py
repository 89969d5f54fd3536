"""Deadlines count the time in which a process could run."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from backroad.referee.deadline import LATE, PATIENCE, Deadline, run_times, threads

BURN = "import time\nprint('up', flush=True)\nwhile True: pass"
THREADS = """
import threading
def burn():
    while True: pass
for _ in range(8): threading.Thread(target=burn).start()
print('up', flush=True)
"""
linux_only = pytest.mark.skipif(not run_times([os.getpid()]), reason="this system does not tell who waits")


@pytest.fixture
def burning(request: pytest.FixtureRequest) -> Iterator[list[int]]:
    """Processes that take all processors, as many as the test says."""
    code, count = request.param
    processes = [subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) for _ in range(count)]
    for process in processes:
        assert process.stdout is not None
        process.stdout.readline()
    yield [process.pid for process in processes]
    for process in processes:
        with process:
            process.kill()


# A parent that shares nothing with its child, and waits for it as for a disk: clone(2) with CLONE_VFORK.
STUCK = """
import ctypes, os, signal, time
print("up", flush=True)
CLONE = {{"x86_64": 56, "aarch64": 220}}[os.uname().machine]
if ctypes.CDLL(None).syscall(CLONE, 0x4000 | signal.SIGCHLD, 0, 0, 0, 0) == 0:
    time.sleep({seconds})
    os._exit(0)
time.sleep(60)
"""


@pytest.fixture
def stuck(request: pytest.FixtureRequest) -> Iterator[int]:
    """A process that cannot run for as many seconds as the test says, and sleeps after that."""
    code = STUCK.format(seconds=request.param)
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, process_group=0) as process:
        assert process.stdout is not None
        process.stdout.readline()
        yield process.pid
        os.killpg(process.pid, signal.SIGKILL)


def until(deadline: Deadline) -> float:
    """Wait until a deadline is over; returns the seconds that took."""
    while wait := deadline.wait:
        time.sleep(wait)
    return deadline.passed


def until_missed(deadline: Deadline, pids: list[int]) -> tuple[float, float]:
    """Wait until a deadline is over; returns the seconds that took, and those that others had of them.

    Others had what was left of the wall's time by the processes `pids`, and what this one stood in line for.
    """
    before = run_times([*pids, os.getpid()])
    took = until(deadline)
    after = run_times([*pids, os.getpid()])
    mine = {int(thread) for _, thread in threads([os.getpid()])}
    ran = sum(after[thread][0] - before[thread][0] for thread in before.keys() - mine)
    queued = sum(after[thread][1] - before[thread][1] for thread in before.keys() & mine)
    return took, max(0.0, took - ran) + queued


def test_a_sleeper_gets_its_seconds() -> None:
    """Nobody waits for a processor: the clock on the wall decides."""
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as process:
        assert until(Deadline(0.3, lambda: [process.pid])) < 0.3 + 0.15
        process.kill()


SLEEPER = """
import sys, time
sys.path[:] = {path!r}
from backroad.referee.deadline import Deadline
deadline = Deadline(1.0, lambda: [])
began = time.monotonic()
print("up", flush=True)
while deadline.left:
    {wait}
print(time.monotonic() - began, deadline.passed, deadline.over)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there nothing is stopped by signals")
@pytest.mark.parametrize("wait", ["time.sleep(deadline.wait)", "deadline.pause(0.005)"])
def test_who_was_asleep_gets_the_rest(wait: str) -> None:
    """A laptop that was closed in the middle goes on where it was; a wait that was over just so counts."""
    command = [sys.executable, "-c", SLEEPER.format(path=sys.path, wait=wait)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"up\n"
        time.sleep(0.3)
        process.send_signal(signal.SIGSTOP)
        time.sleep(2.5)
        process.send_signal(signal.SIGCONT)
        took, passed, over = map(float, process.stdout.read().split())
    assert took > 2.5 + 1.0 - 2 * LATE
    assert 1.0 <= passed + LATE < 1.0 + 4 * LATE
    assert over == pytest.approx(took - 1.0, abs=2 * LATE)


@linux_only
@pytest.mark.parametrize("burning", [(BURN, 4 * (os.cpu_count() or 1))], indirect=True)
def test_the_crowded_get_more(burning: list[int]) -> None:
    """One of many that share the processors gets about what it missed, within bounds."""
    took = until(Deadline(0.3, lambda: burning[:1]))
    assert 0.3 * 1.5 < took < 0.3 * (PATIENCE + 1)


@linux_only
@pytest.mark.parametrize("burning", [(THREADS, 1)], indirect=True)
def test_own_threads_are_no_crowd(burning: list[int]) -> None:
    """A process that keeps itself waiting had the machine."""
    took, missed = until_missed(Deadline(0.5, lambda: burning), burning)
    assert took < 0.5 * 1.5 + missed


@linux_only
@pytest.mark.parametrize(("stuck", "due"), [(1.0, 1.5), (60.0, 0.5 * PATIENCE)], indirect=["stuck"])
def test_the_stuck_get_more(stuck: int, due: float) -> None:
    """Who waits for a disk gets what that took, within bounds."""
    took = until(Deadline(0.5, lambda: [stuck]))
    assert due - 0.2 < took < due + 0.45


@linux_only
@pytest.mark.parametrize("burning", [(BURN, 1)], indirect=True)
@pytest.mark.parametrize("stuck", [60.0], indirect=True)
def test_who_runs_is_not_stuck(burning: list[int], stuck: int) -> None:
    """One of several processes that waits for a disk keeps no other one from its work."""
    took, missed = until_missed(Deadline(0.5, lambda: [stuck, *burning]), burning)
    assert took < 0.5 * 1.5 + missed


def test_the_gone_have_no_times() -> None:
    """A process that ended is waited for by the clock."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    assert run_times([process.pid]) == {}
    assert until(Deadline(0.1, lambda: [process.pid])) < 0.3
