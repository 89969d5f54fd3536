"""What MongoDB's own driver for Python does with the server."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from bson import Int64, ObjectId
from pymongo import MongoClient, monitoring
from pymongo.database import Database
from pymongo.errors import (
    CollectionInvalid,
    CursorNotFound,
    DocumentTooLarge,
    ExecutionTimeout,
    InvalidName,
    OperationFailure,
)
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from backroad.documents import Address

Db = Database[dict[str, Any]]


class Names(monitoring.CommandListener):
    """The names of commands, in order."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        """Note a command."""
        self.names.append(event.command_name)

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        """Need nothing."""

    def failed(self, event: monitoring.CommandFailedEvent) -> None:
        """Need nothing."""


def test_a_cursor_goes_over_several_batches(server: Address) -> None:
    """`getMore` follows until nothing is left, and a closed cursor is killed."""
    seen = Names()
    with MongoClient[dict[str, Any]](server.url("cursors"), event_listeners=[seen]) as client:
        notes = client.get_default_database().notes
        notes.insert_many([{"_id": n} for n in range(250)])
        seen.names.clear()
        assert [one["_id"] for one in notes.find()] == list(range(250))
        assert seen.names == ["find", "getMore"]
        seen.names.clear()
        assert len(list(notes.find(batch_size=100).limit(220))) == 220
        assert seen.names == ["find", "getMore", "getMore"]
        seen.names.clear()
        assert len(list(notes.aggregate([{"$match": {}}], batchSize=100))) == 250
        assert seen.names == ["aggregate", "getMore", "getMore"]
        seen.names.clear()
        with notes.find(batch_size=2) as cursor:
            next(cursor)
        assert seen.names == ["find", "killCursors"]
        assert len(list(notes.find().limit(-5))) == 5
        assert [one["_id"] for one in notes.find().skip(248)] == [248, 249]
        client.drop_database("cursors")


def test_a_killed_cursor_is_not_found(db: Db) -> None:
    """A number that no cursor has is error 43."""
    db.c.insert_many([{"n": n} for n in range(10)])
    cursor = db.c.find(batch_size=2)
    next(cursor)
    db.command("killCursors", "c", cursors=[cursor.cursor_id])
    with pytest.raises(CursorNotFound):
        list(cursor)


def test_a_cursor_shows_what_there_was(db: Db) -> None:
    """Writes between two batches neither repeat nor lose a document."""
    db.c.insert_many([{"_id": n} for n in range(10)])
    cursor = db.c.find(batch_size=3).sort("_id", 1)
    first = next(cursor)
    db.c.delete_many({"_id": {"$gt": 5}})
    assert [first["_id"], *[one["_id"] for one in cursor]] == list(range(10))


def test_values_come_back_as_they_went(db: Db) -> None:
    """Types of numbers stay; dates lose what is below a millisecond, and keep their moment."""
    now = datetime(2024, 5, 6, 7, 8, 9, 123_987, timezone := UTC) + timedelta(0)
    sent: dict[str, Any] = {
        "_id": ObjectId(),
        "int": 5,
        "long": Int64(5),
        "large": 2**40,
        "float": 5.0,
        "when": now,
        "bytes": b"\0x",
        "old": datetime(1901, 1, 1, tzinfo=timezone),
        "nested": [{"a": [None, True]}],
    }
    db.c.insert_one(sent)
    got = db.c.find_one() or {}
    assert got == {**sent, "when": now.replace(microsecond=123_000)}
    assert [type(got[name]) for name in ("int", "long", "large", "float")] == [int, Int64, Int64, float]
    assert db.c.find_one({"when": now}) is not None


def test_a_generated_id_stands_in_front(db: Db) -> None:
    """`_id` is the first field, given or not."""
    db.command("insert", "c", documents=[{"a": 1}, {"b": 1, "_id": 7}])
    assert [next(iter(one)) for one in db.c.find()] == ["_id", "_id"]


def test_counting_and_distinct(db: Db) -> None:
    """`count`, `distinct` and their limits."""
    db.c.insert_many([{"n": n % 3, "tags": ["a", n]} for n in range(5)])
    assert db.c.count_documents({"n": 0}) == 2
    assert db.c.count_documents({}, skip=1, limit=3) == 3
    assert db.c.estimated_document_count() == 5
    assert db.c.distinct("tags", {"n": 0}) == ["a", 0, 3]
    assert db.c.distinct("nothing") == []


def test_collections_come_and_go(db: Db) -> None:
    """They come into being with a write, an index or `create`."""
    assert db.list_collection_names() == []
    db.create_collection("made")
    with pytest.raises(CollectionInvalid):
        db.create_collection("made")
    with pytest.raises(OperationFailure) as failure:
        db.command("create", "made")
    assert failure.value.code == 48
    db.a.create_index("x")
    db.b.insert_one({})
    assert sorted(db.list_collection_names()) == ["a", "b", "made"]
    assert db.name in db.client.list_database_names()
    db.drop_collection("a")
    assert list(db.a.list_indexes()) == []
    db.client.drop_database(db.name)
    assert db.list_collection_names() == []


def test_missing_namespaces(db: Db) -> None:
    """What needs a collection says 26 without one."""
    for command in ({"listIndexes": "zz"}, {"dropIndexes": "zz", "index": "*"}):
        with pytest.raises(OperationFailure) as failure:
            db.command(command)
        assert failure.value.code == 26
    assert db.c.update_one({}, {"$set": {"a": 1}}).matched_count == 0
    assert db.list_collection_names() == []


REFUSED: dict[str, tuple[dict[str, Any], int]] = {
    "unknown command": ({"frobnicate": 1}, 59),
    "unknown word": ({"find": "c", "foo": 1}, 40415),
    "collation": ({"find": "c", "collation": {"locale": "de"}}, 2),
    "unknown hint": ({"find": "c", "hint": "zzz"}, 2),
    "negative limit": ({"find": "c", "limit": -1}, 51024),
    "filter that is none": ({"find": "c", "filter": 1}, 14),
    "tailable": ({"find": "c", "tailable": True}, 40415),
    "aggregate without cursor": ({"aggregate": "c", "pipeline": []}, 9),
    "aggregate of a database": ({"aggregate": 1, "pipeline": [], "cursor": {}}, 73),
    "pipeline that is none": ({"aggregate": "c", "pipeline": 1, "cursor": {}}, 14),
    "transaction": ({"find": "c", "startTransaction": True, "txnNumber": Int64(1)}, 20),
    "retryable write": ({"insert": "c", "documents": [{}], "txnNumber": Int64(1)}, 20),
    "empty batch": ({"insert": "c", "documents": []}, 16),
    "delete without limit": ({"delete": "c", "deletes": [{"q": {}}]}, 9),
    "name with a dollar": ({"find": "a$b"}, 73),
    "no name": ({"find": ""}, 73),
    "name that is none": ({"find": 5}, 73),
    "unknown cursor": ({"getMore": Int64(99), "collection": "c"}, 43),
    "remove and update": ({"findAndModify": "c", "remove": True, "update": {}}, 9),
    "neither": ({"findAndModify": "c"}, 9),
    "no index": ({"createIndexes": "c", "indexes": []}, 2),
    "time that is none": ({"find": "c", "maxTimeMS": -1}, 2),
}


@pytest.mark.parametrize(("command", "code"), REFUSED.values(), ids=REFUSED)
def test_what_is_not_known_is_refused(db: Db, command: dict[str, Any], code: int) -> None:
    """No word is passed over: the answer is MongoDB's number and name."""
    db.c.insert_one({})
    with pytest.raises(OperationFailure) as failure:
        _run(db, command)
    assert failure.value.code == code


