"""Filters: brought into a form in which mongomock is right, and then left to mongomock.

Every clause of that form is one path with one positive operator: what is negative is a `$nor` of it, lists of
values are an `$or` of single ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from bson import MaxKey, MinKey, Regex

from backroad.documents import patterns
from backroad.documents.expressions import checked
from backroad.documents.failures import bad_value, unparsable
from backroad.documents.repairs import filter_applies
from backroad.documents.values import TYPE_NUMBERS, Document, is_number, type_name, whole_part

ITEM = ""  # the path of an element itself
NEVER: Document = {"$nor": [{}]}
Fits = Callable[[Document], bool]


def fits(query: Mapping[str, Any]) -> Fits:
    """Return the test that a filter means; raises what MongoDB answers when it is none."""
    normal = _every([_part(name, value) for name, value in query.items() if name != "$comment"])
    return lambda document: bool(filter_applies(normal, document))


def fits_item(query: Any) -> Fits:
    """Return the test of an array's element that a filter, or operators as in `{"$gt": 1}`, mean."""
    normal = _elem_match("x", query)
    return lambda item: bool(filter_applies(normal, {"x": [item]}))


def is_operators(value: Any) -> bool:
    """Tell a document of operators from a plain one: its first name decides."""
    return isinstance(value, dict) and next(iter(value), "").startswith("$")


def _every(clauses: list[Document]) -> Document:
    return {"$and": clauses} if clauses else {}


def _any(clauses: list[Document]) -> Document:
    return {"$or": clauses} if clauses else NEVER


def _none(clause: Document) -> Document:
    return {"$nor": [clause]}


def _part(name: str, value: Any) -> Document:
    if name in ("$and", "$or", "$nor"):
        return {name: [_every([_part(*item) for item in clause.items()]) for clause in _clauses(name, value)]}
    if name == "$expr":
        return {"$expr": {"$and": [checked(value)]}}
    if name.startswith("$"):
        raise bad_value(
            f"unknown top level operator, or not known to this server: {name}. "
            "If you have a field name that starts with a '$' symbol, consider using $getField or $setField."
        )
    return _field(name, value)


def _clauses(name: str, value: Any) -> list[Document]:
    if not isinstance(value, list):
        raise bad_value(f"{name} argument must be an array")
    if not value:
        raise bad_value("$and/$or/$nor must be a nonempty array")
    if not all(isinstance(clause, dict) for clause in value):
        raise bad_value("$or/$and/$nor entries need to be full objects")
    return value


def _field(path: str, value: Any) -> Document:
    if isinstance(value, Regex):
        return _regex(path, value, None)
    if not is_operators(value):
        return _equal(path, value)
    clauses = []
    for name, operand in value.items():
        if name == "$options":
            if "$regex" not in value:
                raise bad_value("$options needs a $regex")
        elif name == "$regex":
            clauses.append(_regex(path, operand, value.get("$options")))
        elif name in OPERATORS:
            clauses.append(OPERATORS[name](path, operand))
        else:
            raise bad_value(f"unknown operator, or not known to this server: {name}")
    return _every(clauses)


def _equal(path: str, operand: Any) -> Document:
    return _whole(path, "$eq", operand)


def _whole(path: str, name: str, operand: Any) -> Document:
    """An array is met as a whole, and as an element of another one."""
    whole: Document = {path: {name: operand}}
    if not isinstance(operand, list) or path == ITEM:
        return whole
    return {"$or": [whole, {path: {"$elemMatch": {ITEM: {name: operand}}}}]}


def _compare(name: str) -> Callable[[str, Any], Document]:
    def made(path: str, operand: Any) -> Document:
        if isinstance(operand, Regex):
            raise bad_value("Can't have RegEx as arg to predicate over field")
        if isinstance(operand, (MinKey, MaxKey)):
            raise bad_value(f"{name} with {type_name(operand)} is not known to this server")
        if operand is None:
            return _equal(path, None) if name in ("$gte", "$lte") else NEVER
        return _whole(path, name, operand)

    return made


def _in(path: str, operand: Any) -> Document:
    if not isinstance(operand, list):
        raise bad_value("$in needs an array")
    if any(map(is_operators, operand)):
        raise bad_value("cannot nest $ under $in")
    return _any([_field(path, item) for item in operand])


def _not(path: str, operand: Any) -> Document:
    if isinstance(operand, dict) and not operand:
        raise bad_value("$not cannot be empty")
    if not isinstance(operand, (dict, Regex)):
        raise bad_value("$not needs a regex or a document")
    if isinstance(operand, dict) and not is_operators(operand):
        raise bad_value(f"unknown operator: {next(iter(operand))}")
    return _none(_field(path, operand))


def _not_equal(path: str, operand: Any) -> Document:
    if isinstance(operand, Regex):
        raise bad_value("Can't have regex as arg to $ne.")
    return _none(_equal(path, operand))


def _exists(path: str, operand: Any) -> Document:
    there: Document = {path: {"$exists": True}}
    return there if operand else _none(there)


