"""Writing so that nothing is ever half there, and the system's refusals said with a remedy."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from backroad.content.names import shown
from backroad.errors import BackroadError, stop

NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
FORBIDDEN = {errno.EACCES, errno.EPERM}


@contextmanager
def spoken(where: Path, remedy: str = "") -> Iterator[None]:
    """Turn what the system refuses inside the block into an error with the path and a remedy."""
    try:
        yield
    except OSError as error:
        raise refusal(error, where, remedy) from error


def refusal(error: OSError, where: Path, remedy: str = "") -> BackroadError:
    """Return the error to show for what the system refused."""
    path = printable(error.filename or where)
    if error.errno in NO_ROOM:
        return stop(path, "there is no room left to write", "free some space, then repeat the command")
    if error.errno == errno.EROFS:
        return stop(path, "the disk is read-only", remedy or "choose a folder that you can write")
    if error.errno in FORBIDDEN:
        return stop(path, "permission denied", remedy or "make the path readable and writable for you")
    said = error.strerror or type(error).__name__
    return stop(path, said[:1].lower() + said[1:], remedy or "put that right, then repeat the command")


def printable(path: object) -> str:
    """Return a path as text that every terminal can show."""
    return shown(os.fsdecode(path)) if isinstance(path, (str, bytes, os.PathLike)) else str(path)


def write_whole(path: Path, data: bytes, *, durable: bool = True) -> None:
    """Write through a temporary neighbour and a rename: a reader sees the old file or the new one.

    What is not `durable` may be lost when the machine loses power a moment later.
    """
    neighbour = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    try:
        with neighbour.open("wb") as stream:
            stream.write(data)
            stream.flush()
            if durable:
                os.fsync(stream.fileno())
        neighbour.replace(path)
    except BaseException:
        with suppress(OSError):
            neighbour.unlink()
        raise
    if durable:
        sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable, where the system can do that."""
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError:  # Windows opens no folders; a folder that cannot be read cannot be synced either
        return
    try:
        with suppress(OSError):  # some network file systems refuse to sync a folder
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def remove_tree(folder: Path) -> None:
    """Remove a folder of the kit's own with everything in it, if it is there."""
    with suppress(FileNotFoundError):
        for place, _, _ in os.walk(folder):
            with suppress(OSError):  # a read-only folder does not let its files go
                Path(place).chmod(0o700)
        shutil.rmtree(folder)
