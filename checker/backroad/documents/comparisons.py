"""The operators of filters that compare one value: each makes a test out of its operand."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from typing import Any

from bson import Decimal128, MaxKey, MinKey, Regex

from backroad.documents import patterns
from backroad.documents.failures import CommandFailure, bad_value, unparsable
from backroad.documents.looks import Test, any_value
from backroad.documents.values import MISSING, TYPE_NUMBERS, is_nan, is_number, order, rank, type_name

Holds = Callable[[Any], bool]


def equal_to(operand: Any) -> Test:
    """Return the test for the same value; null stands for a missing one, too."""
    wanted = order(operand)
    return any_value(lambda value: order(value) == wanted)


def _compare(compares: Callable[[Any, Any], bool], *, equal: bool) -> Callable[[Any], Test]:
    def made(operand: Any) -> Test:
        if isinstance(operand, Regex):
            raise bad_value("Can't have RegEx as arg to predicate over field")
        wanted, kind = order(operand), rank(operand)
        if isinstance(operand, (MinKey, MaxKey)):
            return any_value(lambda value: compares(order(value), wanted))
        if is_nan(operand):
            return any_value(lambda value: equal and is_nan(value))
        return any_value(lambda v: rank(v) == kind and not is_nan(v) and compares(order(v), wanted))

    return made


def _in(operand: Any) -> Test:
    if not isinstance(operand, list):
        raise bad_value("$in needs an array")
    if any(isinstance(item, dict) and next(iter(item), "").startswith("$") for item in operand):
        raise bad_value("cannot nest $ under $in")
    wanted = {order(item) for item in operand}
    expressions = [patterns.of_regex(item) for item in operand if isinstance(item, Regex)]
    return any_value(
        lambda value: (
            order(value) in wanted
            or (isinstance(value, str) and any(pattern.search(value) for pattern in expressions))
        )
    )


def _exists(operand: Any) -> Test:
    there = bool(operand) and operand is not None
    found = any_value(lambda value: value is not MISSING, into=False)
    return found if there else lambda look: not found(look)


def _size(operand: Any) -> Test:
    wanted = whole(operand, "Failed to parse $size. Expected an integer")
    if wanted < 0:
        raise bad_value("Failed to parse $size. Expected a non-negative number")
    return any_value(lambda value: isinstance(value, list) and len(value) == wanted, into=False)


def whole(operand: Any, message: str) -> int:
    """Return a number that has no fraction, as an int."""
    if (
        not is_number(operand)
        or isinstance(operand, Decimal128)
        or is_nan(operand)
        or operand != int(operand)
    ):
        raise bad_value(message)
    return int(operand)


def _type(operand: Any) -> Test:
    kinds = operand if isinstance(operand, list) else [operand]
    if not kinds:
        raise unparsable("a: must match at least one type")
    names = {name for kind in kinds for name in _kind_names(kind)}
    return any_value(lambda value: type_name(value) in names)


def _kind_names(kind: Any) -> list[str]:
    if kind == "number":
        return ["int", "long", "double", "decimal"]
    if isinstance(kind, str):
        if kind in TYPE_NUMBERS:
            return [kind]
        raise bad_value(f"Unknown type name alias: {kind}")
    number = whole(kind, "type must be represented as a number or a string")
    named = [name for name, known in TYPE_NUMBERS.items() if known == number]
    if not named:
        raise bad_value(f"Invalid numerical type code: {number}")
    return named


def _mod(operand: Any) -> Test:
    if not isinstance(operand, list):
        raise bad_value("malformed mod, needs to be an array")
    if len(operand) != 2:
        raise bad_value(f"malformed mod, {'not enough' if len(operand) < 2 else 'too many'} elements")
    divisor, remainder = (_cut(number) for number in operand)
    if divisor == 0:
        raise bad_value("divisor cannot be 0")
    return any_value(lambda value: _remains(value, divisor) == remainder)


def _cut(number: Any) -> int:
    if not is_number(number) or is_nan(number) or order(number)[2] in (float("inf"), float("-inf")):
        raise bad_value("malformed mod, divisor and remainder have to be numbers")
    return int(order(number)[2])


def _remains(value: Any, divisor: int) -> int | None:
    """Return the remainder with the sign of the value, as in C."""
    try:
        number = _cut(value)
    except CommandFailure:
        return None
    left = abs(number) % abs(divisor)
    return left if number >= 0 else -left


def pattern_test(operand: Any, options: Any = None) -> Test:
    """Return the test of `$regex`; options stand beside it, or in the pattern."""
    if isinstance(operand, Regex):
        operand, own = operand.pattern, patterns.options_of(operand)
        if options is not None and own:
            raise bad_value("options set in both $regex and $options")
        options = own if options is None else options
    if not isinstance(operand, str):
        raise bad_value("$regex has to be a string")
    if not isinstance(options, str | None):
        raise bad_value("$options has to be a string")
    pattern = patterns.compiled(operand, options or "")
    letters = patterns.known_letters(options or "")
    return any_value(lambda value: _matches(value, pattern, (operand, letters)))


def _matches(value: Any, pattern: Any, itself: tuple[str, str]) -> bool:
    if isinstance(value, Regex):
        return (value.pattern, patterns.options_of(value)) == itself
    return isinstance(value, str) and pattern.search(value) is not None


OPERATORS: Mapping[str, Callable[[Any], Test]] = {
    "$eq": equal_to,
    "$gt": _compare(operator.gt, equal=False),
    "$gte": _compare(operator.ge, equal=True),
    "$lt": _compare(operator.lt, equal=False),
    "$lte": _compare(operator.le, equal=True),
    "$in": _in,
    "$exists": _exists,
    "$size": _size,
    "$type": _type,
    "$mod": _mod,
}
