"""Updates."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from bson import Decimal128, Int64
from pymongo import ReturnDocument, UpdateOne
from pymongo.database import Database
from pymongo.errors import BulkWriteError, WriteError

Db = Database[dict[str, Any]]
Doc = dict[str, Any]

CHANGES: dict[str, tuple[Doc, Any, Doc]] = {
    "set": ({"a": 1}, {"$set": {"b": 2}}, {"a": 1, "b": 2}),
    "set inside": ({}, {"$set": {"a.b.c": 1}}, {"a": {"b": {"c": 1}}}),
    "set beyond an array's end": ({"a": [1]}, {"$set": {"a.3": 4}}, {"a": [1, None, None, 4]}),
    "new fields come in order": (
        {},
        {"$set": {"b": 1, "a": 2, "a10": 3, "a2": 4}},
        {"a": 2, "a10": 3, "a2": 4, "b": 1},
    ),
    "unset": ({"a": 1, "b": 2}, {"$unset": {"a": ""}}, {"b": 2}),
    "unset in an array": ({"a": [1, 2]}, {"$unset": {"a.0": ""}}, {"a": [None, 2]}),
    "unset nothing": ({"a": 1}, {"$unset": {"a.b": "", "c": ""}}, {"a": 1}),
    "inc": ({"a": 1}, {"$inc": {"a": 2, "b": 3}}, {"a": 3, "b": 3}),
    "inc to long": ({"a": 2**31 - 1}, {"$inc": {"a": 1}}, {"a": 2**31}),
    "mul": ({"a": 3, "b": 3}, {"$mul": {"a": 2, "b": 1.5, "c": 4}}, {"a": 6, "b": 4.5, "c": 0}),
    "mul nested": ({"a": {"n": 2}}, {"$mul": {"a.n": -3, "b.n": 2}}, {"a": {"n": -6}, "b": {"n": 0}}),
    "mul to long": ({"a": 2**30}, {"$mul": {"a": 4}}, {"a": 2**32}),
    "rename": ({"a": 1, "b": 2}, {"$rename": {"a": "c"}}, {"b": 2, "c": 1}),
    "rename onto a field": ({"a": 1, "b": 2, "c": 3}, {"$rename": {"a": "b"}}, {"b": 1, "c": 3}),
    "rename nested": (
        {"a": {"x": [1], "y": 2}},
        {"$rename": {"a.x": "b.z"}},
        {"a": {"y": 2}, "b": {"z": [1]}},
    ),
    "rename nothing": ({"a": 1}, {"$rename": {"b": "a", "d.x": "c"}}, {"a": 1}),
    "min and max": ({"a": 5, "b": 5}, {"$min": {"a": 3}, "$max": {"b": 3, "c": 1}}, {"a": 3, "b": 5, "c": 1}),
    "max across types": ({"a": 5}, {"$max": {"a": "x"}}, {"a": "x"}),
    "push": ({"a": [1]}, {"$push": {"a": [2]}}, {"a": [1, [2]]}),
    "push to nothing": ({}, {"$push": {"a": 1}}, {"a": [1]}),
    "push each, sorted, cut": (
        {"a": [3, 1]},
        {"$push": {"a": {"$each": [2, 0], "$sort": -1, "$slice": 3}}},
        {"a": [3, 2, 1]},
    ),
    "push at a place": ({"a": [1, 2]}, {"$push": {"a": {"$each": [9], "$position": 1}}}, {"a": [1, 9, 2]}),
    "push sorted by a field": (
        {"a": [{"n": 2}]},
        {"$push": {"a": {"$each": [{"n": 1}], "$sort": {"n": 1}}}},
        {"a": [{"n": 1}, {"n": 2}]},
    ),
    "addToSet": ({"a": [1]}, {"$addToSet": {"a": {"$each": [1.0, 2, 2, True]}}}, {"a": [1, 2, True]}),
    "pull a value": ({"a": [1, 2, 1, True]}, {"$pull": {"a": 1}}, {"a": [2, True]}),
    "pull by operators": ({"a": [1, 2, 3]}, {"$pull": {"a": {"$gte": 2}}}, {"a": [1]}),
    "pull by a filter": ({"a": [{"k": 1, "x": 1}, {"k": 2}]}, {"$pull": {"a": {"k": 1}}}, {"a": [{"k": 2}]}),
    "pullAll": ({"a": [1, 2, 3, 2]}, {"$pullAll": {"a": [2, 3]}}, {"a": [1]}),
    "pop": ({"a": [1, 2, 3], "b": [1, 2]}, {"$pop": {"a": 1, "b": -1}}, {"a": [1, 2], "b": [2]}),
    "pipeline": ({"a": 1}, [{"$set": {"b": {"$add": ["$a", 1]}}}, {"$unset": "a"}], {"b": 2}),
    "setOnInsert does nothing here": ({"a": 1}, {"$setOnInsert": {"a": 2}}, {"a": 1}),
}


@pytest.mark.parametrize(("before", "change", "after"), CHANGES.values(), ids=CHANGES)
def test_an_update_changes(db: Db, before: Doc, change: Any, after: Doc) -> None:
    """The new document, the order of its fields included, and the counts are MongoDB's."""
    db.c.insert_one({"_id": 1, **before})
    result = db.c.update_one({"_id": 1}, change)
    stored = db.c.find_one({"_id": 1})
    assert stored == {"_id": 1, **after}
    assert stored is not None
    assert list(stored) == ["_id", *after]
    assert (result.matched_count, result.modified_count) == (
        1,
        int(list(before.items()) != list(after.items())),
    )


