"""A folder on disk → a tree, within limits; what cannot be taken as it is, is refused by name."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from backroad.content.names import collisions, is_skipped, name_problem, shown
from backroad.content.opening import open_at_once
from backroad.content.trees import File, Tree
from backroad.errors import BackroadError, Problem, stop

# Needed to run, but far too large to copy.
LINKED = (".venv", "venv", "node_modules")

_SPECIAL = {
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFBLK: "a device",
    stat.S_IFCHR: "a device",
}


@dataclass(frozen=True)
class Bounds:
    """How much a folder may hold: how many files and folders, how many bytes."""

    entries: int = 2_000
    size: int = 64 * 1024 * 1024


BOUNDS = Bounds()


def read_folder(folder: Path, bounds: Bounds = BOUNDS) -> Tree:
    """Return the tree that a folder holds, or raise all that is wrong with it."""
    _must_be_folder(folder)
    reading = _Reading(Path(os.path.realpath(folder)), bounds)
    reading.walk(reading.root, "")
    reading.problems += collisions([*reading.files, *reading.links])
    if reading.problems:
        raise BackroadError(*reading.problems)
    return Tree(reading.files, reading.links)


def _must_be_folder(folder: Path) -> None:
    what = "is not a folder"
    try:
        if stat.S_ISDIR(folder.stat().st_mode):
            return
    except FileNotFoundError:
        what = "there is no such folder"
    except OSError as error:
        what = f"cannot be read: {error.strerror}"
    raise stop(shown(str(folder)), what, "name the folder that holds the files")


@dataclass
class _Reading:
    """A folder while it is read."""

    root: Path
    bounds: Bounds
    files: dict[str, File] = field(default_factory=dict)
    links: dict[str, Path] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    entries: int = 0
    size: int = 0

    def walk(self, folder: Path, prefix: str) -> None:
        """Take what a folder holds, and the folders below it."""
        try:
            for entry in self._entries(folder, prefix):
                name = f"{prefix}{entry.name}"
                problem = name_problem(name)
                if problem:
                    self.problems.append(problem)
                else:
                    self._take(entry, name)
        except OSError as error:
            self._unreadable(prefix or str(self.root), error)

    def _entries(self, folder: Path, prefix: str) -> list[os.DirEntry[str]]:
        """Return what counts in a folder, by name; never more than the limit, however much there is."""
        left = self.bounds.entries - self.entries
        with os.scandir(folder) as found:
            entries = list(islice((entry for entry in found if not is_skipped(entry.name)), left + 1))
        if len(entries) > left:
            what = f"holds more than {self.bounds.entries:,} files and folders"
            where = f"in {prefix}" if prefix else "at its top"
            remedy = f"leave out what was built or downloaded; it overflows {where}"
            raise stop(shown(str(self.root)), what, remedy)
        self.entries += len(entries)
        return sorted(entries, key=lambda entry: entry.name)

    def _take(self, entry: os.DirEntry[str], name: str) -> None:
        mode = entry.stat(follow_symlinks=False).st_mode
        if entry.name in LINKED and entry.is_dir():
            self.links[name] = Path(entry.path)
        elif stat.S_ISLNK(mode):
            self._follow(entry, name)
        elif stat.S_ISDIR(mode):
            self.walk(Path(entry.path), f"{name}/")
        else:
            self._read(name, Path(entry.path))

    def _follow(self, entry: os.DirEntry[str], name: str) -> None:
        """Take the file that a link inside the folder names; refuse every other link."""
        try:
            target = Path(os.path.realpath(entry.path, strict=True))
        except OSError:
            self._wrong(name, "is a link that leads nowhere", "remove it")
            return
        if not target.is_relative_to(self.root):
            self._wrong(name, "is a link that leaves the folder", "put the file itself in its place")
        elif target.is_dir():
            self._wrong(name, "is a link to a folder", "put the folder itself in its place")
        else:
            self._read(name, target)

    def _read(self, name: str, path: Path) -> None:
        try:
            status = path.lstat()
            if stat.S_ISREG(status.st_mode):
                content = self._content(name, path, status.st_size)
                self.files[name] = File(content, bool(status.st_mode & stat.S_IXUSR))
            else:
                kind = _SPECIAL.get(stat.S_IFMT(status.st_mode), "no plain file")
                self._wrong(name, f"is {kind}", "remove it")
        except OSError as error:
            self._unreadable(name, error)

    def _content(self, name: str, path: Path, size: int) -> bytes:
        left = self.bounds.size - self.size
        content = b""
        if size <= left:
            with open(path, "rb", opener=open_at_once) as file:
                content = file.read(left + 1)
        if max(size, len(content)) > left:
            what = f"holds more than {self.bounds.size / 1024**2:g} MiB"
            remedy = f"leave out data and what was built or downloaded; it overflows at {name}"
            raise stop(shown(str(self.root)), what, remedy)
        self.size += len(content)
        return content

    def _unreadable(self, name: str, error: OSError) -> None:
        self._wrong(name, f"cannot be read: {error.strerror}", "check its permissions")

    def _wrong(self, name: str, what: str, remedy: str) -> None:
        self.problems.append(Problem(name, what, remedy))
