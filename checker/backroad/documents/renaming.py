"""The update operator `$rename`, which changes two places."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from backroad.documents.failures import Code, CommandFailure, bad_value
from backroad.documents.paths import Parts, split
from backroad.documents.places import Place
from backroad.documents.repairs import updated
from backroad.documents.values import MISSING, Document, shown


def check_rename(source: str, target: Any) -> None:
    """Refuse names between which nothing can be moved, whatever the document."""
    if not isinstance(target, str):
        raise bad_value(f"The 'to' field for $rename must be a string: {source}: {shown(target)}")
    if source == target:
        raise bad_value(f'The source and target field for $rename must differ: {source}: "{target}"')
    old, new = split(source), split(target)
    if all(one == other for one, other in zip(old, new, strict=False)):
        message = "The source and target field for $rename must not be on the same path"
        raise bad_value(f'{message}: {source}: "{target}"')
    for word, path, parts in (("source", source, old), ("destination", target, new)):
        if any(part == "$" or part.startswith("$[") for part in parts):
            raise bad_value(f"The {word} field for $rename may not be dynamic: {path}")


def renamed(document: Document, source: Parts, target: Parts) -> Document:
    """Return the document with a value moved; a field that is not there moves nothing."""
    value = Place(document, source).read()  # a way through a plain value is an error, of both places
    if value is MISSING:
        return document
    Place(document, target).read()
    for word, parts in (("source", source), ("destination", target)):
        for name in _arrays(document, parts):
            path, owner = ".".join(parts), shown(document.get("_id"))
            raise bad_value(
                f"The {word} field cannot be an array element, '{path}' in doc with _id: {owner} "
                f"has an array field called '{name}'"
            )
    if "_id" in (source[0], target[0]):
        message = "Performing an update on the path '_id' would modify the immutable field '_id'"
        raise CommandFailure(Code.ImmutableField, message)
    without = updated(document, {"$unset": {".".join(source): ""}})
    return updated(without, {"$set": {".".join(target): value}})


def _arrays(document: Document, parts: Parts) -> Iterator[str]:
    """Yield the names of arrays on the way to a place; what stands there itself may be one."""
    for count in range(1, len(parts)):
        if isinstance(Place(document, parts[:count]).read(lenient=True), list):
            yield parts[count - 1]
