"""What holds between the parts of a roadmap."""

from __future__ import annotations

from pathlib import Path

import pytest

from backroad.content.relations import relation_problems
from backroad.model import Exercise, Kind, Roadmap, Route, Step


def exercise(slug: str, step: str, requires: tuple[str, ...] = ()) -> Exercise:
    """Return an exercise of which only its relations matter."""
    folder = Path(step, slug)
    return Exercise(
        slug, step, folder, folder, folder, slug, "", Kind.MODULE, 1, 1, (), requires, (), ()
    )  # fmt: skip


def told(*steps: Step, routes: tuple[Route, ...] = ()) -> list[str]:
    """Return the problems as people read them."""
    return list(map(str, relation_problems(Roadmap(steps, routes), "road")))


@pytest.mark.parametrize(
    ("names", "count"),
    [(["1-a", "2-b"], 0), (["1-a", "3-b"], 1), (["0-a"], 1), (["a"], 1), (["01-a"], 1), (["2-b", "1-a"], 2)],
    ids=["sound", "gap", "zero", "no number", "padded", "reversed"],
)
def test_steps_are_numbered_from_one(names: list[str], count: int) -> None:
    """The folders of the steps are numbered from 1 in their order."""
    assert len(told(*(Step(name, name, ()) for name in names))) == count


@pytest.mark.parametrize(
    ("slug", "is_sound"),
    [("task-api", True), ("a1", True), ("Task", False), ("a_b", False), ("a--b", False), ("1a", False)],
)
def test_slugs_are_kebab_case(slug: str, is_sound: bool) -> None:
    """A slug is lower case, begins with a letter, and its words are joined by one hyphen."""
    problems = told(Step("1-a", "A", (exercise(slug, "1-a"),)))
    assert (problems == []) is is_sound


def test_a_ring_of_requirements_is_impossible() -> None:
    """Since requirements point backwards only, two exercises cannot wait for each other."""
    one, two = exercise("one", "1-a", ("two",)), exercise("two", "1-a", ("one",))
    assert told(Step("1-a", "A", (one, two))) == [
        "1-a/one/exercise.toml: requires: two does not come before it; move one of them"
    ]


def test_paths_name_exercises() -> None:
    """A path that names no exercise is told with the nearest."""
    step = Step("1-a", "A", (exercise("one", "1-a"),))
    assert told(step, routes=(Route("tour", "T", ("one", "onee")),)) == [
        "road: paths.tour.exercises: there is no exercise onee; did you mean one?"
    ]
