"""Updates: operators, a replacement or a pipeline become a function that changes a document."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from backroad.documents.failures import Code, CommandFailure, bad_value, unparsable
from backroad.documents.filters import ArrayFilters
from backroad.documents.looks import only_place
from backroad.documents.modifiers import MODIFIERS, Change, checked_word, renamed
from backroad.documents.paths import Parts, as_index, split
from backroad.documents.places import Place
from backroad.documents.stages import pipeline
from backroad.documents.values import Document, copied, same, shown, type_name

PIPELINE_STAGES = ("$addFields", "$set", "$project", "$unset", "$replaceRoot", "$replaceWith")


@dataclass(frozen=True)
class Circumstances:
    """What an update needs to know beside the document."""

    places: frozenset[int] = (
        frozenset()
    )  # where in arrays the filter was met: what a positional `$` stands for
    inserting: bool = False


Update = Callable[[Document, Circumstances], Document]


def update(source: Any, array_filters: Sequence[Any] = (), *, multi: bool = False) -> Update:
    """Return the function that makes the new document out of the old one; `_id` stays as it was."""
    if isinstance(source, list):
        change = _piped(source)
    elif not isinstance(source, dict):
        raise unparsable(f"Update argument must be either an object or an array, not {type_name(source)}")
    elif next(iter(source), "").startswith("$"):
        change = _modified(source, ArrayFilters(array_filters))
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
    return lambda _, __: copied(source)


def _piped(source: list[Any]) -> Update:
    for stage in source:
        if isinstance(stage, dict) and (name := next(iter(stage), "")) not in PIPELINE_STAGES:
            raise CommandFailure(Code.InvalidOptions, f"{name} is not allowed to be used within an update")
    run = pipeline(source)
    return lambda document, _: copied(next(iter(run([document]))))


@dataclass(frozen=True)
class _Step:
    """One operator at one path."""

    name: str
    path: str
    change: Change


def _modified(source: Document, filters: ArrayFilters) -> Update:
    steps = sorted(_steps(source), key=lambda step: [_name_order(name) for name in split(step.path)])
    _refuse_conflicts(source)
    filters.refuse_unused([step.path for step in steps])

    def change(document: Document, circumstances: Circumstances) -> Document:
        new: Document = copied(document)
        for step in steps:
            if step.name == "$setOnInsert" and not circumstances.inserting:
                continue
            for parts in filters.expanded(new, _placed(step.path, circumstances)):
                step.change(Place(new, parts))
        return new

    return change


def _name_order(name: str) -> tuple[int, int, str]:
    """Return a field's place among the changes: new fields are made in this order."""
    index = as_index(name)
    return (1, 0, name) if index is None else (0, index, "")


def _placed(path: str, circumstances: Circumstances) -> Parts:
    parts = split(path)
    if "$" not in parts:
        return parts
    place = str(only_place(circumstances.places))
    return tuple(place if name == "$" else name for name in parts)


def _steps(source: Document) -> Iterator[_Step]:
    for name, operands in _operators(source):
        for path, operand in operands.items():
            _checked_path(path, name)
            yield _Step(name, path, _change(name, path, operand))


def _operators(source: Document) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name, operands in source.items():
        if name != "$rename" and name not in MODIFIERS:
            raise unparsable(
                f"Unknown modifier: {name}. Expected a valid update modifier or pipeline-style update "
                "specified as an array"
            )
        if not isinstance(operands, dict):
            raise unparsable(
                f"Modifiers operate on fields but we found type {type_name(operands)} instead. For example: "
                f"{{$mod: {{<field>: ...}}}} not {{{name}: {shown(operands)}}}"
            )
        yield name, operands


def _change(name: str, path: str, operand: Any) -> Change:
    if name != "$rename":
        return MODIFIERS[name](operand)
    source, target = _checked_path(path, name), _checked_path(checked_word(operand), name)
    if path == operand:
        raise bad_value(f"The source and target field for $rename must differ: {path}: {shown(operand)}")
    return lambda place: renamed(place.document, source, target)


def _checked_path(path: str, name: str) -> Parts:
    parts = split(path)
    if "" in parts:
        said = (
            "An empty update path is not valid."
            if not path
            else (f"The update path '{path}' contains an empty field name, which is not allowed.")
        )
        raise CommandFailure(Code.EmptyFieldName, said)
    if parts[0].startswith("$") and (parts[0] == "$" or "[" in parts[0]):
        raise bad_value(f"Cannot have positional (i.e. '$') element in the first position in path '{path}'")
    if parts.count("$") > 1:
        raise bad_value(f"Too many positional (i.e. '$') elements found in path '{path}'")
    for part in parts:
        if part.startswith("$") and part != "$" and not part.startswith("$[") and name != "$unset":
            message = f"The dollar ($) prefixed field '{part}' in '{path}' is not valid for storage."
            raise CommandFailure(Code.DollarPrefixedFieldName, message)
    return parts


def _refuse_conflicts(source: Document) -> None:
    """Two operators may not change the same field, nor a field and something in it."""
    seen: list[Parts] = []
    for path in _touched(source):
        parts = split(path)
        for other in seen:
            shorter = min(len(parts), len(other))
            if parts[:shorter] == other[:shorter]:
                at = ".".join(parts[:shorter])
                message = f"Updating the path '{path}' would create a conflict at '{at}'"
                raise CommandFailure(Code.ConflictingUpdateOperators, message)
        seen.append(parts)


def _touched(source: Document) -> Iterator[str]:
    for name, operands in source.items():
        for path, operand in operands.items():
            yield path
            if name == "$rename":
                yield operand
