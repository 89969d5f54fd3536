"""mongomock 4.3.0, with what it gets wrong at its roots put right; docs/documents.md lists what was measured.

The names that are replaced are private to mongomock, so its version is pinned, and tests hold each repair.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from mongomock import MongoClient, filtering, helpers
from mongomock.filtering import NOTHING
from mongomock.store import ServerStore
from pymongo.errors import PyMongoError

from backroad.documents.failures import bad_value
from backroad.documents.paths import Reached, reached, split
from backroad.documents.values import (
    MISSING,
    TYPE_NUMBERS,
    Document,
    is_nan,
    order,
    rank,
    truthy,
    type_name,
    whole_part,
)

MONGOMOCK_FAILS = (
    PyMongoError, NotImplementedError, ArithmeticError, LookupError, TypeError, ValueError, AssertionError,
    AttributeError,
)  # fmt: skip


@dataclass(frozen=True)
class Whole:
    """An array that mongomock does not look into."""

    array: list[Any]


def _plain(value: Any) -> Any:
    if value is NOTHING:
        return MISSING
    return value.array if isinstance(value, Whole) else value


def _candidates(path: str, document: Any) -> list[Any]:
    """Through a plain value there is nothing, which is null; mongomock has no candidate at all there."""
    if path and isinstance(document, list):  # an element that $elemMatch looks at: its names are numbers
        document = {str(number): item for number, item in enumerate(document)}
    found = reached(document, split(path)) if path else [Reached(document, by_number=True)]
    return [_shown(one) for one in found]


def _shown(one: Reached) -> Any:
    if one.value is MISSING:
        return NOTHING
    return Whole(one.value) if one.by_number and isinstance(one.value, list) else one.value


def _of_type(name: str) -> Any:
    return lambda value: value is not NOTHING and type_name(_plain(value)) == name


def _equal(value: Any, wanted: Any) -> bool:
    return order(_plain(value)) == order(wanted)


def _compare(
    compares: Callable[[Any, Any], bool], left: Any, right: Any, can_compare_types: bool = True
) -> bool:
    left = _plain(left)
    if is_nan(left) or is_nan(right):
        return is_nan(left) and is_nan(right) and compares(0, 0)
    if not can_compare_types and rank(left) != rank(right):
        return False
    return compares(order(left), order(right))


def _leaves(value: Any, wanted: tuple[int, int]) -> bool:
    """What is left of a division has the sign of what was divided."""
    divisor, remainder = wanted
    if isinstance(value, list):
        return any(_leaves(item, wanted) for item in value if not isinstance(item, list))
    number = whole_part(_plain(value))
    if number is None:
        return False
    left = abs(number) % abs(divisor)
    return (left if number >= 0 else -left) == remainder


def _has_size(value: Any, size: int) -> bool:
    return isinstance(_plain(value), list) and len(_plain(value)) == size


helpers.mongodb_to_bool = truthy
filtering.iter_key_candidates = _candidates
filtering.operator_eq = _equal
filtering.bson_compare = _compare
filtering.TYPE_MAP.update({name: _of_type(name) for name in TYPE_NUMBERS})
FILTERER = filtering._filterer_inst = filtering._Filterer()  # its table holds the functions themselves
FILTERER._operator_map["$size"] = _has_size
FILTERER._operator_map["$mod"] = _leaves
FILTERER._operator_map["$elemMatch"] = lambda value, query: FILTERER._elem_match_op(_plain(value), query)


@contextmanager
def refusing() -> Iterator[None]:
    """Whatever mongomock fails at, this server does not know."""
    try:
        yield
    except MONGOMOCK_FAILS as error:
        raise bad_value(f"not known to this server: {error or type(error).__name__}") from error


def filter_applies(query: Document, document: Any) -> bool:
    """Tell whether a document fits a filter in normal form."""
    with refusing():
        return bool(filtering.filter_applies(query, document))


def updated(document: Document, change: Document) -> Document:
    """Return a new document: mongomock changes it in place, and leaves it half changed where it fails."""
    scratch = ServerStore()
    scratch["d"]["c"][1] = copy.deepcopy(document)
    with refusing():
        MongoClient(_store=scratch)["d"]["c"].update_one({}, change)
    new: Document = scratch["d"]["c"][1]
    return new
