"""Projections."""

from __future__ import annotations

from typing import Any

import pytest
from pymongo.database import Database
from pymongo.errors import OperationFailure

Db = Database[dict[str, Any]]
Doc = dict[str, Any]
WHOLE: Doc = {
    "_id": 1,
    "a": 1,
    "b": {"c": 2, "d": 3},
    "items": [{"k": 1, "x": 1}, {"k": 2, "x": 2}, 7],
    "n": [1, 2, 3, 4],
}

SHAPES: dict[str, tuple[Any, Doc]] = {
    "inclusion": ({"a": 1}, {"_id": 1, "a": 1}),
    "inclusion without id": ({"a": True, "_id": 0}, {"a": 1}),
    "id alone": ({"_id": 1}, {"_id": 1}),
    "exclusion": ({"b": 0, "items": 0}, {"_id": 1, "a": 1, "n": [1, 2, 3, 4]}),
    "exclusion of the id": ({"_id": 0, "b": 0, "items": 0, "n": 0}, {"a": 1}),
    "inside": ({"b.c": 1}, {"_id": 1, "b": {"c": 2}}),
    "inside, nested": ({"b": {"d": 1}}, {"_id": 1, "b": {"d": 3}}),
    "inside arrays": ({"items.k": 1}, {"_id": 1, "items": [{"k": 1}, {"k": 2}]}),
    "outside arrays": (
        {"items.k": 0, "n": 0, "b": 0},
        {"_id": 1, "a": 1, "items": [{"x": 1}, {"x": 2}, 7]},
    ),
    "inside a plain value": ({"a.b": 1}, {"_id": 1}),
    "missing": ({"z": 1, "z2.y": 1}, {"_id": 1}),
    "slice": ({"n": {"$slice": 2}, "items": 0, "b": 0}, {"_id": 1, "a": 1, "n": [1, 2]}),
    "slice from the end": ({"n": {"$slice": -1}, "a": 1}, {"_id": 1, "a": 1, "n": [4]}),
    "slice from a place": ({"n": {"$slice": [1, 2]}, "a": 1}, {"_id": 1, "a": 1, "n": [2, 3]}),
    "elemMatch": ({"items": {"$elemMatch": {"k": 2}}}, {"_id": 1, "items": [{"k": 2, "x": 2}]}),
    "elemMatch of none": ({"items": {"$elemMatch": {"k": 5}}}, {"_id": 1}),
    "expression": ({"a": 1, "count": {"$size": "$items"}}, {"_id": 1, "a": 1, "count": 3}),
    "field by reference": ({"z": "$b.c"}, {"_id": 1, "z": 2}),
    "order is the document's": ({"n": 1, "a": 1}, {"_id": 1, "a": 1, "n": [1, 2, 3, 4]}),
}


@pytest.mark.parametrize(("projection", "expected"), SHAPES.values(), ids=SHAPES)
def test_a_projection_gives(db: Db, projection: Any, expected: Doc) -> None:
    """What comes back is what MongoDB gives, in its order."""
    db.c.insert_one(dict(WHOLE))
    found = db.c.find_one({}, projection) or {}
    assert found == expected
    assert list(found) == list(expected)


def test_the_positional_projection_is_the_element_met(db: Db) -> None:
    """`items.$` gives the first element that the filter met."""
    db.c.insert_one(dict(WHOLE))
    assert db.c.find_one({"items.k": 2}, {"items.$": 1}) == {"_id": 1, "items": [{"k": 2, "x": 2}]}


REFUSED: dict[str, tuple[Any, int]] = {
    "exclusion among inclusions": ({"a": 1, "b": 0}, 31254),
    "inclusion among exclusions": ({"a": 0, "b": 1}, 31253),
    "a field and something in it": ({"b": 1, "b.c": 1}, 31249),
    "unknown expression": ({"a": {"$foo": 1}}, 168),
    "dollar in a name": ({"a.$b": 1}, 16410),
    "empty": ({"a": {}}, 51270),
}


@pytest.mark.parametrize(("projection", "code"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_projection_is_refused(db: Db, projection: Any, code: int) -> None:
    """A mix or an unknown word is an error with MongoDB's number."""
    with pytest.raises(OperationFailure) as failure:
        db.c.find_one({}, projection)
    assert failure.value.code == code
