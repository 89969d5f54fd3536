"""Expressions on arrays: places, ranges, sets, and documents as arrays of their fields."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from backroad.documents.accumulators import ACCUMULATORS
from backroad.documents.failures import Code, CommandFailure
from backroad.documents.texts import bounds
from backroad.documents.values import (
    MISSING,
    Document,
    is_null,
    is_number,
    order,
    same,
    shown,
    small_whole,
    truthy,
    type_name,
)

MOST_NUMBERS = 100 * 2**20 // 16


def _array(value: Any, code: Code, message: str) -> list[Any]:
    if not isinstance(value, list):
        raise CommandFailure(code, message + type_name(value))
    return value


def _index_of(array: Any, wanted: Any, *numbers: Any) -> int | None:
    if is_null(array):
        return None
    message = "$indexOfArray requires an array as a first argument, found: "
    items = _array(array, Code.Location40090, message)
    start, end = bounds("$indexOfArray", numbers, len(items))
    if wanted is MISSING:
        return -1
    return next((place for place in range(start, end) if same(items[place], wanted)), -1)


def _reversed(array: Any) -> list[Any] | None:
    message = "The argument to $reverseArray must be an array, but was of type: "
    return None if is_null(array) else _array(array, Code.Location34435, message)[::-1]


def _range(*numbers: Any) -> list[int]:
    codes = (
        ("a", "starting", Code.Location34443, Code.Location34444),
        ("an", "ending", Code.Location34445, Code.Location34446),
        ("a", "step", Code.Location34447, Code.Location34448),
    )
    for number, (article, what, no_number, no_whole) in zip(numbers, codes, strict=False):
        if not is_number(number):
            message = f"$range requires a numeric {what} value, found value of type: {type_name(number)}"
            raise CommandFailure(no_number, message)
        if small_whole(number) is None:
            message = f"$range requires {article} {what} value that can be represented as a 32-bit integer, "
            raise CommandFailure(no_whole, f"{message}found value: {shown(number)}")
    if numbers[2:] and not numbers[2]:
        raise CommandFailure(Code.Location34449, "$range requires a non-zero step value")
    made = range(*map(int, numbers))
    if len(made) > MOST_NUMBERS:
        raise CommandFailure(Code.ExceededMemoryLimit, "$range would use too much memory")
    return list(made)


def _is_subset(left: Any, right: Any) -> bool:
    message = "both operands of $setIsSubset must be arrays. {} argument is of type: "
    few = _array(left, Code.Location17046, message.format("First"))
    many = _array(right, Code.Location17042, message.format("Second"))
    return set(map(order, few)) <= set(map(order, many))


def _are_equal(*arrays: Any) -> bool:
    message = "All operands of $setEquals must be arrays. One argument is of type: "
    sets = [set(map(order, _array(array, Code.Location17044, message))) for array in arrays]
    return all(one == sets[0] for one in sets)


def _elements(name: str, code: Code, test: Callable[[Any], bool]) -> Callable[..., Any]:
    return lambda array: test(
        map(truthy, _array(array, code, f"{name}'s argument must be an array, but is "))
    )


def _pairs(document: Any) -> list[Document] | None:
    if is_null(document):
        return None
    if not isinstance(document, dict):
        message = f"$objectToArray requires a document input, found: {type_name(document)}"
        raise CommandFailure(Code.Location40390, message)
    return [{"k": name, "v": value} for name, value in document.items()]


def _object(array: Any) -> Document | None:
    if is_null(array):
        return None
    items = _array(array, Code.Location40386, "$arrayToObject requires an array input, found: ")
    if items and not isinstance(items[0], (list, dict)):
        message = f"Unrecognised input type format for $arrayToObject: {type_name(items[0])}"
        raise CommandFailure(Code.Location40398, message)
    pair = _pair_of_list if items and isinstance(items[0], list) else _pair_of_document
    return dict(map(pair, items))


def _mixed(code: Code, first: str, found: Any) -> CommandFailure:
    message = (
        "$arrayToObject requires a consistent input format. Elements must all be arrays or all be objects."
    )
    return CommandFailure(code, f"{message} {first} was detected, now found: {type_name(found)}")


def _pair_of_list(item: Any) -> tuple[str, Any]:
    if not isinstance(item, list):
        raise _mixed(Code.Location40396, "Array", item)
    if len(item) != 2:
        message = f"$arrayToObject requires an array of size 2 arrays, found array of size: {len(item)}"
        raise CommandFailure(Code.Location40397, message)
    return _key(item[0], Code.Location40395, Code.Location4940400), item[1]


def _pair_of_document(item: Any) -> tuple[str, Any]:
    if not isinstance(item, dict):
        raise _mixed(Code.Location40391, "Object", item)
    if len(item) != 2:
        message = "$arrayToObject requires an object keys of 'k' and 'v'. Found incorrect number of keys:"
        raise CommandFailure(Code.Location40392, f"{message}{len(item)}")
    if set(item) != {"k", "v"}:
        message = (
            "$arrayToObject requires an object with keys 'k' and 'v'. Missing either or both keys from: "
        )
        raise CommandFailure(Code.Location40393, message + shown(item))
    return _key(item["k"], Code.Location40394, Code.Location4940401), item["v"]


def _key(key: Any, no_text: Code, null_byte: Code) -> str:
    if not isinstance(key, str):
        message = f"$arrayToObject needs keys of type string. Found type: {type_name(key)}"
        raise CommandFailure(no_text, message)
    if "\0" in key:
        raise CommandFailure(null_byte, "Key field cannot contain an embedded null byte")
    return key


def _of_all(name: str) -> Callable[..., Any]:
    """One operand may be an array of the values; several are the values themselves."""
    return lambda *values: ACCUMULATORS[name](
        list(values[0] if len(values) == 1 and isinstance(values[0], list) else values)
    )


ARRAYS: Mapping[str, Callable[..., Any]] = {
    "$indexOfArray": _index_of,
    "$reverseArray": _reversed,
    "$range": _range,
    "$setIsSubset": _is_subset,
    "$setEquals": _are_equal,
    "$anyElementTrue": _elements("$anyElementTrue", Code.Location17041, any),
    "$allElementsTrue": _elements("$allElementsTrue", Code.Location17040, all),
    "$objectToArray": _pairs,
    "$arrayToObject": _object,
    **{name: _of_all(name) for name in ("$min", "$max", "$sum", "$avg")},
}
