"""Single writes: update with upsert, and which documents are meant by a filter."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from bson import Regex

from backroad.documents.collections import Collection
from backroad.documents.conditions import condition, is_operators
from backroad.documents.failures import Code, CommandFailure
from backroad.documents.looks import Trail
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


@dataclass(frozen=True)
class Found:
    """A document that fits a filter, and where in its arrays the filter was met."""

    document: Document
    places: frozenset[int] = frozenset()


def find(collection: Collection | None, query: Mapping[str, Any]) -> Iterator[Found]:
    """Return the documents that fit a filter, in the order in which they came."""
    return _fitting(collection, query, condition(query))


def _fitting(collection: Collection | None, query: Mapping[str, Any], fits: Any) -> Iterator[Found]:
    for document in collection.documents(query) if collection is not None else ():
        trail = Trail()
        if fits(document, trail):
            yield Found(document, frozenset(trail.places))


def chosen(collection: Collection | None, query: Mapping[str, Any], sort: Mapping[str, Any]) -> list[Found]:
    """Return the first document, in the order asked for, that fits a filter: a list of one or none."""
    return list(islice(arranged(find(collection, query), sort), 1))


def arranged(those: Iterator[Found], sort: Mapping[str, Any]) -> Iterator[Found]:
    """Return what was found in the order asked for."""
    if not sort:
        return those
    found = {id(one.document): one for one in those}
    ordered = sort_documents([one.document for one in found.values()], sort)
    return (found[id(document)] for document in ordered)


def changed(collection: Collection, found: Found, change: Update) -> Change:
    """Update one document."""
    new = change(found.document, Circumstances(found.places))
    return Change(found.document, new, collection.replace(found.document, new))


def upserted(collection: Collection, query: Mapping[str, Any], change: Update) -> Change:
    """Insert what the filter's equalities and the update make together."""
    start = _from_query(query)
    new = change(start, Circumstances(inserting=True))
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
