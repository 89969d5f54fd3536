"""Documents inside documents, in expressions."""

from __future__ import annotations

from typing import Any

from backroad.documents.failures import Code, CommandFailure
from backroad.documents.functions.signatures import Function, Named, nothing, one, some
from backroad.documents.values import MISSING, Document, type_name


def merged(*documents: Any) -> Document:
    """Return all fields of the documents; the later ones win."""
    whole: Document = {}
    for document in documents[0] if len(documents) == 1 and isinstance(documents[0], list) else documents:
        if not nothing(document):
            if not isinstance(document, dict):
                message = f"$mergeObjects requires object inputs, but input is of type {type_name(document)}"
                raise CommandFailure(Code.Location40400, message)
            whole.update(document)
    return whole


def _pairs(document: Any) -> list[Document] | None:
    if nothing(document):
        return None
    if not isinstance(document, dict):
        raise CommandFailure(
            Code.Location40390, f"$objectToArray requires an object, found: {type_name(document)}"
        )
    return [{"k": name, "v": value} for name, value in document.items()]


def _from_pairs(array: Any) -> Document | None:
    if nothing(array):
        return None
    if not isinstance(array, list):
        raise CommandFailure(
            Code.Location40386, f"$arrayToObject requires an array, found: {type_name(array)}"
        )
    return dict(map(_pair, array))


def _pair(item: Any) -> tuple[str, Any]:
    if isinstance(item, dict) and set(item) == {"k", "v"} and isinstance(item["k"], str):
        return item["k"], item["v"]
    if isinstance(item, list) and len(item) == 2 and isinstance(item[0], str):
        return item[0], item[1]
    raise CommandFailure(Code.Location40392, "$arrayToObject requires pairs of a name and a value")


def _field(field: Any, input: Any = MISSING) -> Any:
    if not isinstance(field, str):
        raise CommandFailure(Code.Location5654602, "$getField requires 'field' to evaluate to type String")
    return input.get(field, MISSING) if isinstance(input, dict) else (None if input is None else MISSING)


OBJECT_FUNCTIONS: dict[str, Function] = {
    "$mergeObjects": some(merged),
    "$objectToArray": one(_pairs),
    "$arrayToObject": one(_from_pairs),
}
OBJECT_NAMED: dict[str, Named] = {"$getField": Named(_field, ("field", "input"))}
