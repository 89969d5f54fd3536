"""Sorting."""

from __future__ import annotations

from typing import Any

import pytest
from bson import MaxKey, MinKey, ObjectId
from pymongo.database import Database
from pymongo.errors import OperationFailure

Db = Database[dict[str, Any]]


def test_values_of_all_types_have_an_order(db: Db) -> None:
    """Types come in MongoDB's order; a missing field stands with null, an empty array before it."""
    values: list[Any] = [
        MinKey(), [], None, float("nan"), -1, 0.5, 2**40, "", "a", {}, {"a": 1}, {"b": 0}, b"x",
        ObjectId(), False, True, MaxKey(),
    ]  # fmt: skip
    db.c.insert_many([{"_id": place, "v": value} for place, value in reversed(list(enumerate(values)))])
    assert [one["_id"] for one in db.c.find().sort("v", 1)] == list(range(len(values)))
    assert [one["_id"] for one in db.c.find().sort("v", -1)] == list(range(len(values)))[::-1]


def test_several_keys_go_each_its_way(db: Db) -> None:
    """The second key decides between equals of the first."""
    db.c.insert_many([{"_id": n, "a": n % 2, "b": n // 2} for n in range(6)])
    assert [one["_id"] for one in db.c.find().sort([("a", -1), ("b", 1)])] == [1, 3, 5, 0, 2, 4]


def test_an_array_sorts_by_its_smallest_or_largest(db: Db) -> None:
    """Upwards the smallest element counts, downwards the largest; in documents inside arrays, too."""
    db.c.insert_many(
        [{"_id": 1, "a": [5, 1], "d": [{"n": 9}, {"n": 2}]}, {"_id": 2, "a": [3], "d": [{"n": 3}]}]
    )
    for path in ("a", "d.n"):
        assert [one["_id"] for one in db.c.find().sort(path, 1)] == [1, 2]
        assert [one["_id"] for one in db.c.find().sort(path, -1)] == [1, 2]


def test_natural_order_is_that_of_coming(db: Db) -> None:
    """Without a sort documents come as inserted, whatever is changed later; `$natural` turns it round."""
    db.c.insert_many([{"_id": n} for n in (3, 1, 2)])
    db.c.update_one({"_id": 3}, {"$set": {"x": 1}})
    assert [one["_id"] for one in db.c.find()] == [3, 1, 2]
    assert [one["_id"] for one in db.c.find().sort("$natural", -1)] == [2, 1, 3]


@pytest.mark.parametrize(("sort", "code"), [({"a": 2}, 15975), ({"a": "x"}, 15974), ({"a..b": 1}, 15998)])
def test_what_is_no_sort_is_refused(db: Db, sort: Any, code: int) -> None:
    """Directions are 1 and -1."""
    with pytest.raises(OperationFailure) as failure:
        db.command("find", "c", sort=sort)
    assert failure.value.code == code


def test_parallel_arrays_are_refused(db: Db) -> None:
    """Two arrays cannot sort one document."""
    db.c.insert_one({"a": [1], "b": [1]})
    with pytest.raises(OperationFailure, match="parallel arrays"):
        list(db.c.find().sort([("a", 1), ("b", 1)]))
