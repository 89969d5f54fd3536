"""A new exercise for an author: a small sound example in the right places, to be replaced bit by bit."""

from __future__ import annotations

import json
import keyword
import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from backroad.content.fields import read_table
from backroad.content.home import Content
from backroad.content.names import subfolders
from backroad.content.trees import Tree
from backroad.errors import nearest, stop
from backroad.workspace.disk import printable, remove_tree, spoken
from backroad.workspace.scaffold import generate

TEMPLATE = "new-exercise"
SLUG = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


@dataclass(frozen=True)
class NewExercise:
    """The two folders that were written, and what is still to be said in `roadmap.toml`."""

    exercise: Path
    solution: Path
    roadmap: Path
    roadmap_line: str


def render_new_exercise(
    content: Content, step: str, slug: str, environ: Mapping[str, str] = os.environ
) -> NewExercise:
    """Write a new exercise of a step with its solution; nothing that exists is touched."""
    _require_free(content, step, slug)
    context = {"slug": slug, "module": slug.replace("-", "_"), "title": slug.replace("-", " ").capitalize()}
    tree = generate(content.templates / TEMPLATE, context, environ)
    exercise, solution = content.exercises / step / slug, content.solutions / step / slug
    with spoken(content.root, "name a checkout of the content with --content"):
        _write(tree, "solution", solution)
        try:
            _write(tree, "exercise", exercise)
        except BaseException:
            remove_tree(solution)
            raise
    return NewExercise(exercise, solution, content.roadmap, _roadmap_line(content.roadmap, step, slug))


def _require_free(content: Content, step: str, slug: str) -> None:
    module = slug.replace("-", "_")
    if not SLUG.fullmatch(slug):
        raise stop(printable(slug), "is no slug", "use small letters, digits, hyphens: url-shortener")
    if keyword.iskeyword(module) or module in sys.stdlib_module_names:
        raise stop(slug, f"{module} is a name of Python's own", "choose another name")
    steps = subfolders(content.exercises)
    if step not in steps:
        raise stop(printable(step), "there is no such step", nearest(step, steps))
    for place in (*content.exercises.glob(f"*/{slug}"), *content.solutions.glob(f"*/{slug}")):
        raise stop(printable(place), "is there already", "choose another slug, or go on there")


def _write(tree: Tree, half: str, target: Path) -> None:
    files = {name.removeprefix(f"{half}/"): file for name, file in tree.below(half).files.items()}
    neighbour = target.with_name(f".{target.name}.backroad-{os.getpid()}")
    try:
        Tree(files).write(neighbour)
        neighbour.rename(target)
    finally:
        remove_tree(neighbour)


def _roadmap_line(roadmap: Path, step: str, slug: str) -> str:
    """Return the line that `[steps.<step>]` needs, with the exercises that are in it now."""
    table = read_table(roadmap, [])
    known = table.table("steps").table(step).texts("exercises") if table else ()
    return f"exercises = {json.dumps([*known, slug])}"
