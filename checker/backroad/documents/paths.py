"""Dotted paths: which values a path reaches in a document, through arrays too."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from backroad.documents.failures import Code, CommandFailure
from backroad.documents.values import MISSING, Missing

Parts = tuple[str, ...]
MOST_INDEX_DIGITS = 7


class Reached(NamedTuple):
    """A value that a path reaches, and whether the path named it by its number in an array."""

    value: Any
    by_number: bool = False


def split(path: str) -> Parts:
    """Return the names of a path."""
    return tuple(path.split("."))


def as_index(name: str) -> int | None:
    """Return the place in an array that a name means: `0`, `12`; never `01` or `-1`."""
    if (
        name.isascii()
        and name.isdigit()
        and len(name) <= MOST_INDEX_DIGITS
        and (name == "0" or name[0] != "0")
    ):
        return int(name)
    return None


def reached(document: Any, parts: Parts) -> Iterator[Reached]:
    """Yield what queries see at a path.

    A field that is not there yields MISSING, but an array on the way without any documents yields nothing.
    """
    value, rest = document, parts
    while rest and isinstance(value, dict):
        value, rest = value.get(rest[0], MISSING), rest[1:]
    if rest and isinstance(value, list):
        yield from _through(value, rest)
    else:
        yield Reached(MISSING if rest else value)


def _through(array: list[Any], rest: Parts) -> Iterator[Reached]:
    wanted = as_index(rest[0])
    for place, item in enumerate(array):
        if isinstance(item, dict):
            yield from reached(item, rest)
        if place == wanted and not rest[1:]:
            yield Reached(item, by_number=True)
        elif place == wanted and isinstance(item, (dict, list)):
            yield from reached(item, rest[1:])


def index_keys(document: Any, paths: Sequence[Parts]) -> list[tuple[Any, ...]]:
    """Return the tuples of values by which an index or a sort knows a document: one, or one an element."""
    spots = [_advance(document, path, path) for path in paths]
    return _expanded(spots)


class _Spot(NamedTuple):
    """How far one path has come: at a final value, or before an array."""

    value: Any
    rest: Parts
    at: Parts  # the path of the array, which two paths share or not
    is_final: bool


def _advance(value: Any, rest: Parts, whole: Parts) -> _Spot:
    while rest:
        if isinstance(value, dict):
            value, rest = value.get(rest[0], MISSING), rest[1:]
        elif isinstance(value, list) and (place := as_index(rest[0])) is not None:
            value, rest = value[place] if place < len(value) else MISSING, rest[1:]
        else:
            break
    if isinstance(value, list):
        return _Spot(value, rest, whole[: len(whole) - len(rest)], False)
    return _Spot(MISSING if rest else value, (), whole, True)


def _expanded(spots: list[_Spot]) -> list[tuple[Any, ...]]:
    arrays = {spot.at: spot.value for spot in spots if not spot.is_final}
    if not arrays:
        return [tuple(spot.value for spot in spots)]
    if len(arrays) > 1:
        names = "] [".join(".".join(at) for at in arrays)
        raise CommandFailure(Code.CannotIndexParallelArrays, f"cannot index parallel arrays [{names}]")
    array: list[Any] = next(iter(arrays.values()))
    elements = array or [Missing.EMPTY_ARRAY]
    return [row for element in elements for row in _expanded([_into(spot, element) for spot in spots])]


def _into(spot: _Spot, element: Any) -> _Spot:
    """Return where a path stands after it went into one element of the array before it."""
    if spot.is_final:
        return spot
    if not spot.rest:
        return _Spot(element, (), spot.at, True)
    if not isinstance(element, dict):
        return _Spot(MISSING, (), spot.at, True)
    return _advance(element, spot.rest, spot.at + spot.rest)


def picked(value: Any, parts: Parts) -> Any:
    """Return what an expression's path means: MISSING, a value, or the array of what each element has."""
    for number, name in enumerate(parts):
        if isinstance(value, dict):
            value = value.get(name, MISSING)
        elif isinstance(value, list):
            inner = (picked(item, parts[number:]) for item in value if isinstance(item, (dict, list)))
            return [item for item in inner if item is not MISSING]
        else:
            return MISSING
    return value
