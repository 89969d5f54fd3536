"""Expressions on arrays, sets and the fields of documents; sums and rounding."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from bson import Decimal128, Int64
from pymongo.database import Database
from pymongo.errors import OperationFailure

Db = Database[dict[str, Any]]
ValueOf = Callable[[dict[str, Any], Any], dict[str, Any]]
DOCUMENT: dict[str, Any] = {
    "_id": 1, "n": 7, "s": "x", "z": None, "a": [3, 1, 2], "d": [{"k": 1}, {"k": 2.5}, {}],
    "o": {"x": 1, "y": None}, "e": [], "m": [0, None, ""],
}  # fmt: skip
SUM = {"$add": ["$$value", "$$this"]}

VALUES: dict[str, tuple[Any, Any]] = {
    "indexOfArray": ({"$indexOfArray": ["$a", 2.0]}, 2),
    "indexOfArray not found": ({"$indexOfArray": ["$a", 9]}, -1),
    "indexOfArray from": ({"$indexOfArray": ["$a", 3, 1]}, -1),
    "indexOfArray from to": ({"$indexOfArray": ["$a", 2, 0, 2]}, -1),
    "indexOfArray to behind the end": ({"$indexOfArray": ["$a", 2, 0, 20]}, 2),
    "indexOfArray of null": ({"$indexOfArray": ["$z", 1]}, None),
    "indexOfArray for nothing": ({"$indexOfArray": ["$m", "$zz"]}, -1),
    "indexOfArray for null": ({"$indexOfArray": ["$m", None]}, 1),
    "reverseArray": ({"$reverseArray": "$a"}, [2, 1, 3]),
    "reverseArray of nothing": ({"$reverseArray": "$zz"}, None),
    "range": ({"$range": [0, 3]}, [0, 1, 2]),
    "range by steps": ({"$range": [5, 0, -2]}, [5, 3, 1]),
    "range of doubles": ({"$range": [0.0, 2.0]}, [0, 1]),
    "range of nothing": ({"$range": [3, 0]}, []),
    "reduce": ({"$reduce": {"input": "$a", "initialValue": 0, "in": SUM}}, 6),
    "reduce sees the document": (
        {"$reduce": {"input": "$a", "initialValue": [], "in": {"$concatArrays": ["$$value", ["$n"]]}}},
        [7, 7, 7],
    ),
    "reduce nothing": ({"$reduce": {"input": "$zz", "initialValue": 0, "in": SUM}}, None),
    "reduce an empty array": ({"$reduce": {"input": "$e", "initialValue": "$n", "in": SUM}}, 7),
    "reduce in a map": (
        {
            "$map": {
                "input": [[1, 2], [3]],
                "as": "row",
                "in": {"$reduce": {"input": "$$row", "initialValue": 0, "in": SUM}},
            }
        },
        [3, 3],
    ),
    "setIsSubset": ({"$setIsSubset": [[1.0, 1], "$a"]}, True),
    "setIsSubset of less": ({"$setIsSubset": ["$a", [1]]}, False),
    "setEquals": ({"$setEquals": ["$a", [1, 2, 3, 3], [3, 2, 1]]}, True),
    "setEquals of others": ({"$setEquals": ["$a", [1, 2]]}, False),
    "anyElementTrue": ({"$anyElementTrue": ["$m"]}, True),
    "anyElementTrue of none": ({"$anyElementTrue": "$e"}, False),
    "allElementsTrue": ({"$allElementsTrue": ["$m"]}, False),
    "allElementsTrue of none": ({"$allElementsTrue": [[]]}, True),
    "objectToArray": ({"$objectToArray": "$o"}, [{"k": "x", "v": 1}, {"k": "y", "v": None}]),
    "objectToArray of nothing": ({"$objectToArray": "$zz"}, None),
    "arrayToObject of pairs": (
        {"$arrayToObject": {"$literal": [["a", 1], ["b", 2], ["a", 3]]}},
        {"a": 3, "b": 2},
    ),
    "arrayToObject of documents": ({"$arrayToObject": [[{"v": 1, "k": "a"}]]}, {"a": 1}),
    "arrayToObject of none": ({"$arrayToObject": "$e"}, {}),
    "arrayToObject of null": ({"$arrayToObject": "$z"}, None),
    "there and back": ({"$arrayToObject": {"$objectToArray": "$o"}}, {"x": 1, "y": None}),
    "max of an array": ({"$max": "$a"}, 3),
    "max of values": ({"$max": ["$n", "$zz", 9.5]}, 9.5),
    "max across types": ({"$max": ["$n", "$a"]}, [3, 1, 2]),
    "min ignores null": ({"$min": ["$z", 4, 5]}, 4),
    "min of nothing": ({"$min": "$zz"}, None),
    "min of one value": ({"$min": "$n"}, 7),
    "sum of an array": ({"$sum": "$d.k"}, 3.5),
    "sum of values": ({"$sum": ["$n", "$s", Int64(1)]}, Int64(8)),
    "sum of nothing": ({"$sum": "$zz"}, 0),
    "sum is rounded once": ({"$sum": [[0.1, 0.2, 0.3]]}, 0.6),
    "avg": ({"$avg": "$a"}, 2.0),
    "avg of nothing": ({"$avg": "$e"}, None),
    "round": ({"$round": [2.675, 2]}, 2.67),
    "round to even": ({"$round": 2.5}, 2.0),
    "round an int": ({"$round": ["$n", 2]}, 7),
    "round to tens": ({"$round": [Int64(25), -1]}, Int64(20)),
    "round null": ({"$round": ["$z", 1]}, None),
}


@pytest.mark.parametrize(("source", "expected"), VALUES.values(), ids=VALUES)
def test_an_expression_on_arrays_is(value_of: ValueOf, source: Any, expected: Any) -> None:
    """The value, and its type, are MongoDB's."""
    result = value_of(DOCUMENT, source)
    assert result == {"v": expected}
    assert type(result["v"]) is type(expected)


