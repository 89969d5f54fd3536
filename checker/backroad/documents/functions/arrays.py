"""Arrays and sets in expressions."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from backroad.documents.failures import Code, CommandFailure, bad_value
from backroad.documents.functions.signatures import Function, Named, nothing, one, some, two
from backroad.documents.sorting import sort_items
from backroad.documents.values import MISSING, is_number, order, type_name


def _array(name: str, value: Any, code: Code = Code.Location17124) -> list[Any]:
    if not isinstance(value, list):
        raise CommandFailure(
            code, f"The argument to {name} must be an array, but was of type: {type_name(value)}"
        )
    return value


def _whole(name: str, value: Any) -> int:
    if not is_number(value) or value != int(value):
        raise CommandFailure(Code.Location28691, f"{name}'s second argument must be a whole number: {value}")
    return int(value)


def _at(array: Any, place: Any) -> Any:
    if nothing(array, place):
        return None
    items, index = _array("$arrayElemAt", array, Code.Location28689), _whole("$arrayElemAt", place)
    return items[index] if -len(items) <= index < len(items) else MISSING


def _end(place: int) -> Callable[[Any], Any]:
    return lambda array: _at(array, place)


def _slice(array: Any, first: Any, count: Any = MISSING) -> list[Any] | None:
    if array is None or array is MISSING or first is None or count is None:
        return None
    items = _array("$slice", array, Code.Location28724)
    if count is MISSING:
        return cut(items, _whole("$slice", first))
    if _whole("$slice", count) <= 0:
        raise CommandFailure(Code.Location28729, "Third argument to $slice must be positive")
    return cut(items, _whole("$slice", first), int(count))


def cut(items: list[Any], first: int, count: int | None = None) -> list[Any]:
    """Return the part of an array that $slice means: so many from one end, or so many from a place on."""
    if count is None:
        return items[:first] if first >= 0 else items[first:]
    start = first if first >= 0 else max(0, len(items) + first)
    return items[start : start + count]


def _joined(*arrays: Any) -> list[Any] | None:
    if nothing(*arrays):
        return None
    return [item for array in arrays for item in _array("$concatArrays", array, Code.Location28664)]


def distinct(items: Iterable[Any]) -> list[Any]:
    """Return each value once, where it came first."""
    seen: dict[Any, Any] = {}
    for item in items:
        seen.setdefault(order(item), item)
    return list(seen.values())


def _union(*arrays: Any) -> list[Any] | None:
    if nothing(*arrays):
        return None
    return distinct(item for array in arrays for item in _array("$setUnion", array, Code.Location17043))


def _intersection(*arrays: Any) -> list[Any] | None:
    if nothing(*arrays):
        return None
    first, *others = [_array("$setIntersection", array, Code.Location17047) for array in arrays] or [[]]
    keys = [set(map(order, other)) for other in others]
    return distinct(item for item in first if all(order(item) in key for key in keys))


def _difference(left: Any, right: Any) -> list[Any] | None:
    if nothing(left, right):
        return None
    out = set(map(order, _array("$setDifference", right, Code.Location17049)))
    return distinct(
        item for item in _array("$setDifference", left, Code.Location17048) if order(item) not in out
    )


def _sets(left: Any, right: Any) -> tuple[set[Any], set[Any]]:
    return tuple(set(map(order, _array("$setIsSubset", side, Code.Location17046))) for side in (left, right))  # type: ignore[return-value]  # two in, two out


def _is_subset(left: Any, right: Any) -> bool:
    first, second = _sets(left, right)
    return first <= second


def _equal_sets(*arrays: Any) -> bool:
    keys = [set(map(order, _array("$setEquals", array, Code.Location17044))) for array in arrays]
    return all(key == keys[0] for key in keys)


def _in(item: Any, array: Any) -> bool:
    return order(item) in set(map(order, _array("$in", array, Code.Location40081)))


def _place_of(array: Any, item: Any) -> int | None:
    if nothing(array):
        return None
    keys = [order(one) for one in _array("$indexOfArray", array, Code.Location40090)]
    return keys.index(order(item)) if order(item) in keys else -1


def _reversed(array: Any) -> list[Any] | None:
    return None if nothing(array) else _array("$reverseArray", array, Code.Location34435)[::-1]


def _range(start: Any, end: Any, step: Any = 1) -> list[int]:
    numbers = [_whole("$range", value) for value in (start, end, step)]
    if numbers[2] == 0:
        raise CommandFailure(Code.Location34449, "$range requires a non-zero step value")
    if len(range(*numbers)) > 1_000_000:
        raise CommandFailure(Code.ExceededMemoryLimit, "$range would use too much memory")
    return list(range(*numbers))


def _all_true(array: Any) -> bool:
    return all(map(_truth, _array("$allElementsTrue", array, Code.Location17040)))


def _any_true(array: Any) -> bool:
    return any(map(_truth, _array("$anyElementTrue", array, Code.Location17041)))


def _truth(value: Any) -> bool:
    return not nothing(value) and order(value) not in (order(0), order(False))


def _sorted(input: Any, sortBy: Any) -> list[Any] | None:
    if nothing(input):
        return None
    if not isinstance(sortBy, dict) and sortBy not in (1, -1):
        raise bad_value("$sortArray: sortBy must be 1, -1 or a document")
    return sort_items(_array("$sortArray", input), sortBy)


ARRAY_FUNCTIONS: dict[str, Function] = {
    "$size": one(lambda array: len(_array("$size", array))),
    "$isArray": one(lambda value: isinstance(value, list)),
    "$in": two(_in),
    "$arrayElemAt": two(_at),
    "$first": one(_end(0)),
    "$last": one(_end(-1)),
    "$slice": Function(_slice, 2, 3),
    "$concatArrays": some(_joined),
    "$indexOfArray": two(_place_of),
    "$reverseArray": one(_reversed),
    "$range": Function(_range, 2, 3),
    "$setUnion": some(_union),
    "$setIntersection": some(_intersection),
    "$setDifference": two(_difference),
    "$setIsSubset": two(_is_subset),
    "$setEquals": some(_equal_sets, 2),
    "$allElementsTrue": one(_all_true),
    "$anyElementTrue": one(_any_true),
}
ARRAY_NAMED: dict[str, Named] = {"$sortArray": Named(_sorted, ("input", "sortBy"))}
