"""Strict equality, and descriptions of values."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

import pytest

from backroad.referee.matchers import a, anything, exactly, same

DIFFER = {
    "bool-int": (True, 1),
    "int-float": (1, 1.0),
    "int-decimal": (1, Decimal(1)),
    "text-bytes": ("a", b"a"),
    "list-tuple": ([1], (1,)),
    "inside-a-list": ([True], [1]),
    "inside-a-dict": ({"a": 1.0}, {"a": 1}),
    "inside-a-set": ({True}, {1}),
    "longer": ([1, 2], [1]),
    "more-keys": ({"a": 1, "b": 2}, {"a": 1}),
    "none-false": (None, False),
    "zeros": (0, False),
}
EQUAL = {
    "deep": ({"a": [1, (2.5, {3})]}, {"a": [1, (2.5, {3})]}),
    "nan": (math.nan, math.nan),
    "nan-inside": ([math.nan], [math.nan]),
    "matcher-inside": ({"id": 7, "tags": ["x"]}, {"id": a(int), "tags": anything}),
}


@pytest.mark.parametrize(("got", "due"), DIFFER.values(), ids=DIFFER)
def test_values_of_other_types_differ(got: Any, due: Any) -> None:
    """What Python calls equal across types is not the same value."""
    assert not same(got, due)
    assert got != exactly(due)
    assert not same(due, got)


@pytest.mark.parametrize(("got", "due"), EQUAL.values(), ids=EQUAL)
def test_equal_values_are_the_same(got: Any, due: Any) -> None:
    """Type and content decide, all the way down; a NaN is itself; matchers may stand in."""
    assert same(got, due)
    assert got == exactly(due)


def test_a_type_takes_no_subclass() -> None:
    """`a(int)` is no bool."""
    assert a(int) == 3
    assert a(int) != True  # noqa: E712 - a bool where an int is due is the point
    assert a(str) != 3


def test_matchers_say_what_they_stand_for() -> None:
    """In evidence a matcher reads as words, and `exactly` as its value."""
    assert [repr(anything), repr(a(str)), repr(exactly([1]))] == ["anything", "a str", "[1]"]
