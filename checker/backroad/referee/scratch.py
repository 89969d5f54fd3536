"""Temporary folders that learners' code writes into: they go, whatever was done to them."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from backroad.model import Need
from backroad.plan import Plan

MEMORY = Path("/dev/shm")
ROOM = 512 * 2**20


@contextmanager
def temporary_folder(prefix: str, place: Path | None = None) -> Iterator[Path]:
    """Make a folder for the time of the `with`."""
    folder = Path(tempfile.mkdtemp(prefix=prefix, dir=place)).resolve()
    try:
        yield folder
    finally:
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
