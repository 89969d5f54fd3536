"""The operators of updates: each makes a change of one place out of its operand."""

from __future__ import annotations

import operator
import time
from collections.abc import Callable, Mapping
from typing import Any

from bson import Timestamp
from bson.datetime_ms import DatetimeMS

from backroad.documents import numbers
from backroad.documents.arrays import pop, pull, pull_all, push, put_into_set
from backroad.documents.failures import bad_value, unparsable, wrong_type
from backroad.documents.places import Place
from backroad.documents.values import MISSING, is_number, order, shown, type_name

Change = Callable[[Place], None]


def _set(value: Any) -> Change:
    return lambda place: place.write(value)


def _unset(_: Any) -> Change:
    return lambda place: place.remove()


def _calculation(name: str, operation: Callable[[Any, Any], Any], start: int) -> Callable[[Any], Change]:
    def made(operand: Any) -> Change:
        if not is_number(operand):
            verb = "increment" if name == "$inc" else "multiply"
            raise wrong_type(f"Cannot {verb} with non-numeric argument: {shown(operand)}")
        return lambda place: _calculate(place, name, operation, operand, start)

    return made


def _calculate(
    place: Place, name: str, operation: Callable[[Any, Any], Any], operand: Any, start: int
) -> None:
    value = place.read()
    if value is not MISSING and not is_number(value):
        identity = shown(place.document.get("_id"))
        raise wrong_type(
            f"Cannot apply {name} to a value of non-numeric type. {{_id: {identity}}} has "
            f"the field '{place.parts[-1]}' of non-numeric type {type_name(value)}"
        )
    try:
        place.write(numbers.calculated(operation, start if value is MISSING else value, operand))
    except OverflowError:
        raise bad_value(
            f"Failed to apply {name} operations to current value ({value}): it does not fit"
        ) from None


def _bound(better: Callable[[Any, Any], bool]) -> Callable[[Any], Change]:
    def made(operand: Any) -> Change:
        def change(place: Place) -> None:
            value = place.read()
            if value is MISSING or better(order(operand), order(value)):
                place.write(operand)

        return change

    return made


def _current_date(operand: Any) -> Change:
    kind = operand.get("$type") if isinstance(operand, dict) and len(operand) == 1 else "date"
    if not isinstance(operand, (bool, dict)):
        raise bad_value(
            f"{type_name(operand)} is not valid type for $currentDate. Please use a boolean ('true') or a "
            "$type expression ({$type: 'timestamp/date'})."
        )
    if kind not in ("date", "timestamp"):
        raise bad_value("The '$type' string field is required to be 'date' or 'timestamp'")
    return lambda place: place.write(_now(kind))


def _now(kind: str) -> Any:
    milliseconds = time.time_ns() // 1_000_000
    return DatetimeMS(milliseconds) if kind == "date" else Timestamp(milliseconds // 1000, 1)


def renamed(document: dict[str, Any], source: tuple[str, ...], target: tuple[str, ...]) -> None:
    """Move a field's value to another path; nothing happens where there is none."""
    value = _plain_field(document, source, "source")
    if value is MISSING:
        return
    _plain_field(document, target[:-1], "destination")
    Place(document, source).remove()
    Place(document, target).write(value)


def _plain_field(document: dict[str, Any], parts: tuple[str, ...], what: str) -> Any:
    value: Any = document
    for name in parts:
        if isinstance(value, list):
            raise bad_value(f"The {what} field cannot be an array element, '{'.'.join(parts)}'")
        value = value.get(name, MISSING) if isinstance(value, dict) else MISSING
    if what == "destination" and isinstance(value, list):
        raise bad_value("The destination field cannot be an array element")
    return value


def checked_word(operand: Any) -> str:
    """Return the target of a $rename."""
    if not isinstance(operand, str):
        raise bad_value(f"The 'to' field for $rename must be a string: {shown(operand)}")
    if "$" in operand:
        raise unparsable("$rename may not have dynamic paths")
    return operand


MODIFIERS: Mapping[str, Callable[[Any], Change]] = {
    "$set": _set,
    "$setOnInsert": _set,
    "$unset": _unset,
    "$inc": _calculation("$inc", operator.add, 0),
    "$mul": _calculation("$mul", operator.mul, 0),
    "$min": _bound(operator.lt),
    "$max": _bound(operator.gt),
    "$currentDate": _current_date,
    "$push": push,
    "$addToSet": put_into_set,
    "$pull": pull,
    "$pullAll": pull_all,
    "$pop": pop,
}
