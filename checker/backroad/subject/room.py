"""How much room the files of a run take on the disk: the kernel limits a file, but not how many there are."""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

MIB = 2**20
BLOCK = 512  # bytes, in which stat(2) counts
LONGEST = 1_000_000  # entries that are counted at all
SECONDS = 0.25


@dataclass(frozen=True)
class Taken:
    """Bytes on the disk, and files and folders."""

    size: int = 0
    entries: int = 0


class Room:
    """What may come into some folders from now on: so many MiB, and so many files and folders."""

    def __init__(self, mebibytes: int, entries: int, folders: Sequence[str]) -> None:
        self._folders = folders
        before = taken(folders, Taken(LONGEST * MIB, LONGEST))
        self._most = Taken(before.size + mebibytes * MIB, before.entries + entries)
        self._next = time.monotonic() + SECONDS

    def is_full(self) -> bool:
        """Return whether more has come; looks every SECONDS, and says no in between."""
        if time.monotonic() < self._next:
            return False
        found = taken(self._folders, self._most)
        self._next = time.monotonic() + SECONDS
        return found.size > self._most.size or found.entries > self._most.entries


def room_of(told: Sequence[Any]) -> Room | None:
    """Return the room that an order tells of: MiB, entries, and folders."""
    return Room(told[0], told[1], told[2:]) if told else None


def taken(folders: Sequence[str], most: Taken) -> Taken:
    """Return what is in the folders, as soon as it is more than `most`. No link is followed.

    A path longer than the system takes leads to where nobody can look, which is too much as well.
    """
    size = entries = 0
    for entry in below(folders):
        if entry is None:
            return Taken(size, most.entries + 1)
        with suppress(OSError):
            size += entry.stat(follow_symlinks=False).st_blocks * BLOCK
        entries += 1
        if size > most.size or entries > most.entries:
            break
    return Taken(size, entries)


def below(folders: Sequence[str]) -> Iterator[os.DirEntry[str] | None]:
    """Yield all entries, None for a path too long; a folder that may not be read, or has gone, has none."""
    waiting = list(folders)
    while waiting:
        try:
            with os.scandir(waiting.pop()) as found:
                for entry in found:
                    yield entry
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
        except OSError as error:
            if error.errno == errno.ENAMETOOLONG:
                yield None
