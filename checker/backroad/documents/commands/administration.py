"""Commands about collections, indexes and databases."""

from __future__ import annotations

from typing import Any

from backroad.documents.collections import Collection
from backroad.documents.commands.requests import Command, Request, command
from backroad.documents.failures import Code, CommandFailure, bad_value
from backroad.documents.filters import fits
from backroad.documents.indexes import BY_ID, index_of
from backroad.documents.values import Document, same, shown, type_name


def _create_indexes(request: Request) -> Document:
    sources = request.array("indexes")
    if not sources:
        raise bad_value("Must specify at least one index to create")
    indexes = [index_of(source) for source in sources]
    is_new = request.collection is None
    collection = request.store.made(request.database, request.target)
    before = len(collection.indexes)
    added = [index for index in indexes if collection.add_index(index)]
    return {
        "numIndexesBefore": before,
        "numIndexesAfter": before + len(added),
        "createdCollectionAutomatically": is_new,
        **({} if added else {"note": "all indexes already exist"}),
        "ok": 1.0,
    }


def _list_indexes(request: Request) -> Document:
    collection = request.store.there(request.database, request.target)
    listed = [index.described() for index in collection.indexes.values()]
    size = request.document("cursor").get("batchSize")
    return request.state.cursors.answer(request.namespace, listed, size)


def _drop_indexes(request: Request) -> Document:
    found = request.collection
    if found is None:
        raise CommandFailure(Code.NamespaceNotFound, f"ns not found {request.namespace}")
    before = len(found.indexes)
    for name in _named(found, request.body.get("index")):
        found.drop_index(name)
    return {"nIndexesWas": before, "ok": 1.0}


def _named(collection: Collection, asked: Any) -> list[str]:
    if asked == "*":
        return [name for name in collection.indexes if name != BY_ID.name]
    if isinstance(asked, dict):
        alike = [index.name for index in collection.indexes.values() if _has_key(dict(index.key), asked)]
        if len(alike) == 1:
            return alike
        message = (
            f"can't find index with key: {shown(asked)}"
            if not alike
            else f"{len(alike)} indexes have that key"
        )
        raise CommandFailure(Code.IndexNotFound if not alike else Code.AmbiguousIndexKeyPattern, message)
    names = asked if isinstance(asked, list) else [asked]
    if not all(isinstance(name, str) for name in names):
        raise CommandFailure(Code.TypeMismatch, f"'index' cannot be of type {type_name(asked)}")
    return names


def _has_key(key: Document, asked: Document) -> bool:
    return list(key) == list(asked) and same(key, asked)


def _list_collections(request: Request) -> Document:
    collections = request.store.databases.get(request.database, {})
    names_only = request.flag("nameOnly")
    listed = [_described(collection, names_only=names_only) for collection in collections.values()]
    wanted = fits(request.document("filter"))
    size = request.document("cursor").get("batchSize")
    namespace = f"{request.database}.$cmd.listCollections"
    return request.state.cursors.answer(namespace, filter(wanted, listed), size)


def _described(collection: Collection, *, names_only: bool) -> Document:
    name = collection.namespace.partition(".")[2]
    if names_only:
        return {"name": name, "type": "collection"}
    index = BY_ID.described()
    return {"name": name, "type": "collection", "options": {}, "info": {"readOnly": False}, "idIndex": index}


def _create(request: Request) -> Document:
    if request.collection is not None:
        message = f"Collection {request.namespace} already exists."
        raise CommandFailure(Code.NamespaceExists, message)
    request.store.made(request.database, request.target)
    return {"ok": 1.0}


def _drop(request: Request) -> Document:
    dropped = request.store.drop(request.database, request.target)
    if dropped is None:
        return {"ok": 1.0}
    return {"nIndexesWas": len(dropped.indexes), "ns": request.namespace, "ok": 1.0}


def _drop_database(request: Request) -> Document:
    dropped = request.store.databases.pop(request.database, None)
    return {"ok": 1.0} if dropped is None else {"dropped": request.database, "ok": 1.0}


def _list_databases(request: Request) -> Document:
    listed = [{"name": name, "sizeOnDisk": 0, "empty": False} for name in sorted(request.store.databases)]
    chosen = list(filter(fits(request.document("filter")), listed))
    if request.flag("nameOnly"):
        return {"databases": [{"name": one["name"]} for one in chosen], "ok": 1.0}
    return {"databases": chosen, "totalSize": 0, "ok": 1.0}


ADMINISTRATION: dict[str, Command] = {
    "createIndexes": command(_create_indexes, "indexes commitQuorum"),
    "listIndexes": command(_list_indexes, "cursor"),
    "dropIndexes": command(_drop_indexes, "index"),
    "listCollections": command(_list_collections, "filter nameOnly authorizedCollections cursor"),
    "create": command(_create),
    "drop": command(_drop),
    "dropDatabase": command(_drop_database),
    "listDatabases": command(_list_databases, "filter nameOnly authorizedDatabases"),
}
