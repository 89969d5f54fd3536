"""Filters."""

from __future__ import annotations

import re
from typing import Any

import pytest
from bson import Decimal128, Int64, ObjectId, Regex
from pymongo.database import Database
from pymongo.errors import OperationFailure

Db = Database[dict[str, Any]]
OID = ObjectId("0123456789abcdef01234567")

VALUES: dict[str, Any] = {
    "one": 1,
    "one_double": 1.0,
    "one_long": Int64(1),
    "one_decimal": Decimal128("1"),
    "true": True,
    "text": "abc",
    "null": None,
    "nan": float("nan"),
    "list": [1, "abc"],
    "empty": [],
    "nested": [[1, 2], 3],
    "document": {"b": 1, "c": 2},
    "turned": {"c": 2, "b": 1},
    "documents": [{"b": 1}, {"b": [5, 6]}],
    "oid": OID,
}
ONES = {"one", "one_double", "one_long", "one_decimal"}

MATCHES: dict[str, tuple[Any, set[str]]] = {
    "a number equals itself in every type, in arrays too": (1, ONES | {"list"}),
    "true is not one": (True, {"true"}),
    "null is a missing field, too": (None, {"null", "missing"}),
    "a document equals only with its order": ({"b": 1, "c": 2}, {"document"}),
    "an array equals as a whole": ([1, "abc"], {"list"}),
    "an array equals as an element": ([1, 2], {"nested"}),
    "gt stays in its type": ({"$gt": 0}, ONES | {"list", "nested"}),
    "lt on texts": ({"$lt": "b"}, {"text", "list"}),
    "gte null": ({"$gte": None}, {"null", "missing"}),
    "gt null": ({"$gt": None}, set()),
    "nan equals nan": (float("nan"), {"nan"}),
    "lte nan": ({"$lte": float("nan")}, {"nan"}),
    "in": ({"$in": [1, None]}, ONES | {"list", "null", "missing"}),
    "in with a pattern": ({"$in": [re.compile("^ab")]}, {"text", "list"}),
    "size": ({"$size": 2}, {"list", "nested", "documents"}),
    "size of none": ({"$size": 0}, {"empty"}),
    "type": ({"$type": "number"}, ONES | {"nan", "list", "nested"}),
    "type array": ({"$type": "array"}, {"list", "empty", "nested", "documents"}),
    "type by number": ({"$type": 8}, {"true"}),
    "mod": ({"$mod": [2, 1]}, ONES | {"list", "nested"}),
    "mod without fractions": ({"$mod": [2.9, 1.9]}, ONES | {"list", "nested"}),
    "not mod": (
        {"$not": {"$mod": [1, 0]}},
        {"true", "text", "null", "nan", "empty", "document", "turned", "documents", "oid", "missing"},
    ),
    "exists": ({"$exists": False}, {"missing"}),
    "regex": ({"$regex": "B", "$options": "i"}, {"text", "list"}),
    "all": ({"$all": [1, "abc"]}, {"list"}),
    "all of nothing": ({"$all": []}, set()),
    "elemMatch of values": ({"$elemMatch": {"$gte": 3, "$lt": 4}}, {"nested"}),
    "elemMatch of documents": ({"$elemMatch": {"b": 5}}, {"documents"}),
    "not": ({"$not": {"$exists": True}}, {"missing"}),
    "not of several": ({"$not": {"$exists": True, "$ne": None}}, {"missing", "null"}),
    "objectid": (OID, {"oid"}),
}


@pytest.fixture
def stored(db: Db) -> Db:
    """One document for each kind of value, under its name."""
    db.c.insert_many([{"_id": name, "a": value} for name, value in VALUES.items()])
    db.c.insert_one({"_id": "missing"})
    return db


@pytest.mark.parametrize(("query", "expected"), MATCHES.values(), ids=MATCHES)
def test_a_field_meets(stored: Db, query: Any, expected: set[str]) -> None:
    """A filter finds exactly the documents that MongoDB finds."""
    assert {found["_id"] for found in stored.c.find({"a": query})} == expected


@pytest.mark.parametrize(("query", "expected"), MATCHES.values(), ids=MATCHES)
def test_nor_finds_all_others(stored: Db, query: Any, expected: set[str]) -> None:
    """What a filter does not find, its opposite does."""
    assert {found["_id"] for found in stored.c.find({"$nor": [{"a": query}]})} == {
        *VALUES,
        "missing",
    } - expected