def _run(db: Db, command: dict[str, Any]) -> None:
    if errors := db.command(command).get("writeErrors"):
        raise OperationFailure(errors[0]["errmsg"], errors[0]["code"], errors[0])


def test_ids_that_cannot_be(db: Db) -> None:
    """An array and a pattern are no `_id`."""
    reply = db.command("insert", "c", documents=[{"_id": [1]}])
    assert reply["writeErrors"][0]["code"] == 53


def test_documents_have_a_size_and_a_depth(db: Db) -> None:
    """16 MiB and 180 levels are the most."""
    with pytest.raises(DocumentTooLarge):
        db.c.insert_one({"a": "x" * (17 * 2**20)})
    db.c.insert_one({"_id": 1, "a": "x" * (9 * 2**20)})
    reply = db.command("update", "c", updates=[{"q": {}, "u": [{"$set": {"b": "$a"}}]}])
    assert reply["writeErrors"][0]["code"] == 10334
    deep: dict[str, Any] = {}
    for _ in range(190):
        deep = {"a": deep}
    reply = db.command("insert", "c", documents=[deep])
    assert reply["writeErrors"][0]["code"] == 15


def test_sessions_are_accepted(db: Db) -> None:
    """A session changes nothing; a transaction is refused as by a single server."""
    with db.client.start_session() as session:
        db.c.insert_one({"a": 1}, session=session)
        assert db.c.find_one({"a": 1}, session=session) is not None
        with pytest.raises(OperationFailure) as failure, session.start_transaction():
            db.c.insert_one({"a": 1}, session=session)
    assert failure.value.code == 20


