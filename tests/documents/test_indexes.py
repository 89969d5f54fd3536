"""Indexes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pymongo import ASCENDING, IndexModel
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError, OperationFailure

Db = Database[dict[str, Any]]
PARTIALS = [{"slug": {"$exists": True}}, {"slug": {"$type": "string"}}, {"slug": {"$gt": ""}}]


@pytest.mark.parametrize("partial", PARTIALS)
def test_a_unique_partial_index_watches_every_write(db: Db, partial: dict[str, Any]) -> None:
    """Insert, update, replace, upsert and find-and-modify are refused; documents it leaves out are free."""
    db.c.create_index([("owner", 1), ("slug", 1)], unique=True, partialFilterExpression=partial)
    db.c.insert_many(
        [{"_id": 1, "owner": "a", "slug": "x"}, {"_id": 2, "owner": "a"}, {"_id": 3, "owner": "a"}]
    )
    db.c.insert_one({"_id": 4, "owner": "b", "slug": "x"})
    writes: list[Callable[[], object]] = [
        lambda: db.c.insert_one({"owner": "a", "slug": "x"}),
        lambda: db.c.update_one({"_id": 2}, {"$set": {"slug": "x"}}),
        lambda: db.c.update_many({"_id": 2}, {"$set": {"slug": "x"}}),
        lambda: db.c.replace_one({"_id": 2}, {"owner": "a", "slug": "x"}),
        lambda: db.c.update_one({"_id": 9}, {"$set": {"owner": "a", "slug": "x"}}, upsert=True),
        lambda: db.c.find_one_and_update({"_id": 2}, {"$set": {"slug": "x"}}),
        lambda: db.c.find_one_and_update({"_id": 9}, {"$set": {"owner": "a", "slug": "x"}}, upsert=True),
    ]
    for write in writes:
        with pytest.raises(DuplicateKeyError) as failure:
            write()
        assert failure.value.code == 11000
    assert db.c.count_documents({}) == 4
    db.c.update_one({"_id": 1}, {"$unset": {"slug": ""}})
    db.c.update_one({"_id": 2}, {"$set": {"slug": "x"}})
    db.c.delete_one({"_id": 2})
    db.c.update_one({"_id": 3}, {"$set": {"slug": "x"}})
    db.c.update_one({"_id": 3}, {"$set": {"slug": "x", "other": 1}})


def test_the_error_of_a_write_names_key_and_value(db: Db) -> None:
    """`keyPattern` and `keyValue` stand in the details, the index in the words."""
    db.c.create_index([("owner", 1), ("slug", 1)], unique=True)
    db.c.insert_one({"owner": "a", "slug": "x"})
    with pytest.raises(DuplicateKeyError) as failure:
        db.c.insert_one({"owner": "a", "slug": "x"})
    details = failure.value.details or {}
    assert details["keyPattern"] == {"owner": 1, "slug": 1}
    assert details["keyValue"] == {"owner": "a", "slug": "x"}
    assert details["errmsg"] == (
        f"E11000 duplicate key error collection: {db.name}.c index: owner_1_slug_1 "
        'dup key: { owner: "a", slug: "x" }'
    )


def test_sparse_is_not_partial_on_two_fields(db: Db) -> None:
    """A compound sparse index has every document with one of the fields, so missing ones collide."""
    db.c.create_index([("owner", 1), ("slug", 1)], unique=True, sparse=True)
    db.c.insert_one({"owner": "a"})
    with pytest.raises(DuplicateKeyError):
        db.c.insert_one({"owner": "a"})
    db.d.create_index("slug", unique=True, sparse=True)
    db.d.insert_many([{"owner": "a"}, {"owner": "a"}, {"slug": None}])
    with pytest.raises(DuplicateKeyError):
        db.d.insert_one({"slug": None})


def test_without_either_missing_is_null(db: Db) -> None:
    """A plain unique index has one document without the field."""
    db.c.create_index("slug", unique=True)
    db.c.insert_one({})
    with pytest.raises(DuplicateKeyError):
        db.c.insert_one({"slug": None})


def test_elements_of_arrays_are_keys(db: Db) -> None:
    """An element is unique among documents, not inside one; numbers are the same in all types."""
    db.c.create_index("tags", unique=True)
    db.c.insert_one({"tags": [1, 1, 2]})
    with pytest.raises(DuplicateKeyError):
        db.c.insert_one({"tags": [2.0]})
    db.c.insert_one({"tags": [True]})


def test_making_an_index_twice_changes_nothing(db: Db) -> None:
    """The same again is fine; another one under the name or key is a conflict."""
    models = [IndexModel([("a", ASCENDING)], unique=True, partialFilterExpression={"a": {"$exists": True}})]
    db.c.create_indexes(models)
    db.c.create_indexes(models)
    assert db.c.index_information()["a_1"]["partialFilterExpression"] == {"a": {"$exists": True}}
    assert list(db.c.index_information()) == ["_id_", "a_1"]
    with pytest.raises(OperationFailure) as failure:
        db.c.create_index("a")
    assert failure.value.code == 86
    with pytest.raises(OperationFailure) as failure:
        db.c.create_index("b", name="a_1")
    assert failure.value.code == 86
    with pytest.raises(OperationFailure) as failure:
        db.c.create_index("a", name="z", unique=True, partialFilterExpression={"a": {"$exists": True}})
    assert failure.value.code == 85


def test_an_index_comes_into_being_only_without_duplicates(db: Db) -> None:
    """Existing documents count, too; a failed index is not there."""
    db.c.insert_many([{"a": 1}, {"a": 1}])
    with pytest.raises(DuplicateKeyError):
        db.c.create_index("a", unique=True)
    assert list(db.c.index_information()) == ["_id_"]


def test_indexes_go_by_name_and_key(db: Db) -> None:
    """`_id_` stays; what is not there is 27."""
    db.c.create_index("a")
    db.c.create_index("b", unique=True)
    db.c.insert_one({"b": 1})
    db.c.drop_index("b_1")
    db.c.insert_one({"b": 1})
    for name, code in (("zzz", 27), ("_id_", 72)):
        with pytest.raises(OperationFailure) as failure:
            db.c.drop_index(name)
        assert failure.value.code == code
    db.c.drop_indexes()
    assert list(db.c.index_information()) == ["_id_"]


REFUSED: dict[str, tuple[dict[str, Any], int]] = {
    "text": ({"key": {"a": "text"}, "name": "x"}, 67),
    "hashed": ({"key": {"a": "hashed"}, "name": "x"}, 67),
    "zero": ({"key": {"a": 0}, "name": "x"}, 67),
    "no key": ({"key": {}, "name": "x"}, 67),
    "no name": ({"key": {"a": 1}}, 9),
    "unknown option": ({"key": {"a": 1}, "name": "x", "foo": 1}, 197),
    "partial and sparse": (
        {"key": {"a": 1}, "name": "x", "sparse": True, "partialFilterExpression": {"a": 1}},
        67,
    ),
    "ne in partial": ({"key": {"a": 1}, "name": "x", "partialFilterExpression": {"a": {"$ne": None}}}, 67),
    "exists false in partial": (
        {"key": {"a": 1}, "name": "x", "partialFilterExpression": {"a": {"$exists": False}}},
        67,
    ),
}


@pytest.mark.parametrize(("index", "code"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_index_is_refused(db: Db, index: dict[str, Any], code: int) -> None:
    """Kinds and options that MongoDB or this server does not have are errors."""
    with pytest.raises(OperationFailure) as failure:
        db.command("createIndexes", "c", indexes=[index])
    assert failure.value.code == code
