"""The accumulators of `$group`: what becomes of the values of one group."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from backroad.documents.functions.arrays import distinct
from backroad.documents.functions.math import average, extreme, total
from backroad.documents.functions.objects import merged
from backroad.documents.values import MISSING

Accumulate = Callable[[list[Any]], Any]


def _first(values: list[Any]) -> Any:
    return None if not values or values[0] is MISSING else values[0]


def _last(values: list[Any]) -> Any:
    return _first(values[-1:])


def _there(values: list[Any]) -> list[Any]:
    return [value for value in values if value is not MISSING]


ACCUMULATORS: Mapping[str, Accumulate] = {
    "$sum": total,
    "$avg": average,
    "$min": lambda values: extreme(values, min),
    "$max": lambda values: extreme(values, max),
    "$first": _first,
    "$last": _last,
    "$push": _there,
    "$addToSet": lambda values: distinct(_there(values)),
    "$mergeObjects": lambda values: merged(*values, None),
    "$count": len,
}
