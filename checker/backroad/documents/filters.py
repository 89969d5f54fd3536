"""`$[]` and `$[name]` in the paths of updates: which elements of arrays they mean."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from backroad.documents.conditions import fits
from backroad.documents.failures import bad_value, unparsable
from backroad.documents.paths import Parts, split
from backroad.documents.places import Place
from backroad.documents.values import MISSING, Document, shown, type_name


class ArrayFilters:
    """The `arrayFilters` of one update, by their names."""

    def __init__(self, sources: Sequence[Any]) -> None:
        self._wanted: dict[str, Callable[[Any], bool]] = {}
        for source in sources:
            if not isinstance(source, dict):
                raise unparsable(f"array filters have to be documents, not {type_name(source)}")
            name = _only_name(source)
            if name in self._wanted:
                raise unparsable(f"Found multiple array filters with the same top-level field name {name}")
            self._wanted[name] = _test(name, source)

    def refuse_unused(self, paths: Sequence[str]) -> None:
        """Every filter has to stand in some path, and every name in a path has to have a filter."""
        used = {name[2:-1]: path for path in paths for name in split(path) if name.startswith("$[")}
        for name in self._wanted:
            if name not in used:
                raise unparsable(f"The array filter for identifier '{name}' was not used in the update")
        for name, path in used.items():
            if name and name not in self._wanted:
                raise bad_value(f"No array filter found for identifier '{name}' in path '{path}'")

    def expanded(self, document: Document, parts: Parts) -> Iterator[Parts]:
        """Yield the paths without `$[]` that a path means in a document."""
        spot = next((number for number, name in enumerate(parts) if name.startswith("$[")), None)
        if spot is None:
            yield parts
            return
        before, after = parts[:spot], parts[spot + 1 :]
        wanted = self._wanted.get(parts[spot][2:-1], lambda _: True)
        for place, item in enumerate(self._array(document, before)):
            if wanted(item):
                yield from self.expanded(document, (*before, str(place), *after))

    def _array(self, document: Document, before: Parts) -> list[Any]:
        array = Place(document, before).read(lenient=True)
        path = ".".join(before)
        if array is MISSING:
            raise bad_value(f"The path '{path}' must exist in the document in order to apply array updates.")
        if not isinstance(array, list):
            raise bad_value(f"Cannot apply array updates to non-array element {before[-1]}: {shown(array)}")
        return array


def _only_name(source: Document) -> str:
    names = {split(path)[0] for path in _fields(source)}
    if len(names) != 1:
        raise unparsable("Error parsing array filter: expected a single top-level field name")
    (name,) = names
    if not (name[:1].islower() and name.isalnum()):
        raise bad_value(f"Error parsing array filter: the name '{name}' has to begin with a small letter")
    return name


def _fields(source: Document) -> Iterator[str]:
    for path, value in source.items():
        if path in ("$and", "$or", "$nor") and isinstance(value, list):
            for clause in value:
                yield from _fields(clause if isinstance(clause, dict) else {})
        else:
            yield path


def _test(name: str, source: Document) -> Callable[[Any], bool]:
    whole = fits(source)
    return lambda item: whole({name: item})
