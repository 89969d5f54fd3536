"""The operators of updates: each turns one change of one place into what mongomock does right."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bson import Decimal128, Int64, Regex

from backroad.documents.accumulators import distinct
from backroad.documents.clock import moment
from backroad.documents.failures import Code, CommandFailure, bad_value, unparsable, wrong_type
from backroad.documents.filters import fits_item, is_operators
from backroad.documents.places import Place
from backroad.documents.values import MISSING, Document, is_number, order, same, shown, type_name, whole

Rewrite = Callable[[Place, Any], Document]
PUSH_WORDS = {"$each", "$position", "$slice", "$sort"}


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
    value = _number(place, "$inc", "increment", operand)
    if value is MISSING:
        return {"$set": operand}
    if isinstance(value, float) or isinstance(operand, float):
        return {"$inc": operand}
    _check_long(value + operand, value, "$inc")
    # mongomock loses that a number is a long.
    return {"$set": Int64(value + operand)} if Int64 in (type(value), type(operand)) else {"$inc": operand}


def _multiply(place: Place, operand: Any) -> Document:
    value = _number(place, "$mul", "multiply", operand)
    # What is not there becomes a zero of the operand's type.
    product = operand * (0 if value is MISSING else value)
    if isinstance(product, float):
        return {"$set": product}
    _check_long(product, value, "$mul")
    return {"$set": Int64(product) if Int64 in (type(value), type(operand)) else int(product)}


def _check_long(result: int, value: Any, name: str) -> None:
    if not -(2**63) <= result < 2**63:
        raise bad_value(f"Failed to apply {name} operations to current value ({value}) for document")


def _number(place: Place, name: str, verb: str, operand: Any) -> Any:
    """Return the number that is to be changed, or MISSING."""
    value = place.read()
    if not is_number(operand):
        raise wrong_type(f"Cannot {verb} with non-numeric argument: {{{place.path}: {shown(operand)}}}")
    if value is not MISSING and not is_number(value):
        raise wrong_type(
            f"Cannot apply {name} to a value of non-numeric type. "
            f"{{_id: {shown(place.document.get('_id'))}}} has the field "
            f"'{place.parts[-1]}' of non-numeric type {type_name(value)}"
        )
    if Decimal128 in (type(value), type(operand)):
        raise bad_value(f"{name} with a decimal is not known to this server")
    return value


def _current_date(_: Place, operand: Any) -> Document:
    if isinstance(operand, bool):
        return {"$set": moment()}
    if not isinstance(operand, dict):
        raise bad_value(
            f"{type_name(operand)} is not valid type for $currentDate. "
            "Please use a boolean ('true') or a $type expression ({$type: 'timestamp/date'})."
        )
    if unknown := [word for word in operand if word != "$type"]:
        raise bad_value(f"Unrecognized $currentDate option: {unknown[0]}")
    if operand.get("$type") == "timestamp":
        raise bad_value("$currentDate with a timestamp is not known to this server")
    if operand.get("$type") != "date":
        raise bad_value(
            "The '$type' string field is required to be 'date' or 'timestamp': "
            "{$currentDate: {field : {$type: 'date'}}}"
        )
    return {"$set": moment()}


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
    "$mul": _multiply,
    "$currentDate": _current_date,
    "$min": _bound(min),
    "$max": _bound(max),
    "$push": _push,
    "$addToSet": _add_to_set,
    "$pull": _pull,
    "$pullAll": _pull_all,
    "$pop": _pop,
}
