"""From one type to another, in expressions."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from bson import Decimal128, Int64, ObjectId
from bson.datetime_ms import DatetimeMS
from bson.errors import InvalidId

from backroad.documents.failures import Code, CommandFailure
from backroad.documents.functions.signatures import Function, nothing, one
from backroad.documents.values import is_number, moment, truthy, type_name


def to_text(value: Any) -> str:
    """Return a value as $toString writes it."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, DatetimeMS):
        return moment(value).strftime("%Y-%m-%dT%H:%M:%S.") + f"{int(value) % 1000:03d}Z"
    if isinstance(value, float):
        return _float_text(value)
    if isinstance(value, (int, Decimal128, ObjectId)):
        return str(value)
    raise _unsupported(value, "string")


def _float_text(value: float) -> str:
    if math.isfinite(value):
        return repr(int(value)) if value == int(value) and abs(value) < 1e15 else repr(value)
    return "NaN" if math.isnan(value) else f"{'-' if value < 0 else ''}Infinity"


def _unsupported(value: Any, target: str) -> CommandFailure:
    message = f"Unsupported conversion from {type_name(value)} to {target} in $convert with no onError value"
    return CommandFailure(Code.ConversionFailure, message)


def _failed(value: Any, target: str) -> CommandFailure:
    message = f"Failed to parse '{value}' as {target} in $convert with no onError value"
    return CommandFailure(Code.ConversionFailure, message)


def _whole(target: str, bits: int) -> Callable[[Any], int]:
    def converted(value: Any) -> int:
        if isinstance(value, DatetimeMS) and target == "long":
            return Int64(int(value))
        if not isinstance(value, (bool, str)) and not is_number(value):
            raise _unsupported(value, target)
        try:
            number = int(value.to_decimal()) if isinstance(value, Decimal128) else int(value)
        except (ValueError, OverflowError):
            raise _failed(value, target) from None
        if not -(2 ** (bits - 1)) <= number < 2 ** (bits - 1) or (
            isinstance(value, str) and value != value.strip()
        ):
            raise _failed(value, target)
        return Int64(number) if target == "long" else number

    return converted


def _double(value: Any) -> float:
    if isinstance(value, DatetimeMS):
        return float(int(value))
    if not isinstance(value, (bool, str)) and not is_number(value):
        raise _unsupported(value, "double")
    try:
        return float(str(value) if isinstance(value, Decimal128) else value)
    except ValueError:
        raise _failed(value, "double") from None


def _object_id(value: Any) -> ObjectId:
    if isinstance(value, ObjectId):
        return value
    if not isinstance(value, str):
        raise _unsupported(value, "objectId")
    try:
        return ObjectId(value)
    except InvalidId:
        raise _failed(value, "objectId") from None


def _date(value: Any) -> DatetimeMS:
    if isinstance(value, DatetimeMS):
        return value
    if isinstance(value, ObjectId):
        return DatetimeMS(int(value.generation_time.timestamp()) * 1000)
    if isinstance(value, (Int64, float)):
        return DatetimeMS(int(value))
    raise _unsupported(value, "date")


def _boolean(value: Any) -> bool:
    return truthy(value)


def _conversion(convert: Callable[[Any], Any]) -> Function:
    return one(lambda value: None if nothing(value) else convert(value))


CONVERSIONS: dict[str, Function] = {
    "$type": one(type_name),
    "$isNumber": one(is_number),
    "$toString": _conversion(to_text),
    "$toInt": _conversion(_whole("int", 32)),
    "$toLong": _conversion(_whole("long", 64)),
    "$toDouble": _conversion(_double),
    "$toBool": _conversion(_boolean),
    "$toObjectId": _conversion(_object_id),
    "$toDate": _conversion(_date),
}
