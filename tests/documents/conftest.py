"""A document server for the tests, and a fresh database of it for each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
from pymongo import MongoClient
from pymongo.database import Database

from backroad.documents import Address, document_server

Client = MongoClient[dict[str, Any]]
Db = Database[dict[str, Any]]


# Not for the whole session: at its end, after tests of every kind, the client once looked for half a minute
# for a server that had gone before it, and with `-n` everybody waited for that.
@pytest.fixture(scope="module")
def server() -> Iterator[Address]:
    """Where a document server listens."""
    with document_server() as address:
        yield address


@pytest.fixture(scope="module")
def client(server: Address) -> Iterator[Client]:
    """A client of it."""
    with MongoClient[dict[str, Any]](server.url("test"), tz_aware=True) as connected:
        yield connected


@pytest.fixture
def db(client: Client) -> Iterator[Db]:
    """A database of its own for each test."""
    name = f"t{uuid4().hex}"
    yield client[name]
    client.drop_database(name)


@pytest.fixture
def value_of(db: Db) -> Callable[[dict[str, Any], Any], dict[str, Any]]:
    """Return what an aggregation expression is for a document, as `{"v": …}`, empty where it has no value."""

    def evaluate(document: dict[str, Any], source: Any) -> dict[str, Any]:
        db.c.insert_one(dict(document))
        (result,) = db.c.aggregate([{"$replaceWith": {"v": source}}])
        return dict(result)

    return evaluate
