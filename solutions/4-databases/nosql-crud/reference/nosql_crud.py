"""Notes in a document database: one write a change, and nothing lost."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from bson import ObjectId
from pymongo import MongoClient, ReturnDocument
from pymongo.database import Database
from pymongo.errors import BulkWriteError, DuplicateKeyError

from given.cursors import opened, sealed
from given.fields import Fault, any_text, integer, matching, plain, text, truth

Document = dict[str, Any]

DEFAULT_URL = "mongodb://127.0.0.1:27017/backroad"
MAX_TAGS = 20
MAX_ATTRIBUTES = 20
MAX_LIMIT = 100
FULL = {"field": "tags", "code": "too_many", "message": f"at most {MAX_TAGS} tags"}


class NotFound(LookupError):
    """There is no such note."""


class Conflict(Exception):
    """What is stored stands against it; `field` says where."""

    def __init__(self, field: str | None = None, message: str = "") -> None:
        super().__init__(message or field)
        self.field = field


class ValidationFailed(ValueError):
    """Some values are wrong; `errors` is a list of {"field", "code", "message"}."""

    def __init__(self, errors: list[dict[str, str]]) -> None:
        super().__init__(", ".join(f"{error['field']}: {error['code']}" for error in errors))
        self.errors = errors


class VersionConflict(Conflict):
    """Somebody else changed the note in between."""


# The database


def connect(url: str | None = None) -> Database[Document]:
    """Return the database that a URL names, or $MONGODB_URL, or the default."""
    client = MongoClient[Document](url or os.environ.get("MONGODB_URL") or DEFAULT_URL, tz_aware=True)
    return client.get_default_database("backroad")


def ensure_indexes(db: Database[Document]) -> None:
    """Create the indexes, unless they are there."""
    # Notes without a slug stay out of this index, or they would all share the slug null.
    with_slug = {"slug": {"$exists": True}}
    db.notes.create_index([("owner", 1), ("slug", 1)], unique=True, partialFilterExpression=with_slug)
    db.notes.create_index([("owner", 1), ("pinned", -1), ("updated_at", -1)])
    db.notes.create_index([("owner", 1), ("tags", 1)])


# What values have to be


def checked(field: str, check: Callable[..., Any], *values: Any) -> Any:
    """Return what a check makes of values; a Fault becomes ValidationFailed for this field."""
    faults = Faults()
    value = faults.of(field, check, *values)
    faults.refuse()
    return value


class Faults:
    """All that is wrong with some input."""

    def __init__(self) -> None:
        self.errors: list[dict[str, str]] = []

    def of(self, field: str, check: Callable[..., Any], *values: Any) -> Any:
        """Return what a check makes of values, or note what is wrong with them."""
        try:
            return check(*values)
        except Fault as fault:
            self.errors.append({"field": field, "code": fault.code, "message": fault.message})

    def refuse(self) -> None:
        """Raise ValidationFailed if anything was wrong."""
        if self.errors:
            raise ValidationFailed(self.errors)


def owner_of(value: Any) -> str:
    """Return the name of an owner, or raise ValidationFailed."""
    return str(checked("owner", matching, value, "[A-Za-z0-9_.@-]{1,64}"))


def slug_of(value: Any) -> str:
    """Return a slug; raises Fault."""
    return matching(value, "[a-z0-9-]{1,60}")


def tag_of(value: Any) -> str:
    """Return a tag in its one spelling; raises Fault."""
    return text(any_text(value).lower(), longest=30)  # counted as it is stored


def listed(value: Any) -> Sequence[Any]:
    """Return a list; raises Fault."""
    if value is None:
        raise Fault("null", "must not be None")
    if not isinstance(value, list):
        raise Fault("type", "must be a list of texts")
    return value


def tags_of(value: Any, faults: Faults) -> list[str]:
    """Return tags, each once, in the order in which they came first."""
    tags = [faults.of(f"tags[{place}]", tag_of, tag) for place, tag in enumerate(listed(value))]
    once = list(dict.fromkeys(tags))
    if len(once) > MAX_TAGS:
        raise Fault("too_many", f"at most {MAX_TAGS} tags")
    return once


def attributes_of(value: Any, faults: Faults) -> Document:
    """Return attributes whose names are nothing but names, and whose values have no inside."""
    if value is None:
        raise Fault("null", "must not be None")
    if not isinstance(value, Mapping):
        raise Fault("type", "must be a mapping")
    if len(value) > MAX_ATTRIBUTES:
        raise Fault("too_many", f"at most {MAX_ATTRIBUTES} attributes")
    return {key: faults.of(f"attributes.{key}", attribute_of, key, value[key]) for key in value}


def attribute_of(key: Any, value: Any) -> Any:
    """Return the value of one attribute; raises Fault, for its name too."""
    matching(key, "[A-Za-z0-9_]{1,40}")
    return plain(value)


READ_ONLY = ("id", "owner", "items", "version", "created_at", "updated_at")
CLEAN: Mapping[str, Callable[[Any, Faults], Any]] = {
    "slug": lambda value, _: None if value is None else slug_of(value),
    "title": lambda value, _: text(value, longest=200),
    "body": lambda value, _: any_text(value, longest=50_000),
    "tags": tags_of,
    "attributes": attributes_of,
    "pinned": lambda value, _: truth(value),
}


def cleaned(data: Mapping[str, Any], *, required: Sequence[str] = (), fixed: Sequence[str] = ()) -> Document:
    """Return the clean values of the given fields; raises ValidationFailed with all that is wrong."""
    faults, values = Faults(), {}
    for field, value in data.items():
        values[field] = faults.of(field, clean, field, value, faults, fixed)
    for field in required:
        if field not in data:
            faults.errors.append({"field": field, "code": "required", "message": "must be given"})
    faults.refuse()
    return values


def clean(field: str, value: Any, faults: Faults, fixed: Sequence[str]) -> Any:
    """Return the clean value of one field; raises Fault."""
    if field in READ_ONLY or field in fixed:
        raise Fault("read_only", "cannot be set")
    if field not in CLEAN:
        raise Fault("unknown_field", "is no field of a note")
    return CLEAN[field](value, faults)


def object_id(value: Any) -> ObjectId:
    """Return the ObjectId that a text means; whatever is none belongs to no note."""
    if type(value) is not str or not re.fullmatch("[0-9a-fA-F]{24}", value):
        raise NotFound(value)
    return ObjectId(value)


def public(document: Document) -> Document:
    """Return a stored document as callers see it."""
    return {"id": str(document["_id"]), **{name: value for name, value in document.items() if name != "_id"}}


def milliseconds(moment: datetime) -> datetime:
    """Return a moment as BSON keeps it: cut to the millisecond."""
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


class NoteStore:
    """Notes, each with an owner, in the collection `notes`."""

    def __init__(self, db: Database[Document], *, clock: Callable[[], datetime] | None = None) -> None:
        self._notes = db.notes
        self._clock = clock or (lambda: datetime.now(UTC))

    def _now(self) -> datetime:
        return milliseconds(self._clock())

    # One note

    def create(self, owner: str, data: Mapping[str, Any]) -> Document:
        """Store a new note and return it."""
        note = self._new(owner_of(owner), cleaned(data, required=["title"]))
        try:
            self._notes.insert_one(note)  # puts `_id` into the dict it is given
        except DuplicateKeyError:
            raise Conflict("slug", f"{note['slug']} is taken") from None
        return public(note)

    def _new(self, owner: str, values: Document) -> Document:
        now = self._now()
        defaults: Document = {"body": "", "tags": [], "attributes": {}, "pinned": False}
        note = {"owner": owner, **defaults, **values, "items": [], "version": 1}
        if note.get("slug") is None:
            note.pop("slug", None)
        return {**note, "created_at": now, "updated_at": now}

    def get(self, owner: str, note_id: str) -> Document:
        """Return a note of this owner."""
        return self._stored({"_id": object_id(note_id), "owner": owner_of(owner)})

    def _stored(self, key: Document) -> Document:
        note = self._notes.find_one(key)
        if note is None:
            raise NotFound(str(key.get("_id", key)))
        return public(note)

    # Change it

    def _change(
        self, key: Document, condition: Document, change: Document, elements: Sequence[Document] | None = None
    ) -> Document | None:
        """Change the note with this key if the condition holds, and count it; None if nothing was written.

        `elements` tells which element of an array `$[name]` stands for.
        """
        change = {**change, "$inc": {"version": 1}}
        change["$set"] = {**change.get("$set", {}), "updated_at": self._now()}
        note = self._notes.find_one_and_update(
            {**key, **condition}, change, array_filters=elements, return_document=ReturnDocument.AFTER
        )
        return note and public(note)

    def update(
        self, owner: str, note_id: str, changes: Mapping[str, Any], *, expected_version: int | None = None
    ) -> Document:
        """Change the given fields; with `expected_version` only if nobody did so in between."""
        key = {"_id": object_id(note_id), "owner": owner_of(owner)}
        values = cleaned(changes)
        if expected_version is not None:
            checked("expected_version", integer, expected_version, -(2**63), 2**63 - 1)
        return self._assign(key, values, expected_version)

    def _assign(self, key: Document, values: Document, version: int | None = None) -> Document:
        """Set fields to values; None takes a field away."""
        given = {field: value for field, value in values.items() if value is not None}
        gone = [field for field, value in values.items() if value is None]
        differs = [{field: {"$ne": value}} for field, value in given.items()]
        differs += [{field: {"$exists": True}} for field in gone]
        condition: Document = {} if version is None else {"version": version}
        change: Document = {"$set": given, **({"$unset": dict.fromkeys(gone, "")} if gone else {})}
        try:
            note = self._change(key, {**condition, "$or": differs}, change) if differs else None
        except DuplicateKeyError:
            raise Conflict("slug", f"{given['slug']} is taken") from None
        return note or self._unchanged(key, version)

    def _unchanged(self, key: Document, version: int | None) -> Document:
        """Tell why nothing was written: no such note, another version, or nothing to change."""
        note = self._stored(key)
        if version is not None and note["version"] != version:
            raise VersionConflict("version", f"the note has version {note['version']}")
        return note

    def delete(self, owner: str, note_id: str) -> None:
        """Delete a note."""
        key = {"_id": object_id(note_id), "owner": owner_of(owner)}
        if self._notes.delete_one(key).deleted_count == 0:
            raise NotFound(note_id)

    def add_tag(self, owner: str, note_id: str, tag: str) -> Document:
        """Add a tag, unless the note has it."""
        key = {"_id": object_id(note_id), "owner": owner_of(owner)}
        tag = checked("tag", tag_of, tag)
        # "There is room" stands in the filter: two who race for the last place cannot both get it.
        room = {"tags": {"$ne": tag}, f"tags.{MAX_TAGS - 1}": {"$exists": False}}
        note = self._change(key, room, {"$push": {"tags": tag}}) or self._stored(key)
        if tag not in note["tags"]:
            raise ValidationFailed([FULL])
        return note

    def remove_tag(self, owner: str, note_id: str, tag: str) -> Document:
        """Take a tag away, if the note has it."""
        key = {"_id": object_id(note_id), "owner": owner_of(owner)}
        tag = checked("tag", tag_of, tag)
        return self._change(key, {"tags": tag}, {"$pull": {"tags": tag}}) or self._stored(key)

    def add_item(self, owner: str, note_id: str, text: str) -> Document:
        """Append an item, with a key that no other item of the note has."""
        key = {"_id": object_id(note_id), "owner": owner_of(owner)}
        item = {"key": uuid4().hex, "text": checked("text", item_text, text), "done": False}
        note = self._change(key, {}, {"$push": {"items": item}})
        if note is None:
            raise NotFound(note_id)
        return note

    def set_item_done(self, owner: str, note_id: str, item_key: str, done: bool) -> Document:
        """Set one item, and leave the others alone."""
        key = {"_id": object_id(note_id), "owner": owner_of(owner)}
        checked("done", truth, done)
        if type(item_key) is not str:
            raise NotFound(item_key)
        open_item = {"items": {"$elemMatch": {"key": item_key, "done": not done}}}
        change = {"$set": {"items.$[item].done": done}}
        note = self._change(key, open_item, change, [{"item.key": item_key}]) or self._stored(key)
        if item_key not in [item["key"] for item in note["items"]]:
            raise NotFound(item_key)
        return note

    # Many notes

    def list(
        self,
        owner: str,
        *,
        tag: str | None = None,
        tags_all: Iterable[str] | None = None,
        q: str | None = None,
        pinned: bool | None = None,
        attributes: Mapping[str, Any] | None = None,
        limit: int = 20,
        cursor: str | None = None,
    ) -> Document:
        """Return {"items": summaries of one page, "next_cursor": where the next one begins, or None}."""
        faults, conditions = Faults(), [{"owner": owner_of(owner)}]
        conditions += tag_conditions(tag, tags_all, faults)
        conditions += [] if q is None else [{"title": faults.of("q", literal, q)}]
        conditions += [] if pinned is None else [{"pinned": faults.of("pinned", truth, pinned)}]
        conditions += attribute_conditions(attributes, faults)
        faults.of("limit", integer, limit, 1, MAX_LIMIT)
        purpose = repr(conditions)
        if cursor is not None:
            conditions += [faults.of("cursor", after, cursor, purpose)]
        faults.refuse()
        found = [*self._notes.aggregate([{"$match": {"$and": conditions}}, *summaries(limit + 1)])]
        more = sealed(position(found[limit - 1]), purpose) if len(found) > limit else None
        return {"items": [public(note) for note in found[:limit]], "next_cursor": more}

    def tag_counts(self, owner: str) -> Sequence[Document]:
        """Return how many notes have each tag: the most frequent first."""
        stages: list[Document] = [
            {"$match": {"owner": owner_of(owner)}},
            {"$unwind": "$tags"},
            {"$group": {"_id": "$tags", "count": {"$sum": 1}}},
            {"$sort": {"count": -1, "_id": 1}},
            {"$project": {"_id": 0, "tag": "$_id", "count": 1}},
        ]
        return [*self._notes.aggregate(stages)]

    # Many callers, many notes at once

    def upsert_by_slug(self, owner: str, slug: str, data: Mapping[str, Any]) -> tuple[Document, bool]:
        """Create the note with this slug, or change it; return it, and whether it is new."""
        key = {"owner": owner_of(owner), "slug": checked("slug", slug_of, slug)}
        values = cleaned(data, fixed=["slug"])
        if "title" in values and (note := self._created(key, values)):
            return note, True
        try:
            return self._assign(key, values), False
        except NotFound:
            cleaned(data, required=["title"])  # a new note needs one
            raise

    def _created(self, key: Document, values: Document) -> Document | None:
        """Create the note with this key, unless there is one."""
        new = {name: value for name, value in self._new("", values).items() if name != "owner"}
        try:
            made = self._notes.update_one(key, {"$setOnInsert": new}, upsert=True)
        except DuplicateKeyError:
            return None  # somebody else was first, between the search and the insert of this upsert
        return public({"_id": made.upserted_id, **key, **new}) if made.upserted_id else None

    def bulk_import(self, owner: str, docs: Iterable[Mapping[str, Any]]) -> Document:
        """Store all notes that can be; return how many were, and what is wrong with the others."""
        owner = owner_of(owner)
        good: list[tuple[int, Document]] = []
        errors = []
        for index, data in enumerate(docs):
            try:
                good.append((index, self._new(owner, cleaned(data, required=["title"]))))
            except ValidationFailed:
                errors.append({"index": index, "code": "validation_failed"})
        try:
            if good:
                self._notes.insert_many([note for _, note in good], ordered=False)
            taken = []
        except BulkWriteError as error:
            taken = [good[fault["index"]][0] for fault in error.details["writeErrors"]]
        errors += [{"index": index, "code": "conflict"} for index in taken]
        errors.sort(key=lambda error: error["index"])
        return {"inserted": len(good) - len(taken), "errors": errors}


def item_text(value: Any) -> str:
    """Return the text of an item; raises Fault."""
    return text(value, longest=500)


# Parts of a search


def tag_conditions(tag: Any, tags_all: Any, faults: Faults) -> list[Document]:
    """Return the conditions for one tag, and for several that a note must all have."""
    found = [] if tag is None else [{"tags": faults.of("tag", tag_of, tag)}]
    several = [] if tags_all is None else faults.of("tags_all", listed, tags_all) or []
    return found + [
        {"tags": faults.of(f"tags_all[{place}]", tag_of, one)} for place, one in enumerate(several)
    ]


def literal(value: Any) -> Document:
    """Return the condition that a text contains this one, in capitals or not."""
    return {"$regex": re.escape(any_text(value)), "$options": "i"}


def attribute_conditions(attributes: Any, faults: Faults) -> list[Document]:
    """Return the conditions for attributes; None is a value, not a missing one."""
    if attributes is None:
        return []
    wanted = faults.of("attributes", attributes_of, attributes, faults) or {}
    null = {"$type": "null"}
    return [{f"attributes.{key}": null if value is None else value} for key, value in wanted.items()]


def summaries(count: int) -> list[Document]:
    """Return the stages that sort, cut and shorten, so that no body leaves the database."""
    return [
        {"$sort": {"pinned": -1, "updated_at": -1, "_id": -1}},
        {"$limit": count},
        {"$addFields": {"item_count": {"$size": "$items"}}},
        {"$project": {"body": 0, "items": 0}},
    ]


def position(note: Document) -> Document:
    """Return where a note stands in the list."""
    return {"pinned": note["pinned"], "updated_at": note["updated_at"].isoformat(), "id": str(note["_id"])}


def after(cursor: Any, purpose: str) -> Document:
    """Return the condition for all notes that come after a position; raises Fault."""
    place = opened(cursor, purpose)
    pinned, moment = place["pinned"], datetime.fromisoformat(place["updated_at"])
    return {
        "$or": [
            {"pinned": {"$lt": pinned}},
            {"pinned": pinned, "updated_at": {"$lt": moment}},
            {"pinned": pinned, "updated_at": moment, "_id": {"$lt": ObjectId(place["id"])}},
        ]
    }
