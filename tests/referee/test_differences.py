"""The first place at which two long values differ."""

from __future__ import annotations

from typing import Any

import pytest

from backroad.referee.differences import difference
from backroad.referee.matchers import a, anything, exactly

ROW = {"id": 1, "name": "Tea", "tags": ["x", "y"]}


@pytest.mark.parametrize(
    ("due", "got", "told", "parts"),
    [
        (ROW, {**ROW, "name": "Té"}, "they differ at ['name']", ("Tea", "Té")),
        ([ROW, ROW], [ROW, {**ROW, "id": 2}], "they differ at [1]['id']", (1, 2)),
        (ROW, {**ROW, "tags": ["x", "z"]}, "they differ at ['tags'][1]", ("y", "z")),
        (ROW, {**ROW, "tags": ["x"]}, "they differ at ['tags']", (["x", "y"], ["x"])),
        (exactly(ROW), {**ROW, "id": True}, "they differ at ['id']", (1, True)),
        (ROW, {**ROW, "id": 2, "name": ""}, "they differ at ['id'], and in 1 more place", (1, 2)),
        (
            [ROW, ROW, ROW],
            [{**ROW, "id": 2, "name": ""}, {}, {}],
            "they differ at [0]['id'], and in 3 more places",
            (1, 2),
        ),
        ({"id": a(int), "name": "x"}, {"id": 5, "name": "y"}, "they differ at ['name']", ("x", "y")),
    ],
)
def test_the_way_to_the_first_difference(due: Any, got: Any, told: str, parts: tuple[Any, Any]) -> None:
    """The place is written as Python finds it there."""
    found = difference(due, got)
    assert found is not None
    assert str(found) == told
    assert (found.due, found.got) == parts


def test_keys_that_one_side_lacks() -> None:
    """Missing and superfluous keys are named, the first ones of many."""
    found = difference({"note": {"a": 1, "b": 2}}, {"note": {"b": 2, "c": 3}})
    assert str(found) == "they differ at ['note']: 'a': missing; 'c': too many"
    many = difference(dict.fromkeys(range(9)), {})
    assert str(many) == "0, 1, 2, 3 and 5 more: missing"


class Odd:
    """Cannot be compared."""

    def __eq__(self, other: object) -> bool:
        raise ArithmeticError

    __hash__ = None  # type: ignore[assignment]


@pytest.mark.parametrize(
    ("due", "got"),
    [(1, 2), ([1, 2], [1, 2, 3]), ([1], (1,)), ({"a": Odd()}, {"a": Odd()}), (anything, 3), (ROW, None)],
)
def test_what_differs_as_a_whole(due: Any, got: Any) -> None:
    """There is nothing to point at inside."""
    assert difference(due, got) is None
