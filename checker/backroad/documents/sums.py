"""Sums and rounding: a sum is rounded once, however many numbers there are."""

from __future__ import annotations

import math
from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction
from typing import Any

from bson import Decimal128, Int64

from backroad.documents.failures import Code, CommandFailure, bad_value
from backroad.documents.values import is_null, is_number, small_whole, type_name

EXACT = 2**53
DIGITS = Context(prec=34, rounding=ROUND_HALF_EVEN)


def total(numbers: list[Any]) -> int | float:
    """Return the sum of numbers: a whole one, unless one of them is a double."""
    if any(isinstance(number, Decimal128) for number in numbers):
        raise bad_value("sums with decimals are not known to this server")
    if not any(isinstance(number, float) for number in numbers):
        return sum(map(int, numbers))
    if not all(math.isfinite(number) for number in numbers):
        return sum(map(float, numbers))
    try:
        if all(isinstance(number, float) or abs(number) <= EXACT for number in numbers):
            return math.fsum(numbers)
        return float(sum(map(Fraction, numbers)))
    except OverflowError:
        raise bad_value("a sum beyond all doubles is not known to this server") from None


def rounded(number: Any, places: Any = 0) -> Any:
    """Return a number with so many digits behind the point; a half goes to the even digit."""
    if is_null(number):
        return None
    if not is_number(number):
        message = f"$round only supports numeric types, not {type_name(number)}"
        raise CommandFailure(Code.Location51081, message)
    if is_null(places):
        return None
    digits = _places(places)
    if isinstance(number, Decimal128):
        raise bad_value("$round of a decimal is not known to this server")
    if isinstance(number, float):
        return float(_quantized(Decimal(number), digits)) if math.isfinite(number) else number
    if digits >= 0:
        return number
    whole = int(_quantized(Decimal(number), digits))
    if not -(2**63) <= whole < 2**63:
        raise bad_value("$round beyond a long is not known to this server")
    return Int64(whole) if isinstance(number, Int64) else whole


def _places(places: Any) -> int:
    if not is_number(places):
        message = f"can't convert from BSON type {type_name(places)} to long"
        raise CommandFailure(Code.Location16004, message)
    digits = small_whole(places)
    if digits is None:
        raise CommandFailure(Code.Location51082, "precision argument to $round must be a integral value")
    if not -20 <= digits <= 100:
        message = f"cannot apply $round with precision value {digits} value must be in [-20, 100]"
        raise CommandFailure(Code.Location51083, message)
    return digits


def _quantized(number: Decimal, digits: int) -> Decimal:
    return DIGITS.quantize(DIGITS.plus(number), Decimal(1).scaleb(-digits))
