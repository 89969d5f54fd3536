"""Indexes: the keys by which they know documents, and what a unique one forbids."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from backroad.documents.failures import Code, CommandFailure
from backroad.documents.filters import fits
from backroad.documents.paths import index_keys, split
from backroad.documents.values import MISSING, Document, Missing, is_number, order, same, shown, type_name

PARTIAL_OPERATORS = {"$eq", "$gt", "$gte", "$lt", "$lte", "$type", "$exists", "$in"}
OPTIONS = {
    "v",
    "key",
    "name",
    "unique",
    "sparse",
    "background",
    "partialFilterExpression",
    "expireAfterSeconds",
}
MOST_FIELDS = 32
Key = tuple[Any, ...]


@dataclass(frozen=True)
class Index:
    """One index as it was asked for."""

    name: str
    key: Mapping[str, Any]
    unique: bool = False
    sparse: bool = False
    partial: Document | None = None
    expire_after: Any = None
    covers: Callable[[Document], bool] = field(default=lambda _: True, compare=False)

    def rows(self, document: Document) -> list[tuple[Any, ...]]:
        """Return the values under which the index has a document; none where it leaves the document out."""
        if not self.covers(document):
            return []
        rows = index_keys(document, [split(path) for path in self.key])
        if self.sparse and all(value is MISSING for row in rows for value in row):
            return []
        return rows

    def described(self) -> Document:
        """Return the index as `listIndexes` shows it."""
        extras = {
            "unique": (self.unique and self.name != "_id_") or None,
            "sparse": self.sparse or None,
            "partialFilterExpression": self.partial,
            "expireAfterSeconds": self.expire_after,
        }
        shown = {name: value for name, value in extras.items() if value is not None}
        return {"v": 2, "key": dict(self.key), "name": self.name, **shown}

    def is_like(self, other: Index) -> bool:
        """Tell whether two indexes are one but for name and lifetime."""
        same_key = list(self.key) == list(other.key) and same(dict(self.key), dict(other.key))
        same_filter = same(self.partial, other.partial)
        return same_key and same_filter and (self.unique, self.sparse) == (other.unique, other.sparse)


BY_ID = Index("_id_", {"_id": 1}, unique=True)


class UniqueTable:
    """Which document has which key of a unique index."""

    def __init__(self, index: Index, namespace: str, documents: Iterable[Document]) -> None:
        self._index = index
        self._namespace = namespace
        self._owners: dict[Key, Any] = {}
        for document in documents:
            self.add(self.checked(document), document)

    def checked(self, document: Document, *, old: Document | None = None) -> list[Key]:
        """Return a new document's keys; raises when any but the one it replaces has one of them."""
        rows = self._index.rows(document)
        keys = [tuple(map(order, row)) for row in rows]
        me = None if old is None else order(old["_id"])
        for row, key in zip(rows, keys, strict=True):
            if key in self._owners and self._owners[key] != me:
                raise self._taken(row)
        return keys

    def _taken(self, row: tuple[Any, ...]) -> CommandFailure:
        value = {
            path: None if isinstance(part, Missing) else part
            for path, part in zip(self._index.key, row, strict=True)
        }
        message = (
            f"E11000 duplicate key error collection: {self._namespace} index: {self._index.name} "
            f"dup key: {shown(value)}"
        )
        pattern = dict(self._index.key)
        return CommandFailure(Code.DuplicateKey, message, keyPattern=pattern, keyValue=value)

    def add(self, keys: Iterable[Key], document: Document) -> None:
        """Note a document's keys."""
        me = order(document["_id"])
        self._owners.update(dict.fromkeys(keys, me))

    def forget(self, document: Document) -> None:
        """Forget a document's keys."""
        for row in self._index.rows(document):
            self._owners.pop(tuple(map(order, row)), None)


def index_of(source: Any) -> Index:
    """Return the index that `createIndexes` asks for; whatever this server cannot keep is refused."""
    if not isinstance(source, dict):
        raise CommandFailure(Code.TypeMismatch, "The elements of the 'indexes' array must be objects")
    if unknown := set(source) - OPTIONS:
        message = f"The field '{min(unknown)}' is not valid, or not known to this server: {shown(source)}"
        raise CommandFailure(Code.InvalidIndexSpecificationOption, message)
    key, name = _checked_key(source.get("key")), source.get("name")
    if not isinstance(name, str) or not name:
        raise CommandFailure(
            Code.FailedToParse,
            f"The 'name' field is a required property of an index specification: {shown(source)}",
        )
    if list(key) == ["_id"]:
        return _by_id(source)
    partial = source.get("partialFilterExpression")
    return Index(
        name,
        key,
        unique=bool(source.get("unique")),
        sparse=bool(source.get("sparse")),
        partial=partial,
        expire_after=source.get("expireAfterSeconds"),
        covers=_partial(partial, source),
    )


def _by_id(source: Document) -> Index:
    if source["key"]["_id"] != 1 or set(source) - {"v", "key", "name", "background"}:
        raise CommandFailure(Code.InvalidIndexSpecificationOption, "The _id index takes no options")
    return BY_ID


def _checked_key(key: Any) -> Document:
    if not isinstance(key, dict) or not key:
        raise cannot("Index keys cannot be empty.")
    if len(key) > MOST_FIELDS:
        raise CommandFailure(Code.Location13103, "too many compound keys")
    for path, way in key.items():
        if isinstance(way, str):
            raise cannot(f"Unknown index plugin '{way}'")
        if isinstance(way, bool) or not is_number(way) or way == 0:
            raise cannot(
                f"Values in v:2 index key pattern must be numbers other than 0: {path}: {shown(way)}"
            )
        parts = split(path)
        if "" in parts or any(part.startswith("$") for part in parts):
            raise cannot(f"Index keys cannot contain an empty field, nor one that starts with '$': {path}")
    return key


def cannot(message: str) -> CommandFailure:
    """Return the failure for an index that cannot be made."""
    return CommandFailure(Code.CannotCreateIndex, message)


def _partial(partial: Any, source: Document) -> Callable[[Document], bool]:
    if partial is None:
        return lambda _: True
    if not isinstance(partial, dict):
        found = type_name(partial)
        raise CommandFailure(
            Code.TypeMismatch, f"The field 'partialFilterExpression' must be an object, but got {found}"
        )
    if source.get("sparse"):
        raise cannot('cannot mix "partialFilterExpression" and "sparse" options')
    _check_partial(partial)
    return fits(partial)


def _check_partial(partial: Document) -> None:
    for name, value in partial.items():
        if name in ("$and", "$or") and isinstance(value, list):
            for clause in value:
                _check_partial(clause if isinstance(clause, dict) else {})
        elif name.startswith("$"):
            raise cannot(f"unsupported expression in partial index: {name}")
        elif isinstance(value, dict) and next(iter(value), "").startswith("$"):
            for word, operand in value.items():
                if word not in PARTIAL_OPERATORS or (word == "$exists" and not operand):
                    raise cannot(f"unsupported expression in partial index: {name} {word}: {shown(operand)}")
