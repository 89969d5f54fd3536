"""Aggregation expressions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from bson import Decimal128, Int64, ObjectId
from pymongo.database import Database
from pymongo.errors import OperationFailure

Db = Database[dict[str, Any]]
ValueOf = Callable[[dict[str, Any], Any], dict[str, Any]]
OID = ObjectId("0123456789abcdef01234567")
DOCUMENT: dict[str, Any] = {
    "_id": 1, "n": 7, "f": 2.5, "s": "Añb", "z": None, "a": [3, 1, 2], "d": [{"k": 1}, {"k": 2}, {}],
    "o": {"x": 1}, "t": datetime(2024, 2, 29, 13, 5, 6, 789000, UTC), "i": OID, "b": True,
}  # fmt: skip

VALUES: dict[str, tuple[Any, Any]] = {
    "path into an array": ("$d.k", [1, 2]),
    "object": ({"p": "$n", "q": "$missing"}, {"p": 7}),
    "array": (["$n", "$missing"], [7, None]),
    "literal": ({"$literal": "$n"}, "$n"),
    "add": ({"$add": ["$n", 1, "$f"]}, 10.5),
    "add null": ({"$add": ["$n", "$z"]}, None),
    "subtract dates": ({"$subtract": ["$t", "$t"]}, Int64(0)),
    "long to double": ({"$add": [Int64(2**63 - 1), 1]}, float(2**63)),
    "multiply": ({"$multiply": ["$n", 2]}, 14),
    "divide": ({"$divide": ["$n", 2]}, 3.5),
    "mod keeps the sign": ({"$mod": [-7, 3]}, -1),
    "abs": ({"$abs": -3}, 3),
    "ceil": ({"$ceil": "$f"}, 3.0),
    "eq across numbers": ({"$eq": ["$n", 7.0]}, True),
    "missing is not null": ({"$eq": ["$missing", None]}, False),
    "missing is smallest": ({"$lt": ["$missing", None]}, True),
    "cmp": ({"$cmp": ["$n", "x"]}, -1),
    "and": ({"$and": ["$n", "$b", {"$gt": ["$n", 5]}]}, True),
    "or of nothing": ({"$or": []}, False),
    "not": ({"$not": ["$z"]}, True),
    "cond": ({"$cond": ["$b", "yes", "no"]}, "yes"),
    "cond by name": ({"$cond": {"if": "$z", "then": 1, "else": 2}}, 2),
    "ifNull": ({"$ifNull": ["$z", "$missing", "x"]}, "x"),
    "switch": ({"$switch": {"branches": [{"case": "$z", "then": 1}, {"case": "$b", "then": 2}]}}, 2),
    "let": ({"$let": {"vars": {"v": 2}, "in": {"$multiply": ["$$v", "$n"]}}}, 14),
    "map": ({"$map": {"input": "$a", "as": "v", "in": {"$add": ["$$v", 1]}}}, [4, 2, 3]),
    "filter": ({"$filter": {"input": "$a", "cond": {"$gte": ["$$this", 2]}}}, [3, 2]),
    "sum is rounded once": ({"$add": [0.1, 0.2, 0.3]}, 0.6),
    "now is one time": (
        {"$let": {"vars": {"v": "$$NOW"}, "in": [{"$type": "$$v"}, {"$eq": ["$$v", "$$NOW"]}]}},
        ["date", True],
    ),
    "concat": ({"$concat": ["$s", "!"]}, "Añb!"),
    "split": ({"$split": ["a-b", "-"]}, ["a", "b"]),
    "type": ({"$type": "$i"}, "objectId"),
    "type of nothing": ({"$type": "$zz"}, "missing"),
    "mergeObjects": ({"$mergeObjects": ["$o", {"y": 2}, "$z"]}, {"x": 1, "y": 2}),
    "setUnion": ({"$setUnion": ["$a", [1, 9]]}, [3, 1, 2, 9]),
    "setDifference": ({"$setDifference": ["$a", [1.0]]}, [3, 2]),
    "toLower": ({"$toLower": "AB"}, "ab"),
    "size": ({"$size": "$a"}, 3),
    "in": ({"$in": [2.0, "$a"]}, True),
    "arrayElemAt": ({"$arrayElemAt": ["$a", -1]}, 2),
    "slice": ({"$slice": ["$a", 1, 2]}, [1, 2]),
    "concatArrays": ({"$concatArrays": ["$a", [9]]}, [3, 1, 2, 9]),
    "year": ({"$year": "$t"}, 2024),
}


@pytest.mark.parametrize(("source", "expected"), VALUES.values(), ids=VALUES)
def test_an_expression_is(value_of: ValueOf, source: Any, expected: Any) -> None:
    """The value, and its type, are MongoDB's."""
    result = value_of(DOCUMENT, source)
    assert result == {"v": expected}
    assert type(result["v"]) is type(expected)


