"""One base error with a remedy."""

from __future__ import annotations

import pytest

from backroad.errors import BackroadError, ExitCode, KitFault, Problem, nearest, stop


@pytest.mark.parametrize(
    ("problem", "said"),
    [
        (Problem("a.toml: title", "is missing", "add it"), "a.toml: title: is missing; add it"),
        (Problem("a.toml", "is missing"), "a.toml: is missing"),
        (Problem("", "nothing to do", "rest"), "nothing to do; rest"),
    ],
    ids=["whole", "without remedy", "without place"],
)
def test_a_problem_says_where_what_and_remedy(problem: Problem, said: str) -> None:
    """A problem prints as `where: what; remedy`, without empty parts."""
    assert str(problem) == said


def test_an_error_prints_all_its_problems() -> None:
    """An error of several problems prints one a line."""
    error = BackroadError(Problem("a", "one"), Problem("b", "two"))
    assert str(error) == "a: one\nb: two"
    assert [problem.where for problem in error.problems] == ["a", "b"]


def test_whose_fault_it_is_shows_in_the_exit_code() -> None:
    """An error is the user's to fix unless the kit is at fault."""
    assert stop("here", "wrong").code is ExitCode.YOURS_TO_FIX
    assert KitFault(Problem("", "broken")).code is ExitCode.KIT_AT_FAULT
    assert isinstance(KitFault(), BackroadError)


@pytest.mark.parametrize(
    ("name", "known", "said"),
    [
        ("titel", ["title", "kind"], "did you mean title?"),
        ("task", ["tasks", "task-api", "other"], "did you mean tasks or task-api?"),
        ("zzz", ["b", "a"], "known: a, b"),
        ("zzz", [], "none is known"),
        ("zzz", [*"abcdefghijklmnopq"], "known: a, b, c, d, e, f, g, h, i, j, k, l, m, n, o and 2 more"),
    ],
    ids=["one near", "two near", "none near", "none at all", "very many"],
)
def test_the_nearest_known_names_are_offered(name: str, known: list[str], said: str) -> None:
    """An unknown name comes back with the nearest known ones, or all there are."""
    assert nearest(name, known) == said
