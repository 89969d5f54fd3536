"""What was named on the command line → the hand-ins of a class, in the order of their ids."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from backroad.content.names import is_skipped, shown
from backroad.content.trees import SETTINGS
from backroad.errors import BackroadError, Problem, stop
from backroad.grading.manifest import read_manifest
from backroad.grading.packages import is_archive, stem
from backroad.grading.values import HandIn


def hand_ins(words: Sequence[Path]) -> list[HandIn]:
    """Return the hand-ins that paths name, by id; raises all that is wrong with them.

    A path is a folder, an archive, or a manifest in CSV. One folder alone that holds nothing but folders
    and archives is a class: each of these is a hand-in.
    """
    found, problems = list[HandIn](), list[Problem]()
    whole_class = len(words) == 1 and is_class(words[0])
    if len(words) == 1 and not whole_class:
        require_one(words[0])
    for path in members(words[0]) if whole_class else words:
        try:
            found += _named(path)
        except BackroadError as error:
            problems += error.problems
    problems += doubles(found)
    if problems:
        raise BackroadError(*problems)
    if not found:
        raise stop(shown(str(words[0])), "there is no hand-in", "name folders, archives or a manifest in CSV")
    return sorted(found, key=lambda one: (one.id.casefold(), one.id))


def is_class(folder: Path) -> bool:
    """Return whether a folder holds nothing but folders and archives, two of them at least."""
    if not folder.is_dir():
        return False
    entries = [entry for entry in _entries(folder) if not is_skipped(entry.name)]
    return len(entries) > 1 and all(
        entry.is_symlink() or entry.is_dir() or is_archive(entry.name) for entry in entries
    )


def require_one(folder: Path) -> None:
    """Stop at a folder that looks like a class but for some files: it would be graded as one hand-in."""
    entries = [entry for entry in _entries(folder) if not is_skipped(entry.name)] if folder.is_dir() else []
    packages = [entry for entry in entries if entry.is_dir() or is_archive(entry.name)]
    files = sorted(entry.name for entry in entries if entry not in packages)
    if len(packages) > 1 and not any(name.endswith(".py") or name == SETTINGS for name in files):
        what = f"holds {shown(files[0])} beside {len(packages)} folders and archives"
        raise stop(shown(str(folder)), what, "a class holds nothing else: move it away, or name each hand-in")


def members(folder: Path) -> list[Path]:
    """Return what lies in a class."""
    return sorted(Path(entry.path) for entry in _entries(folder) if not is_skipped(entry.name))


def doubles(found: Iterable[HandIn]) -> Iterator[Problem]:
    """Yield the ids that more than one hand-in has."""
    for identity, count in Counter(one.id for one in found).items():
        if count > 1:
            what = f"{count} hand-ins have this id"
            yield Problem(shown(identity), what, "rename them, or give them ids in a manifest")


def _named(path: Path) -> list[HandIn]:
    """Return what one path names: a hand-in, or those of a manifest."""
    if path.suffix.lower() == ".csv":
        return read_manifest(path)
    if not os.path.lexists(path):
        raise stop(shown(str(path)), "there is no such folder or archive", "check the spelling")
    if path.is_dir() or path.is_symlink() or is_archive(path.name):
        name = path.name if path.name not in ("", "..") else path.resolve().name
        identity = name if path.is_dir() else stem(name)
        return [HandIn(identity, identity, path)]
    remedy = "name a folder, an archive (.zip, .tar.gz) or a manifest (.csv)"
    raise stop(shown(str(path)), "is no hand-in", remedy)


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as found:
            return list(found)
    except OSError as error:
        raise stop(shown(str(folder)), f"cannot be read: {error.strerror}", "check its permissions") from None
