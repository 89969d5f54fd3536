"""The embedded server and another one agree, over a corpus. Skipped unless BACKROAD_MONGODB_URL names one."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any
from uuid import uuid4

import bson
import pytest
from bson import Int64, ObjectId, Regex
from pymongo import MongoClient
from pymongo.database import Database
from pymongo.errors import PyMongoError

Db = Database[dict[str, Any]]
Doc = dict[str, Any]
URL = os.environ.get("BACKROAD_MONGODB_URL")
pytestmark = pytest.mark.skipif(not URL, reason="BACKROAD_MONGODB_URL names no other document server")

DAY = datetime(2024, 1, 2, 3, 4, 5, 678000)
OID = ObjectId("0123456789abcdef01234567")
VALUES: list[Any] = [
    1,
    2,
    -5,
    1.0,
    1.5,
    Int64(1),
    2**40,
    True,
    False,
    0,
    "abc",
    "b",
    "",
    None,
    [1, "abc"],
    [1, 2, 3],
    [],
    [[1, 2], 3],
    [None],
    [True, False],
    {"b": 1, "c": 2},
    {"c": 2, "b": 1},
    [{"b": 1}, {"b": 5, "c": [1, 2]}],
    [{"b": None}, {"c": 1}],
    {"b": [1, 2]},
    {},
    OID,
    DAY,
    float("nan"),
    [1, {"b": 1}],
    {"b": {"c": [{"d": 1}, {"d": 2}]}},
    b"ab",
    {"b": None},
]
OPERANDS: list[Any] = [1, 1.5, True, False, 0, "abc", "", None, [1, 2, 3], [], {"b": 1, "c": 2}, {}, OID, DAY]
LISTS: list[Any] = [[1], [True], [None], ["abc", 2], [[1, 2, 3]], [], [Regex("^a")], [0], [None, 1]]
ELEMENTS: list[Any] = [
    {"b": 1},
    {"$gt": 1},
    {"$gte": 2, "$lt": 3},
    {"b": 1, "c": {"$exists": False}},
    {"$eq": True},
    {"b": {"$gt": 2}},
]
FILTERS: list[Doc] = [
    *({"a": {name: value}} for name in ("$eq", "$ne", "$gt", "$gte", "$lt", "$lte") for value in OPERANDS),
    *({"a": {name: values}} for name in ("$in", "$nin") for values in LISTS),
    *({path: value} for path in ("a.b", "a.c", "a.0", "a.b.c.d") for value in (1, 2, 5)),
    *({path: {"$exists": there}} for path in ("a", "a.b", "a.0", "a.5") for there in (True, False)),
    *(
        {"a": {"$type": kind}}
        for kind in ("int", "long", "string", "object", "array", "bool", "null", "number")
    ),
    *({"a": {"$size": number}} for number in (0, 1, 2, 3)),
    *({"a": {"$elemMatch": operand}} for operand in ELEMENTS),
    *(
        {"a": {"$not": operand}}
        for operand in ({"$gt": 1}, {"$exists": True}, {"$in": [1, None]}, Regex("^a"))
    ),
    {"a": {"$regex": "B", "$options": "i"}},
    {"a": {"$all": [1, "abc"]}},
    {"a": {"$mod": [2, 1]}},
    {"a.b": {"$not": {"$mod": [-2, 1]}}},
    {"$or": [{"a": 1}, {"a.b": 1}]},
    {"$nor": [{"a": 1}, {"a": None}]},
    {"$expr": {"$gt": ["$a", 1]}},
]

ITEMS: Doc = {"items": [{"k": "a", "n": 1}, {"k": "b", "n": 1}], "t": [1, 5, 9]}
UPDATES: list[tuple[Doc, Doc, Any]] = [
    ({"a": 1}, {}, {"$set": {"b": 2, "x.y": 1}}),
    ({"a": 1}, {}, {"$set": {"a": 1}}),
    ({"a": 1}, {}, {"$set": {"a": 1.0}}),
    ({"a": 1}, {}, {"$set": {"a": True}}),
    ({"a": [1]}, {}, {"$set": {"a.3": 4}}),
    ({"a": [1, 2]}, {}, {"$unset": {"a.0": ""}}),
    ({"a": Int64(5)}, {}, {"$inc": {"a": 1}}),
    ({"a": 2**31 - 1}, {}, {"$inc": {"a": 1}}),
    ({"a": 1}, {}, {"$inc": {"a": 0}}),
    ({"a": 5}, {}, {"$min": {"a": "x"}}),
    ({"a": 5}, {}, {"$max": {"a": "x"}}),
    ({"a": [3, 1]}, {}, {"$push": {"a": {"$each": [2, 0], "$sort": -1, "$slice": 3}}}),
    ({"a": [3, 1]}, {}, {"$push": {"a": {"$each": [2], "$position": 1}}}),
    ({"a": [1]}, {}, {"$addToSet": {"a": {"$each": [True, 1.0, 2, 2]}}}),
    ({"a": [1, True, {"k": 1, "x": 1}]}, {}, {"$pull": {"a": 1}}),
    ({"a": [1, True, {"k": 1, "x": 1}]}, {}, {"$pull": {"a": {"k": 1}}}),
    (ITEMS, {"items.k": "b"}, {"$set": {"items.$.n": 9}}),
    (ITEMS, {"items": {"$elemMatch": {"k": "b"}}}, {"$push": {"items.$.x": 1}}),
    (ITEMS, {"t": {"$gt": 4}}, {"$set": {"t.$": 0}}),
    ({"a": Int64(3)}, {}, {"$mul": {"a": 2, "b": 1.5}}),
    ({"a": 1, "b": 2, "c": 3}, {}, {"$rename": {"a": "b", "c": "d.e"}}),
    ({"a": 1}, {}, {"$rename": {"a.x": "b"}}),
    ({"a": 1}, {}, [{"$set": {"b": {"$add": ["$a", 1]}}}, {"$unset": "a"}]),
]

ROWS: list[Doc] = [
    {"_id": 0, "g": "x", "n": 1, "t": ["p", "q"]},
    {"_id": 1, "g": "y", "n": 2.5, "t": []},
    {"_id": 2, "g": "x", "n": None},
    {"_id": 3, "g": "z", "t": "p", "d": DAY},
    {"_id": 4, "n": Int64(7), "t": [None]},
    {"_id": 5, "g": True, "n": True},
]
VALUES_OF_ROWS: list[Any] = [
    {"$eq": ["$n", None]},
    {"$lt": ["$n", None]},
    {"$gt": ["$n", "x"]},
    {"$add": ["$_id", 1.5]},
    {"$subtract": ["$d", "$d"]},
    {"$mod": ["$_id", -2]},
    {"$cond": ["$n", "$g", "$zz"]},
    {"$ifNull": ["$n", 0]},
    {"$not": ["$n"]},
    {"$in": ["$g", ["x", None]]},
    {"$map": {"input": [1, 2], "as": "v", "in": {"$add": ["$$v", "$_id"]}}},
    {"$year": "$d"},
    ["$n", "$zz"],
    {"$toString": "$d"},
    {"$toString": "$n"},
    {"$toLong": "$n"},
    {"$toBool": "$g"},
    {"$indexOfCP": ["axbx", "$g"]},
    {"$trim": {"input": "  x x ", "chars": "$g"}},
    {"$replaceAll": {"input": "axbx", "find": "$g", "replacement": "-"}},
    {"$regexMatch": {"input": "X", "regex": "$g", "options": "i"}},
    {"$indexOfArray": ["$t", "q"]},
    {"$reverseArray": "$t"},
    {"$range": [0, "$_id", 2]},
    {"$reduce": {"input": "$t", "initialValue": "$n", "in": {"$ifNull": ["$$value", "$$this"]}}},
    {"$setIsSubset": ["$t", ["p", "q"]]},
    {"$setEquals": [["p", "q", "p"], "$t"]},
    {"$anyElementTrue": [["$n"]]},
    {"$arrayToObject": {"$slice": [{"$objectToArray": "$$ROOT"}, 2]}},
    {"$max": ["$n", "$_id", "$t"]},
    {"$min": "$t"},
    {"$avg": ["$n", "$_id"]},
    {"$round": [{"$divide": ["$_id", 3]}, 1]},
]
PIPELINES: list[Any] = [
    *(
        [{"$group": {"_id": "$g", "v": {name: "$n"}}}, {"$sort": {"_id": 1}}]
        for name in ("$sum", "$avg", "$min", "$max", "$push")
    ),
    *([{"$project": {"v": value}}] for value in VALUES_OF_ROWS),
    [{"$unwind": {"path": "$t", "preserveNullAndEmptyArrays": True}}],
    [{"$unwind": "$t"}, {"$group": {"_id": "$t", "n": {"$sum": 1}}}, {"$sort": {"n": -1, "_id": 1}}],
    [
        {"$match": {"g": "x"}},
        {"$lookup": {"from": "rows", "localField": "g", "foreignField": "g", "as": "j"}},
    ],
    [{"$match": {"n": {"$gt": 1}}}, {"$count": "n"}],
    [{"$sort": {"n": -1, "_id": 1}}, {"$skip": 1}, {"$limit": 2}, {"$project": {"t": 0}}],
    [{"$addFields": {"m": {"$size": {"$ifNull": ["$g", []]}}}}],
]


@pytest.fixture(scope="module")
def other() -> Iterator[Db]:
    """A database of the other server."""
    name = f"t{uuid4().hex}"
    with MongoClient[Doc](URL) as client:
        yield client[name]
        client.drop_database(name)


def told(answer: Callable[[], Any]) -> object:
    """Return what a server answers as bytes, which know types and order; or that it refuses."""
    try:
        return bson.encode({"answer": answer()})
    except PyMongoError:
        return "refused"


@pytest.mark.parametrize("query", FILTERS, ids=str)
def test_both_find_the_same(db: Db, other: Db, query: Doc) -> None:
    """A filter finds the same documents on both."""
    for one in (db, other):
        one.c.drop()
        one.c.insert_many([{"_id": place, "a": value} for place, value in enumerate(VALUES)])
        one.c.insert_one({"_id": -1})
    assert told(lambda: [one["_id"] for one in db.c.find(query)]) == told(
        lambda: [one["_id"] for one in other.c.find(query)]
    )


def changed(db: Db, before: Doc, query: Doc, change: Any) -> list[Any]:
    """Return an update's counts, and the document afterwards."""
    db.u.drop()
    db.u.insert_one({"_id": 1, **before})
    result = db.u.update_one({"_id": 1, **query}, change)
    return [result.matched_count, result.modified_count, db.u.find_one()]


@pytest.mark.parametrize(("before", "query", "change"), UPDATES, ids=str)
def test_both_change_the_same(db: Db, other: Db, before: Doc, query: Doc, change: Any) -> None:
    """An update makes the same document of another, and counts it alike."""
    assert told(lambda: changed(db, before, query, change)) == told(
        lambda: changed(other, before, query, change)
    )


@pytest.mark.parametrize("stages", PIPELINES, ids=str)
def test_both_aggregate_the_same(db: Db, other: Db, stages: Any) -> None:
    """A pipeline gives the same documents on both."""
    for one in (db, other):
        one.rows.drop()
        one.rows.insert_many([dict(row) for row in ROWS])
    assert told(lambda: list(db.rows.aggregate(stages))) == told(lambda: list(other.rows.aggregate(stages)))
