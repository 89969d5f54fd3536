"""The accumulators of `$group`; some of them are expressions, too."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from backroad.documents.sums import total
from backroad.documents.values import MISSING, is_number, order, typed

Accumulate = Callable[[list[Any]], Any]


def _there(values: list[Any]) -> list[Any]:
    return [value for value in values if value is not MISSING]


def _sum(values: list[Any]) -> Any:
    return typed("$sum", total([value for value in values if is_number(value)]), values)


def _average(values: list[Any]) -> Any:
    numbers = [value for value in values if is_number(value)]
    return float(total(numbers)) / len(numbers) if numbers else None


def _extreme(choose: Callable[..., Any]) -> Accumulate:
    def extreme(values: list[Any]) -> Any:
        return choose((value for value in _there(values) if value is not None), key=order, default=None)

    return extreme


def _at(place: int) -> Accumulate:
    return lambda values: None if values[place] is MISSING else values[place]


def distinct(values: list[Any]) -> list[Any]:
    """Return the values without those that equal an earlier one."""
    seen: dict[Any, Any] = {}
    for value in values:
        seen.setdefault(order(value), value)
    return list(seen.values())


ACCUMULATORS: Mapping[str, Accumulate] = {
    "$sum": _sum,
    "$avg": _average,
    "$min": _extreme(min),
    "$max": _extreme(max),
    "$first": _at(0),
    "$last": _at(-1),
    "$push": _there,
    "$addToSet": lambda values: distinct(_there(values)),
    "$count": len,
}
