"""Temporary folders that learners' code writes into: they go, whatever was done to them."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from backroad.model import Need
from backroad.plan import Plan

MEMORY = Path("/dev/shm")
ROOM = 512 * 2**20
YOUNG_SECONDS = 60


@contextmanager
def temporary_folder(prefix: str) -> Iterator[Path]:
    """Make a folder for the time of the `with`."""
    folder = Path(tempfile.mkdtemp(prefix=prefix)).resolve()
    try:
        yield folder
    finally:
        remove_folder(folder)


@contextmanager
def run_folder(plan: Plan) -> Iterator[Path]:
    """Make a folder for the files of a run; in memory, what killed processes left there goes first."""
    place, prefix = fast_folder(plan), "backroad-run-"
    if place is None:
        with temporary_folder(prefix) as folder:
            yield folder
        return
    sweep(place, prefix)
    folder = Path(tempfile.mkdtemp(prefix=prefix, dir=place)).resolve()
    try:
        with held(folder):
            yield folder
    finally:
        remove_folder(folder)


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Lock a folder for the time of the `with`; the lock ends with this process, however that ends.

    Raises BlockingIOError where another process holds it.
    """
    import fcntl

    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(handle)


def sweep(place: Path, prefix: str) -> None:
    """Remove folders of ours that nobody holds any more; a new one is held within a moment."""
    for folder in place.glob(f"{prefix}*"):
        with suppress(OSError):
            state = folder.lstat()
            if state.st_uid == os.getuid() and time.time() - state.st_mtime > YOUNG_SECONDS:
                with held(folder):
                    remove_folder(folder)


def fast_folder(plan: Plan) -> Path | None:
    """Return where the files of a run belong: databases in memory, because their commits wait for disks."""
    with suppress(OSError, AttributeError):  # there is no statvfs on Windows
        state = os.statvfs(MEMORY)
        roomy = state.f_bavail * state.f_frsize >= ROOM
        if Need.SQL in plan.needs and roomy and os.access(MEMORY, os.W_OK | os.X_OK):
            return MEMORY
    return None


def remove_folder(folder: Path) -> None:
    """Remove a folder, whatever modes were given to what it holds, and the files beside it with its name."""
    shutil.rmtree(folder, ignore_errors=True)
    if folder.exists():
        open_up(folder)
        shutil.rmtree(folder, ignore_errors=True)
    for beside in folder.parent.glob(f"{folder.name}.*"):
        beside.unlink(missing_ok=True)


def open_up(folder: Path) -> None:
    """Take back every right on a folder and all folders in it; links are not followed."""
    with suppress(OSError):
        folder.chmod(0o700)
    for parent, names, _ in os.walk(folder):
        for name in names:
            path = Path(parent, name)
            with suppress(OSError):
                if not path.is_symlink():
                    path.chmod(0o700)
