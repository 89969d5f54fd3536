"""`$[]` and `$[name]` in the paths of updates, which mongomock does not know: the elements that they mean."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from backroad.documents.failures import bad_value, unparsable
from backroad.documents.filters import fits
from backroad.documents.paths import Parts, split
from backroad.documents.places import Place
from backroad.documents.values import Document


class Elements:
    """The `arrayFilters` of one update, by their names."""

    def __init__(self, filters: Sequence[Any]) -> None:
        self._fits: dict[str, Callable[[Document], bool]] = {"": lambda _: True}
        for one in filters:
            names = {path.split(".")[0] for path in one} if isinstance(one, dict) else set()
            name = next(iter(names), "$")
            if len(names) != 1 or name in self._fits or not name.isalnum():
                raise unparsable("each array filter has to be a document about one name of its own")
            self._fits[name] = fits(one)

    def check(self, paths: Sequence[str]) -> None:
        """Every filter has to stand in some path, and every name in a path has to have a filter."""
        used = {name[2:-1]: path for path in paths for name in split(path) if name.startswith("$[")}
        for name in self._fits:
            if name and name not in used:
                raise unparsable(f"The array filter for identifier '{name}' was not used in the update")
        for name, path in used.items():
            if name not in self._fits:
                raise bad_value(f"No array filter found for identifier '{name}' in path '{path}'")

    def meant(self, document: Document, parts: Parts) -> Iterator[Parts]:
        """Yield the paths without `$[]` that a path means in a document."""
        spot = next((number for number, name in enumerate(parts) if name.startswith("$[")), None)
        if spot is None:
            yield parts
            return
        name, array = parts[spot][2:-1], Place(document, parts[:spot]).read()
        if not isinstance(array, list):
            raise bad_value(f"The path '{'.'.join(parts[:spot])}' must exist in the document, as an array")
        for number, item in enumerate(array):
            if self._fits[name]({name: item}):
                yield from self.meant(document, (*parts[:spot], str(number), *parts[spot + 1 :]))
