"""One place in a document that is being changed: read it, write it, take it away."""

from __future__ import annotations

from typing import Any

from backroad.documents.failures import Code, CommandFailure, bad_value
from backroad.documents.paths import Parts, as_index
from backroad.documents.values import MISSING, Document, shown

MOST_PADDING = 1_500_000


class Place:
    """A field, or an element of an array, that need not be there yet."""

    def __init__(self, document: Document, parts: Parts) -> None:
        self.document = document
        self.parts = parts

    @property
    def path(self) -> str:
        """The path in words."""
        return ".".join(self.parts)

    def read(self, *, lenient: bool = False) -> Any:
        """Return the value, or MISSING; a way through a plain value is an error unless `lenient`."""
        value: Any = self.document
        for number, name in enumerate(self.parts):
            if not isinstance(value, (dict, list)) or (isinstance(value, list) and as_index(name) is None):
                if lenient:
                    return MISSING
                raise self._no_way(self.parts[number - 1], value, name)
            value = _child(value, name)
            if value is MISSING:
                return MISSING
        return value

    def _no_way(self, before: str, value: Any, name: str) -> CommandFailure:
        return CommandFailure(
            Code.PathNotViable, f"Cannot create field '{name}' in element {{{before}: {shown(value)}}}"
        )

    def write(self, value: Any) -> None:
        """Put a value there, with the documents on the way that are not there yet."""
        around: Any = self.document
        for before, name in zip(self.parts, self.parts[1:], strict=False):
            child = _child(around, before)
            if child is MISSING:
                child = {}
                self._put(around, before, child)
            elif not isinstance(child, (dict, list)) or (isinstance(child, list) and as_index(name) is None):
                raise self._no_way(before, child, name)
            around = child
        self._put(around, self.parts[-1], value)

    def _put(self, around: Any, name: str, value: Any) -> None:
        if isinstance(around, dict):
            around[name] = value
            return
        place = as_index(name)
        if place is None or place - len(around) > MOST_PADDING:
            raise bad_value(f"can't backfill array to {name}")
        around.extend([None] * (place + 1 - len(around)))
        around[place] = value

    def remove(self) -> None:
        """Take the field away; an element of an array becomes null."""
        around = (
            Place(self.document, self.parts[:-1]).read(lenient=True) if self.parts[:-1] else self.document
        )
        if isinstance(around, dict):
            around.pop(self.parts[-1], None)
        elif isinstance(around, list):
            place = as_index(self.parts[-1])
            if place is not None and place < len(around):
                around[place] = None


def _child(around: Any, name: str) -> Any:
    if isinstance(around, dict):
        return around.get(name, MISSING)
    place = as_index(name)
    return around[place] if place is not None and place < len(around) else MISSING
