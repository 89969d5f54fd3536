"""Arithmetic as MongoDB does it: int grows to long, long to double, and decimal wins."""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, Context, Decimal, localcontext
from typing import Any

from bson import Decimal128, Int64
from bson.decimal128 import create_decimal128_context

from backroad.documents.failures import CommandFailure, bad_value
from backroad.documents.values import is_number, type_name

INT64 = 2**63
_KINDS = ("int", "long", "double", "decimal")


def widest(*numbers: Any) -> str:
    """Return the type that holds the result of an operation on these."""
    return _KINDS[max(_KINDS.index(type_name(number)) for number in numbers)]


def raw(number: Any, kind: str) -> Any:
    """Return a number as Python calculates with it in operations of this type."""
    if kind == "decimal":
        return number.to_decimal() if isinstance(number, Decimal128) else _decimal(number)
    return float(number) if kind == "double" else int(number)


def _decimal(number: Any) -> Decimal:
    # A double becomes the decimal of its first fifteen digits.
    return Decimal(number) if isinstance(number, int) else Context(prec=15).create_decimal(number)


def boxed(number: Any, kind: str) -> Any:
    """Return a result as a BSON value; a whole number that no long holds is an OverflowError."""
    if kind == "decimal":
        with localcontext(create_decimal128_context()):
            return Decimal128(+number)
    if kind == "double":
        return float(number)
    if not -INT64 <= number < INT64:
        raise OverflowError(f"{number} is no 64-bit integer")
    return Int64(number) if kind == "long" else int(number)


def calculated(operation: Callable[[Any, Any], Any], left: Any, right: Any) -> Any:
    """Return the result of an operation on two numbers; OverflowError beyond 64 bits."""
    kind = widest(left, right)
    with localcontext(create_decimal128_context()):
        try:
            return boxed(operation(raw(left, kind), raw(right, kind)), kind)
        except OverflowError:
            if kind != "double":
                raise
            return math.inf


def grown(operation: Callable[[Any, Any], Any], left: Any, right: Any) -> Any:
    """Return the result as aggregations have it: a double where a long is too small."""
    try:
        return calculated(operation, left, right)
    except OverflowError:
        return operation(float(left), float(right))


def number_or_fail(value: Any, name: str, fail: Callable[[str], CommandFailure] = bad_value) -> Any:
    """Return a number, or fail in an expression's name."""
    if not is_number(value):
        raise fail(f"{name} only supports numeric types, not {type_name(value)}")
    return value


ROUNDINGS: dict[str, tuple[Callable[[Any], int], str]] = {
    "$ceil": (math.ceil, ROUND_CEILING),
    "$floor": (math.floor, ROUND_FLOOR),
    "$trunc": (math.trunc, ROUND_DOWN),
}


def whole_part(name: str, number: Any) -> Any:
    """Return a number rounded to a whole one of the same type."""
    in_double, in_decimal = ROUNDINGS[name]
    if isinstance(number, Decimal128):
        value = number.to_decimal()
        return Decimal128(value.to_integral_value(in_decimal)) if value.is_finite() else number
    if isinstance(number, float):
        return float(in_double(number)) if math.isfinite(number) else number
    return number