def test_concerns_are_accepted(db: Db) -> None:
    """Read and write concerns are fulfilled by one server in memory; unacknowledged writes happen."""
    notes = db.get_collection(
        "c", write_concern=WriteConcern("majority", 1000), read_concern=ReadConcern("majority")
    )
    notes.insert_one({"_id": 1})
    assert notes.find_one() == {"_id": 1}
    silent = db.get_collection("c", write_concern=WriteConcern(0))
    silent.insert_one({"_id": 2})
    silent.update_one({"_id": 2}, {"$set": {"a": 1}})
    assert db.c.find_one({"_id": 2}) == {"_id": 2, "a": 1}


def test_one_command_at_a_time(server: Address) -> None:
    """Sixteen threads increment and upsert without losing or doubling anything."""
    with MongoClient[dict[str, Any]](server.url("race")) as client:
        notes = client.get_default_database().notes
        barrier = threading.Barrier(16)

        def work() -> None:
            barrier.wait()
            for _ in range(20):
                notes.update_one({"_id": "n"}, {"$inc": {"n": 1}}, upsert=True)

        threads = [threading.Thread(target=work) for _ in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert list(notes.find()) == [{"_id": "n", "n": 320}]
        client.drop_database("race")


def test_a_command_ends_in_time(db: Db) -> None:
    """A pattern that would run for ever is interrupted, and the server goes on."""
    db.c.insert_one({"a": "a" * 60})
    with pytest.raises(ExecutionTimeout):
        list(db.c.find({"a": {"$regex": "(a+)+$b"}}).max_time_ms(100))
    assert db.c.count_documents({}) == 1


def test_a_result_that_would_not_fit(db: Db) -> None:
    """Results beyond the memory are errors, and the server goes on."""
    db.c.insert_one({"a": 1})
    with pytest.raises(OperationFailure):
        list(db.c.aggregate([{"$project": {"a": {"$range": [0, 2**31 - 1]}}}]))
    assert db.command("ping")["ok"] == 1.0


def test_names_of_databases(db: Db) -> None:
    """A name that no database can have is refused."""
    with pytest.raises(InvalidName):
        db.client["a b"]
    with pytest.raises(OperationFailure) as failure:
        Database(db.client, "x" * 64).command("ping")
    assert failure.value.code == 73
