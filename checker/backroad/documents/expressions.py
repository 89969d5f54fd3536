"""Aggregation expressions: `"$price"` or `{"$add": [1, "$n"]}` becomes a function of a document."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bson.datetime_ms import DatetimeMS

from backroad.documents.failures import Code, CommandFailure, bad_value, unparsable
from backroad.documents.functions import FUNCTIONS, NAMED
from backroad.documents.paths import picked, split
from backroad.documents.values import MISSING, Document, truthy, type_name


@dataclass(frozen=True)
class Scope:
    """What an expression can see: a document, and variables by name."""

    root: Document
    variables: Mapping[str, Any] = field(default_factory=dict)

    def having(self, **variables: Any) -> Scope:
        """Return this scope with more variables."""
        return Scope(self.root, {**self.variables, **variables})

    def value_of(self, name: str) -> Any:
        """Return a variable's value."""
        if name in ("ROOT", "CURRENT"):
            return self.root
        if name == "REMOVE":
            return MISSING
        if name == "NOW" and name not in self.variables:
            return DatetimeMS(time.time_ns() // 1_000_000)
        if name not in self.variables:
            raise CommandFailure(Code.Location17276, f"Use of undefined variable: {name}")
        return self.variables[name]


Expression = Callable[[Scope], Any]


def expression(source: Any) -> Expression:
    """Return the function that an expression means; raises for what this server does not know."""
    if isinstance(source, str) and source.startswith("$"):
        return _reference(source)
    if isinstance(source, list):
        items = [expression(item) for item in source]
        return lambda scope: [_or_null(item(scope)) for item in items]
    if isinstance(source, dict):
        first = next(iter(source), "")
        return _operation(source) if first.startswith("$") else _object(source)
    return lambda _: source


def _or_null(value: Any) -> Any:
    return None if value is MISSING else value


def _reference(source: str) -> Expression:
    if not source.startswith("$$"):
        parts = field_path(source[1:])
        return lambda scope: picked(scope.root, parts)
    name, *rest = split(source[2:])
    if not name:
        raise unparsable("empty variable names are not allowed")
    if name[0].isupper() and name not in ("ROOT", "CURRENT", "REMOVE", "NOW"):
        raise CommandFailure(Code.Location17276, f"Use of undefined variable: {name}")
    inner = field_path(".".join(rest)) if rest else ()
    return lambda scope: picked(scope.value_of(name), inner)


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


def _object(source: Document) -> Expression:
    if bad := next((name for name in source if "." in name or name.startswith("$")), ""):
        raise CommandFailure(Code.Location16410, f"FieldPath field names may not contain '.' or '$': {bad}")
    parts = {name: expression(value) for name, value in source.items()}

    def made(scope: Scope) -> Document:
        values = ((name, part(scope)) for name, part in parts.items())
        return {name: value for name, value in values if value is not MISSING}

    return made


def _operation(source: Document) -> Expression:
    if len(source) != 1:
        message = f"an expression specification must contain exactly one field, found {len(source)} fields"
        raise CommandFailure(Code.Location15983, message)
    name, operand = next(iter(source.items()))
    if name in SPECIAL:
        return SPECIAL[name](operand)
    if name in NAMED:
        return _named(name, operand)
    if name not in FUNCTIONS:
        raise CommandFailure(Code.InvalidPipelineOperator, f"Unrecognized expression '{name}'")
    function = FUNCTIONS[name]
    operands = operand if isinstance(operand, list) else [operand]
    if not function.least <= len(operands) <= function.most:
        raise _count_of(name, function.least, function.most, len(operands))
    arguments = [expression(item) for item in operands]
    return lambda scope: function.apply(*[argument(scope) for argument in arguments])


def _count_of(name: str, least: int, most: int, given: int) -> CommandFailure:
    due = f"exactly {least}" if least == most else f"at least {least} and at most {most}"
    message = f"Expression {name} takes {due} arguments. {given} were passed in."
    return CommandFailure(Code.Location16020 if least == most else Code.Location28667, message)


def _named(name: str, operand: Any) -> Expression:
    function = NAMED[name]
    given = operand if isinstance(operand, dict) else {function.required[0]: operand}
    arguments = {
        key: expression(value) for key, value in options(name, given, function.required, function.optional)
    }
    return lambda scope: function.apply(**{key: part(scope) for key, part in arguments.items()})


def options(
    name: str, given: Any, required: tuple[str, ...], optional: tuple[str, ...] = ()
) -> list[tuple[str, Any]]:
    """Return the named parts of an operand, all that are needed and none that are unknown."""
    if not isinstance(given, dict):
        raise unparsable(f"{name} only supports an object as its argument")
    for key in given:
        if key not in required + optional:
            raise unparsable(f"{name} found an unknown argument: {key}")
    for key in required:
        if key not in given:
            raise unparsable(f"{name} requires '{key}' to be specified")
    return list(given.items())


def _literal(operand: Any) -> Expression:
    return lambda _: operand


def _several(operand: Any) -> list[Expression]:
    return [expression(item) for item in (operand if isinstance(operand, list) else [operand])]


def _and(operand: Any) -> Expression:
    items = _several(operand)
    return lambda scope: all(truthy(item(scope)) for item in items)


def _or(operand: Any) -> Expression:
    items = _several(operand)
    return lambda scope: any(truthy(item(scope)) for item in items)


def _cond(operand: Any) -> Expression:
    if isinstance(operand, list):
        if len(operand) != 3:
            raise _count_of("$cond", 3, 3, len(operand))
        operand = dict(zip(("if", "then", "else"), operand, strict=True))
    parts = {key: expression(value) for key, value in options("$cond", operand, ("if", "then", "else"))}
    return lambda scope: parts["then" if truthy(parts["if"](scope)) else "else"](scope)


def _if_null(operand: Any) -> Expression:
    if not isinstance(operand, list) or len(operand) < 2:
        raise bad_value("$ifNull needs at least two arguments")
    *items, otherwise = map(expression, operand)

    def value(scope: Scope) -> Any:
        found = (item(scope) for item in items)
        return next((one for one in found if one is not None and one is not MISSING), MISSING)

    def chosen(scope: Scope) -> Any:
        found = value(scope)
        return otherwise(scope) if found is MISSING else found

    return chosen


def _switch(operand: Any) -> Expression:
    parts = dict(options("$switch", operand, ("branches",), ("default",)))
    if not isinstance(parts["branches"], list) or not parts["branches"]:
        raise CommandFailure(Code.Location40068, "$switch requires at least one branch.")
    branches = [dict(options("$switch", branch, ("case", "then"))) for branch in parts["branches"]]
    cases = [(expression(branch["case"]), expression(branch["then"])) for branch in branches]
    default = expression(parts["default"]) if "default" in parts else None

    def chosen(scope: Scope) -> Any:
        for case, then in cases:
            if truthy(case(scope)):
                return then(scope)
        if default is None:
            message = "$switch could not find a matching branch for an input, and no default was specified."
            raise CommandFailure(Code.Location40066, message)
        return default(scope)

    return chosen


def _let(operand: Any) -> Expression:
    parts = dict(options("$let", operand, ("vars", "in")))
    named = {variable(name): expression(value) for name, value in _object_of("$let", parts["vars"]).items()}
    inner = expression(parts["in"])
    return lambda scope: inner(scope.having(**{name: part(scope) for name, part in named.items()}))


def _object_of(name: str, value: Any) -> Document:
    if not isinstance(value, dict):
        raise unparsable(f"invalid parameter: expected an object ({name})")
    return value


def variable(name: Any) -> str:
    """Return a variable's name that users may give: it begins with a small letter."""
    if not isinstance(name, str) or not name or not (name[0].islower() or ord(name[0]) > 127):
        raise unparsable(f"'{name}' starts with an invalid character for a user variable name")
    return name


def _array_of(name: str, value: Any) -> list[Any] | None:
    if value is None or value is MISSING:
        return None
    if not isinstance(value, list):
        raise CommandFailure(Code.Location16883, f"input to {name} must be an array not {type_name(value)}")
    return value


def _filter(operand: Any) -> Expression:
    parts = dict(options("$filter", operand, ("input", "cond"), ("as",)))
    items, wanted = expression(parts["input"]), expression(parts["cond"])
    name = variable(parts.get("as", "this"))

    def filtered(scope: Scope) -> list[Any] | None:
        array = _array_of("$filter", items(scope))
        return (
            None if array is None else [one for one in array if truthy(wanted(scope.having(**{name: one})))]
        )

    return filtered


def _map(operand: Any) -> Expression:
    parts = dict(options("$map", operand, ("input", "in"), ("as",)))
    items, made = expression(parts["input"]), expression(parts["in"])
    name = variable(parts.get("as", "this"))

    def mapped(scope: Scope) -> list[Any] | None:
        array = _array_of("$map", items(scope))
        return None if array is None else [_or_null(made(scope.having(**{name: one}))) for one in array]

    return mapped


def _reduce(operand: Any) -> Expression:
    parts = {
        key: expression(part) for key, part in options("$reduce", operand, ("input", "initialValue", "in"))
    }

    def reduced(scope: Scope) -> Any:
        array = _array_of("$reduce", parts["input"](scope))
        value = parts["initialValue"](scope)
        for one in array or ():
            value = parts["in"](scope.having(this=one, value=value))
        return None if array is None else value

    return reduced


SPECIAL: Mapping[str, Callable[[Any], Expression]] = {
    "$literal": _literal,
    "$and": _and,
    "$or": _or,
    "$cond": _cond,
    "$ifNull": _if_null,
    "$switch": _switch,
    "$let": _let,
    "$filter": _filter,
    "$map": _map,
    "$reduce": _reduce,
}
