"""Sorting: documents by several paths, up and down, arrays by their smallest or largest value."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import total_ordering
from typing import Any

from backroad.documents.failures import Code, CommandFailure, bad_value
from backroad.documents.paths import index_keys, split
from backroad.documents.values import Document, is_number, order, shown

MOST_KEYS = 32


@total_ordering
class Backwards:
    """A sort key that stands the other way round."""

    __slots__ = ("key",)

    def __init__(self, key: Any) -> None:
        self.key = key

    def __lt__(self, other: Backwards) -> bool:
        return bool(other.key < self.key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Backwards) and other.key == self.key

    def __hash__(self) -> int:
        return hash(self.key)


def direction(value: Any, path: str) -> int:
    """Return 1 or -1."""
    if not is_number(value):
        message = f"Illegal key in $sort specification: {path}: {shown(value)}"
        raise CommandFailure(Code.Location15974, message)
    if value not in (1, -1):
        raise CommandFailure(
            Code.Location15975, "$sort key ordering must be 1 (for ascending) or -1 (for descending)"
        )
    return int(value)


def sort_key(keys: Mapping[str, Any]) -> Callable[[Document], Any]:
    """Return the function that gives a document its place in a sorted list."""
    if len(keys) > MOST_KEYS:
        raise bad_value("too many compound keys")
    if any(not path or "" in split(path) for path in keys):
        raise CommandFailure(Code.Location15998, "FieldPath field names may not be empty strings.")
    if any(name.startswith("$") for path in keys for name in split(path)):
        raise CommandFailure(Code.Location16410, "FieldPath field names may not start with '$'.")
    ways = [direction(value, path) for path, value in keys.items()]
    paths = [split(path) for path in keys]

    def place(document: Document) -> Any:
        try:
            rows = index_keys(document, paths)
        except CommandFailure:
            raise bad_value("cannot sort with keys that are parallel arrays") from None
        return min(tuple(_one(value, way) for value, way in zip(row, ways, strict=True)) for row in rows)

    return place


def _one(value: Any, way: int) -> Any:
    return order(value) if way == 1 else Backwards(order(value))


def sort_documents(documents: Iterable[Document], keys: Mapping[str, Any]) -> list[Document]:
    """Return the documents in order; `$natural` is the order in which they were inserted."""
    if "$natural" in keys:
        if len(keys) > 1:
            raise bad_value("$natural sort cannot be set to a value other than -1 or 1, nor with other keys")
        listed = list(documents)
        return listed if direction(keys["$natural"], "$natural") == 1 else listed[::-1]
    return sorted(documents, key=sort_key(keys)) if keys else list(documents)
