"""Single writes: update with upsert, and which documents are meant by a filter."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from bson import Regex

from backroad.documents.collections import Collection
from backroad.documents.failures import Code, CommandFailure
from backroad.documents.filters import fits, is_operators
from backroad.documents.paths import split
from backroad.documents.places import Place
from backroad.documents.sorting import sort_documents
from backroad.documents.updates import Circumstances, Update
from backroad.documents.values import MISSING, Document, same


@dataclass(frozen=True)
class Change:
    """What a write did to one document."""

    before: Document | None
    after: Document
    modified: bool = False

    @property
    def upserted(self) -> bool:
        """Whether the document is a new one."""
        return self.before is None


def find(collection: Collection | None, query: Mapping[str, Any]) -> Iterator[Document]:
    """Return the documents that fit a filter, in the order in which they came."""
    return filter(fits(query), collection.documents(query) if collection is not None else ())


def chosen(
    collection: Collection | None, query: Mapping[str, Any], sort: Mapping[str, Any]
) -> list[Document]:
    """Return the first document, in the order asked for, that fits a filter: a list of one or none."""
    found = find(collection, query)
    return list(islice(sort_documents(found, sort) if sort else found, 1))


def changed(collection: Collection, query: Mapping[str, Any], old: Document, change: Update) -> Change:
    """Update one document."""
    new = change(old, Circumstances(query))
    return Change(old, new, collection.replace(old, new))


def upserted(collection: Collection, query: Mapping[str, Any], change: Update) -> Change:
    """Insert what the filter's equalities and the update make together."""
    start = _from_query(query)
    new = change(start, Circumstances(query, inserting=True))
    if "_id" in start and not same(start["_id"], new.get("_id", MISSING)):
        raise CommandFailure(Code.ImmutableField, "The _id of the filter and of the update differ")
    return Change(None, collection.insert(new))


def _from_query(query: Mapping[str, Any]) -> Document:
    document: Document = {}
    for path, value in _equalities(query):
        place = Place(document, split(path))
        if place.read(lenient=True) is not MISSING:
            message = f"cannot infer query fields to set, path '{path}' is matched twice"
            raise CommandFailure(Code.NotSingleValueField, message)
        place.write(value)
    return document


def _equalities(query: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for path, value in query.items():
        if path in ("$and", "$or") and (path == "$and" or len(value) == 1):
            for clause in value:
                yield from _equalities(clause)
        elif not path.startswith("$"):
            yield from ((path, one) for one in _fixed(value))


def _fixed(value: Any) -> Iterator[Any]:
    """Yield the one value that a field's part of a filter leaves possible, if it is one."""
    if _is_plain(value):
        yield value
    for name, operand in value.items() if is_operators(value) else ():
        if name == "$eq":
            yield operand
        elif name in ("$in", "$all") and len(operand) == 1 and _is_plain(operand[0]):
            yield operand[0]


def _is_plain(value: Any) -> bool:
    return not isinstance(value, Regex) and not is_operators(value)
