"""Aggregation pipelines."""

from __future__ import annotations

from typing import Any

import pytest
from pymongo.database import Database
from pymongo.errors import OperationFailure

Db = Database[dict[str, Any]]
Doc = dict[str, Any]
DOCUMENTS: list[Doc] = [
    {"_id": 1, "g": "a", "n": 3, "tags": ["x", "y"], "o": {"k": 1}},
    {"_id": 2, "g": "b", "n": 1, "tags": []},
    {"_id": 3, "g": "a", "n": 2.5, "tags": ["y"]},
    {"_id": 4, "n": None, "tags": None},
]

RESULTS: dict[str, tuple[list[Doc], list[Doc]]] = {
    "match, sort, limit": (
        [{"$match": {"g": "a"}}, {"$sort": {"n": 1}}, {"$limit": 1}, {"$unset": ["tags"]}],
        [{"_id": 3, "g": "a", "n": 2.5}],
    ),
    "skip": ([{"$skip": 3}, {"$project": {"_id": 1}}], [{"_id": 4}]),
    "group": (
        [
            {
                "$group": {
                    "_id": "$g",
                    "sum": {"$sum": "$n"},
                    "avg": {"$avg": "$n"},
                    "min": {"$min": "$n"},
                    "all": {"$push": "$n"},
                    "first": {"$first": "$_id"},
                    "last": {"$last": "$_id"},
                    "count": {"$count": {}},
                }
            },
            {"$sort": {"_id": 1}},
        ],
        [
            {
                "_id": None,
                "sum": 0,
                "avg": None,
                "min": None,
                "all": [None],
                "first": 4,
                "last": 4,
                "count": 1,
            },
            {
                "_id": "a",
                "sum": 5.5,
                "avg": 2.75,
                "min": 2.5,
                "all": [3, 2.5],
                "first": 1,
                "last": 3,
                "count": 2,
            },
            {"_id": "b", "sum": 1, "avg": 1.0, "min": 1, "all": [1], "first": 2, "last": 2, "count": 1},
        ],
    ),
    "group of all": ([{"$group": {"_id": None, "n": {"$max": "$n"}}}], [{"_id": None, "n": 3}]),
    "group by two": (
        [{"$match": {"g": "a"}}, {"$group": {"_id": {"g": "$g", "k": "$o.k"}}}, {"$sort": {"_id": 1}}],
        [{"_id": {"g": "a"}}, {"_id": {"g": "a", "k": 1}}],
    ),
    "unwind": (
        [{"$unwind": "$tags"}, {"$project": {"tags": 1}}],
        [{"_id": 1, "tags": "x"}, {"_id": 1, "tags": "y"}, {"_id": 3, "tags": "y"}],
    ),
    "unwind keeps": (
        [
            {"$unwind": {"path": "$tags", "preserveNullAndEmptyArrays": True, "includeArrayIndex": "i"}},
            {"$project": {"tags": 1, "i": 1}},
        ],
        [
            {"_id": 1, "tags": "x", "i": 0},
            {"_id": 1, "tags": "y", "i": 1},
            {"_id": 2, "i": None},
            {"_id": 3, "tags": "y", "i": 0},
            {"_id": 4, "tags": None, "i": None},
        ],
    ),
    "count": ([{"$match": {"g": "a"}}, {"$count": "all"}], [{"all": 2}]),
    "count of none": ([{"$match": {"g": "z"}}, {"$count": "all"}], []),
    "sortByCount": (
        [{"$unwind": "$tags"}, {"$sortByCount": "$tags"}],
        [{"_id": "y", "count": 2}, {"_id": "x", "count": 1}],
    ),
    "project": (
        [
            {"$match": {"_id": 1}},
            {"$project": {"_id": 0, "n": 1, "k": "$o.k", "size": {"$size": "$tags"}, "z": "$z"}},
        ],
        [{"n": 3, "k": 1, "size": 2}],
    ),
    "addFields": (
        [
            {"$match": {"_id": 1}},
            {"$addFields": {"o.j": 5, "n": "$$REMOVE", "t": {"$first": "$tags"}}},
            {"$project": {"tags": 0}},
        ],
        [{"_id": 1, "g": "a", "o": {"k": 1, "j": 5}, "t": "x"}],
    ),
    "replaceRoot": (
        [{"$match": {"_id": 1}}, {"$replaceRoot": {"newRoot": "$o"}}],
        [{"k": 1}],
    ),
    "facet": (
        [
            {
                "$facet": {
                    "n": [{"$count": "n"}],
                    "page": [{"$sort": {"_id": -1}}, {"$limit": 1}, {"$project": {"_id": 1}}],
                }
            }
        ],
        [{"n": [{"n": 4}], "page": [{"_id": 4}]}],
    ),
    "lookup": (
        [
            {"$match": {"_id": {"$lte": 2}}},
            {"$lookup": {"from": "tags", "localField": "tags", "foreignField": "name", "as": "found"}},
            {"$project": {"found": 1}},
        ],
        [{"_id": 1, "found": [{"_id": 10, "name": "x"}]}, {"_id": 2, "found": []}],
    ),
    "lookup of null": (
        [
            {"$match": {"_id": 2}},
            {"$lookup": {"from": "tags", "localField": "zzz", "foreignField": "name", "as": "f"}},
            {"$project": {"f": 1}},
        ],
        [{"_id": 2, "f": [{"_id": 11}]}],
    ),
}


