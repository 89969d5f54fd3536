"""Files and folders of the content that have no place in it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

from backroad.content.home import Content
from backroad.content.names import is_skipped
from backroad.content.solutions import MUTANTS
from backroad.content.stages import is_check_file
from backroad.content.work import WORK
from backroad.errors import Problem, nearest
from backroad.model import Exercise, Roadmap

_EXERCISE_FILES = ("exercise.toml", "README.md")
_EXERCISE_FOLDERS = ("starter/", "checks/")
_OPTIONAL = ("probes.py", WORK)
_SOLUTION = ("reference/", "alternatives/", "NOTES.md", MUTANTS)


def strays(content: Content, roadmap: Roadmap) -> Iterator[Problem]:
    """Yield what lies in the content without a place, and what an exercise lacks."""
    steps = [f"{step.name}/" for step in roadmap.steps]
    yield from _others(content.exercises, [content.roadmap.name, *steps])
    yield from _others(content.solutions, steps)
    for step in roadmap.steps:
        slugs = [f"{exercise.slug}/" for exercise in step.exercises]
        # Folders there are exercises missing in roadmap.toml, which reading it has told.
        yield from _others(content.exercises / step.name, slugs, folders=False)
        yield from _others(content.solutions / step.name, slugs)
    for exercise in roadmap.exercises:
        yield from _around(exercise)


def _around(exercise: Exercise) -> Iterator[Problem]:
    yield from _others(exercise.folder, [*_EXERCISE_FILES, *_EXERCISE_FOLDERS, *_OPTIONAL])
    yield from _others(exercise.solution, _SOLUTION)
    yield from _others(exercise.solution / "alternatives", None)
    for name in ("README.md", "starter"):
        if not (exercise.folder / name).exists():
            yield Problem(str(exercise.folder / name), "is missing", "every exercise has one")
    for entry in _entries(exercise.folder / "checks"):
        if not is_check_file(entry.name):
            yield Problem(str(entry), "is no check file", "name it test_<number>_<name>.py, or remove it")


def _others(folder: Path, known: Collection[str] | None, folders: bool = True) -> Iterator[Problem]:
    """Yield what is not among `known`, where names of folders end with `/`; None stands for any folder."""
    for entry in _entries(folder):
        name = f"{entry.name}/" if entry.is_dir() else entry.name
        is_known = entry.is_dir() if known is None else name in known
        if not is_known and (folders or not entry.is_dir()):
            yield Problem(str(entry), "has no place here", nearest(name, known or ()))


def _entries(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return sorted(entry for entry in folder.iterdir() if not is_skipped(entry.name))
