"""The stage `$lookup`: documents of another collection, by equal fields, by a pipeline, or by both."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from backroad.documents.expressions import field_path
from backroad.documents.failures import unparsable
from backroad.documents.paths import Parts, reached
from backroad.documents.places import Place
from backroad.documents.values import Document, copied, order

Fetch = Callable[[str], Iterable[Document]]
Stage = Callable[[Iterable[Document]], Iterable[Document]]
WORDS = {"from", "as", "localField", "foreignField", "pipeline", "let"}


def lookup(operand: Any, fetch: Fetch, pipeline: Callable[..., Stage]) -> Stage:
    """Return the stage; each document gets the array of those that belong to it."""
    words = _checked(operand)
    target = field_path(words["as"])
    run = pipeline(words.get("pipeline", []), fetch)

    def joined(documents: Iterable[Document]) -> Iterable[Document]:
        others = list(fetch(words["from"]))
        find = _finder(words, others)
        for document in documents:
            new: Document = copied(document)
            Place(new, target).write(list(run(find(document))))
            yield new

    return joined


def _checked(operand: Any) -> Document:
    if not isinstance(operand, dict):
        raise unparsable("the $lookup specification must be an object")
    if unknown := set(operand) - WORDS:
        raise unparsable(f"unknown argument to $lookup: {min(unknown)}")
    if operand.get("let"):
        raise unparsable("$lookup with 'let' is not known to this server; use localField and foreignField")
    for name in ("from", "as"):
        if not isinstance(operand.get(name), str):
            raise unparsable(f"must specify '{name}' field for a $lookup, as a string")
    if ("localField" in operand) != ("foreignField" in operand) or not {"localField", "pipeline"} & set(
        operand
    ):
        raise unparsable(
            "$lookup requires both or neither of 'localField' and 'foreignField' to be specified"
        )
    return operand


def _finder(words: Document, others: list[Document]) -> Callable[[Document], Iterable[Document]]:
    if "localField" not in words:
        return lambda _: others
    local, foreign = field_path(words["localField"]), field_path(words["foreignField"])
    known: dict[Any, list[int]] = {}
    for number, other in enumerate(others):
        for key in _foreign_keys(other, foreign):
            known.setdefault(key, []).append(number)

    def find(document: Document) -> Iterable[Document]:
        numbers = {number for key in _local_keys(document, local) for number in known.get(key, ())}
        return (others[number] for number in sorted(numbers))

    return find


def _foreign_keys(document: Document, parts: Parts) -> set[Any]:
    return {order(found.value) for found in reached(document, parts)}


def _local_keys(document: Document, parts: Parts) -> set[Any]:
    """Return what a document looks for: of an array each element, and null where there is nothing."""
    values = [found.value for found in reached(document, parts)]
    if any(isinstance(value, list) for value in values):
        values = [value for value in values if not isinstance(value, list)]
    return {order(value) for value in values} if values else set()
