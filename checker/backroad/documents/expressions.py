"""Aggregation expressions: those in which mongomock is right, or easily repaired; others are refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from backroad.documents.clock import moment
from backroad.documents.conversions import CONVERSIONS
from backroad.documents.evaluator import OWN, Expressions
from backroad.documents.failures import Code, CommandFailure, unparsable
from backroad.documents.named import NAMED, check_names
from backroad.documents.paths import split
from backroad.documents.repairs import refusing
from backroad.documents.values import Document

Expression = Callable[[Document], Any]
MOST = 1_000_000
ARGUMENTS: Mapping[str, tuple[int, int]] = {
    **dict.fromkeys(
        "$eq $ne $gt $gte $lt $lte $cmp $subtract $divide $mod $in $arrayElemAt $split".split(), (2, 2)
    ),
    **dict.fromkeys("$add $multiply $and $or $concat $concatArrays".split(), (0, MOST)),
    **dict.fromkeys("$not $abs $ceil $floor $sqrt $size $isArray $isNumber $first $last".split(), (1, 1)),
    **dict.fromkeys("$year $month $dayOfMonth $hour $minute $second $millisecond".split(), (1, 1)),
    "$cond": (3, 3),
    **dict.fromkeys("$mergeObjects $setUnion $setIntersection".split(), (1, MOST)),
    "$setDifference": (2, 2),
    "$type": (1, 1),
    "$toLower": (1, 1),
    "$toUpper": (1, 1),
    "$ifNull": (2, MOST),
    "$slice": (2, 3),
    **dict.fromkeys("$min $max $sum $avg $setEquals".split(), (0, MOST)),
    **dict.fromkeys("$strLenCP $reverseArray $objectToArray $arrayToObject".split(), (1, 1)),
    **dict.fromkeys("$anyElementTrue $allElementsTrue".split(), (1, 1)),
    **dict.fromkeys("$indexOfCP $indexOfArray".split(), (2, 4)),
    "$setIsSubset": (2, 2),
    "$substrCP": (3, 3),
    "$range": (2, 3),
    "$round": (1, 2),
    **dict.fromkeys(CONVERSIONS, (1, 1)),
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


def checked(source: Any, variables: frozenset[str] = frozenset({"ROOT", "CURRENT", "REMOVE", "NOW"})) -> Any:
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


def _checked_reference(source: str, variables: frozenset[str]) -> Any:
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
    if name == "NOW":
        return "$$REMOVE" if rest else {"$literal": moment()}
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
    _check_count(name, len(operands))
    ready = [checked(item, variables) for item in operands]
    return {name: ready[0] if ARGUMENTS[name][1] == 1 and name not in OWN else ready}


def _check_count(name: str, count: int) -> None:
    least, most = ARGUMENTS[name]
    if name in CONVERSIONS and count != 1:
        raise CommandFailure(Code.Location50723, f"{name} requires a single argument, got {count}")
    if name == "$setEquals" and count < 2:
        raise CommandFailure(Code.Location17045, f"$setEquals needs at least two arguments had: {count}")
    if least <= count <= most:
        return
    if least == most:
        message = f"Expression {name} takes exactly {least} arguments. {count} were passed in."
        raise CommandFailure(Code.Location16020, message)
    due = f"at least {least} arguments, and at most {most}"
    raise CommandFailure(Code.Location28667, f"Expression {name} takes {due}, but {count} were passed in.")


def _checked_names(name: str, given: Any, variables: frozenset[str]) -> Document:
    check_names(name, given)
    if name == "$switch":
        return _checked_switch(given, variables)
    if name == "$let":
        own = _own_names(given["vars"] if isinstance(given["vars"], dict) else {"": 0})
        known = {key: checked(part, variables) for key, part in given["vars"].items()}
        return {"vars": known, "in": checked(given["in"], variables | own)}
    if name == "$reduce":
        inner = variables | {"this", "value"}
        return {key: checked(part, inner if key == "in" else variables) for key, part in given.items()}
    if name not in ("$map", "$filter"):
        return {key: checked(part, variables) for key, part in given.items()}
    word = given.get("as", "this")
    inside = variables | _own_names([word])
    # An element without a result is null; what a condition gives is true or false.
    each = (
        {"$ifNull": [checked(given["in"], inside), None]}
        if name == "$map"
        else {"$and": [checked(given["cond"], inside)]}
    )
    return {"input": checked(given["input"], variables), "as": word, "in" if name == "$map" else "cond": each}


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
