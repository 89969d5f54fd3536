"""What a subject may read on this machine: the system and the installed packages, not the kit's content."""

from __future__ import annotations

import os
import site
import sys
from collections.abc import Collection, Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from backroad.model import Level, Limits
from backroad.plan import Plan
from backroad.referee.nodepath import package_folders

PACKAGE = Path(__file__).resolve().parent.parent
SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/opt", "/etc", "/nix/store")
BESIDE_BIN = ("lib", "lib64", "libexec", "share", "include")
KIT_PARTS = ("subject", "wire.py", "__init__.py")


def walls(
    tree: Path,
    scratch: Path,
    secret: Iterable[Path],
    limits: Limits,
    *,
    service: bool,
    max_level: Level,
    data: Iterable[Path] = (),
    connect: Iterable[int] = (),
) -> dict[str, Any]:
    """Return the values of `confinement.Walls` for one submission.

    `data` are folders of databases, `connect` the ports on this machine that it may connect to.
    """
    readable, listable = open_paths(frozenset(secret))
    return {
        "service": service,
        "readable": [*readable, *(str(PACKAGE / part) for part in KIT_PARTS), *linked_folders(tree)],
        "listable": listable,
        "writable": [str(tree), str(scratch), *map(str, data)],
        "connect": list(connect),
        "memory": limits.memory * (2 if service else 1),
        "file": max(limits.file, limits.output),
        "processes": limits.processes,
        "max_level": int(max_level),
    }


def secrets_of(plan: Plan) -> list[Path]:
    """Return what of an exercise no submission may read."""
    return [plan.checks, *filter(None, [plan.probes, plan.cache]), *plan.secret]


@cache
def open_paths(secret: frozenset[Path]) -> tuple[list[str], list[str]]:
    """Return (readable, listable) paths: all that Python and the tools on PATH need, `secret` left out."""
    secret = frozenset({PACKAGE, *(path.resolve() for path in secret)})
    readable: dict[str, None] = {}
    listable: dict[str, None] = {}
    for root in roots():
        for path, whole in without(root, secret):
            (readable if whole else listable)[str(path)] = None
    return list(readable), list(listable)


def roots() -> Iterator[Path]:
    """Yield the folders that programs on this machine live in."""
    yield from map(Path, SYSTEM)
    yield from map(Path, {sys.prefix, sys.base_prefix, sys.exec_prefix})
    if site.ENABLE_USER_SITE:
        yield Path(site.getusersitepackages())
    for entry in sys.path:
        if entry and Path(entry).is_absolute():
            yield Path(entry)
    for entry in os.environ.get("PATH", "").split(os.pathsep):
        folder = Path(entry)
        if folder.is_absolute() and folder.name in ("bin", "sbin"):
            yield folder
            yield from (folder.parent / name for name in BESIDE_BIN)
    yield from package_folders()


def without(root: Path, secret: Collection[Path]) -> Iterator[tuple[Path, bool]]:
    """Yield (path, True) for what may be read below `root`, (path, False) for folders to list only."""
    root = Path(os.path.realpath(root))
    if any(root == path or path in root.parents for path in secret):
        return
    if not any(root in path.parents for path in secret):
        yield root, True
        return
    yield root, False
    try:
        children = sorted(root.iterdir())
    except OSError:
        return
    for child in children:
        if not child.is_symlink():
            yield from without(child, secret)


def linked_folders(tree: Path) -> list[str]:
    """Return what the tree's top-level links point at: a hand-in's own node_modules or .venv."""
    return [os.path.realpath(entry.path) for entry in os.scandir(tree) if entry.is_symlink()]
