"""Ends processes with all their descendants."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

TERM_SECONDS = 5.0
KILL_SECONDS = 5.0
POLL = 0.005


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
        process.wait(KILL_SECONDS)
    kill_all(family)
    return obeyed


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
    if sys.platform == "linux" and not has_children(pid):
        return []
    import psutil

    try:
        return [child.pid for child in psutil.Process(pid).children(recursive=True)]
    except psutil.Error:
        return []


def has_children(pid: int) -> bool:
    """Return whether a process has children: cheaper than to import psutil for a no."""
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        return any((task / "children").read_text() for task in tasks)
    except OSError:
        return False


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
