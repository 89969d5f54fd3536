"""All that an exercise's solution knows to be right or wrong, with the checks that tell."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from backroad.audit.task import Task
from backroad.content import layers
from backroad.content.home import find_content
from backroad.content.layers import Tree
from backroad.content.roadmap import load_roadmap, load_solution
from backroad.model import Exercise

EXERCISES = {exercise.slug: exercise for exercise in load_roadmap(find_content()).exercises}


def trees(exercise: Exercise) -> Iterator[tuple[str, Tree, tuple[str, ...]]]:
    """Yield name, tree and checks of the solutions and the mutants; no check's name means all of them."""
    solution = load_solution(exercise)
    task = Task(exercise, solution)
    yield "reference", layers.reference(exercise), ()
    for folder in solution.alternatives:
        yield f"alternative {folder.name}", layers.alternative(exercise, folder.name), ()
    for mutant in solution.mutants:
        tree = layers.mutant(exercise, mutant)
        yield f"mutant {mutant.name}", tree, task.with_requirements(mutant.caught_by)


@cache
def named_trees(slug: str) -> dict[str, tuple[Tree, tuple[str, ...]]]:
    """Return all trees of an exercise with the checks to run."""
    return {name: (tree, checks) for name, tree, checks in trees(EXERCISES[slug])}
