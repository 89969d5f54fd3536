"""Notes in a document database: every document has every field, and a count beside each list."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from bson import ObjectId
from bson.json_util import dumps, loads
from pymongo import MongoClient
from pymongo.database import Database
from pymongo.errors import BulkWriteError, DuplicateKeyError

from given.cursors import opened, sealed
from given.fields import Fault, any_text, integer, matching, plain, text, truth

Document = dict[str, Any]


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


# A note without a slug has one that nobody can choose: a tilde and its own id.
NONE = "~"
ORDER = [("pinned", -1), ("updated_at", -1), ("_id", -1)]
HIDDEN = {"body": 0, "items": 0, "tag_count": 0}


def connect(url: str | None = None) -> Database[Document]:
    """Return the database."""
    if url is None:
        url = os.environ.get("MONGODB_URL", "mongodb://127.0.0.1:27017/backroad")
    return MongoClient[Document](url, tz_aware=True).get_default_database("backroad")


def ensure_indexes(db: Database[Document]) -> None:
    """Create the indexes."""
    db.notes.create_index([("owner", 1), ("slug", 1)], unique=True)
    db.notes.create_index([("owner", 1), *ORDER])
    db.notes.create_index([("owner", 1), ("tags", 1), ("updated_at", -1)])


@contextmanager
def naming(field: str, errors: list[dict[str, str]] | None = None) -> Iterator[None]:
    """Turn a Fault into an error with a field's name: raise it, or put it with the others."""
    try:
        yield
    except Fault as fault:
        error = {"field": field, "code": fault.code, "message": fault.message}
        if errors is None:
            raise ValidationFailed([error]) from None
        errors.append(error)


def owner_name(value: Any) -> str:
    """Return an owner."""
    with naming("owner"):
        return matching(value, "[A-Za-z0-9_.@-]{1,64}")


def tag_name(value: Any) -> str:
    """Return a tag; raises Fault."""
    return text(any_text(value).lower(), 30)


def slug_name(value: Any) -> str:
    """Return a slug; raises Fault."""
    return matching(value, "[a-z0-9-]{1,60}")


class Draft:
    """Data from outside on their way to a document."""

    def __init__(self, data: Mapping[str, Any], *, fixed: Sequence[str] = ()) -> None:
        self.errors: list[dict[str, str]] = []
        self.values: Document = {}
        for field, value in data.items():
            with naming(field, self.errors):
                self.put(field, value, fixed)

    def put(self, field: str, value: Any, fixed: Sequence[str]) -> None:
        """Take one field."""
        if field in ("id", "owner", "items", "version", "created_at", "updated_at", *fixed):
            raise Fault("read_only", "is not yours to set")
        if field == "title":
            self.values[field] = text(value, 200)
        elif field == "body":
            self.values[field] = any_text(value, 50_000)
        elif field == "pinned":
            self.values[field] = truth(value)
        elif field == "slug":
            self.values[field] = value if value is None else slug_name(value)
        elif field == "tags":
            self.put_tags(value)
        elif field == "attributes":
            self.values[field] = self.attributes(value)
        else:
            raise Fault("unknown_field", "is no field of a note")

    def put_tags(self, value: Any) -> None:
        """Take tags, and their number with them."""
        once: dict[str, None] = {}
        for place, tag in enumerate(sequence(value)):
            with naming(f"tags[{place}]", self.errors):
                once[tag_name(tag)] = None
        if len(once) > 20:
            raise Fault("too_many", "at most 20 tags")
        self.values |= {"tags": list(once), "tag_count": len(once)}

    def attributes(self, value: Any) -> Document:
        """Return attributes, sorted by name."""
        if not isinstance(value, Mapping):
            raise Fault("null" if value is None else "type", "must be a mapping")
        if len(value) > 20:
            raise Fault("too_many", "at most 20 attributes")
        kept = {}
        for name in sorted(value):
            with naming(f"attributes.{name}", self.errors):
                matching(name, r"(?a:\w){1,40}")
                kept[name] = plain(value[name])
        return kept

    def require(self, field: str) -> None:
        """Note that a field is missing."""
        self.errors.append({"field": field, "code": "required", "message": "must be given"})

    def finished(self, *required: str) -> Document:
        """Return the values, or raise all that is wrong."""
        named = {error["field"] for error in self.errors}
        for field in required:
            if field not in self.values and field not in named:
                self.require(field)
        if self.errors:
            raise ValidationFailed(self.errors)
        return self.values


def sequence(value: Any) -> Sequence[Any]:
    """Return a list; raises Fault."""
    if not isinstance(value, list):
        raise Fault("null" if value is None else "type", "must be a list")
    return value