@pytest.mark.parametrize(("pipeline", "expected"), RESULTS.values(), ids=RESULTS)
def test_a_pipeline_gives(db: Db, pipeline: list[Doc], expected: list[Doc]) -> None:
    """Documents come out as MongoDB gives them."""
    db.c.insert_many([dict(document) for document in DOCUMENTS])
    db.tags.insert_many([{"_id": 10, "name": "x"}, {"_id": 11}])
    assert list(db.c.aggregate(pipeline)) == expected


REFUSED: dict[str, tuple[list[Any], int]] = {
    "unknown stage": ([{"$foo": {}}], 40324),
    "known to MongoDB alone": ([{"$setWindowFields": {}}], 40324),
    "out": ([{"$out": "x"}], 40324),
    "two in one": ([{"$match": {}, "$limit": 1}], 40323),
    "group without id": ([{"$group": {"n": {"$sum": 1}}}], 15955),
    "unknown accumulator": ([{"$group": {"_id": 1, "n": {"$foo": 1}}}], 15952),
    "no accumulator": ([{"$group": {"_id": 1, "n": "$n"}}], 40234),
    "limit of zero": ([{"$limit": 0}], 15958),
    "unwind without dollar": ([{"$unwind": "tags"}], 28818),
    "mixed projection": ([{"$project": {"a": 1, "b": 0}}], 31254),
    "empty projection": ([{"$project": {}}], 51272),
    "empty sort": ([{"$sort": {}}], 15976),
    "lookup with let": ([{"$lookup": {"from": "x", "let": {"a": 1}, "pipeline": [], "as": "y"}}], 9),
    "lookup with a pipeline": ([{"$lookup": {"from": "x", "pipeline": [], "as": "y"}}], 9),
    "unionWith": ([{"$unionWith": "x"}], 40324),
    "match without document": ([{"$match": 1}], 15959),
    "undefined variable": ([{"$project": {"a": "$$foo"}}], 17276),
    "new root that is none": ([{"$replaceWith": "$n"}], 40228),
}


@pytest.mark.parametrize(("pipeline", "code"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_pipeline_is_refused(db: Db, pipeline: list[Any], code: int) -> None:
    """Unknown and broken stages are errors with MongoDB's numbers."""
    db.c.insert_one({"n": 1})
    with pytest.raises(OperationFailure) as failure:
        list(db.c.aggregate(pipeline))
    assert failure.value.code == code