REFUSED: dict[str, tuple[Any, int]] = {
    "unknown": ({"$foo": 1}, 168),
    "add to a date": ({"$add": ["$t", 1000]}, 14),
    "decimal": ({"$add": [Decimal128("0.1"), 1]}, 2),
    "two operators": ({"$add": [1], "$sum": 1}, 15983),
    "too few": ({"$subtract": [1]}, 16020),
    "too many for cond": ({"$cond": [1, 2]}, 16020),
    "add of a text": ({"$add": ["$s", 1]}, 14),
    "divide by zero": ({"$divide": [1, 0]}, 2),
    "concat of a number": ({"$concat": ["$n"]}, 16702),
    "size of a number": ({"$size": "$n"}, 17124),
    "empty path": ("$", 40352),
    "path that ends with a dot": ("$a.", 40353),
    "unknown argument": ({"$filter": {"input": [], "cond": 1, "foo": 1}}, 9),
    "own variable in capitals": ({"$let": {"vars": {"V": 1}, "in": 1}}, 9),
}


@pytest.mark.parametrize(("source", "code"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_expression_is_refused(db: Db, source: Any, code: int) -> None:
    """Unknown names and wrong types are errors with MongoDB's numbers."""
    db.c.insert_one(dict(DOCUMENT))
    with pytest.raises(OperationFailure) as failure:
        list(db.c.aggregate([{"$project": {"v": source}}]))
    assert failure.value.code == code


@pytest.mark.parametrize(
    "name",
    "$trunc $strLenBytes $regexFind $sortArray $zip $toDate $toDecimal $dayOfWeek $dateToString "
    "$dateTrunc".split(),
)
def test_what_mongomock_gets_wrong_is_refused(db: Db, name: str) -> None:
    """An expression that mongomock does not know, or answers wrongly, is an error and no result."""
    with pytest.raises(OperationFailure) as failure:
        list(db.c.aggregate([{"$project": {"v": {name: "$a"}}}]))
    assert failure.value.code == 168


UNKNOWN: dict[str, list[Any]] = {
    "stage": [{"$bucket": {}}],
    "expression": [{"$project": {"v": {"$zip": {}}}}],
    "operator of a filter": [{"$match": {"a": {"$near": 1}}}],
    "filter": [{"$match": {"$where": "true"}}],
    "accumulator": [{"$group": {"_id": None, "v": {"$stdDevPop": "$a"}}}],
}


@pytest.mark.parametrize("stages", UNKNOWN.values(), ids=UNKNOWN)
def test_what_mongodb_may_know_is_said_to_be_unknown_here(db: Db, stages: list[Any]) -> None:
    """The learner can tell a slip of the pen from a word that only this server lacks."""
    with pytest.raises(OperationFailure, match="or not known to this server"):
        list(db.c.aggregate(stages))


def test_filters_and_projections_know_the_expressions(db: Db) -> None:
    """They are the same everywhere, `$$NOW` among them."""
    db.c.insert_many([{"_id": 1, "s": "ab", "t": datetime(2024, 1, 1)}, {"_id": 2, "s": "b"}])
    starts = {"$expr": {"$regexMatch": {"input": "$s", "regex": "^a"}}}
    assert [one["_id"] for one in db.c.find(starts)] == [1]
    past = {"$expr": {"$lt": ["$t", "$$NOW"]}, "t": {"$ne": None}}
    assert list(db.c.find(past, {"v": {"$toString": "$_id"}})) == [{"_id": 1, "v": "1"}]
