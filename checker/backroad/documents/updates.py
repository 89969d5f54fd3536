"""Updates: operators, a replacement or a pipeline become a function that changes a document.

Operators are applied path by path in the order in which MongoDB makes new fields. What mongomock does wrongly
is first turned into a change that it does right.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from backroad.documents.elements import Elements
from backroad.documents.failures import Code, CommandFailure, bad_value, unparsable
from backroad.documents.filters import place_met
from backroad.documents.modifiers import REWRITES
from backroad.documents.paths import Parts, as_index, split
from backroad.documents.places import Place
from backroad.documents.renaming import check_rename, renamed
from backroad.documents.repairs import updated
from backroad.documents.stages import pipeline
from backroad.documents.values import Document, same, shown, type_name

PIPELINE_STAGES = ("$addFields", "$set", "$project", "$unset", "$replaceRoot", "$replaceWith")


@dataclass(frozen=True)
class Circumstances:
    """What an update needs to know beside the document."""

    query: Mapping[str, Any]
    inserting: bool = False


Update = Callable[[Document, Circumstances], Document]


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
    steps = sorted(_steps(source), key=lambda step: _path_order(step[1]))
    left = [old for name, _, old in steps if name == "$rename"]
    _refuse_conflicts(sorted([*left, *(path for _, path, _ in steps)], key=_path_order))
    elements.check([path for _, path, _ in steps])

    def change(document: Document, circumstances: Circumstances) -> Document:
        for name, path, operand in steps:
            if name == "$setOnInsert" and not circumstances.inserting:
                continue
            if name == "$rename":
                document = renamed(document, split(operand), split(path))
                continue
            for parts in elements.meant(document, _placed(path, document, circumstances)):
                place = Place(document, parts)
                if rewritten := REWRITES[name](place, operand):
                    document = updated(
                        document, {word: {place.path: value} for word, value in rewritten.items()}
                    )
        return document

    return change


def _path_order(path: str) -> list[tuple[int, int, str]]:
    return [_name_order(name) for name in split(path)]


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
        if name not in REWRITES and name != "$rename":
            raise unparsable(f"Unknown modifier, or not known to this server: {name}")
        if not isinstance(operands, dict):
            raise unparsable(
                f"Modifiers operate on fields but we found type {type_name(operands)} instead. For example: "
                f"{{$mod: {{<field>: ...}}}} not {{{name}: {shown(operands)}}}"
            )
        for path, operand in operands.items():
            _check_path(path, name)
            if name == "$rename":
                check_rename(path, operand)
                _check_path(operand, name)
                yield name, operand, path  # it stands where the new name does
            else:
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
