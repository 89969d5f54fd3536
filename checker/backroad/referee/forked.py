"""Processes that a preloaded one forks for us: what is sent to it, and what is left to hold."""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from typing import IO, Any

from backroad.referee.endings import KILL_SECONDS, Process, see_end

KILLED = -int(getattr(signal, "SIGKILL", 9))
LINE = 64
GLANCE = 0.05  # seconds, after which one looks whether another thread has heard what one waits for


class ForkServer:
    """Our end of the control socket of a process that forks on request; several processes may share it."""

    def __init__(self, control: socket.socket) -> None:
        self.control = control

    def fork(self, order: Mapping[str, Any], descriptors: Sequence[int]) -> Forked:
        """Send an order with descriptors; raises Unborn where nobody takes it any more."""
        ours, theirs = socket.socketpair()
        data = json.dumps(order).encode("ascii")
        try:
            socket.send_fds(self.control, [data], [*descriptors, theirs.fileno()])
        except OSError as error:
            ours.close()
            raise Unborn(*error.args) from None
        finally:
            theirs.close()
        return Forked(ours)


class Unborn(ProcessLookupError):
    """The process that should have forked was gone, or could not."""


class Forked(Process):
    """A process on a leash: a socket that tells two ids and the exit code as lines, then closes.

    The ids are its own, and that of the process that goes last: itself, or one that keeps it, which is
    `started` where it is a child of ours. To let go of the leash ends what is left. Threads may ask at once.
    """

    def __init__(self, leash: socket.socket, started: subprocess.Popen[bytes] | None = None) -> None:
        self._leash = leash
        self.started = started
        self._told = b""
        self._closed = False
        self._hearing = threading.Lock()
        self.stdin: IO[bytes] | None = None
        self.stdout: IO[bytes] | None = None

    @property
    def pid(self) -> int:
        """Its id; waits a few milliseconds for it the first time. Raises Unborn where it never came."""
        return self._ids()[0]

    def _ids(self) -> list[int]:
        while b"\n" not in self._told and not self._closed:
            self._hear(GLANCE)
        if b"\n" not in self._told:
            raise Unborn
        return [int(word) for word in self._told.split(b"\n")[0].split()]

    @property
    def returncode(self) -> int | None:
        """How it ended, as far as is known already."""
        if self._told.count(b"\n") > 1:
            return int(self._told.split(b"\n")[1])
        return KILLED if self._closed else None

    def poll(self) -> int | None:
        """Return how it ended, None while it lives."""
        while self.returncode is None and self._hear(0):
            pass
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end; raises subprocess.TimeoutExpired."""
        deadline = None if timeout is None else time.monotonic() + timeout
        while (code := self.returncode) is None:
            left = None if deadline is None else max(0.0, deadline - time.monotonic())
            if not self._hear(GLANCE if left is None else min(left, GLANCE)) and left == 0:
                raise subprocess.TimeoutExpired("a forked process", timeout or 0.0)
        return code

    def _hear(self, seconds: float) -> bool:
        """Read what the leash tells within some time; returns whether there was anything."""
        if self._closed or not select.select([self._leash], [], [], seconds)[0]:
            return False
        with self._hearing:
            try:
                data = self._leash.recv(LINE, socket.MSG_DONTWAIT)
            except BlockingIOError:  # another thread was quicker
                return True
            except OSError:
                data = b""
            self._told += data
            self._closed = not data
        return bool(data)

    def send_signal(self, sig: int) -> None:
        """Send it a signal; one that has ended gets none."""
        if self.poll() is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, sig)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(getattr(signal, "SIGKILL", signal.SIGTERM))

    def let_go(self, seconds: float) -> None:
        """Let go of the leash, and wait until all that was on it has ended."""
        if not self._closed:
            with suppress(OSError):
                self._leash.shutdown(socket.SHUT_WR)
            deadline = time.monotonic() + seconds
            while not self._closed and (left := deadline - time.monotonic()) > 0:
                self._hear(min(left, GLANCE))
            # The leash is closed a moment before the last process is gone.
            with suppress(Unborn):
                see_end(self._ids()[-1], max(0.0, deadline - time.monotonic()))
        self._leash.close()
        self._closed = True
        if self.started is not None:
            self.started.wait(seconds)


def let_go(process: Process, seconds: float = KILL_SECONDS) -> None:
    """Have what is left of a forked process ended; one that was started here has nobody who would."""
    if isinstance(process, Forked):
        process.let_go(seconds)


def end_by_itself(server: subprocess.Popen[bytes]) -> None:
    """Wait for a forking process whose control socket was closed, and for its spare; then insist."""
    try:
        server.wait(KILL_SECONDS)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


@cache
def can_fork() -> bool:
    """Return whether this system has what a warm start needs: fork, and descriptors for processes."""
    if sys.platform != "linux":
        return False
    try:
        os.close(os.pidfd_open(os.getpid()))
    except OSError:  # before Linux 5.3
        return False
    return True