def test_a_reduction_to_nothing_has_no_value(db: Db) -> None:
    """The field is left out, as of every expression without a value."""
    db.c.insert_one(dict(DOCUMENT))
    source = {"$reduce": {"input": "$a", "initialValue": 0, "in": "$$this.k"}}
    assert list(db.c.aggregate([{"$project": {"_id": 0, "v": source}}])) == [{}]


REFUSED: dict[str, tuple[Any, int]] = {
    "indexOfArray of a text": ({"$indexOfArray": ["$s", 1]}, 40090),
    "indexOfArray from null": ({"$indexOfArray": ["$a", 1, None]}, 40096),
    "indexOfArray from below": ({"$indexOfArray": ["$a", 1, -1]}, 40097),
    "indexOfArray of one": ({"$indexOfArray": ["$a"]}, 28667),
    "reverseArray of a text": ({"$reverseArray": "$s"}, 34435),
    "reverseArray of two": ({"$reverseArray": [1, 2]}, 16020),
    "range from null": ({"$range": ["$z", 1]}, 34443),
    "range from a fraction": ({"$range": [0.5, 1]}, 34444),
    "range to a text": ({"$range": [0, "$s"]}, 34445),
    "range to too much": ({"$range": [0, 2**31]}, 34446),
    "range by a text": ({"$range": [0, 1, "$s"]}, 34447),
    "range by a fraction": ({"$range": [0, 1, 0.5]}, 34448),
    "range by nothing": ({"$range": [0, 1, 0]}, 34449),
    "range of too many": ({"$size": {"$range": [0, 2**31 - 1]}}, 146),
    "reduce of an array": ({"$reduce": ["$a"]}, 40075),
    "reduce with more": ({"$reduce": {"foo": 1}}, 40076),
    "reduce without input": ({"$reduce": {}}, 40077),
    "reduce without a start": ({"$reduce": {"input": []}}, 40078),
    "reduce without in": ({"$reduce": {"input": [], "initialValue": 0}}, 40079),
    "reduce a number": ({"$reduce": {"input": "$n", "initialValue": 0, "in": 1}}, 40080),
    "this outside of a reduction": ({"$reduce": {"input": "$$this", "initialValue": 0, "in": 1}}, 17276),
    "setIsSubset of nothing": ({"$setIsSubset": ["$zz", "$a"]}, 17046),
    "setIsSubset in nothing": ({"$setIsSubset": ["$a", "$zz"]}, 17042),
    "setEquals of nothing": ({"$setEquals": ["$a", "$zz"]}, 17044),
    "setEquals of one": ({"$setEquals": ["$a"]}, 17045),
    "anyElementTrue of a number": ({"$anyElementTrue": "$n"}, 17041),
    "anyElementTrue of two": ({"$anyElementTrue": [True, False]}, 16020),
    "allElementsTrue of nothing": ({"$allElementsTrue": "$zz"}, 17040),
    "objectToArray of an array": ({"$objectToArray": "$a"}, 40390),
    "arrayToObject of a document": ({"$arrayToObject": "$o"}, 40386),
    "arrayToObject of numbers": ({"$arrayToObject": "$a"}, 40398),
    "arrayToObject of mixed pairs": ({"$arrayToObject": [[["a", 1], {}]]}, 40396),
    "arrayToObject of threes": ({"$arrayToObject": [[["a", 1, 2]]]}, 40397),
    "arrayToObject by numbers": ({"$arrayToObject": [[[1, 1]]]}, 40395),
    "arrayToObject of mixed documents": ({"$arrayToObject": [[{"k": "a", "v": 1}, 5]]}, 40391),
    "arrayToObject of half a pair": ({"$arrayToObject": [[{"k": "a"}]]}, 40392),
    "arrayToObject of other names": ({"$arrayToObject": [[{"k": "a", "w": 1}]]}, 40393),
    "arrayToObject by k of a number": ({"$arrayToObject": [[{"k": 1, "v": 1}]]}, 40394),
    "sum of decimals": ({"$sum": [Decimal128("1"), 1]}, 2),
    "round a text": ({"$round": "$s"}, 51081),
    "round to a text": ({"$round": [1.5, "$s"]}, 16004),
    "round to a fraction": ({"$round": [1.5, 0.5]}, 51082),
    "round to too many places": ({"$round": [1.5, 101]}, 51083),
}


@pytest.mark.parametrize(("source", "code"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_array_is_refused(db: Db, source: Any, code: int) -> None:
    """Wrong types, names and counts are errors with MongoDB's numbers."""
    db.c.insert_one(dict(DOCUMENT))
    with pytest.raises(OperationFailure) as failure:
        list(db.c.aggregate([{"$project": {"v": source}}]))
    assert failure.value.code == code
