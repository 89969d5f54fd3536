"""The stages of aggregation pipelines: each is a function from documents to documents."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from mongomock import aggregate

from backroad.documents.expressions import expression, field_path
from backroad.documents.failures import Code, CommandFailure, unparsable, wrong_type
from backroad.documents.filters import NEVER, fits
from backroad.documents.grouping import group
from backroad.documents.paths import Parts, reached
from backroad.documents.projections import adding, projection
from backroad.documents.repairs import refusing
from backroad.documents.sorting import sort_documents
from backroad.documents.values import MISSING, Document, is_number, type_name

Documents = Iterable[Document]
Fetch = Callable[[str], Documents]
Stage = Callable[[Documents], Documents]
LOOKUP_WORDS = {"from", "localField", "foreignField", "as"}


def _nowhere(name: str) -> list[Document]:
    raise unparsable(f"$lookup from {name} is not possible here")


def pipeline(source: Any, fetch: Fetch = _nowhere) -> Stage:
    """Return the function that a pipeline means; `fetch` gives the documents of another collection."""
    if not isinstance(source, list):
        raise wrong_type("A pipeline must be an array of stages")
    stages = [_stage(item, fetch) for item in source]

    def run(documents: Documents) -> Documents:
        for stage in stages:
            documents = stage(documents)
        return documents

    return run


def _stage(source: Any, fetch: Fetch) -> Stage:
    if not isinstance(source, dict):
        raise wrong_type("Each element of the 'pipeline' array must be an object")
    if len(source) != 1:
        message = "A pipeline stage specification object must contain exactly one field."
        raise CommandFailure(Code.Location40323, message)
    name, operand = next(iter(source.items()))
    if name in NESTING:
        return NESTING[name](operand, fetch)
    if name not in STAGES:
        raise CommandFailure(
            Code.Location40324, f"Unrecognized pipeline stage name: '{name}', or not known to this server"
        )
    return STAGES[name](operand)


def _match(operand: Any) -> Stage:
    if not isinstance(operand, dict):
        raise CommandFailure(Code.Location15959, "the match filter must be an expression in an object")
    wanted = fits(operand)
    return lambda documents: filter(wanted, documents)


def _project(operand: Any) -> Stage:
    if not isinstance(operand, dict):
        raise CommandFailure(Code.Location15969, "$project specification must be an object")
    if not operand:
        raise CommandFailure(
            Code.Location51272,
            "Invalid $project :: caused by :: projection specification must have at least one field",
        )
    if word := next(
        (key for key, value in operand.items() if key.endswith(".$") or _is_query_word(value)), ""
    ):
        raise CommandFailure(Code.Location31325, f"{word}: only find knows this projection")
    change = projection(operand)
    return lambda documents: map(change, documents)


def _is_query_word(value: Any) -> bool:
    first = next(iter(value), "") if isinstance(value, dict) else ""
    return first == "$elemMatch" or (first == "$slice" and not isinstance(value["$slice"], list))


def _add_fields(operand: Any) -> Stage:
    change = adding(operand)
    return lambda documents: map(change, documents)


def _unset(operand: Any) -> Stage:
    names = operand if isinstance(operand, list) else [operand]
    if not names or not all(isinstance(name, str) for name in names):
        raise CommandFailure(
            Code.Location31002, "$unset specification must be a string or an array of strings"
        )
    change = projection(dict.fromkeys(names, False))
    return lambda documents: map(change, documents)


def _sort(operand: Any) -> Stage:
    if not isinstance(operand, dict):
        raise CommandFailure(Code.Location15973, "the $sort key specification must be an object")
    if not operand:
        raise CommandFailure(Code.Location15976, "$sort stage must have at least one sort key")
    sort_documents((), operand)
    return lambda documents: sort_documents(documents, operand)


def _count_word(operand: Any, name: str, least: int, code: Code) -> int:
    if not is_number(operand) or operand != int(operand) or operand < least:
        raise CommandFailure(code, f"invalid argument to {name} stage: {operand}")
    return int(operand)


def _limit(operand: Any) -> Stage:
    count = _count_word(operand, "$limit", 1, Code.Location15958)
    return lambda documents: islice(documents, count)


def _skip(operand: Any) -> Stage:
    count = _count_word(operand, "$skip", 0, Code.Location15956)
    return lambda documents: islice(documents, count, None)


def _count(operand: Any) -> Stage:
    if not isinstance(operand, str) or not operand:
        raise CommandFailure(Code.Location40156, "the count field must be a non-empty string")
    if operand.startswith("$") or "." in operand:
        raise CommandFailure(Code.Location40158, "the count field cannot be a $-prefixed path or contain '.'")

    def count(documents: Documents) -> Documents:
        number = sum(1 for _ in documents)
        return [{operand: number}] if number else []

    return count


def _sort_by_count(operand: Any) -> Stage:
    whole = pipeline([{"$group": {"_id": operand, "count": {"$sum": 1}}}, {"$sort": {"count": -1}}])
    return lambda documents: whole(documents)


def _replace_root(operand: Any) -> Stage:
    if not isinstance(operand, dict) or set(operand) != {"newRoot"}:
        raise CommandFailure(Code.Location40230, "$replaceRoot needs 'newRoot', and nothing else")
    return _replace_with(operand["newRoot"])


def _replace_with(operand: Any) -> Stage:
    root = expression(operand)

    def replaced(document: Document) -> Document:
        new = root(document)
        if not isinstance(new, dict):
            found = type_name(new)
            message = (
                f"'newRoot' expression must evaluate to an object, but resulting value was of type {found}"
            )
            raise CommandFailure(Code.Location40228, message)
        return new

    return lambda documents: map(replaced, documents)


def _unwind(operand: Any) -> Stage:
    words = operand if isinstance(operand, dict) else {"path": operand}
    if unknown := set(words) - {"path", "preserveNullAndEmptyArrays", "includeArrayIndex"}:
        raise CommandFailure(Code.Location28811, f"unrecognized option to $unwind stage: {min(unknown)}")
    path, index = words.get("path"), words.get("includeArrayIndex")
    if not isinstance(path, str):
        raise CommandFailure(Code.Location28808, "expected a string as the path for $unwind stage")
    if not path.startswith("$"):
        raise CommandFailure(
            Code.Location28818, f"path option to $unwind stage should be prefixed with a '$': {path}"
        )
    if index is not None and (not isinstance(index, str) or len(field_path(index)) > 1):
        raise CommandFailure(Code.Location28810, "includeArrayIndex has to be a name without dots here")
    if any(name.isdigit() for name in field_path(path[1:])):
        raise unparsable("$unwind of an element is not known to this server")
    return lambda documents: _unwound(list(documents), words, index)


def _unwound(documents: list[Document], words: Document, index: str | None) -> Documents:
    with refusing():
        unwound = list(aggregate.process_pipeline(documents, None, [{"$unwind": words}], None))
    return [{**one, index: one.get(index)} for one in unwound] if index else unwound


def _sought(document: Document, path: Parts) -> Iterator[Any]:
    """Yield what a document looks for: of an array each element, and null where there is nothing."""
    for one in reached(document, path):
        many = one.value if isinstance(one.value, list) and not one.by_number else [one.value]
        yield from (None if value is MISSING else value for value in many if not isinstance(value, list))


def _facet(operand: Any, fetch: Fetch) -> Stage:
    if not isinstance(operand, dict) or not operand:
        raise CommandFailure(Code.Location40169, "the $facet specification must be a non-empty object")
    if any(isinstance(stage, dict) and "$facet" in stage for stages in operand.values() for stage in stages):
        raise CommandFailure(Code.Location40600, "$facet is not allowed to be used within a $facet stage")
    runs = {name: pipeline(stages, fetch) for name, stages in operand.items()}

    def split(documents: Documents) -> Documents:
        listed = list(documents)
        return [{name: list(run(listed)) for name, run in runs.items()}]

    return split


def _lookup(operand: Any, fetch: Fetch) -> Stage:
    words = operand if isinstance(operand, dict) else {}
    if set(words) != LOOKUP_WORDS or not all(isinstance(word, str) for word in words.values()):
        raise unparsable(
            f"$lookup needs {', '.join(sorted(LOOKUP_WORDS))}; others are not known to this server"
        )
    local, target = field_path(words["localField"]), field_path(words["as"])
    field_path(words["foreignField"])
    if len(target) > 1:
        raise unparsable("$lookup into a path is not known to this server")

    def joined(documents: Documents) -> Documents:
        others = list(fetch(words["from"]))
        for document in documents:
            wanted = [{words["foreignField"]: {"$eq": value}} for value in _sought(document, local)]
            belongs = fits({"$or": wanted} if wanted else NEVER)
            yield {**document, words["as"]: list(filter(belongs, others))}

    return joined


STAGES: Mapping[str, Callable[[Any], Stage]] = {
    "$match": _match,
    "$project": _project,
    "$addFields": _add_fields,
    "$set": _add_fields,
    "$unset": _unset,
    "$group": group,
    "$sort": _sort,
    "$limit": _limit,
    "$skip": _skip,
    "$count": _count,
    "$sortByCount": _sort_by_count,
    "$replaceRoot": _replace_root,
    "$replaceWith": _replace_with,
    "$unwind": _unwind,
}
NESTING: Mapping[str, Callable[[Any, Fetch], Stage]] = {
    "$facet": _facet,
    "$lookup": _lookup,
}
