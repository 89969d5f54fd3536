"""Ends processes with all their descendants."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

TERM_SECONDS = 5.0
KILL_SECONDS = 5.0
POLL = 0.005
OWN_CHILDREN = Path("/proc/thread-self/children")  # some kernels are built without it


class Process(Protocol):
    """As much of subprocess.Popen as is needed of a process, whoever is its parent."""

    @property
    def pid(self) -> int:
        """Its id."""

    @property
    def returncode(self) -> int | Any:
        """How it ended, as far as is known already; None while it lives."""

    def poll(self) -> int | None:
        """Return how it ended, None while it lives."""

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end; raises subprocess.TimeoutExpired."""

    def send_signal(self, sig: int) -> None:
        """Send it a signal; one that has ended gets none."""

    def terminate(self) -> None:
        """Ask it to end."""

    def kill(self) -> None:
        """End it at once."""


def end(process: Process, *, grace: float = 0.0) -> bool:
    """End a process, its group and its descendants; returns whether it obeyed within `grace` seconds."""
    family = descendants(process.pid)
    obeyed = process.poll() is not None
    if grace and not obeyed:
        signal_group(process, signal.SIGTERM)
        obeyed = is_gone_within(process, grace)
    signal_group(process, getattr(signal, "SIGKILL", signal.SIGTERM))
    if process.poll() is None:
        process.kill()
    with suppress(subprocess.TimeoutExpired):
        wait(process, KILL_SECONDS)
    kill_all(family)
    return obeyed


def wait(process: Process, seconds: float) -> int:
    """Wait for the end of a process; raises subprocess.TimeoutExpired.

    Its own `wait` would look now and then, and see the end up to 50 ms late.
    """
    deadline = time.monotonic() + seconds
    if process.poll() is None:
        see_end(process.pid, seconds)
    return process.wait(max(0.0, deadline - time.monotonic()))


def see_end(pid: int, seconds: float) -> None:
    """Wait until a process that is not waited for has ended; returns at once where the system cannot tell."""
    with suppress(OSError, AttributeError):
        ended = os.pidfd_open(pid)
        try:
            select.select([ended], [], [], seconds)
        finally:
            os.close(ended)


def is_gone_within(process: Process, seconds: float) -> bool:
    """Wait for the whole group to end: a shell that started the service goes before it."""
    deadline = time.monotonic() + seconds
    while has_group(process):
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL)
    return True


def has_group(process: Process) -> bool:
    """Return whether a process or another one of its group lives."""
    if process.poll() is None:
        return True
    if os.name != "posix":
        return False
    with suppress(ChildProcessError):
        while os.waitpid(-process.pid, os.WNOHANG)[0]:
            pass  # one that was adopted here and has ended
    try:
        os.killpg(process.pid, 0)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def signal_group(process: Process, number: int) -> None:
    """Signal the group that the process leads; an ended leader's group may live on."""
    if os.name == "posix":
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, number)  # never 0, which is our own group
    else:
        process.send_signal(number)


def descendants(pid: int) -> list[int]:
    """Return the ids of all processes below `pid`."""
    if OWN_CHILDREN.exists():
        return below(pid)
    import psutil

    try:
        return [child.pid for child in psutil.Process(pid).children(recursive=True)]
    except psutil.Error:
        return []


def below(pid: int) -> list[int]:
    """Return the ids of all processes below `pid`, as Linux keeps them: nobody else is looked at."""
    family = [pid]
    for member in family:  # which grows meanwhile
        for task in threads(member):
            with suppress(OSError):  # it ends just now
                family += map(int, (task / "children").read_text("ascii").split())
    return family[1:]


def threads(pid: int) -> list[Path]:
    """Return the folders of a process's threads, none where it is gone."""
    with suppress(OSError):
        return list(Path(f"/proc/{pid}/task").iterdir())
    return []


def kill_all(pids: list[int]) -> None:
    """Kill processes at once; those that are gone are fine."""
    for pid in pids:
        with suppress(ProcessLookupError, PermissionError):
            os.kill(pid, getattr(signal, "SIGKILL", signal.SIGTERM))


def end_everything(seconds: float = KILL_SECONDS) -> None:
    """Kill and reap every descendant of this process, adopted ones included."""
    deadline = time.monotonic() + seconds
    while family := descendants(os.getpid()):
        kill_all(family)
        reap()
        if time.monotonic() > deadline:
            return
        time.sleep(POLL)


def reap() -> None:
    """Collect the exit codes of ended children."""
    with suppress(ChildProcessError):
        while os.name == "posix" and os.waitpid(-1, os.WNOHANG)[0]:
            pass
