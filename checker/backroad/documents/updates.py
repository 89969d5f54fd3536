"""Updates: operators, a replacement or a pipeline become a function that changes a document.

Operators are applied path by path in the order in which MongoDB makes new fields. What mongomock does wrongly
is first turned into a change that it does right.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from bson import Decimal128, Int64, Regex

from backroad.documents.accumulators import distinct
from backroad.documents.elements import Elements
from backroad.documents.failures import Code, CommandFailure, bad_value, unparsable, wrong_type
from backroad.documents.filters import fits_item, is_operators, place_met
from backroad.documents.paths import Parts, as_index, split
from backroad.documents.places import Place
from backroad.documents.repairs import updated
from backroad.documents.stages import pipeline
from backroad.documents.values import MISSING, Document, is_number, order, same, shown, type_name, whole

PIPELINE_STAGES = ("$addFields", "$set", "$project", "$unset", "$replaceRoot", "$replaceWith")
PUSH_WORDS = {"$each", "$position", "$slice", "$sort"}


@dataclass(frozen=True)
class Circumstances:
    """What an update needs to know beside the document."""

    query: Mapping[str, Any]
    inserting: bool = False


Update = Callable[[Document, Circumstances], Document]
Rewrite = Callable[[Place, Any], Document]


def update(source: Any, array_filters: Sequence[Any] = (), *, multi: bool = False) -> Update:
    """Return the function that makes the new document out of the old one; `_id` stays as it was."""
    if isinstance(source, list):
        change = _piped(source)
    elif not isinstance(source, dict):
        raise unparsable(f"Update argument must be either an object or an array, not {type_name(source)}")
    elif next(iter(source), "").startswith("$"):
        change = _modified(source, Elements(array_filters))
    else:
        change = _replaced(source, multi=multi)
    return lambda document, circumstances: _with_id(document, change(document, circumstances))


def _with_id(old: Document, new: Document) -> Document:
    if "_id" not in old:
        return new
    if "_id" in new and not same(old["_id"], new["_id"]):
        message = "Performing an update on the path '_id' would modify the immutable field '_id'"
        raise CommandFailure(Code.ImmutableField, message)
    return {"_id": old["_id"], **{name: value for name, value in new.items() if name != "_id"}}


def _replaced(source: Document, *, multi: bool) -> Update:
    if multi:
        raise unparsable("multi update is not supported for replacement-style update")
    if bad := next((name for name in source if name.startswith("$")), ""):
        message = f"The dollar ($) prefixed field '{bad}' is not allowed in a replacement document"
        raise CommandFailure(Code.DollarPrefixedFieldName, message)
    return lambda _, __: dict(source)


def _piped(source: list[Any]) -> Update:
    for stage in source:
        if isinstance(stage, dict) and (name := next(iter(stage), "")) not in PIPELINE_STAGES:
            raise CommandFailure(Code.InvalidOptions, f"{name} is not allowed to be used within an update")
    run = pipeline(source)
    return lambda document, _: next(iter(run([document])))


def _modified(source: Document, elements: Elements) -> Update:
    steps = sorted(_steps(source), key=lambda step: [_name_order(name) for name in split(step[1])])
    _refuse_conflicts([path for _, path, _ in steps])
    elements.check([path for _, path, _ in steps])

    def change(document: Document, circumstances: Circumstances) -> Document:
        for name, path, operand in steps:
            if name == "$setOnInsert" and not circumstances.inserting:
                continue
            for parts in elements.meant(document, _placed(path, document, circumstances)):
                place = Place(document, parts)
                if rewritten := REWRITES[name](place, operand):
                    document = updated(
                        document, {word: {place.path: value} for word, value in rewritten.items()}
                    )
        return document

    return change


def _name_order(name: str) -> tuple[int, int, str]:
    """Return a field's place among the changes: new fields are made in this order."""
    index = as_index(name)
    return (1, 0, name) if index is None else (0, index, "")


def _placed(path: str, document: Document, circumstances: Circumstances) -> Parts:
    parts = split(path)
    if "$" not in parts:
        return parts
    array = parts[: parts.index("$")]
    if len(array) > 1:
        raise bad_value("a positional '$' is only known for an array at the top")
    place = str(place_met(circumstances.query, document, array[0]))
    return tuple(place if name == "$" else name for name in parts)


def _steps(source: Document) -> Iterator[tuple[str, str, Any]]:
    for name, operands in source.items():
        if name not in REWRITES:
            raise unparsable(f"Unknown modifier, or not known to this server: {name}")
        if not isinstance(operands, dict):
            raise unparsable(
                f"Modifiers operate on fields but we found type {type_name(operands)} instead. For example: "
                f"{{$mod: {{<field>: ...}}}} not {{{name}: {shown(operands)}}}"
            )
        for path, operand in operands.items():
            _check_path(path, name)
            yield name, path, operand


def _check_path(path: str, name: str) -> None:
    parts = split(path)
    if "" in parts:
        said = f"The update path '{path}' contains an empty field name, which is not allowed."
        raise CommandFailure(Code.EmptyFieldName, said)
    if (parts[0].startswith("$") and (parts[0] == "$" or "[" in parts[0])) or parts.count("$") > 1:
        raise bad_value(f"a positional '$' stands behind an array, and only once: '{path}'")
    for part in parts:
        if part.startswith("$") and part != "$" and "[" not in part and name != "$unset":
            message = f"The dollar ($) prefixed field '{part}' in '{path}' is not valid for storage."
            raise CommandFailure(Code.DollarPrefixedFieldName, message)


