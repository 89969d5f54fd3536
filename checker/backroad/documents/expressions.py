"""Aggregation expressions: those in which mongomock is right, or right with a small repair; others are refused."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from bson import Int64
from mongomock import aggregate
from sentinels import NOTHING

from backroad.documents.failures import Code, CommandFailure, bad_value, unparsable, wrong_type
from backroad.documents.paths import picked, split
from backroad.documents.repairs import refusing
from backroad.documents.values import MISSING, Document, is_number, order, type_name

Expression = Callable[[Document], Any]
MOST = 1_000_000
ARGUMENTS: Mapping[str, tuple[int, int]] = {
    **dict.fromkeys(
        "$eq $ne $gt $gte $lt $lte $cmp $subtract $divide $mod $in $arrayElemAt $split".split(), (2, 2)
    ),
    **dict.fromkeys("$add $multiply $and $or $concat $concatArrays".split(), (0, MOST)),
    **dict.fromkeys(
        "$not $abs $ceil $floor $sqrt $size $isArray $isNumber $first $last".split(), (1, 1)
    ),
    **dict.fromkeys("$year $month $dayOfMonth $hour $minute $second $millisecond".split(), (1, 1)),
    "$cond": (3, 3),
    "$ifNull": (2, MOST),
    "$slice": (2, 3),
}
NAMED: Mapping[str, tuple[set[str], set[str]]] = {
    "$cond": ({"if", "then", "else"}, set()),
    "$switch": ({"branches"}, {"default"}),
    "$let": ({"vars", "in"}, set()),
    "$map": ({"input", "in"}, {"as"}),
    "$filter": ({"input", "cond"}, {"as"}),
}
COMPARISONS: Mapping[str, Callable[[Any, Any], Any]] = {
    "$eq": operator.eq,
    "$ne": operator.ne,
    "$gt": operator.gt,
    "$gte": operator.ge,
    "$lt": operator.lt,
    "$lte": operator.le,
    "$cmp": lambda left, right: (left > right) - (left < right),
}


def expression(source: Any) -> Expression:
    """Return the function that an expression means, MISSING where it has no value."""
    ready = checked(source)

    def value(document: Document) -> Any:
        with refusing():
            return Expressions(document, ignore_missing_keys=True).value(ready)

    return value


def field_path(path: str) -> tuple[str, ...]:
    """Return the names of a field path in an expression; empty ones and those with `$` are refused."""
    if not path:
        raise CommandFailure(Code.Location40352, "FieldPath cannot be constructed with empty string")
    if path.endswith("."):
        raise CommandFailure(Code.Location40353, "FieldPath must not end with a '.'.")
    parts = split(path)
    if "" in parts:
        raise CommandFailure(Code.Location15998, "FieldPath field names may not be empty strings.")
    if any(part.startswith("$") for part in parts):
        raise CommandFailure(Code.Location16410, "FieldPath field names may not start with '$'.")
    return parts


def checked(source: Any, variables: frozenset[str] = frozenset({"ROOT", "CURRENT", "REMOVE"})) -> Any:
    """Return an expression as mongomock may evaluate it; raises for what this server does not know."""
    if isinstance(source, str) and source.startswith("$"):
        return _checked_reference(source, variables)
    if isinstance(source, list):
        return [checked(item, variables) for item in source]
    if not isinstance(source, dict):
        return source
    if next(iter(source), "").startswith("$"):
        return _checked_operation(source, variables)
    if bad := next((name for name in source if "." in name or name.startswith("$")), ""):
        raise CommandFailure(Code.Location16410, f"FieldPath field names may not contain '.' or '$': {bad}")
    return {name: checked(part, variables) for name, part in source.items()}


def _checked_reference(source: str, variables: frozenset[str]) -> str:
    if not source.startswith("$$"):
        field_path(source[1:])
        return source
    name, *rest = split(source[2:])
    if not name:
        raise unparsable("empty variable names are not allowed")
    if name not in variables:
        raise CommandFailure(Code.Location17276, f"Use of undefined variable: {name}")
    if rest:
        field_path(".".join(rest))
    return source


def _checked_operation(source: Document, variables: frozenset[str]) -> Document:
    if len(source) != 1:
        message = f"an expression specification must contain exactly one field, found {len(source)} fields"
        raise CommandFailure(Code.Location15983, message)
    name, operand = next(iter(source.items()))
    if name == "$literal":
        return {name: operand}
    if name in NAMED and (isinstance(operand, dict) or name not in ARGUMENTS):
        return {name: _checked_names(name, operand, variables)}
    if name not in ARGUMENTS:
        message = f"Unrecognized expression '{name}', or not known to this server"
        raise CommandFailure(Code.InvalidPipelineOperator, message)
    operands = operand if isinstance(operand, list) else [operand]
    least, most = ARGUMENTS[name]
    if not least <= len(operands) <= most:
        due = f"exactly {least}" if least == most else f"at least {least} and at most {most}"
        message = f"Expression {name} takes {due} arguments. {len(operands)} were passed in."
        raise CommandFailure(Code.Location16020 if least == most else Code.Location28667, message)
    ready = [checked(item, variables) for item in operands]
    return {name: ready[0] if most == 1 else ready}


def _checked_names(name: str, given: Any, variables: frozenset[str]) -> Document:
    needed, possible = NAMED[name]
    if not isinstance(given, dict):
        raise unparsable(f"{name} only supports an object as its argument")
    if unknown := set(given) - needed - possible:
        raise unparsable(f"Unrecognized parameter to {name}: {min(unknown)}")
    if lacking := needed - set(given):
        raise unparsable(f"Missing '{min(lacking)}' parameter to {name}")
    if name == "$switch":
        return _checked_switch(given, variables)
    if name == "$let":
        own = _own_names(given["vars"] if isinstance(given["vars"], dict) else {"": 0})
        known = {key: checked(part, variables) for key, part in given["vars"].items()}
        return {"vars": known, "in": checked(given["in"], variables | own)}
    own = _own_names([given.get("as", "this")]) if name in ("$map", "$filter") else frozenset()
    ready = {
        key: checked(part, variables | own if key in ("in", "cond") else variables)
        for key, part in given.items()
        if key != "as"
    }
    return {**ready, "as": given.get("as", "this")} if own else ready


def _own_names(names: Any) -> frozenset[str]:
    for name in names:
        if not isinstance(name, str) or not name or not name[0].islower():
            raise unparsable(f"'{name}' starts with an invalid character for a user variable name")
    return frozenset(names)


def _checked_switch(given: Document, variables: frozenset[str]) -> Document:
    branches = given["branches"]
    if not isinstance(branches, list) or not branches:
        raise CommandFailure(Code.Location40068, "$switch requires at least one branch.")
    if not all(isinstance(branch, dict) and set(branch) == {"case", "then"} for branch in branches):
        raise CommandFailure(Code.Location40066, "$switch requires each branch have a 'case' and a 'then'")
    ready: Document = {
        "branches": [{key: checked(part, variables) for key, part in one.items()} for one in branches]
    }
    return {**ready, "default": checked(given["default"], variables)} if "default" in given else ready


class Expressions(aggregate._Parser):  # type: ignore[misc]  # mongomock has no types
    """mongomock's evaluator with MongoDB's fields that are not there, types of numbers, and refusals."""

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

    def _handle_comparison_operator(self, name: str, values: Any) -> Any:
        left, right = (self.value(value) for value in values)
        return COMPARISONS[name](*((0,) if one is MISSING else order(one) for one in (left, right)))

    def _handle_arithmetic_operator(self, name: str, values: Any) -> Any:
        numbers = [self.value(value) for value in (values if isinstance(values, list) else [values])]
        if any(number is None or number is MISSING for number in numbers):
            return None
        dates = [number for number in numbers if isinstance(number, datetime)]
        if not all(is_number(number) or (number in dates and name == "$subtract") for number in numbers):
            raise wrong_type(f"{name} only supports numeric types, not {', '.join(map(type_name, numbers))}")
        if name in ("$divide", "$mod") and numbers[1] == 0:
            raise bad_value(f"can't {name[1:]} by zero")
        if not numbers:
            return int(name == "$multiply")
        result = super()._handle_arithmetic_operator(
            name, numbers if isinstance(values, list) else numbers[0]
        )
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
        if name == "$size" and not isinstance(self.value(values), list):
            found = type_name(self.value(values))
            raise CommandFailure(
                Code.Location17124, f"The argument to $size must be an array, but was of type: {found}"
            )
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


def typed(name: str, result: Any, numbers: list[Any]) -> Any:
    """Return a result in the type that MongoDB gives it: a long stays one, a double stays one."""
    if any(isinstance(number, float) for number in numbers) or name in ("$divide", "$sqrt"):
        return float(result) if is_number(result) else result
    if not is_number(result):
        return result
    if abs(result) >= 2**63:
        return float(result)
    return Int64(result) if any(isinstance(number, Int64) for number in numbers) else int(result)


aggregate._Parser = Expressions
