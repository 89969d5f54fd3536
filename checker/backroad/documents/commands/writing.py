"""Commands that write: insert, update, delete, findAndModify."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from backroad.documents.commands.reading import projected
from backroad.documents.commands.requests import (
    Command,
    Request,
    check_hint,
    command,
    refuse_collation,
    typed,
)
from backroad.documents.failures import Code, CommandFailure, unparsable
from backroad.documents.projections import Project
from backroad.documents.updates import Update, update
from backroad.documents.values import Document, type_name
from backroad.documents.writes import Change, changed, chosen, find, upserted

MOST_WRITES = 100_000
UPDATE_WORDS = {"q", "u", "upsert", "multi", "arrayFilters", "hint", "collation", "sort"}
DELETE_WORDS = {"q", "limit", "hint", "collation"}


def _each(request: Request, word: str, write: Callable[[int, Document], None]) -> list[Document]:
    """Do all writes of a command; an ordered one stops at the first that fails."""
    writes = request.array(word)
    if not 1 <= len(writes) <= MOST_WRITES:
        message = f"Write batch sizes must be between 1 and {MOST_WRITES}. Got {len(writes)} operations."
        raise CommandFailure(Code.InvalidLength, message)
    errors: list[Document] = []
    for index, one in enumerate(writes):
        try:
            if not isinstance(one, dict):
                raise CommandFailure(
                    Code.TypeMismatch, f"'{word}' has to hold documents, not {type_name(one)}"
                )
            write(index, one)
        except CommandFailure as failure:
            errors.append(failure.write_error(index))
            if request.flag("ordered", default=True):
                break
    return errors


def _with_errors(answer: Document, errors: Sequence[Document]) -> Document:
    return {**answer, **({"writeErrors": errors} if errors else {}), "ok": 1.0}


def _insert(request: Request) -> Document:
    collection = request.store.made(request.database, request.target)
    done: list[int] = []

    def insert(index: int, document: Document) -> None:
        collection.insert(document)
        done.append(index)

    errors = _each(request, "documents", insert)
    return _with_errors({"n": len(done)}, errors)


def _only(known: set[str], statement: Document, name: str) -> None:
    for word in statement:
        if word not in known:
            raise CommandFailure(Code.Location40415, f"BSON field '{name}.{word}' is an unknown field.")
    if "q" not in statement:
        raise CommandFailure(Code.IDLFailedToParse, f"BSON field '{name}.q' is missing but a required field")
    refuse_collation(statement)


def _update(request: Request) -> Document:
    changes: list[Change] = []
    ids: list[Document] = []

    def write(index: int, statement: Document) -> None:
        for change in _updated(request, statement):
            changes.append(change)
            if change.upserted:
                ids.append({"index": index, "_id": change.after["_id"]})

    errors = _each(request, "updates", write)
    modified = sum(change.modified for change in changes)
    answer = {"n": len(changes), "nModified": modified, **({"upserted": ids} if ids else {})}
    return _with_errors(answer, errors)


def _updated(request: Request, statement: Document) -> list[Change]:
    _only(UPDATE_WORDS, statement, "update.updates")
    query, sort = (
        typed(statement, "update.updates.q", dict, {}),
        typed(statement, "update.updates.sort", dict, {}),
    )
    multi = bool(statement.get("multi"))
    if multi and sort:
        raise unparsable("Cannot specify sort with multi=true")
    filters = typed(statement, "update.updates.arrayFilters", list, [])
    change = update(statement.get("u"), filters, multi=multi)
    check_hint(request.collection, statement.get("hint"))
    found = list(find(request.collection, query)) if multi else chosen(request.collection, query, sort)
    return _done(request, found, query, change, upsert=bool(statement.get("upsert")))


def _done(
    request: Request, found: list[Document], query: Document, change: Update, *, upsert: bool
) -> list[Change]:
    if not found and not upsert:
        return []
    collection = request.store.made(request.database, request.target)
    if not found:
        return [upserted(collection, query, change)]
    return [changed(collection, query, one, change) for one in found]


def _delete(request: Request) -> Document:
    gone: list[Document] = []

    def write(_: int, statement: Document) -> None:
        _only(DELETE_WORDS, statement, "delete.deletes")
        if statement.get("limit") not in (0, 1):
            raise unparsable(
                f"The limit field in delete objects must be 0 or 1. Got {statement.get('limit')}"
            )
        check_hint(request.collection, statement.get("hint"))
        query = typed(statement, "delete.deletes.q", dict, {})
        found = (
            chosen(request.collection, query, {}) if statement["limit"] else find(request.collection, query)
        )
        gone.extend(_removed(request, list(found)))

    errors = _each(request, "deletes", write)
    return _with_errors({"n": len(gone)}, errors)


def _removed(request: Request, found: list[Document]) -> list[Document]:
    if request.collection is not None:
        for one in found:
            request.collection.remove(one)
    return found


def _find_and_modify(request: Request) -> Document:
    query, sort = request.document("query"), request.document("sort")
    removes, upserts = request.flag("remove"), request.flag("upsert")
    _check_modes(request, removes=removes)
    check_hint(request.collection, request.body.get("hint"))
    shape = projected(request.document("fields"), query)
    if removes:
        found = _removed(request, chosen(request.collection, query, sort))
        value = shape(found[0]) if found else None
        return {"lastErrorObject": {"n": len(found)}, "value": value, "ok": 1.0}
    change = update(request.body.get("update"), request.array("arrayFilters"))
    found = chosen(request.collection, query, sort)
    done = _done(request, found, query, change, upsert=upserts)
    return {"lastErrorObject": _last_error(done), "value": _value(request, done, shape), "ok": 1.0}


def _check_modes(request: Request, *, removes: bool) -> None:
    if removes and "update" in request.body:
        raise unparsable("Cannot specify both an update and remove=true")
    if removes and (request.flag("upsert") or request.flag("new")):
        raise unparsable("Cannot specify upsert=true or new=true together with remove=true")
    if not removes and "update" not in request.body:
        raise unparsable("Either an update or remove=true must be specified")


def _last_error(done: list[Change]) -> Document:
    new = [change.after["_id"] for change in done if change.upserted]
    error: Document = {"n": len(done), "updatedExisting": bool(done) and not new}
    return {**error, "upserted": new[0]} if new else error


def _value(request: Request, done: list[Change], shape: Project) -> Any:
    """Return the document as it was, or as it is now."""
    document = (done[0].after if request.flag("new") else done[0].before) if done else None
    return None if document is None else shape(document)


WRITING: dict[str, Command] = {
    "insert": command(_insert, "documents ordered bypassDocumentValidation"),
    "update": command(_update, "updates ordered bypassDocumentValidation", "let"),
    "delete": command(_delete, "deletes ordered", "let"),
    "findAndModify": command(
        _find_and_modify,
        "query sort remove update new fields upsert bypassDocumentValidation arrayFilters hint",
        "let",
    ),
}
WRITING["findandmodify"] = WRITING["findAndModify"]
