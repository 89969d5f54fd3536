"""What differs between two lines, word by word."""

from __future__ import annotations

import time

import pytest

from backroad.pages.words import LONGEST, MOST_WORDS, differing

# Two lines, and of each the pieces that are marked.
LINES = {
    "one word": ("return a + b", "return a + c", ["b"], ["c"]),
    "words at the end": ("return a", "return a or b", [], [" or b"]),
    "several words": ("x = one(two, 3)", "y = one(two, 4)", ["x", "3"], ["y", "4"]),
    "neighbours are one piece": ("a = b c d e", "a = b x y e", ["c d"], ["x y"]),
    "indentation": ("    return None", "        return None", ["    "], ["        "]),
    "nothing in common": ("import os", "def f(x):", [], []),
    "equal": ("return a", "return a", [], []),
    "nothing": ("", "", [], []),
    "other letters": ("größe = 1", "größe = 2", ["1"], ["2"]),
    "a long middle": (
        f"{'k' * 400} {'a ' * MOST_WORDS}", f"{'k' * 400} {'b ' * MOST_WORDS}",
        [("a " * MOST_WORDS)[:-1]], [("b " * MOST_WORDS)[:-1]],
    ),
    "a very long line": ("a" * LONGEST + " b", "a" * LONGEST + " c", [], []),
}  # fmt: skip


@pytest.mark.parametrize(("mine", "theirs", "left", "right"), LINES.values(), ids=LINES)
def test_what_differs(mine: str, theirs: str, left: list[str], right: list[str]) -> None:
    """Lines that are alike differ in these words; of others the words say nothing."""
    marks = differing(mine, theirs)
    assert [mine[start:end] for start, end in marks[0]] == left
    assert [theirs[start:end] for start, end in marks[1]] == right


def test_time() -> None:
    """The worst lines take a few milliseconds each."""
    mine, theirs = "a b " * 30, "b a c " * 20
    begun = time.perf_counter()
    for _ in range(100):
        differing(mine, theirs)
    assert time.perf_counter() - begun < 2
