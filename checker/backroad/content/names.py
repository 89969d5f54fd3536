"""Names of files and folders: which are skipped, which no system can hold, how they are shown."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from pathlib import Path

from backroad.errors import Problem

# Never part of a tree: histories, caches, what editors and systems leave beside the files.
SKIPPED = (
    *(".git", ".hg", ".svn", ".backroad"),
    *("__pycache__", "*.pyc", "*.pyo", ".pytest_cache", ".mypy_cache", ".ruff_cache"),
    *(".idea", ".DS_Store", "__MACOSX", "._*", ".#*", "*.swp", "*~"),
)
LONGEST = 400
LONGEST_PART = 255  # bytes, of one folder or file, on nearly every disk

_UNSHOWN = {"Cc", "Cf", "Cs", "Zl", "Zp"}
_JOINERS = "\u200c\u200d"


def subfolders(folder: Path) -> list[str]:
    """Return the names of the folders in a folder, sorted; none if it does not exist."""
    if not folder.is_dir():
        return []
    return sorted(entry.name for entry in folder.iterdir() if entry.is_dir() and not is_skipped(entry.name))


def is_skipped(name: str) -> bool:
    """Whether a file or folder of this name is never part of a tree."""
    return any(fnmatchcase(name, pattern) for pattern in SKIPPED)


def shown(name: str) -> str:
    """Return a name with all that a terminal would not show as one character escaped."""
    return "".join(c.encode("unicode_escape").decode() if _is_unshown(c) else c for c in name)


def name_problem(name: str) -> Problem | None:
    """Return what keeps a name from being written on every system, if anything does."""
    parts = name.split("/")
    if len(name) > LONGEST:
        return Problem(f"{shown(name[:60])}…", f"its name has {len(name):,} characters", "use a shorter one")
    if any(len(part.encode("utf-8", "replace")) > LONGEST_PART for part in parts):
        what = f"a part of its name has more than {LONGEST_PART} bytes"
        return Problem(f"{shown(name[:60])}…", what, "use a shorter one")
    if any(map(_is_unshown, name)):
        return Problem(shown(name), "its name holds characters that cannot be shown", "rename it")
    if "\\" in name or not {"", ".", ".."}.isdisjoint(parts):
        return Problem(name, "its name leads out of the folder", "rename it")
    return None


def collisions(names: Iterable[str]) -> Iterator[Problem]:
    """Yield a problem for every two names that are one on a disk which ignores case."""
    spelled: dict[str, str] = {}
    for name in sorted({part for whole in names for part in (*folders_of(whole), whole)}):
        first = spelled.setdefault(unicodedata.normalize("NFC", name).casefold(), name)
        if first != name:
            what = f"is the same name as {first} where a disk ignores case"
            yield Problem(name, what, "rename one of them")


def folders_of(name: str) -> list[str]:
    """Return the folders above a name, outermost first."""
    parts = name.split("/")[:-1]
    return ["/".join(parts[: depth + 1]) for depth in range(len(parts))]


def _is_unshown(character: str) -> bool:
    return unicodedata.category(character) in _UNSHOWN and character not in _JOINERS