REFUSED: dict[str, tuple[Doc, Any, int]] = {
    "unknown operator": ({}, {"$foo": {"a": 1}}, 9),
    "operator without fields": ({}, {"$set": 1}, 9),
    "inc of a text": ({"a": "x"}, {"$inc": {"a": 1}}, 14),
    "inc by a text": ({"a": 1}, {"$inc": {"a": "x"}}, 14),
    "inc of true": ({"a": True}, {"$inc": {"a": 1}}, 14),
    "inc beyond a long": ({"a": Int64(2**63 - 1)}, {"$inc": {"a": 1}}, 2),
    "through a value": ({"a": 1}, {"$set": {"a.b": 1}}, 28),
    "by name into an array": ({"a": []}, {"$set": {"a.b": 1}}, 28),
    "push to a value": ({"a": 1}, {"$push": {"a": 1}}, 2),
    "addToSet to a value": ({"a": 1}, {"$addToSet": {"a": 1}}, 2),
    "pull from a value": ({"a": 1}, {"$pull": {"a": 1}}, 2),
    "pop by two": ({"a": [1]}, {"$pop": {"a": 2}}, 9),
    "two changes of a field": ({}, {"$set": {"a": 1}, "$inc": {"a": 1}}, 40),
    "a field and something in it": ({}, {"$set": {"a": 1, "a.b": 1}}, 40),
    "another _id": ({}, {"$set": {"_id": 2}}, 66),
    "empty name": ({}, {"$set": {"a..b": 1}}, 56),
    "dollar in a name": ({}, {"$set": {"$a": 1}}, 52),
    "positional without a match": ({"a": [1]}, {"$set": {"a.$": 1}}, 2),
    "name without filter": ({"a": [1]}, {"$set": {"a.$[x]": 1}}, 2),
    "unknown word of push": ({}, {"$push": {"a": {"$each": [], "$foo": 1}}}, 2),
    "stage not for updates": ({}, [{"$match": {}}], 72),
    "unknown stage": ({}, [{"$foo": {}}], 72),
    "inc decimal": ({"a": Decimal128("1.5")}, {"$inc": {"a": 1}}, 2),
    "mul of a text": ({"a": "x"}, {"$mul": {"a": 2}}, 14),
    "mul by a text": ({"a": 2}, {"$mul": {"a": "2"}}, 14),
    "mul of null": ({"a": None}, {"$mul": {"a": 2}}, 14),
    "mul beyond a long": ({"a": Int64(2**62)}, {"$mul": {"a": 2}}, 2),
    "rename and set": ({"a": 1}, {"$rename": {"a": "b"}, "$set": {"b": 1}}, 40),
    "rename and set of the old": ({"a": 1}, {"$rename": {"a": "b"}, "$set": {"a.x": 1}}, 40),
    "rename to itself": ({"a": 1}, {"$rename": {"a": "a"}}, 2),
    "rename into itself": ({"a": {"b": 1}}, {"$rename": {"a": "a.b"}}, 2),
    "rename to a number": ({"a": 1}, {"$rename": {"a": 1}}, 2),
    "rename to nothing": ({"a": 1}, {"$rename": {"a": ""}}, 56),
    "rename in an array": ({"a": [{"x": 1}]}, {"$rename": {"a.0.x": "b"}}, 2),
    "rename into an array": ({"a": [], "b": 1}, {"$rename": {"b": "a.0"}}, 2),
    "rename with $": ({"a": [{"x": 1}]}, {"$rename": {"a.$[].x": "b"}}, 2),
    "rename through a value": ({"a": 1, "b": 2}, {"$rename": {"a": "b.c"}}, 28),
    "rename out of a value": ({"a": 1}, {"$rename": {"a.x": "b"}}, 28),
    "rename to a name in an array": ({"a": [], "b": 1}, {"$rename": {"b": "a.x"}}, 28),
    "rename the _id": ({}, {"$rename": {"_id": "b"}}, 66),
    "currentDate of a word": ({}, {"$currentDate": {"a": "date"}}, 2),
    "currentDate of a type": ({}, {"$currentDate": {"a": {"$type": "int"}}}, 2),
    "currentDate as a timestamp": ({}, {"$currentDate": {"a": {"$type": "timestamp"}}}, 2),
    "all elements of none": ({}, {"$inc": {"a.$[]": 1}}, 2),
    "push sorted by two fields": (
        {"a": []},
        {"$push": {"a": {"$each": [{}], "$sort": {"n": 1, "m": 1}}}},
        2,
    ),
    "bit": ({}, {"$bit": {"a": {"or": 1}}}, 9),
}


