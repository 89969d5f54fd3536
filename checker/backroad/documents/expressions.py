"""Aggregation expressions: those in which mongomock is right, or easily repaired; others are refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from backroad.documents.evaluator import OWN, Expressions
from backroad.documents.failures import Code, CommandFailure, unparsable
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
}
NAMED: Mapping[str, tuple[set[str], set[str]]] = {
    "$cond": ({"if", "then", "else"}, set()),
    "$switch": ({"branches"}, {"default"}),
    "$let": ({"vars", "in"}, set()),
    "$map": ({"input", "in"}, {"as"}),
    "$filter": ({"input", "cond"}, {"as"}),
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
    return {name: ready[0] if most == 1 and name not in OWN else ready}


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
    if not needed & {"in", "cond"}:
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