PATHS: dict[str, tuple[dict[str, Any], set[str]]] = {
    "into a document": ({"a.b": 1}, {"document", "turned", "documents"}),
    "into arrays of documents": ({"a.b": 5}, {"documents"}),
    "a whole array inside": ({"a.b": [5, 6]}, {"documents"}),
    "by place": ({"a.0": 1}, {"list"}),
    "by place and name": ({"a.1.b": 6}, {"documents"}),
    "by two places": ({"a.0.1": 2}, {"nested"}),
    "exists by place": ({"a.1": {"$exists": True}}, {"list", "nested", "documents"}),
    "null where nothing can be": (
        {"a.b": None},
        {*ONES, "true", "text", "null", "nan", "oid", "missing"},
    ),
    "or": ({"$or": [{"a": "abc"}, {"a": OID}]}, {"text", "list", "oid"}),
    "and": ({"$and": [{"a": {"$type": "array"}}, {"a": 1}]}, {"list"}),
    "expr": ({"$expr": {"$eq": ["$a", "$_id"]}}, set()),
    "expr on a missing field": ({"$expr": {"$lt": ["$a", None]}}, {"missing"}),
}


@pytest.mark.parametrize(("query", "expected"), PATHS.values(), ids=PATHS)
def test_a_path_reaches(stored: Db, query: dict[str, Any], expected: set[str]) -> None:
    """Paths go into documents, through arrays, and to places in them."""
    assert {found["_id"] for found in stored.c.find(query)} == expected


REFUSED: dict[str, tuple[Any, int]] = {
    "unknown operator": ({"a": {"$foo": 1}}, 2),
    "a plain name among operators": ({"a": {"$gt": 1, "b": 2}}, 2),
    "unknown at the top": ({"$foo": []}, 2),
    "where": ({"$where": "true"}, 2),
    "text": ({"$text": {"$search": "x"}}, 2),
    "empty or": ({"$or": []}, 2),
    "or of no documents": ({"$or": [1]}, 2),
    "in without array": ({"a": {"$in": 1}}, 2),
    "operators in in": ({"a": {"$in": [{"$gt": 1}]}}, 2),
    "not of a value": ({"a": {"$not": 1}}, 2),
    "empty not": ({"a": {"$not": {}}}, 2),
    "negative size": ({"a": {"$size": -1}}, 2),
    "unknown type": ({"a": {"$type": "number8"}}, 2),
    "mod of a number": ({"a": {"$mod": 2}}, 2),
    "mod of one": ({"a": {"$mod": [2]}}, 2),
    "mod of three": ({"a": {"$mod": [2, 1, 0]}}, 2),
    "mod by zero": ({"a": {"$mod": [0.5, 1]}}, 2),
    "mod by a text": ({"a": {"$mod": ["2", 1]}}, 2),
    "mod to a text": ({"a": {"$mod": [2, "1"]}}, 2),
    "mod by NaN": ({"a": {"$mod": [float("nan"), 1]}}, 2),
    "broken pattern": ({"a": {"$regex": "("}}, 51091),
    "unknown option": ({"a": {"$regex": "a", "$options": "q"}}, 51091),
    "options alone": ({"a": {"$options": "i"}}, 2),
    "unknown expression": ({"$expr": {"$foo": 1}}, 168),
    "geographic": ({"a": {"$near": [1, 2]}}, 2),
}


@pytest.mark.parametrize(("query", "code"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_filter_is_refused(db: Db, query: dict[str, Any], code: int) -> None:
    """An unknown or broken filter is an error with MongoDB's number, even on an empty collection."""
    with pytest.raises(OperationFailure) as failure:
        db.c.find_one(query)
    assert failure.value.code == code


def test_the_left_of_a_division_has_the_sign_of_the_number(db: Db) -> None:
    """`$mod` cuts fractions off, and looks into arrays at the end of a path."""
    db.c.insert_many([{"_id": n, "a": {"b": value}} for n, value in enumerate((-3, 3, -3.9, [0, 5], True))])
    assert [one["_id"] for one in db.c.find({"a.b": {"$mod": [2, -1]}})] == [0, 2]
    assert [one["_id"] for one in db.c.find({"a.b": {"$mod": [-2, 1]}})] == [1, 3]


def test_patterns_know_ascii_classes_only(db: Db) -> None:
    r"""`\w` and `\d` mean ASCII, as in MongoDB, while letters of any language have two cases."""
    db.c.insert_many([{"_id": 1, "a": "É"}, {"_id": 2, "a": "e"}, {"_id": 3, "a": "٣"}])
    assert [one["_id"] for one in db.c.find({"a": Regex(r"\w")})] == [2]
    assert [one["_id"] for one in db.c.find({"a": Regex(r"[\w]")})] == [2]
    assert [one["_id"] for one in db.c.find({"a": Regex("é", "i")})] == [1]
    assert [one["_id"] for one in db.c.find({"a": Regex(r"\d")})] == []
