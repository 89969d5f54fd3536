"""A new workspace: the template rendered by cookiecutter, the exercise's README, the starter over it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from backroad import __version__
from backroad.content.folders import read_folder
from backroad.content.layers import laid
from backroad.content.trees import SETTINGS, File, Tree
from backroad.errors import BackroadError, KitFault, Problem, stop
from backroad.model import Exercise
from backroad.workspace.disk import printable, remove_tree, spoken, sync_folder
from backroad.workspace.opening import Workspace, open_workspace
from backroad.workspace.swap import STAGE

README = "README.md"


def rendered(exercise: Exercise, kit: str = __version__, environ: Mapping[str, str] = os.environ) -> Tree:
    """Return a new workspace of an exercise as a tree."""
    template = generate(exercise.template, {"slug": exercise.slug, "kit": kit}, environ)
    with spoken(exercise.folder, "install backroad again"):
        readme = Tree({README: File((exercise.folder / README).read_bytes())})
    return laid(readme.over(template), read_folder(exercise.folder / "starter"))


def scaffold(
    exercise: Exercise, target: Path, kit: str = __version__, environ: Mapping[str, str] = os.environ
) -> Workspace:
    """Write a new workspace to `target`, which must be missing or empty."""
    target = target.expanduser().absolute()
    with spoken(target, "choose a folder that you can write"):
        _require_parent(target)
        if os.path.lexists(target):
            _fill(target, lambda: rendered(exercise, kit, environ))
        else:
            _write_beside(target, rendered(exercise, kit, environ))
    return open_workspace(target, kit)


def generate(template: Path, context: Mapping[str, str], environ: Mapping[str, str] = os.environ) -> Tree:
    """Return what cookiecutter makes of a template; in a child, for cookiecutter changes the folder it is in.

    Its hooks are off, and of the home folder it reads and writes nothing.
    """
    with tempfile.TemporaryDirectory(prefix="backroad-") as made:
        arguments = [str(template), made, json.dumps(dict(context))]
        path = os.pathsep.join(filter(None, [str(Path(__file__).parents[2]), environ.get("PYTHONPATH", "")]))
        child = subprocess.run(
            [sys.executable, "-P", "-m", "backroad.workspace.scaffold", *arguments],
            cwd=made,
            env={**environ, "PYTHONPATH": path},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
        if child.returncode != 0:
            raise _kit_fault(template, child.stderr)
        (project,) = (entry for entry in Path(made).iterdir() if entry.is_dir())
        return read_folder(project)


def _generate(template: str, out: str, context: str) -> None:
    """Run cookiecutter; only ever in a child process."""
    from cookiecutter.generate import (  # type: ignore[import-untyped]  # it ships no types
        generate_context,
        generate_files,
    )

    settings = str(Path(template) / "cookiecutter.json")
    whole = generate_context(settings, extra_context=json.loads(context))
    generate_files(template, whole, output_dir=out, accept_hooks=False)


def _kit_fault(template: Path, said: str) -> KitFault:
    last = (said.strip().splitlines() or ["no reason given"])[-1]
    what = f"the template cannot be rendered: {last}"
    return KitFault(Problem(printable(template), what, "install backroad again, or correct the template"))


def _require_parent(target: Path) -> None:
    if not target.parent.is_dir():
        what = "is a file, not a folder" if target.parent.exists() else "there is no such folder"
        raise stop(printable(target.parent), what, "make it first, or choose another one")


def _write_beside(target: Path, tree: Tree) -> None:
    """Write the tree to a hidden neighbour and give it its name at once."""
    neighbour = target.with_name(f".{target.name}.backroad-{os.getpid()}")
    _sweep(target)
    try:
        remove_tree(neighbour)
        neighbour.mkdir()
        _write_durably(tree, neighbour / "workspace")
        (neighbour / "workspace").rename(target)
        sync_folder(target.parent)
    finally:
        remove_tree(neighbour)


def _sweep(target: Path) -> None:
    """Remove the neighbours that killed commands left behind."""
    import psutil

    start = f".{target.name}.backroad-"
    for entry in target.parent.iterdir():
        owner = entry.name.removeprefix(start)
        if entry.name.startswith(start) and owner.isdecimal() and not psutil.pid_exists(int(owner)):
            remove_tree(entry)


def _fill(target: Path, make: Callable[[], Tree]) -> None:
    """Fill an empty folder, which may be the one that the learner's shell is in, so it stays the same folder.

    `backroad.toml` comes last: a folder without it, but with the stage, was left by a killed command.
    """
    if not target.is_dir():
        raise stop(printable(target), "is there already, and no folder", "choose another name")
    stage = target / STAGE
    if not stage.is_dir() and any(target.iterdir()):
        raise _taken(target)
    tree = make()
    if any(tree.files.get(name) != file for name, file in read_folder(target).files.items()):
        raise _taken(target)
    if (target / SETTINGS).exists():
        raise _taken(target)
    try:
        remove_tree(stage)
        stage.mkdir()
        _write_durably(tree, stage / "workspace")
        for entry in sorted((stage / "workspace").iterdir(), key=lambda entry: entry.name == SETTINGS):
            if not (target / entry.name).exists():
                entry.rename(target / entry.name)
        sync_folder(target)
    finally:
        remove_tree(stage)


def _write_durably(tree: Tree, folder: Path) -> None:
    tree.write(folder)
    for place, _, names in os.walk(folder):
        for name in names:
            with (Path(place) / name).open("rb+") as stream:
                os.fsync(stream.fileno())
        sync_folder(Path(place))


def _taken(target: Path) -> BackroadError:
    names = sorted(entry.name for entry in target.iterdir() if entry.name != STAGE)
    shown = ", ".join(map(printable, names[:3])) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
    remedy = "choose another folder"
    if SETTINGS in names:
        remedy = "go on there with backroad check, or choose another folder"
    return stop(printable(target), f"is not empty: it holds {shown}", remedy)


if __name__ == "__main__":
    _generate(*sys.argv[1:])
