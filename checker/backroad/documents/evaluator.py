"""mongomock's evaluator of expressions, with its wrong results repaired."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import reduce
from typing import Any

from bson import Int64
from mongomock import aggregate
from mongomock.filtering import NOTHING

from backroad.documents.arrays import ARRAYS
from backroad.documents.conversions import CONVERSIONS
from backroad.documents.failures import Code, CommandFailure, bad_value, wrong_type
from backroad.documents.paths import picked, split
from backroad.documents.sums import rounded, total
from backroad.documents.texts import TEXTS, TEXTS_BY_NAME
from backroad.documents.values import MISSING, is_null, is_number, order, shown, type_name, typed

COMPARISONS: Mapping[str, Callable[[Any, Any], Any]] = {
    "$eq": operator.eq,
    "$ne": operator.ne,
    "$gt": operator.gt,
    "$gte": operator.ge,
    "$lt": operator.lt,
    "$lte": operator.le,
    "$cmp": lambda left, right: (left > right) - (left < right),
}


def _texts(change: Callable[[str], Any], none: Any) -> Callable[..., Any]:
    def changed(text: Any) -> Any:
        if text is None or text is MISSING:
            return none
        if not isinstance(text, str) or not text.isascii():
            raise bad_value("this expression is known for texts of ASCII alone")
        return change(text)

    return changed


def _merged(*values: Any) -> Any:
    if not all(value is None or value is MISSING or isinstance(value, dict) for value in values):
        raise CommandFailure(Code.Location40400, "$mergeObjects requires object inputs")
    return {name: part for value in values if isinstance(value, dict) for name, part in value.items()}


def _set(chosen: Callable[..., Any]) -> Callable[..., Any]:
    def made(*arrays: Any) -> Any:
        if None in arrays or MISSING in arrays:
            return None
        if not all(isinstance(array, list) for array in arrays):
            raise CommandFailure(Code.Location17043, "All operands of a set expression must be arrays")
        keyed = [{order(item): item for item in reversed(array)} for array in arrays]
        sets = [dict(reversed(one.items())) for one in keyed]
        return list(reduce(chosen, sets).values())

    return made


# What mongomock has not, or in which it is wrong as a whole.
OWN: Mapping[str, Callable[..., Any]] = {
    "$type": type_name,
    "$mergeObjects": _merged,
    "$setUnion": _set(lambda left, right: {**left, **{k: v for k, v in right.items() if k not in left}}),
    "$setIntersection": _set(lambda left, right: {k: v for k, v in left.items() if k in right}),
    "$setDifference": _set(lambda left, right: {k: v for k, v in left.items() if k not in right}),
    "$toLower": _texts(str.lower, ""),
    "$toUpper": _texts(str.upper, ""),
    **CONVERSIONS,
    **TEXTS,
    **ARRAYS,
    "$round": rounded,
}


class Expressions(aggregate._Parser):  # type: ignore[misc]  # mongomock's own, which has no types
    """mongomock's evaluator with MongoDB's fields that are not there, types of numbers, and refusals."""

    def parse(self, expression: Any) -> Any:
        """Return a value; KeyError where there is none."""
        name = next(iter(expression), "") if isinstance(expression, dict) else ""
        if name == "$reduce":
            return self._reduced(**expression[name])
        if name in TEXTS_BY_NAME:
            return TEXTS_BY_NAME[name](**{word: self.value(part) for word, part in expression[name].items()})
        if name not in OWN:
            return super().parse(expression)
        operands = expression[name] if isinstance(expression[name], list) else [expression[name]]
        return OWN[name](*map(self.value, operands))

    def _reduced(self, **parts: Any) -> Any:
        array, value = self.value(parts["input"]), self.value(parts["initialValue"])
        if is_null(array):
            return None
        if not isinstance(array, list):
            message = f"$reduce requires that 'input' be an array, found: {shown(array)}"
            raise CommandFailure(Code.Location40080, message)
        for item in array:
            own = {**self._user_vars, "this": item, "value": value}
            value = Expressions(self._doc_dict, own, ignore_missing_keys=True).value(parts["in"])
        if value is MISSING:
            raise KeyError("$reduce")
        return value

    def value(self, expression: Any) -> Any:
        """Return a value, MISSING where there is none."""
        value = self._parse_or_nothing(expression)
        return MISSING if value is NOTHING else value

    def _parse_basic_expression(self, expression: Any) -> Any:
        if isinstance(expression, list):
            return list(self.parse_many(expression))
        if not isinstance(expression, str) or not expression.startswith("$"):
            return expression
        variables = {"ROOT": self._doc_dict, "CURRENT": self._doc_dict, **self._user_vars}
        name, *rest = (
            split(expression[2:]) if expression.startswith("$$") else ("ROOT", *split(expression[1:]))
        )
        value = picked(variables.get(name, MISSING), tuple(rest))
        if value is MISSING:
            raise KeyError(expression)
        return value

    def _handle_projection_operator(self, name: str, given: Any) -> Any:
        if name == "$literal":
            return given
        own = {word: self.value(part) for word, part in given["vars"].items()}
        return Expressions(self._doc_dict, {**self._user_vars, **own}, ignore_missing_keys=True).parse(
            given["in"]
        )

    def _handle_comparison_operator(self, name: str, values: Any) -> Any:
        left, right = (self.value(value) for value in values)
        return COMPARISONS[name](*((0,) if one is MISSING else order(one) for one in (left, right)))

    def _handle_arithmetic_operator(self, name: str, values: Any) -> Any:
        is_unary = name in aggregate.unary_arithmetic_operators
        numbers = [self.value(value) for value in ([values] if is_unary else values)]
        if any(number is None or number is MISSING for number in numbers):
            return None
        dates = [number for number in numbers if isinstance(number, datetime)]
        if not all(is_number(number) or (number in dates and name == "$subtract") for number in numbers):
            raise wrong_type(f"{name} only supports numeric types, not {', '.join(map(type_name, numbers))}")
        if name in ("$divide", "$mod") and numbers[1] == 0:
            raise bad_value(f"can't {name[1:]} by zero")
        if not numbers:
            return int(name == "$multiply")
        if name == "$add":
            result = total(numbers)
        else:
            result = super()._handle_arithmetic_operator(name, numbers[0] if is_unary else numbers)
        return typed(name, result, [*numbers, *([Int64(0)] if len(dates) == 2 else [])])

    def _handle_string_operator(self, name: str, values: Any) -> Any:
        if name != "$concat":
            return super()._handle_string_operator(name, values)
        texts = [self.value(value) for value in values]
        for text in texts:
            if text is not None and text is not MISSING and not isinstance(text, str):
                raise CommandFailure(
                    Code.Location16702, f"$concat only supports strings, not {type_name(text)}"
                )
        return None if None in texts or MISSING in texts else "".join(texts)

    def _handle_array_operator(self, name: str, values: Any) -> Any:
        if name == "$size":
            array = self.value(values)
            if not isinstance(array, list):
                message = f"The argument to $size must be an array, but was of type: {type_name(array)}"
                raise CommandFailure(Code.Location17124, message)
            return len(array)
        if name == "$filter":
            array = self._array(values["input"], Code.Location28651)
            return (
                None
                if array is None
                else super()._handle_array_operator(name, {**values, "input": {"$literal": array}})
            )
        if name == "$slice":
            array = self._array(values[0], Code.Location28724)
            return (
                None
                if array is None
                else super()._handle_array_operator(name, [{"$literal": array}, *values[1:]])
            )
        return super()._handle_array_operator(name, values)

    def _array(self, source: Any, code: Code) -> list[Any] | None:
        value = self.value(source)
        if value is None or value is MISSING:
            return None
        if not isinstance(value, list):
            raise CommandFailure(code, f"an array is needed, not {type_name(value)}")
        return value

    def _handle_project_operator(self, name: str, values: Any) -> Any:
        source, place = values if name == "$arrayElemAt" else (values, 0 if name == "$first" else -1)
        array, index = self._array(source, Code.Location28689), self.value(place)
        if array is None or index is None or index is MISSING:
            return None
        if not is_number(index) or index != int(index):
            raise CommandFailure(Code.Location28690, "$arrayElemAt's second argument must be a whole number")
        if not -len(array) <= index < len(array):
            raise KeyError(index)
        return array[int(index)]

    def _handle_set_operator(self, name: str, values: Any) -> Any:
        wanted, array = self.value(values[0]), self.value(values[1])
        if not isinstance(array, list):
            raise CommandFailure(Code.Location40081, f"{name} requires an array as a second argument")
        return order(wanted) in map(order, array)

    def _handle_type_operator(self, name: str, values: Any) -> Any:
        value = self.value(values)
        return isinstance(value, list) if name == "$isArray" else is_number(value)

    def _handle_date_operator(self, name: str, values: Any) -> Any:
        value = self.value(values)
        if value is None or value is MISSING:
            return None
        if not isinstance(value, datetime):
            raise CommandFailure(Code.Location16006, f"can't convert from {type_name(value)} to Date")
        return super()._handle_date_operator(name, {"$literal": value})


aggregate._Parser = Expressions  # mongomock's own functions find it by this name