def _type(path: str, operand: Any) -> Document:
    kinds = operand if isinstance(operand, list) else [operand]
    if not kinds:
        raise unparsable(f"{path}: must match at least one type")
    names = [_kind_name(kind) for kind in kinds]
    return _any([{path: {"$type": name}} for name in names])


def _kind_name(kind: Any) -> str:
    numbers = {number: name for name, number in TYPE_NUMBERS.items()}
    name = numbers.get(int(kind)) if is_number(kind) else kind
    if name != "number" and name not in TYPE_NUMBERS:
        raise bad_value(f"Unknown type name alias: {kind}")
    return str(name)


def _size(path: str, operand: Any) -> Document:
    if not is_number(operand) or operand != int(operand):
        raise bad_value("Failed to parse $size. Expected an integer")
    if operand < 0:
        raise bad_value("Failed to parse $size. Expected a non-negative number")
    return {path: {"$type": "array", "$size": int(operand)}}


def _mod(path: str, operand: Any) -> Document:
    if not isinstance(operand, list):
        raise bad_value("malformed mod, needs to be an array")
    if len(operand) != 2:
        raise bad_value(f"malformed mod, {'not enough' if len(operand) < 2 else 'too many'} elements")
    divisor, remainder = (
        _long(number, what) for number, what in zip(operand, ("divisor", "remainder"), strict=True)
    )
    if not divisor:
        raise bad_value("divisor cannot be 0")
    return {path: {"$mod": (divisor, remainder)}}


def _long(number: Any, what: str) -> int:
    """Return the whole part of a number, if a long holds it."""
    if not is_number(number):
        raise bad_value(f"malformed mod, {what} not a number")
    if (part := whole_part(number)) is None:
        raise bad_value(f"malformed mod, {what} value is invalid")
    return part


def _all(path: str, operand: Any) -> Document:
    if not isinstance(operand, list):
        raise bad_value("$all needs an array")
    if not operand:
        return NEVER
    matching = [isinstance(item, dict) and next(iter(item), "") == "$elemMatch" for item in operand]
    if any(matching) != all(matching) or (any(map(is_operators, operand)) and not any(matching)):
        raise bad_value("no $ expressions in $all")
    return _every([_field(path, item) for item in operand])


def _elem_match(path: str, operand: Any) -> Document:
    """Operators look at an element as at a field; a filter looks at elements that are documents."""
    if not isinstance(operand, dict):
        raise bad_value("$elemMatch needs an Object")
    if is_operators(operand) and next(iter(operand)) not in ("$and", "$or", "$nor", "$expr", "$comment"):
        return {path: {"$elemMatch": _field(ITEM, operand)}}
    clauses = [_part(*item) for item in operand.items() if item[0] != "$comment"]
    return {path: {"$elemMatch": _every([_type(ITEM, ["object", "array"]), *clauses])}}


def _regex(path: str, operand: Any, options: Any) -> Document:
    if isinstance(operand, Regex):
        own = patterns.options_of(operand)
        if options is not None and own:
            raise bad_value("options set in both $regex and $options")
        operand, options = operand.pattern, own if options is None else options
    if not isinstance(operand, str):
        raise bad_value("$regex has to be a string")
    if not isinstance(options, str | None):
        raise bad_value("$options has to be a string")
    return {path: {"$regex": patterns.compiled(operand, options or "")}}


OPERATORS: Mapping[str, Callable[[str, Any], Document]] = {
    "$eq": _equal,
    "$ne": _not_equal,
    "$gt": _compare("$gt"),
    "$gte": _compare("$gte"),
    "$lt": _compare("$lt"),
    "$lte": _compare("$lte"),
    "$in": _in,
    "$nin": lambda path, operand: _none(_in(path, operand)),
    "$not": _not,
    "$exists": _exists,
    "$type": _type,
    "$size": _size,
    "$mod": _mod,
    "$all": _all,
    "$elemMatch": _elem_match,
}


def place_met(query: Mapping[str, Any], document: Document, array: str) -> int:
    """Return the element that a positional `$` stands for: the first that, alone, fits the filter."""
    paths = list(_paths(query))
    inside = [path for path in paths if path == array or path.startswith(f"{array}.")]
    items = document.get(array)
    if not inside or not isinstance(items, list):
        raise bad_value("The positional operator did not find the match needed from the query.")
    if len(inside) > 1 or any(
        isinstance(document.get(path.split(".")[0]), list) for path in paths if path not in inside
    ):
        raise bad_value(
            "The filter was met at several places of arrays: name only the array with the '$' in it"
        )
    test = fits(query)
    for place, item in enumerate(items):
        if test({**document, array: [item]}):
            return place
    raise bad_value("The positional operator did not find the match needed from the query.")


def _paths(query: Mapping[str, Any]) -> Iterator[str]:
    """Yield the paths that a filter asks something positive of."""
    for name, value in query.items():
        if name in ("$and", "$or"):
            for clause in value:
                yield from _paths(clause)
        elif not name.startswith("$") and not (is_operators(value) and set(value) <= {"$ne", "$nin", "$not"}):
            yield name
