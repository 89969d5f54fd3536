"""Commands that read: find, aggregate, count, distinct, and the batches of cursors."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import Any

from backroad.documents.accumulators import distinct
from backroad.documents.commands.requests import Command, Request, check_hint, command
from backroad.documents.failures import Code, CommandFailure, unparsable
from backroad.documents.filters import place_met
from backroad.documents.paths import reached, split
from backroad.documents.projections import Project, projection
from backroad.documents.sorting import sort_documents
from backroad.documents.stages import pipeline
from backroad.documents.store import check_collection
from backroad.documents.values import MISSING, Document
from backroad.documents.writes import find


def _find(request: Request) -> Document:
    check_hint(request.collection, request.body.get("hint"))
    query = request.document("filter")
    project = projected(request.document("projection"), query)
    ordered = sort_documents(find(request.collection, query), request.document("sort"))
    asked = request.count("limit") or None
    skipped = request.count("skip", 0) or 0
    chosen = islice(ordered, skipped, None if asked is None else skipped + asked)
    documents = map(project, chosen)
    size, single = request.count("batchSize"), request.flag("singleBatch")
    return request.state.cursors.answer(request.namespace, documents, size, single=single)


def projected(source: Document, query: Document) -> Project:
    """Return the function that gives a found document the shape that was asked for."""
    if not source:
        return lambda document: document
    return projection(source, match_place=lambda document, array: place_met(query, document, array))


def _get_more(request: Request) -> Document:
    number = request.body[request.name]
    if not isinstance(number, int) or isinstance(number, bool):
        raise CommandFailure(
            Code.TypeMismatch, "BSON field 'getMore.getMore' is the wrong type, expected type 'long'"
        )
    name = check_collection(request.body.get("collection"), request.database)
    return request.state.cursors.more(number, f"{request.database}.{name}", request.count("batchSize"))


def _kill_cursors(request: Request) -> Document:
    return request.state.cursors.kill(request.array("cursors"))


def _aggregate(request: Request) -> Document:
    if request.body[request.name] == 1:
        raise CommandFailure(
            Code.InvalidNamespace, "aggregations of a whole database are not known to this server"
        )
    if "cursor" not in request.body:
        raise unparsable("The 'cursor' option is required, except for aggregate with the explain argument")
    check_hint(request.collection, request.body.get("hint"))
    size = request.document("cursor").get("batchSize")
    run = pipeline(request.body.get("pipeline"), lambda name: _documents(request, name))
    return request.state.cursors.answer(request.namespace, run(_documents(request, request.target)), size)


def _documents(request: Request, name: str) -> Iterable[Document]:
    return request.store.documents(request.database, check_collection(name, request.database))


def _count(request: Request) -> Document:
    check_hint(request.collection, request.body.get("hint"))
    number = sum(1 for _ in find(request.collection, request.document("query")))
    number = max(0, number - (request.count("skip", 0) or 0))
    limit = abs(request.body.get("limit") or 0)
    return {"n": min(number, limit) if limit else number, "ok": 1.0}


def _distinct(request: Request) -> Document:
    key = request.typed("key", str, "")
    parts, values = split(key), []
    for found in find(request.collection, request.document("query")):
        for value in _spread(found, parts):
            values.append(value)
    return {"values": distinct(values), "ok": 1.0}


def _spread(document: Document, parts: tuple[str, ...]) -> Iterable[Any]:
    """Yield what distinct sees: an array's elements instead of the array."""
    for found in reached(document, parts):
        if isinstance(found.value, list):
            yield from found.value
        elif found.value is not MISSING:
            yield found.value


READING: dict[str, Command] = {
    "find": command(
        _find,
        "filter sort projection hint skip limit batchSize singleBatch noCursorTimeout allowPartialResults "
        "allowDiskUse",
        "let max min returnKey showRecordId tailable awaitData oplogReplay",
    ),
    "getMore": command(_get_more, "collection batchSize"),
    "killCursors": command(_kill_cursors, "cursors"),
    "aggregate": command(
        _aggregate, "pipeline cursor allowDiskUse bypassDocumentValidation hint", "explain let"
    ),
    "count": command(_count, "query limit skip hint fields"),
    "distinct": command(_distinct, "key query hint"),
}