def seen(document: Document | None, name: Any = None) -> Document:
    """Return a document as callers see it."""
    if document is None:
        raise NotFound(name)
    hidden = {"_id", "tag_count"} | ({"slug"} if document["slug"].startswith(NONE) else set())
    hidden |= {"item_count"} if "items" in document else set()
    return {
        "id": str(document["_id"]),
        **{key: value for key, value in document.items() if key not in hidden},
    }


class NoteStore:
    """Notes; all of an owner's are hers alone."""

    def __init__(self, db: Database[Document], *, clock: Callable[[], datetime] | None = None) -> None:
        self._notes = db.get_collection("notes")
        self._clock = clock

    def _now(self) -> datetime:
        now = (self._clock or (lambda: datetime.now(UTC)))().astimezone(UTC)
        return now.replace(microsecond=now.microsecond - now.microsecond % 1000)

    def _document(self, owner: str, values: Document) -> Document:
        now, key = self._now(), ObjectId()
        slug = values.get("slug") or f"{NONE}{key}"
        empty: Document = {"body": "", "tags": [], "tag_count": 0, "attributes": {}, "pinned": False}
        counted = {"items": [], "item_count": 0, "version": 1, "created_at": now, "updated_at": now}
        return {"_id": key, "owner": owner, **empty, **values, "slug": slug, **counted}

    def create(self, owner: str, data: Mapping[str, Any]) -> Document:
        """Store a new note."""
        document = self._document(owner_name(owner), Draft(data).finished("title"))
        with self._slug_conflicts():
            self._notes.insert_one(document)
        return seen(document)

    @contextmanager
    def _slug_conflicts(self) -> Iterator[None]:
        try:
            yield
        except DuplicateKeyError:
            raise Conflict("slug", "is taken") from None

    def _key(self, owner: Any, note_id: Any) -> Document:
        name = owner_name(owner)
        try:
            return {"_id": ObjectId(matching(note_id, "[0-9a-f]{24}")), "owner": name}
        except Fault:
            raise NotFound(note_id) from None

    def get(self, owner: str, note_id: str) -> Document:
        """Return a note."""
        return seen(self._notes.find_one(self._key(owner, note_id)), note_id)

    def delete(self, owner: str, note_id: str) -> None:
        """Delete a note."""
        if not self._notes.delete_one(self._key(owner, note_id)).deleted_count:
            raise NotFound(note_id)

    def _write(self, key: Document, when: Document, change: Document) -> bool:
        """Change a note under a condition; tell whether there was one to change."""
        change.setdefault("$set", {})["updated_at"] = self._now()
        change.setdefault("$inc", {})["version"] = 1
        with self._slug_conflicts():
            return self._notes.update_one({**key, **when}, change).matched_count == 1

    def update(
        self, owner: str, note_id: str, changes: Mapping[str, Any], *, expected_version: int | None = None
    ) -> Document:
        """Change some fields."""
        key, values = self._key(owner, note_id), Draft(changes).finished()
        if expected_version is not None:
            with naming("expected_version"):
                integer(expected_version, -(2**63), 2**63 - 1)
        return self._set(key, values, expected_version)

    def _set(self, key: Document, values: Document, version: int | None = None) -> Document:
        if values.get("slug", "") is None:
            values = {**values, "slug": f"{NONE}{key['_id']}"}
        same = {field: {"$eq": value} for field, value in values.items()}
        when: Document = {"$nor": [same]} if same else {}
        if version is not None:
            when["version"] = version
        written = bool(same) and self._write(key, when, {"$set": dict(values)})
        note = self._notes.find_one(key)
        if note is not None and not written and version not in (None, note["version"]):
            raise VersionConflict("version", "is another one")
        return seen(note, key)

    def add_tag(self, owner: str, note_id: str, tag: str) -> Document:
        """Add a tag."""
        key = self._key(owner, note_id)
        with naming("tag"):
            tag = tag_name(tag)
        room = {"tags": {"$nin": [tag]}, "tag_count": {"$lt": 20}}
        written = self._write(key, room, {"$addToSet": {"tags": tag}, "$inc": {"tag_count": 1}})
        note = seen(self._notes.find_one(key), note_id)
        if not written and tag not in note["tags"]:
            raise ValidationFailed([{"field": "tags", "code": "too_many", "message": "at most 20 tags"}])
        return note

    def remove_tag(self, owner: str, note_id: str, tag: str) -> Document:
        """Take a tag away."""
        key = self._key(owner, note_id)
        with naming("tag"):
            tag = tag_name(tag)
        self._write(key, {"tags": tag}, {"$pullAll": {"tags": [tag]}, "$inc": {"tag_count": -1}})
        return seen(self._notes.find_one(key), note_id)

    def add_item(self, owner: str, note_id: str, text: str) -> Document:
        """Append an item."""
        key = self._key(owner, note_id)
        item = {"key": secrets.token_urlsafe(9), "text": self._item_text(text), "done": False}
        self._write(key, {}, {"$push": {"items": item}, "$inc": {"item_count": 1}})
        return seen(self._notes.find_one(key), note_id)

    def _item_text(self, value: Any) -> str:
        with naming("text"):
            return text(value, 500)

    def set_item_done(self, owner: str, note_id: str, item_key: str, done: bool) -> Document:
        """Set one item."""
        key = self._key(owner, note_id)
        with naming("done"):
            truth(done)
        if not isinstance(item_key, str):
            raise NotFound(item_key)
        other = {"items": {"$elemMatch": {"key": item_key, "done": {"$ne": done}}}}
        self._write(key, other, {"$set": {"items.$.done": done}})
        note = self._notes.find_one({**key, "items.key": item_key})
        return seen(note, item_key)

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
        """Return a page of summaries."""
        errors: list[dict[str, str]] = []
        parts: list[Document] = [{"owner": owner_name(owner)}]
        with naming("tags_all", errors):
            wanted = [(f"tags_all[{place}]", one) for place, one in enumerate(sequence(tags_all or []))]
            for name, one in wanted + ([("tag", tag)] if tag is not None else []):
                with naming(name, errors):
                    parts.append({"tags": tag_name(one)})
        with naming("q", errors):
            parts += [] if q is None else [{"title": {"$regex": f"(?i){re.escape(any_text(q))}"}}]
        with naming("pinned", errors):
            parts += [] if pinned is None else [{"pinned": truth(pinned)}]
        with naming("limit", errors):
            integer(limit, 1, 100)
        given = Draft({} if attributes is None else {"attributes": attributes})
        errors += given.errors
        for name, value in given.values.get("attributes", {}).items():
            path = f"attributes.{name}"
            parts.append({path: value} if value is not None else {path: {"$in": [None], "$exists": True}})
        purpose = dumps(parts)
        with naming("cursor", errors):
            parts += [] if cursor is None else [behind(loads(opened(cursor, purpose)["after"]))]
        if errors:
            raise ValidationFailed(errors)
        found = list_of(self._notes.find({"$and": parts}, HIDDEN).sort(ORDER).limit(limit + 1))
        last = found[limit - 1] if len(found) > limit else None
        after = last and {"after": dumps([last["pinned"], last["updated_at"], last["_id"]])}
        items = [seen(note) for note in found[:limit]]
        return {"items": items, "next_cursor": sealed(after, purpose) if after else None}

    def tag_counts(self, owner: str) -> Sequence[Document]:
        """Count the tags."""
        group = {"$group": {"_id": "$tags", "count": {"$count": {}}}}
        named = {"$project": {"tag": "$_id", "count": "$count", "_id": 0}}
        match = {"$match": {"owner": owner_name(owner), "tag_count": {"$gt": 0}}}
        order = {"$sort": {"count": -1, "tag": 1}}
        return list_of(self._notes.aggregate([match, {"$unwind": "$tags"}, group, named, order]))

    def upsert_by_slug(self, owner: str, slug: str, data: Mapping[str, Any]) -> tuple[Document, bool]:
        """Create a note, or change it."""
        name = owner_name(owner)
        with naming("slug"):
            key = {"owner": name, "slug": slug_name(slug)}
        draft = Draft(data, fixed=["slug"])
        values = draft.finished()
        if "title" not in values:
            if self._notes.count_documents(key) == 0:
                draft.finished("title")
            return self._set(key, values), False
        try:
            document = self._document(name, {**values, "slug": slug})
            self._notes.insert_one(document)
        except DuplicateKeyError:
            return self._set(key, values), False
        return seen(document), True

    def bulk_import(self, owner: str, docs: Iterable[Mapping[str, Any]]) -> Document:
        """Store all that can be."""
        name, ready, errors = owner_name(owner), {}, {}
        for index, data in enumerate(docs):
            try:
                ready[index] = self._document(name, Draft(data).finished("title"))
            except ValidationFailed:
                errors[index] = "validation_failed"
        order = [*ready]
        try:
            if ready:
                self._notes.insert_many(ready.values(), ordered=False)
        except BulkWriteError as error:
            for one in error.details["writeErrors"]:
                errors[order[one["index"]]] = "conflict"
        told = [{"index": index, "code": code} for index, code in sorted(errors.items())]
        return {"inserted": len(set(order) - set(errors)), "errors": told}


def list_of(cursor: Iterable[Document]) -> Sequence[Document]:
    """Return all that a cursor gives; inside the class, `list` is the method."""
    return list(cursor)


def behind(position: Sequence[Any]) -> Document:
    """Return the condition for notes behind a position."""
    fields, cases = [field for field, _ in ORDER], []
    for place, field in enumerate(fields):
        equal = dict(zip(fields[:place], position, strict=False))
        cases.append({**equal, field: {"$lt": position[place]}})
    return {"$or": cases}