def _refuse_conflicts(paths: list[str]) -> None:
    """Two operators may not change the same field, nor a field and something in it."""
    for path, other in pairwise(paths):
        if split(other)[: len(split(path))] == split(path):
            message = f"Updating the path '{other}' would create a conflict at '{path}'"
            raise CommandFailure(Code.ConflictingUpdateOperators, message)


def _set(place: Place, operand: Any) -> Document:
    value = place.read()
    if place.parts == ("_id",) and value is not MISSING and not same(value, operand):
        message = "Performing an update on the path '_id' would modify the immutable field '_id'"
        raise CommandFailure(Code.ImmutableField, message)
    return {"$set": operand}


def _unset(place: Place, _: Any) -> Document:
    if place.read(lenient=True) is MISSING:
        return {}
    inside = Place(place.document, place.parts[:-1]).read() if place.parts[1:] else place.document
    return {"$set": None} if isinstance(inside, list) else {"$unset": ""}


def _increase(place: Place, operand: Any) -> Document:
    value = place.read()
    if not is_number(operand):
        raise wrong_type(f"Cannot increment with non-numeric argument: {{{place.path}: {shown(operand)}}}")
    if value is MISSING:
        return {"$set": operand}
    if not is_number(value):
        raise wrong_type(
            "Cannot apply $inc to a value of non-numeric type. "
            f"{{_id: {shown(place.document.get('_id'))}}} has the field "
            f"'{place.parts[-1]}' of non-numeric type {type_name(value)}"
        )
    if Decimal128 in (type(value), type(operand)):
        raise bad_value("$inc with a decimal is not known to this server")
    if isinstance(value, float) or isinstance(operand, float):
        return {"$inc": operand}
    if not -(2**63) <= value + operand < 2**63:
        raise bad_value(f"Failed to apply $inc operations to current value ({value}) for document")
    # mongomock loses that a number is a long.
    return {"$set": Int64(value + operand)} if Int64 in (type(value), type(operand)) else {"$inc": operand}


def _bound(choose: Callable[..., Any]) -> Rewrite:
    def rewrite(place: Place, operand: Any) -> Document:
        value = place.read()
        return {"$set": operand if value is MISSING else choose(value, operand, key=order)}

    return rewrite


def _push(place: Place, operand: Any) -> Document:
    if not (isinstance(operand, dict) and "$each" in operand):
        _array(place, "$push")
        return {"$push": operand}
    if unknown := set(operand) - PUSH_WORDS:
        raise bad_value(f"Unrecognized clause in $push: {min(unknown)}")
    _each("$push", operand)
    _array(place, "$push")
    for word in {"$position", "$slice"} & set(operand):
        whole(
            operand[word],
            f"The value for {word} must be an integer value but was given {shown(operand[word])}",
        )
    if isinstance(operand.get("$sort", {}), dict) and len(operand.get("$sort", {"": 1})) != 1:
        raise bad_value("$sort by several fields is not known to this server")
    return {"$push": operand}


def _each(name: str, operand: Document) -> list[Any]:
    items = operand["$each"]
    if not isinstance(items, list):
        message = f"The argument to $each in {name} must be an array but it was of type {type_name(items)}"
        raise bad_value(message) if name == "$push" else wrong_type(message)
    return items


def _array(place: Place, name: str) -> list[Any]:
    value = place.read()
    if value is MISSING:
        return []
    if not isinstance(value, list):
        raise bad_value(
            f"The field '{place.path}' must be an array for {name} but is of type {type_name(value)} "
            f"in document {{_id: {shown(place.document.get('_id'))}}}"
        )
    return value


def _add_to_set(place: Place, operand: Any) -> Document:
    has_each = isinstance(operand, dict) and next(iter(operand), "") == "$each"
    if has_each and len(operand) > 1:
        raise bad_value(f"Found unexpected fields after $each in $addToSet: {shown(operand)}")
    items = _each("$addToSet", operand) if has_each else [operand]
    array = _array(place, "$addToSet")
    seen = set(map(order, array))
    return {"$push": {"$each": [item for item in distinct(items) if order(item) not in seen]}}


def _cull(place: Place, unwanted: Callable[[Any], bool]) -> Document:
    if place.read() is MISSING:
        return {}
    return {"$set": [item for item in _array(place, "$pull") if not unwanted(item)]}


def _pull(place: Place, operand: Any) -> Document:
    if isinstance(operand, Regex):
        return _cull(place, fits_item({"$regex": operand}))
    if isinstance(operand, dict):
        fits = fits_item(operand)
        return _cull(
            place, fits if is_operators(operand) else lambda item: isinstance(item, dict) and fits(item)
        )
    return _cull(place, lambda item: same(item, operand))


def _pull_all(place: Place, operand: Any) -> Document:
    if not isinstance(operand, list):
        raise bad_value(f"$pullAll requires an array argument but was given a {type_name(operand)}")
    unwanted = set(map(order, operand))
    return _cull(place, lambda item: order(item) in unwanted)


def _pop(place: Place, operand: Any) -> Document:
    if isinstance(operand, bool) or operand not in (1, -1):
        raise unparsable(f"$pop expects 1 or -1, found: {shown(operand)}")
    value = place.read()
    if value is not MISSING and not isinstance(value, list):
        raise wrong_type(f"Path '{place.path}' contains an element of non-array type '{type_name(value)}'")
    return {"$pop": operand} if isinstance(value, list) and value else {}


REWRITES: Mapping[str, Rewrite] = {
    "$set": _set,
    "$setOnInsert": _set,
    "$unset": _unset,
    "$inc": _increase,
    "$min": _bound(min),
    "$max": _bound(max),
    "$push": _push,
    "$addToSet": _add_to_set,
    "$pull": _pull,
    "$pullAll": _pull_all,
    "$pop": _pop,
}
