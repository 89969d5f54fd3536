"""A collection: documents in the order in which they came, and the indexes that watch over them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from bson import ObjectId, Regex
from mongomock.store import CollectionStore

from backroad.documents.failures import Code, CommandFailure
from backroad.documents.filters import is_operators
from backroad.documents.indexes import BY_ID, Index, UniqueTable
from backroad.documents.values import Document, depth, encoded, order, type_name

LARGEST = 16 * 2**20
DEEPEST = 180
Guard = Callable[[], AbstractContextManager[object]]


class Collection:
    """Documents by their `_id`. What is stored is never changed, only replaced."""

    def __init__(self, namespace: str, guard: Guard = nullcontext) -> None:
        self.namespace = namespace
        self.indexes: dict[str, Index] = {BY_ID.name: BY_ID}
        self._guard = guard
        self._kept = CollectionStore(namespace)  # mongomock's, by the order of `_id`
        self._tables = {BY_ID.name: UniqueTable(BY_ID, namespace, ())}

    def __len__(self) -> int:
        return len(self._kept)

    def documents(self, query: Mapping[str, Any] | None = None) -> list[Document]:
        """Return the documents that a filter could fit: with an `_id`, that one alone."""
        wanted = (query or {}).get("_id", self)
        with self._guard():  # an interruption inside would leave mongomock's lock closed
            if wanted is self or is_operators(wanted) or isinstance(wanted, Regex):
                return list(self._kept.documents)
            return [self._kept[order(wanted)]] if order(wanted) in self._kept else []

    def insert(self, document: Document) -> Document:
        """Store a new document, and return it as it is stored."""
        ready = storable(document)
        keys = {name: table.checked(ready) for name, table in self._tables.items()}
        with self._guard():
            self._kept[order(ready["_id"])] = ready
            for name, table in self._tables.items():
                table.add(keys[name], ready)
        return ready

    def replace(self, old: Document, new: Document) -> bool:
        """Store a document in the place of another; tells whether that changed anything."""
        if encoded(old) == encoded(new):
            return False
        ready = storable(new, Code.BSONObjectTooLarge)
        keys = {name: table.checked(ready, old=old) for name, table in self._tables.items()}
        with self._guard():
            self._kept[order(old["_id"])] = ready
            for name, table in self._tables.items():
                table.forget(old)
                table.add(keys[name], ready)
        return True

    def remove(self, document: Document) -> None:
        """Take a document away."""
        with self._guard():
            del self._kept[order(document["_id"])]
            for table in self._tables.values():
                table.forget(document)

    def add_index(self, index: Index) -> bool:
        """Build an index; tells whether there was none like it."""
        for other in self.indexes.values():
            if other.name == index.name and other.is_like(index):
                return False
            if other.name == index.name:
                message = (
                    "An existing index has the same name as the requested index. When index names are not "
                    "specified, they are auto generated and can cause conflicts. Please refer to our "
                    f"documentation. Requested index: {index.name}"
                )
                raise CommandFailure(Code.IndexKeySpecsConflict, message)
            if other.is_like(index):
                message = f"Index already exists with a different name: {other.name}"
                raise CommandFailure(Code.IndexOptionsConflict, message)
        self._build(index)
        return True

    def _build(self, index: Index) -> None:
        if index.unique:
            table = UniqueTable(index, self.namespace, self.documents())
        else:
            for document in self.documents():
                index.rows(document)  # two arrays under one index are refused
        with self._guard():
            if index.unique:
                self._tables[index.name] = table
            self.indexes[index.name] = index

    def drop_index(self, name: str) -> None:
        """Forget an index; the one of `_id` stays."""
        if name == BY_ID.name:
            raise CommandFailure(Code.InvalidOptions, "cannot drop _id index")
        if name not in self.indexes:
            raise CommandFailure(Code.IndexNotFound, f"index not found with name [{name}]")
        with self._guard():
            del self.indexes[name]
            self._tables.pop(name, None)


def storable(document: Document, too_large: Code = Code.BadValue) -> Document:
    """Return a document as it is stored: with an `_id` in front, of a type, size and depth that fit."""
    identity = document.get("_id") if "_id" in document else ObjectId()
    if isinstance(identity, (list, Regex)):
        message = f"The '_id' value cannot be of type {type_name(identity)}"
        raise CommandFailure(Code.InvalidIdField, message)
    if isinstance(identity, dict) and any(name.startswith("$") for name in identity):
        raise CommandFailure(Code.DollarPrefixedFieldName, "_id fields may not contain '$'-prefixed fields")
    ready = {"_id": identity, **{name: value for name, value in document.items() if name != "_id"}}
    size = len(encoded(ready))
    if size > LARGEST:
        message = f"object to insert too large. size in bytes: {size}, max size: {LARGEST}"
        raise CommandFailure(too_large, message)
    if depth(ready) > DEEPEST:
        raise CommandFailure(
            Code.Overflow, f"cannot insert document because it exceeds {DEEPEST} levels of nesting"
        )
    return ready
