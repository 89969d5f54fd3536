"""Numbers and comparisons in expressions."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Sequence
from decimal import ROUND_HALF_EVEN, Decimal
from functools import partial, reduce
from typing import Any

from bson import Decimal128
from bson.datetime_ms import DatetimeMS

from backroad.documents import numbers
from backroad.documents.failures import Code, CommandFailure, bad_value, wrong_type
from backroad.documents.functions.signatures import Function, nothing, one, some, two
from backroad.documents.values import is_nan, is_number, order, truthy, type_name


def _add(*values: Any) -> Any:
    if nothing(*values):
        return None
    dates = [value for value in values if isinstance(value, DatetimeMS)]
    if len(dates) > 1:
        raise CommandFailure(Code.Location16612, "only one date allowed in an $add expression")
    total = reduce(
        partial(numbers.grown, operator.add), (_number("$add", v) for v in values if v not in dates), 0
    )
    return DatetimeMS(int(dates[0]) + round(float(str(total)))) if dates else total


def _number(name: str, value: Any) -> Any:
    if not is_number(value):
        raise wrong_type(f"{name} only supports numeric or date types, not {type_name(value)}")
    return value


def _subtract(left: Any, right: Any) -> Any:
    if nothing(left, right):
        return None
    if isinstance(left, DatetimeMS):
        if isinstance(right, DatetimeMS):
            return numbers.boxed(int(left) - int(right), "long")
        return DatetimeMS(int(left) - round(float(str(_number("$subtract", right)))))
    return numbers.grown(operator.sub, _number("$subtract", left), _number("$subtract", right))


def _multiply(*values: Any) -> Any:
    if nothing(*values):
        return None
    return reduce(partial(numbers.grown, operator.mul), (_number("$multiply", value) for value in values), 1)


def _divide(left: Any, right: Any) -> Any:
    if nothing(left, right):
        return None
    _number("$divide", left), _number("$divide", right)
    if order(right) == order(0):
        raise bad_value("can't $divide by zero")
    if isinstance(left, Decimal128) or isinstance(right, Decimal128):
        return numbers.calculated(operator.truediv, left, right)
    return float(left) / float(right)


def _mod(left: Any, right: Any) -> Any:
    if nothing(left, right):
        return None
    _number("$mod", left), _number("$mod", right)
    if order(right) == order(0):
        raise CommandFailure(Code.Location16610, "can't $mod by zero")
    return numbers.calculated(_remainder, left, right)


def _remainder(left: Any, right: Any) -> Any:
    """Return what is left with the sign of the left side, as in C."""
    if isinstance(left, int):
        return abs(left) % abs(right) * (1 if left >= 0 else -1)
    return left % right if isinstance(left, Decimal) else math.fmod(left, right)


def _unary(name: str, apply: Callable[[Any], Any]) -> Function:
    return one(
        lambda value: None if nothing(value) else apply(numbers.number_or_fail(value, name, _code_28765))
    )


def _code_28765(message: str) -> CommandFailure:
    return CommandFailure(Code.Location28765, message)


def _abs(value: Any) -> Any:
    return numbers.grown(lambda number, _: abs(number), value, 0)


def _rounded(value: Any, places: Any = 0) -> Any:
    if nothing(value, places):
        return None
    numbers.number_or_fail(value, "$round", _code_28765)
    if isinstance(value, Decimal128):
        return Decimal128(value.to_decimal().quantize(Decimal(1).scaleb(-places), ROUND_HALF_EVEN))
    if isinstance(value, float):
        return value if not math.isfinite(value) else float(round(Decimal(value), places))
    return value if places >= 0 else type(value)(round(value, places))


def _root(value: Any) -> float:
    if order(value) < order(0) and not is_nan(value):
        raise CommandFailure(Code.Location28714, "$sqrt's argument must be greater than or equal to 0")
    return math.sqrt(float(str(value)))


def _compared(compares: Callable[[Any, Any], bool]) -> Function:
    return two(lambda left, right: compares(_place(left), _place(right)))


def _place(value: Any) -> tuple[Any, ...]:
    """Return the order of a value where, unlike in filters, a missing one stands below null."""
    return (0,) if type_name(value) == "missing" else order(value)


def _cmp(left: Any, right: Any) -> int:
    first, second = _place(left), _place(right)
    return (first > second) - (first < second)


def flat(values: Sequence[Any]) -> Sequence[Any]:
    """Return what $sum and its like work on: the elements of the one array, or the values."""
    return values[0] if len(values) == 1 and isinstance(values[0], list) else values


def total(values: Sequence[Any]) -> Any:
    """Return the sum of the numbers; all else counts nothing."""
    return reduce(partial(numbers.grown, operator.add), filter(is_number, values), 0)


def average(values: Sequence[Any]) -> Any:
    """Return the mean of the numbers, null where there are none."""
    those = [value for value in values if is_number(value)]
    return _divide(total(those), len(those)) if those else None


def extreme(values: Sequence[Any], choose: Callable[..., Any]) -> Any:
    """Return the smallest or largest value; null and missing ones do not count."""
    those = [value for value in values if not nothing(value)]
    return choose(those, key=order) if those else None


MATH: dict[str, Function] = {
    "$add": some(_add),
    "$subtract": two(_subtract),
    "$multiply": some(_multiply),
    "$divide": two(_divide),
    "$mod": two(_mod),
    "$abs": _unary("$abs", _abs),
    **{name: _unary(name, partial(numbers.whole_part, name)) for name in numbers.ROUNDINGS},
    "$round": Function(_rounded, 1, 2),
    "$sqrt": _unary("$sqrt", _root),
    "$eq": _compared(operator.eq),
    "$ne": _compared(operator.ne),
    "$gt": _compared(operator.gt),
    "$gte": _compared(operator.ge),
    "$lt": _compared(operator.lt),
    "$lte": _compared(operator.le),
    "$cmp": two(_cmp),
    "$not": one(lambda value: not truthy(value)),
    "$sum": some(lambda *values: total(flat(values))),
    "$avg": some(lambda *values: average(flat(values))),
    "$min": some(lambda *values: extreme(flat(values), min)),
    "$max": some(lambda *values: extreme(flat(values), max)),
}
