"""Filters: a query document becomes a function that tells which documents fit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bson import Regex

from backroad.documents.comparisons import OPERATORS, equal_to, pattern_test
from backroad.documents.expressions import Scope, expression
from backroad.documents.failures import bad_value
from backroad.documents.looks import AtField, AtItem, Look, Test, Trail, any_element, no_value
from backroad.documents.paths import split
from backroad.documents.values import Document, truthy

Condition = Callable[[Document, Trail], bool]


def condition(query: Mapping[str, Any]) -> Condition:
    """Return the test that a filter means; raises what MongoDB answers when it is none."""
    parts = [_part(name, value) for name, value in query.items() if name != "$comment"]
    return lambda document, trail: all(part(document, trail) for part in parts)


def fits(query: Mapping[str, Any]) -> Callable[[Document], bool]:
    """Return the test that a filter means, for those who do not ask where in arrays it was met."""
    whole = condition(query)
    return lambda document: whole(document, Trail())


def _part(name: str, value: Any) -> Condition:
    if name in ("$and", "$or", "$nor"):
        return _combined(name, value)
    if name == "$expr":
        wanted = expression(value)
        return lambda document, _: truthy(wanted(Scope(document)))
    if name.startswith("$"):
        raise bad_value(
            f"unknown top level operator: {name}. If you have a field name that starts with a '$' symbol, "
            "consider using $getField or $setField."
        )
    parts, test = split(name), field_test(value)
    return lambda document, trail: test(AtField(document, parts, trail))


def _combined(name: str, value: Any) -> Condition:
    if not isinstance(value, list):
        raise bad_value(f"{name} argument must be an array")
    if not value:
        raise bad_value("$and/$or/$nor must be a nonempty array")
    if not all(isinstance(clause, dict) for clause in value):
        raise bad_value("$or/$and/$nor entries need to be full objects")
    clauses = [condition(clause) for clause in value]
    if name == "$and":
        return lambda document, trail: all(clause(document, trail) for clause in clauses)
    if name == "$or":
        return lambda document, trail: any(clause(document, trail) for clause in clauses)
    return lambda document, _: not any(clause(document, Trail()) for clause in clauses)


def is_operators(value: Any) -> bool:
    """Tell a document of operators from a plain one: its first name decides."""
    return isinstance(value, dict) and next(iter(value), "").startswith("$")


def field_test(value: Any) -> Test:
    """Return what a field has to meet: `5`, a pattern, or `{"$gt": 5, "$lt": 7}`."""
    if isinstance(value, Regex):
        return pattern_test(value)
    if not is_operators(value):
        return equal_to(value)
    return _every([_operator(name, operand, value) for name, operand in value.items()])


def _every(tests: list[Test]) -> Test:
    return lambda look: all(test(look) for test in tests)


def _operator(name: str, operand: Any, beside: Document) -> Test:
    if name == "$regex":
        return pattern_test(operand, beside.get("$options"))
    if name == "$options":
        if "$regex" not in beside:
            raise bad_value("$options needs a $regex")
        return _every([])
    known = {**OPERATORS, **STRUCTURAL}.get(name)
    if known is None:
        raise bad_value(f"unknown operator: {name}")
    return known(operand)


def _not(operand: Any) -> Test:
    if isinstance(operand, Regex):
        return no_value(pattern_test(operand))
    if not isinstance(operand, dict):
        raise bad_value("$not needs a regex or a document")
    if not operand:
        raise bad_value("$not cannot be empty")
    if not is_operators(operand):
        raise bad_value(f"unknown operator: {next(iter(operand))}")
    return no_value(field_test(operand))


def _not_equal(operand: Any) -> Test:
    if isinstance(operand, Regex):
        raise bad_value("Can't have regex as arg to $ne.")
    return no_value(equal_to(operand))


def _elem_match(operand: Any) -> Test:
    if not isinstance(operand, dict):
        raise bad_value("$elemMatch needs an Object")
    return any_element(element_test(operand))


def element_test(operand: Document) -> Callable[[Any], bool]:
    """Return what an array's element has to meet: a filter, or operators as in `{"$gt": 1, "$lt": 5}`."""
    if is_operators(operand) and next(iter(operand)) not in ("$and", "$or", "$nor", "$expr", "$comment"):
        test = field_test(operand)
        return lambda item: test(AtItem(item))
    whole = fits(operand)
    return lambda item: isinstance(item, (dict, list)) and whole(_as_document(item))


def _as_document(item: Any) -> Document:
    return item if isinstance(item, dict) else {str(place): part for place, part in enumerate(item)}


def _all(operand: Any) -> Test:
    if not isinstance(operand, list):
        raise bad_value("$all needs an array")
    if not operand:
        return _nothing
    matching = [isinstance(item, dict) and next(iter(item), "") == "$elemMatch" for item in operand]
    if any(matching) != all(matching) or (any(map(is_operators, operand)) and not any(matching)):
        raise bad_value("no $ expressions in $all")
    return _every([field_test(item) for item in operand])


def _nothing(look: Look) -> bool:  # noqa: ARG001 every test is handed a look
    return False


STRUCTURAL: Mapping[str, Callable[[Any], Test]] = {
    "$not": _not,
    "$ne": _not_equal,
    "$nin": lambda operand: no_value(OPERATORS["$in"](operand)),
    "$elemMatch": _elem_match,
    "$all": _all,
}
