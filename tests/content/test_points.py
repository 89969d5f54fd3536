"""What checks are worth."""

from __future__ import annotations

from pathlib import Path

import pytest

from backroad.content.home import find_content
from backroad.content.points import worth
from backroad.content.roadmap import lint, load_roadmap

EXERCISE = "exercises/1-basics/greeter/exercise.toml"


def with_points(kit: Path, text: str) -> None:
    """Add a table to the exercise."""
    file = kit / EXERCISE
    file.write_text(file.read_text() + text)


def worths(kit: Path) -> dict[str, float]:
    """Return what the checks of the exercise are worth."""
    return worth(load_roadmap(find_content(kit)).exercises[0])


def test_usually_each_core_check_is_a_point(kit: Path) -> None:
    """Full marks are all required checks; hardening is no part of them."""
    assert worths(kit) == {"says_hello": 1, "greets_by_name": 1, "takes_long_names": 0}


def test_a_stage_is_shared_by_its_checks(kit: Path) -> None:
    """A stage's points go to its checks in equal parts, less those that have their own."""
    with_points(kit, "[points.stages]\n1 = 10\n2 = 5\n")
    assert worths(kit) == {"says_hello": 5, "greets_by_name": 5, "takes_long_names": 5}
    with_points(kit, "[points.checks]\nsays_hello = 2.5\n")
    assert worths(kit) == {"says_hello": 2.5, "greets_by_name": 10, "takes_long_names": 5}


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("[points.stages]\n3 = 1\n", "points.stages.3: there is no such stage"),
        ("[points.stages]\none = 1\n", "points.stages.one: is no number of a stage"),
        ("[points.checks]\nsays_helo = 1\n", "there is no such check; did you mean says_hello?"),
        ("[points.checks]\nsays_hello = -1\n", "is -1; write a number from 0 on"),
        ('[points.checks]\nsays_hello = "2"\n', "is a string, not a number"),
        ("[points]\nall = 3\n", "all: is no known key"),
    ],
)
def test_points_that_are_wrong(kit: Path, text: str, what: str) -> None:
    """Points of what does not exist, or that are no numbers, are problems."""
    with_points(kit, text)
    assert [str(problem) for problem in lint(find_content(kit)) if what in str(problem)]
