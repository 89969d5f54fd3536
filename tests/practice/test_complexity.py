"""Cyclomatic complexity, counted in a process of its own."""

from __future__ import annotations

import pytest

from backroad.practice.complexity import LONGEST, complexity_of

BRANCHES = """
def simple():
    return 1

class Thing:
    def branched(self, value):
        match value:
            case 1: return 1
            case 2: return 2
        if value and self:
            return 3
"""


def test_the_most_branched_function_counts() -> None:
    """The highest complexity of any function or method of all files, cases of a match included."""
    assert complexity_of(["def plain(): ...\n", BRANCHES]) == 5


@pytest.mark.parametrize(
    "text",
    ["def broken(:\n", "(" * 5_000, "-" * 200_000 + "1", "x = " + "[" * 90 + "]" * 90, "\0", "\ud800"],
    ids=["no Python", "parentheses", "a deep expression", "brackets", "a NUL", "half a pair"],
)
def test_no_source_ends_the_caller(text: str) -> None:
    """Source that the parser cannot take, or dies of, has no complexity."""
    assert complexity_of([text]) == 0


def test_what_is_too_large_or_slow_is_left_out() -> None:
    """More than 5 MB is not read, and what takes too long is ended."""
    assert complexity_of(["x" * (LONGEST + 1)]) == 0
    assert complexity_of([BRANCHES], seconds=0.001) == 0
    assert complexity_of([]) == 0
