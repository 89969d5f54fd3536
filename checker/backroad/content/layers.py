"""A source tree is a base plus overlays: start, reference, alternative, mutant and hand-in alike."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from backroad.content.folders import BOUNDS, Bounds, read_folder
from backroad.content.names import subfolders
from backroad.content.trees import File, Tree
from backroad.errors import BackroadError, Problem, nearest, stop
from backroad.model import Edit, Exercise, Mutant

__all__ = [
    "File",
    "Tree",
    "alternative",
    "edited",
    "given",
    "judged",
    "laid",
    "mutant",
    "project",
    "reference",
    "start",
    "submission",
]

PROJECT = "{{cookiecutter.slug}}"
REMOVES = ".layer-removes"
GIVEN = "given"


def start(exercise: Exercise) -> Tree:
    """Return what a learner starts from: the template's files with the starter laid over."""
    return laid(read_folder(project(exercise)), read_folder(exercise.folder / "starter"))


def reference(exercise: Exercise) -> Tree:
    """Return the solution shown: the start with the reference laid over."""
    return laid(start(exercise), read_folder(exercise.solution / "reference"))


def alternative(exercise: Exercise, name: str) -> Tree:
    """Return another right design: the start, not the reference, with it laid over."""
    folder = exercise.solution / "alternatives" / name
    if not folder.is_dir():
        known = nearest(name, subfolders(folder.parent))
        raise stop(exercise.slug, f"there is no alternative {name}", known)
    return laid(start(exercise), read_folder(folder))


def mutant(exercise: Exercise, wrong: Mutant) -> Tree:
    """Return a known wrong solution: the reference with its edits made."""
    return edited(reference(exercise), wrong.edits)


def submission(exercise: Exercise, folder: Path, bounds: Bounds = BOUNDS) -> Tree:
    """Return somebody's folder as it is judged: with the kit's `given/` laid over their files."""
    return judged(exercise, read_folder(folder, bounds))


def judged(exercise: Exercise, own: Tree) -> Tree:
    """Return somebody's files as they are judged: with the kit's `given/` laid over them."""
    kit = given(exercise)
    changed = [name for name, file in kit.files.items() if own.files.get(name, file).content != file.content]
    return replace(kit.over(own), restored=tuple(sorted(changed)))


def given(exercise: Exercise) -> Tree:
    """Return the kit's own helper code, which is restored before every run."""
    return start(exercise).below(GIVEN)


def project(exercise: Exercise) -> Path:
    """Return the folder of the template that becomes the workspace."""
    return exercise.template / PROJECT


def laid(base: Tree, overlay: Tree) -> Tree:
    """Return `overlay` over `base`, less the paths of the base that its `.layer-removes` names."""
    if REMOVES not in overlay.files:
        return overlay.over(base)
    lines = (line.strip() for line in overlay.text(REMOVES).splitlines())
    gone = [_removed(base, line) for line in lines if line]
    return overlay.without({REMOVES}).over(base.without(name for names in gone for name in names))


def edited(tree: Tree, edits: Iterable[Edit]) -> Tree:
    """Return the tree with the edits made one after the other; all that do not fit are problems."""
    files, problems = dict(tree.files), list[Problem]()
    for edit in edits:
        text = replace(tree, files=files).text(edit.file) if edit.file in files else ""
        count = text.count(edit.find) if edit.find else 0
        if edit.file not in files:
            problems.append(Problem(edit.file, "there is no such file", nearest(edit.file, files)))
        elif count != 1:
            what = f"find occurs {count} times: {_quoted(edit.find)}"
            problems.append(Problem(edit.file, what, "choose a text that occurs once"))
        else:
            changed = text.replace(edit.find, edit.replace)
            files[edit.file] = replace(files[edit.file], content=changed.encode())
    if problems:
        raise BackroadError(*problems)
    return replace(tree, files=files)


def _removed(base: Tree, line: str) -> list[str]:
    """Return the names in the base that one line of `.layer-removes` means: a file or a folder."""
    path = line.rstrip("/")
    names = [name for name in base.files if name == path or name.startswith(f"{path}/")]
    if not names:
        raise stop(REMOVES, f"{line} is no path of what lies below", nearest(path, base.files))
    return names


def _quoted(text: str) -> str:
    """Return the first line of a text, to be found again by the eye."""
    first, *rest = text.strip().splitlines() or [""]
    return f"{first} …" if rest else first