@pytest.mark.parametrize(("before", "change", "code"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_update_is_refused(db: Db, before: Doc, change: Any, code: int) -> None:
    """A broken update is an error with MongoDB's number, and changes nothing."""
    db.c.insert_one({"_id": 1, **before})
    with pytest.raises(WriteError) as failure:
        db.c.update_one({"_id": 1}, change)
    assert failure.value.code == code
    assert db.c.find_one() == {"_id": 1, **before}


def test_the_current_date_is_a_date(db: Db) -> None:
    """`$currentDate` and `$$NOW` in a pipeline write the same type, and the present."""
    db.c.insert_one({"_id": 1})
    before = datetime.now(UTC) - timedelta(seconds=1)
    db.c.update_one({}, {"$currentDate": {"a": True, "x.b": {"$type": "date"}}})
    db.c.update_one({}, [{"$set": {"c": "$$NOW"}}, {"$set": {"d": "$$NOW"}}])
    stored = db.c.find_one() or {}
    assert stored["c"] == stored["d"]
    for moment in (stored["a"], stored["x"]["b"], stored["c"]):
        assert before <= moment <= datetime.now(UTC)


def test_a_product_keeps_its_type(db: Db) -> None:
    """A long stays one, and what is not there becomes a zero of the factor's type."""
    db.c.insert_one({"_id": 1, "a": Int64(2)})
    db.c.update_one({}, {"$mul": {"a": 2, "b": 1.5, "c": Int64(7)}})
    stored = db.c.find_one() or {}
    assert [(type(stored[name]), stored[name]) for name in "abc"] == [(Int64, 4), (float, 0.0), (Int64, 0)]


def test_setting_the_same_is_a_match_and_no_change(db: Db) -> None:
    """`nModified` counts what changed, in type too; `n` counts what fits."""
    db.c.insert_one({"_id": 1, "a": 1, "tags": ["x"]})
    for change in (
        {"$set": {"a": 1}},
        {"$inc": {"a": 0}},
        {"$addToSet": {"tags": "x"}},
        {"$set": {"_id": 1}},
    ):
        result = db.c.update_one({"_id": 1}, change)
        assert (result.matched_count, result.modified_count) == (1, 0)
    assert db.c.update_one({"_id": 1}, {"$set": {"a": 1.0}}).modified_count == 1


@pytest.mark.parametrize(
    "query", [{"items.key": "b"}, {"items": {"$elemMatch": {"key": "b", "n": {"$gt": 0}}}}]
)
@pytest.mark.parametrize("way", ["update_one", "find_one_and_update", "update_many", "bulk_write"])
def test_a_positional_operator_changes_the_element_that_was_met(db: Db, query: Doc, way: str) -> None:
    """`$` is the element that the filter found, however the update is sent."""
    db.c.insert_one({"_id": 1, "items": [{"key": "a", "n": 1}, {"key": "b", "n": 1}, {"key": "c", "n": 1}]})
    change = {"$set": {"items.$.n": 9}}
    if way == "bulk_write":
        db.c.bulk_write([UpdateOne({"_id": 1, **query}, change)])
    else:
        getattr(db.c, way)({"_id": 1, **query}, change)
    stored = db.c.find_one() or {}
    assert [item["n"] for item in stored["items"]] == [1, 9, 1]


def test_an_unclear_positional_operator_is_refused(db: Db) -> None:
    """A filter that met two arrays at different places does not say which element `$` is."""
    db.c.insert_one({"a": [1, 2], "b": [1, 2]})
    with pytest.raises(WriteError, match="several places"):
        db.c.update_one({"a": 1, "b": 2}, {"$set": {"a.$": 5}})


def test_array_filters_choose_elements(db: Db) -> None:
    """`$[name]` changes the elements that fit its filter, and unused or unknown names are refused."""
    db.c.insert_one({"_id": 1, "items": [{"key": "a"}, {"key": "b"}]})
    db.c.update_one({}, {"$set": {"items.$[it].done": True}}, array_filters=[{"it.key": "b"}])
    assert (db.c.find_one() or {})["items"] == [{"key": "a"}, {"key": "b", "done": True}]
    db.c.update_one({}, {"$inc": {"items.$[].n": 1}})
    assert [item["n"] for item in (db.c.find_one() or {})["items"]] == [1, 1]
    with pytest.raises(WriteError, match="was not used"):
        db.c.update_one({}, {"$set": {"x": 1}}, array_filters=[{"it.key": "b"}])
    with pytest.raises(WriteError, match="No array filter"):
        db.c.update_one({}, {"$set": {"items.$[it].x": 1}})


UPSERTS: dict[str, tuple[Doc, Any, Doc]] = {
    "equalities of the filter": ({"a": 1, "b.c": 2}, {"$set": {"d": 3}}, {"a": 1, "b": {"c": 2}, "d": 3}),
    "not the other operators": ({"a": {"$gt": 1}, "b": {"$eq": 2}}, {"$set": {"d": 3}}, {"b": 2, "d": 3}),
    "and": ({"$and": [{"a": 1}, {"b": {"$in": [2]}}]}, {"$set": {"d": 3}}, {"a": 1, "b": 2, "d": 3}),
    "setOnInsert": ({"a": 1}, {"$setOnInsert": {"b": 2}, "$inc": {"n": 1}}, {"a": 1, "b": 2, "n": 1}),
    "pipeline": ({"a": 1}, [{"$set": {"b": {"$ifNull": ["$b", 5]}}}], {"a": 1, "b": 5}),
}


@pytest.mark.parametrize(("query", "change", "after"), UPSERTS.values(), ids=UPSERTS)
def test_an_upsert_inserts(db: Db, query: Doc, change: Any, after: Doc) -> None:
    """Where nothing fits, filter and update make a new document with an `_id` in front."""
    result = db.c.update_one(query, change, upsert=True)
    stored = db.c.find_one() or {}
    assert next(iter(stored)) == "_id"
    assert stored == {"_id": result.upserted_id, **after}
    assert result.matched_count == 0
    assert db.c.update_one(after, {"$set": {"again": 1}}, upsert=True).upserted_id is None


def test_a_replacement_keeps_the_id(db: Db) -> None:
    """All other fields go; another `_id` is refused."""
    db.c.insert_one({"_id": 1, "a": 1})
    assert db.c.replace_one({"a": 1}, {"b": 2}).modified_count == 1
    assert db.c.find_one() == {"_id": 1, "b": 2}
    with pytest.raises(WriteError) as failure:
        db.c.replace_one({"b": 2}, {"_id": 5})
    assert failure.value.code == 66
    assert db.c.replace_one({"z": 1}, {"y": 2}, upsert=True).upserted_id is not None


def test_find_and_modify_tells_what_it_did(db: Db) -> None:
    """The value before or after, and `lastErrorObject`, are MongoDB's."""

    def modify(**words: Any) -> Doc:
        return db.command("findAndModify", "c", **words)

    none = modify(query={"_id": 1}, update={"$set": {"a": 1}})
    assert (none["value"], none["lastErrorObject"]) == (None, {"n": 0, "updatedExisting": False})
    made = modify(query={"_id": 1}, update={"$set": {"a": 1}}, upsert=True, new=True)
    assert made["value"] == {"_id": 1, "a": 1}
    assert made["lastErrorObject"] == {"n": 1, "updatedExisting": False, "upserted": 1}
    changed = modify(query={"_id": 1}, update={"$inc": {"a": 1}}, fields={"_id": 0})
    assert changed["value"] == {"a": 1}
    assert changed["lastErrorObject"] == {"n": 1, "updatedExisting": True}
    removed = modify(query={}, remove=True, sort={"a": -1})
    assert (removed["value"], removed["lastErrorObject"]) == ({"_id": 1, "a": 2}, {"n": 1})


def test_find_and_modify_takes_the_first_in_order(db: Db) -> None:
    """`sort` says which one of several."""
    db.c.insert_many([{"_id": n, "n": n % 3} for n in range(6)])
    taken = db.c.find_one_and_update(
        {}, {"$set": {"t": 1}}, sort=[("n", -1), ("_id", -1)], return_document=ReturnDocument.AFTER
    )
    assert taken == {"_id": 5, "n": 2, "t": 1}
    assert db.c.find_one_and_delete({}, sort=[("n", 1)], projection={"n": 1}) == {"_id": 0, "n": 0}


def test_ordered_writes_stop_and_unordered_go_on(db: Db) -> None:
    """`writeErrors` name the place of each write that failed, with key and value of the index."""
    db.c.insert_one({"_id": 2})
    documents = [{"_id": 1}, {"_id": 2}, {"_id": 3}, {"_id": 2}]
    with pytest.raises(BulkWriteError) as failure:
        db.c.insert_many(documents)
    assert failure.value.details["nInserted"] == 1
    db.c.delete_one({"_id": 1})
    with pytest.raises(BulkWriteError) as failure:
        db.c.insert_many(documents, ordered=False)
    assert failure.value.details["nInserted"] == 2
    assert [error["index"] for error in failure.value.details["writeErrors"]] == [1, 3]
    assert failure.value.details["writeErrors"][0]["keyPattern"] == {"_id": 1}
    assert failure.value.details["writeErrors"][0]["keyValue"] == {"_id": 2}


def test_many_are_updated_and_deleted(db: Db) -> None:
    """Counts of the writes that touch several documents."""
    db.c.insert_many([{"n": n} for n in range(10)])
    result = db.c.update_many({"n": {"$gte": 5}}, {"$max": {"n": 7}})
    assert (result.matched_count, result.modified_count) == (5, 2)
    assert db.c.delete_many({"n": 7}).deleted_count == 3
    assert db.c.delete_one({}).deleted_count == 1
    assert db.c.count_documents({}) == 6
