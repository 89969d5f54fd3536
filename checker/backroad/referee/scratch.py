"""Temporary folders that learners' code writes into: they go, whatever was done to them."""

from __future__ import annotations

import os
import secrets
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from pathlib import Path

from backroad.model import Need
from backroad.plan import Plan

MEMORY = Path("/dev/shm")
ROOM = 512 * 2**20
YOUNG_SECONDS = 60
REMOVAL_SECONDS = 30
FOLDER = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_NOFOLLOW", 0)


@contextmanager
def temporary_folder(prefix: str, place: Path | None = None) -> Iterator[Path]:
    """Make a folder for the time of the `with`; what killed processes left of its kind goes first.

    `place` is where, the system's folder for temporary files if it is None.
    """
    place = place or Path(tempfile.gettempdir())
    sweep(place, prefix)
    folder = Path(tempfile.mkdtemp(prefix=prefix, dir=place)).resolve()
    try:
        with ExitStack() as holding:
            with suppress(OSError, ImportError):  # neither Windows nor every network's disk has such locks
                holding.enter_context(held(folder))
            yield folder
    finally:
        remove_folder(folder)


def run_folder(plan: Plan) -> AbstractContextManager[Path]:
    """Make a folder for the files of a run, for the time of a `with`."""
    return temporary_folder("backroad-run-", fast_folder(plan))


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Lock a folder for the time of the `with`; the lock ends with this process, however that ends.

    Raises BlockingIOError where another process holds it.
    """
    import fcntl  # Windows has none

    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(handle)


def sweep(place: Path, prefix: str) -> None:
    """Remove folders of ours that nobody holds any more; a new one is held within a moment."""
    if os.name != "posix":
        return
    with suppress(OSError), os.scandir(place) as found:
        for entry in found:
            if entry.name.startswith(prefix):
                with suppress(OSError):
                    state = entry.stat(follow_symlinks=False)
                    if state.st_uid == os.getuid() and time.time() - state.st_mtime > YOUNG_SECONDS:
                        with held(Path(entry.path)):
                            remove_folder(Path(entry.path))


def fast_folder(plan: Plan) -> Path | None:
    """Return where the files of a run belong: databases in memory, because their commits wait for disks."""
    with suppress(OSError, AttributeError):  # there is no statvfs on Windows
        state = os.statvfs(MEMORY)
        roomy = state.f_bavail * state.f_frsize >= ROOM
        if Need.SQL in plan.needs and roomy and os.access(MEMORY, os.W_OK | os.X_OK):
            return MEMORY
    return None


def remove_folder(folder: Path) -> None:
    """Remove a folder, whatever modes and depth it was given, and the files beside it with its name."""
    with suppress(RecursionError):
        shutil.rmtree(folder, ignore_errors=True)
    if os.path.lexists(folder):
        with suppress(OSError):
            remove_stubborn(folder)
    for beside in folder.parent.glob(f"{folder.name}.*"):
        with suppress(OSError):  # a folder of the learner's code, which goes with what it lies in
            beside.unlink()


def remove_stubborn(folder: Path) -> None:
    """Remove a folder whose folders have lost their rights, or lie thousands deep.

    They are moved up and emptied one by one, which takes neither a frame nor a descriptor a level. No link
    is followed, wherever it is put meanwhile.
    """
    if folder.is_symlink() or not hasattr(os, "O_DIRECTORY"):
        folder.unlink()
        return
    take_back(str(folder))
    root = os.open(folder, FOLDER)
    try:
        end = time.monotonic() + REMOVAL_SECONDS
        while time.monotonic() < end and (names := unlinked(root)):
            for name in names:
                empty(name, root)
    finally:
        os.close(root)
    folder.rmdir()


def unlinked(folder: int) -> list[str]:
    """Remove the files of an open folder, and return the names of its folders."""
    with os.scandir(folder) as found:
        entries = [(entry.name, entry.is_dir(follow_symlinks=False)) for entry in found]
    for name, is_folder in entries:
        if not is_folder:
            with suppress(OSError):
                os.unlink(name, dir_fd=folder)
    return [name for name, is_folder in entries if is_folder]


def empty(name: str, root: int) -> None:
    """Move the folders of a folder up to the root, and remove the rest."""
    with suppress(OSError):
        take_back(name, root)
        folder = os.open(name, FOLDER, dir_fd=root)
        try:
            for inner in unlinked(folder):
                take_back(inner, folder)
                os.rename(inner, secrets.token_hex(8), src_dir_fd=folder, dst_dir_fd=root)
        finally:
            os.close(folder)
        os.rmdir(name, dir_fd=root)


def take_back(name: str, at: int | None = None) -> None:
    """Take back every right on a folder, if it is none but that."""
    with suppress(OSError):
        if not hasattr(os, "O_PATH"):
            os.chmod(name, 0o700, dir_fd=at, follow_symlinks=False)
            return
        handle = os.open(name, os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=at)
        try:
            Path(f"/proc/self/fd/{handle}").chmod(0o700)  # an O_PATH descriptor itself takes no fchmod
        finally:
            os.close(handle)
