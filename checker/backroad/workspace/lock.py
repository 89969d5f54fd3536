"""One command at a time in one workspace: a lock that vanishes with its process, even with kill -9."""

from __future__ import annotations

import hashlib
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from backroad.errors import BackroadError, stop
from backroad.workspace.disk import printable, spoken
from backroad.workspace.journal import HOME_REMEDY

WAIT_SECONDS = 2.0
_guard = threading.Lock()
_held: set[Path] = set()  # the system's lock is one a process; threads of one process need this as well

if sys.platform == "win32":
    import msvcrt

    def _seize(descriptor: int) -> None:
        os.lseek(descriptor, 0, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _seize(descriptor: int) -> None:
        # lockf and not flock: a forked child inherits an flock and would hold it past our end
        fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB, 1)


@contextmanager
def alone_in(
    workspace: Path,
    home: Path,
    wait: float = WAIT_SECONDS,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[None]:
    """Hold the workspace for the block; stop when another command holds it for longer than `wait`."""
    path = lock_file(workspace, home)
    with spoken(home, HOME_REMEDY):
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = _open_held(path, clock() + wait, clock)
    if descriptor is None:
        raise _busy(workspace)
    try:
        yield
    finally:
        with _guard:  # closing gives the system's lock back, so nobody may open the file in between
            os.close(descriptor)
            _held.discard(path)


def lock_file(workspace: Path, home: Path) -> Path:
    """Return the file that stands for a workspace; the learner's own folder stays free of it."""
    name = hashlib.sha256(os.fsencode(workspace.resolve())).hexdigest()[:32]
    return home / "locks" / name


def _open_held(path: Path, until: float, clock: Callable[[], float]) -> int | None:
    while True:
        with _guard:
            descriptor = None if path in _held else _try(path)
            if descriptor is not None:
                _held.add(path)
                return descriptor
        if clock() >= until:
            return None
        time.sleep(0.02)


def _try(path: Path) -> int | None:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _seize(descriptor)
    except (BlockingIOError, PermissionError):  # how POSIX and Windows say that it is held
        os.close(descriptor)
        return None
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def _busy(workspace: Path) -> BackroadError:
    remedy = "wait until it has ended, or end it"
    return stop(printable(workspace), "another backroad command is at work in this folder", remedy)
