"""Reads files where the learner's code may put anything in their place, even while they are read."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path

from backroad.content.opening import open_at_once
from backroad.referee.evidence import Evidence, Trouble
from backroad.report import Verdict

MAX_FILES = 1000


def is_plain_file(path: Path, *, or_none: bool = False) -> bool:
    """Return whether a path is a file, and no link, pipe or device that would be opened in its stead."""
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except OSError:
        return or_none


def contents(folder: Path, most: int) -> Iterator[bytes]:
    """Yield the bytes of the plain files below a folder, within limits; no link is followed."""
    left, folders, files = most, [folder], 0
    while folders:
        for path in sorted(entries(folders.pop())):
            files += 1
            if files > MAX_FILES or left <= 0:
                raise Trouble(Evidence(Verdict.LIMIT, "more is stored than can be looked at"))
            if is_plain_file(path):
                with open(path, "rb", opener=open_at_once) as file:
                    content = file.read(left)
                left -= len(content)
                yield content
            else:
                folders.append(path)


def entries(folder: Path) -> list[Path]:
    """Return what lies in a folder; nothing where it is a link or something else."""
    with suppress(OSError):
        if not folder.is_symlink():
            return list(islice(folder.iterdir(), MAX_FILES + 1))
    return []
