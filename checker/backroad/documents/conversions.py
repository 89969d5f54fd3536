"""Expressions that make a value of another type: `$toString`, `$toInt` and their like."""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from bson import Decimal128, Int64, ObjectId

from backroad.documents.failures import Code, CommandFailure, bad_value
from backroad.documents.values import EPOCH, MISSING, is_number, truthy, type_name

WHOLE = re.compile(r"[+-]?[0-9]+", re.ASCII)
FRACTION = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?", re.ASCII)
SOMETHING = re.compile(r"[+-]?[0.]*[1-9]", re.ASCII)
SPECIAL = {math.inf: "Infinity", -math.inf: "-Infinity"}
BITS = {"int": 31, "long": 63}


def _failure(message: str) -> CommandFailure:
    return CommandFailure(Code.ConversionFailure, message)


def _unsupported(value: Any, target: str) -> CommandFailure:
    return _failure(
        f"Unsupported conversion from {type_name(value)} to {target} in $convert with no onError value"
    )


def _no_number(text: str, why: str) -> CommandFailure:
    if text.startswith("0x"):
        return _failure(f"Illegal hexadecimal input in $convert with no onError value: {text}")
    return _failure(f"Failed to parse number '{text}' in $convert with no onError value: {why}")


def text_of(value: Any) -> str | None:
    """Return a plain value as text; None where a value of its type has none."""
    if isinstance(value, str):
        return str(value)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return _text_of_double(value)
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%dT%H:%M:%S}.{value.microsecond // 1000:03}Z".rjust(24, "0")
    return str(value) if is_number(value) else None


def _text_of_double(value: float) -> str:
    if math.isnan(value):
        return "NaN"
    if value in SPECIAL:
        return SPECIAL[value]
    # How many digits MongoDB writes was not measured; a short number is the same with 6 and with 16.
    if f"{value:g}" != f"{value:.16g}":
        raise bad_value("the text of a double with more than 6 digits is not known to this server")
    return f"{value:g}"


def _to_string(value: Any) -> Any:
    text = str(value) if isinstance(value, ObjectId) else text_of(value)
    if text is None:
        raise _unsupported(value, "string")
    return text


def _to_whole(kind: str) -> Callable[[Any], Any]:
    def converted(value: Any) -> Any:
        number = _whole_number(value, kind)
        if not -(2 ** BITS[kind]) <= number < 2 ** BITS[kind]:
            if isinstance(value, str):
                raise _no_number(value, "Overflow")
            message = f"Conversion would overflow target type in $convert with no onError value: {value}"
            raise _failure(message)
        return Int64(number) if kind == "long" else number

    return converted


def _whole_number(value: Any, kind: str) -> int:
    if isinstance(value, str):
        if not WHOLE.fullmatch(value):
            raise _no_number(value, "Did not consume whole string." if value else "No digits")
        return int(value)
    if isinstance(value, datetime) and kind == "long":
        return (value - EPOCH) // timedelta(milliseconds=1)
    if not isinstance(value, (bool, int, float, Decimal128)):
        raise _unsupported(value, kind)
    number = value.to_decimal() if isinstance(value, Decimal128) else value
    if not math.isfinite(number):
        what = "NaN" if math.isnan(number) else "infinity"
        raise _failure(f"Attempt to convert {what} value to integer type in $convert with no onError value")
    return int(number)


def _to_double(value: Any) -> Any:
    if isinstance(value, str):
        if not FRACTION.fullmatch(value):
            raise _no_number(value, "Did not consume whole string.")
        number = float(value)
        if math.isinf(number):
            raise _no_number(value, "Out of range")
        if abs(number) < sys.float_info.min and SOMETHING.match(value):
            raise bad_value("the double of a text so near to zero is not known to this server")
        return number
    if isinstance(value, datetime):
        return float((value - EPOCH) // timedelta(milliseconds=1))
    if isinstance(value, Decimal128):
        raise bad_value("the double of a decimal is not known to this server")
    if not isinstance(value, (bool, int, float)):
        raise _unsupported(value, "double")
    return float(value)


def _to_object_id(value: Any) -> Any:
    if isinstance(value, ObjectId):
        return value
    if not isinstance(value, str):
        raise _unsupported(value, "objectId")
    if not ObjectId.is_valid(value):
        why = (
            f"Invalid string length for parsing to OID, expected 24 but found {len(value.encode())}"
            if len(value.encode()) != 24
            else "Invalid character found in hex string"
        )
        raise _failure(f"Failed to parse objectId '{value}' in $convert with no onError value: {why}")
    return ObjectId(value)


def _unless_null(convert: Callable[[Any], Any]) -> Callable[..., Any]:
    return lambda value: None if value is None or value is MISSING else convert(value)


CONVERSIONS: Mapping[str, Callable[..., Any]] = {
    "$toString": _unless_null(_to_string),
    "$toInt": _unless_null(_to_whole("int")),
    "$toLong": _unless_null(_to_whole("long")),
    "$toDouble": _unless_null(_to_double),
    "$toObjectId": _unless_null(_to_object_id),
    "$toBool": _unless_null(truthy),
}
