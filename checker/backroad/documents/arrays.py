"""The operators of updates that change arrays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bson import Regex

from backroad.documents.comparisons import pattern_test, whole
from backroad.documents.conditions import element_test, is_operators
from backroad.documents.failures import CommandFailure, bad_value, unparsable, wrong_type
from backroad.documents.looks import AtItem
from backroad.documents.places import Place
from backroad.documents.sorting import sort_items, sort_key
from backroad.documents.values import MISSING, copied, order, shown, type_name

Change = Callable[[Place], None]


def push(operand: Any) -> Change:
    """Append a value, or `$each` of several, then sort and cut."""
    words = dict(operand) if isinstance(operand, dict) and "$each" in operand else {"$each": [operand]}
    if unknown := set(words) - {"$each", "$slice", "$sort", "$position"}:
        raise bad_value(f"Unrecognized clause in $push: {min(unknown)}")
    items = _each("$push", words["$each"])
    position = _whole_word(words, "$position")
    count = _whole_word(words, "$slice")
    arrange = _arrangement(words["$sort"]) if "$sort" in words else list

    def change(place: Place) -> None:
        array = _array(place, _push_fault)
        start = len(array) if position is None else position
        array[start:start] = copied(items)
        array = arrange(array)
        place.write(array if count is None else (array[:count] if count >= 0 else array[count:]))

    return change


def _each(name: str, items: Any) -> list[Any]:
    if not isinstance(items, list):
        message = f"The argument to $each in {name} must be an array but it was of type {type_name(items)}"
        raise bad_value(message) if name == "$push" else wrong_type(message)
    return items


def _whole_word(words: dict[str, Any], name: str) -> int | None:
    if name not in words:
        return None
    return whole(
        words[name], f"The value for {name} must be an integer value but was given {shown(words[name])}"
    )


def _arrangement(by: Any) -> Callable[[list[Any]], list[Any]]:
    if isinstance(by, dict) and by:
        sort_key(by)
    elif isinstance(by, bool) or by not in (1, -1):
        raise bad_value("The $sort is invalid: use 1/-1 to sort the whole element, or {field:1/-1}")
    return lambda array: sort_items(array, by)


def _array(place: Place, fault: Callable[[Place, Any], CommandFailure]) -> list[Any]:
    value = place.read()
    if value is MISSING:
        return []
    if not isinstance(value, list):
        raise fault(place, value)
    return list(value)


def _push_fault(place: Place, value: Any) -> CommandFailure:
    return bad_value(
        f"The field '{place.path}' must be an array but is of type {type_name(value)} in document "
        f"{{_id: {shown(place.document.get('_id'))}}}"
    )


def put_into_set(operand: Any) -> Change:
    """Append a value, or `$each` of several, that is not in the array yet."""
    has_each = isinstance(operand, dict) and next(iter(operand), "") == "$each"
    if has_each and len(operand) > 1:
        raise bad_value(f"Found unexpected fields after $each in $addToSet: {shown(operand)}")
    items = _each("$addToSet", operand["$each"]) if has_each else [operand]

    def change(place: Place) -> None:
        array = _array(place, _set_fault)
        seen = set(map(order, array))
        for item in items:
            if order(item) not in seen:
                seen.add(order(item))
                array.append(copied(item))
        place.write(array)

    return change


def _set_fault(place: Place, value: Any) -> CommandFailure:
    return bad_value(
        f"Cannot apply $addToSet to non-array field. Field named '{place.parts[-1]}' has non-array type "
        f"{type_name(value)}"
    )


def _cull(unwanted: Callable[[Any], bool]) -> Change:
    def change(place: Place) -> None:
        value = place.read()
        if value is MISSING:
            return
        if not isinstance(value, list):
            raise bad_value("Cannot apply $pull to a non-array value")
        place.write([item for item in value if not unwanted(item)])

    return change


def pull(operand: Any) -> Change:
    """Take away the elements that equal a value or fit a filter."""
    if isinstance(operand, Regex):
        test = pattern_test(operand)
        return _cull(lambda item: test(AtItem(item)))
    if isinstance(operand, dict):
        fits = element_test(operand)
        return _cull(fits if is_operators(operand) else lambda item: isinstance(item, dict) and fits(item))
    unwanted = order(operand)
    return _cull(lambda item: order(item) == unwanted)


def pull_all(operand: Any) -> Change:
    """Take away the elements that equal one of several values."""
    if not isinstance(operand, list):
        raise bad_value(f"$pullAll requires an array argument but was given a {type_name(operand)}")
    unwanted = set(map(order, operand))
    return _cull(lambda item: order(item) in unwanted)


def pop(operand: Any) -> Change:
    """Take away the first (-1) or the last (1) element."""
    if isinstance(operand, bool) or operand not in (1, -1):
        raise unparsable(f"$pop expects 1 or -1, found: {shown(operand)}")

    def change(place: Place) -> None:
        value = place.read()
        if value is MISSING:
            return
        if not isinstance(value, list):
            message = f"Path '{place.path}' contains an element of non-array type '{type_name(value)}'"
            raise wrong_type(message)
        place.write(value[1:] if operand == -1 else value[:-1])

    return change
