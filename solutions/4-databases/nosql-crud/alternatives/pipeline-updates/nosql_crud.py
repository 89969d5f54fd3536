"""Notes in a document database: every change is a pipeline that compares and counts by itself."""

from __future__ import annotations

import hashlib
import hmac
import os
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from bson import ObjectId
from pymongo import ASCENDING, DESCENDING, IndexModel, InsertOne, MongoClient, ReturnDocument
from pymongo.collection import Collection
from pymongo.database import Database
from pymongo.errors import BulkWriteError, DuplicateKeyError

Document = dict[str, Any]
Notes = list[Document]


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


BLANKS = " \t\r\n"
READ_ONLY = {"id", "owner", "items", "version", "created_at", "updated_at"}
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SECRET = b"notes"


def connect(url: str | None = None) -> Database[Document]:
    """Return the database."""
    address = url or os.getenv("MONGODB_URL", "mongodb://127.0.0.1:27017/backroad")
    client: MongoClient[Document] = MongoClient(address, tz_aware=True)
    return client.get_default_database(default="backroad")


def ensure_indexes(db: Database[Document]) -> None:
    """Create the indexes."""
    db["notes"].create_indexes(
        [
            IndexModel(
                [("owner", ASCENDING), ("slug", ASCENDING)],
                name="one_slug",
                unique=True,
                partialFilterExpression={"slug": {"$type": "string"}},
            ),
            IndexModel(
                [(field, ASCENDING) for field in ("owner", "pinned", "updated_at", "_id")], name="listed"
            ),
            IndexModel([("owner", ASCENDING), ("tags", DESCENDING)], name="tagged"),
        ]
    )


class Form:
    """Looks at values one by one, and gathers what is wrong with them."""

    def __init__(self) -> None:
        self.errors: list[dict[str, str]] = []

    def wrong(self, field: str, code: str) -> None:
        """Note a fault."""
        self.errors.append({"field": field, "code": code, "message": code.replace("_", " ")})

    def done(self) -> None:
        """Raise what was gathered."""
        if self.errors:
            raise ValidationFailed(self.errors)

    def string(self, field: str, value: Any) -> bool:
        """Tell whether a value is a text that can be stored."""
        if not isinstance(value, str):
            self.wrong(field, "null" if value is None else "type")
            return False
        if "\0" in value or any(0xD800 <= ord(character) < 0xE000 for character in value):
            self.wrong(field, "characters")
            return False
        return True

    def words(self, field: str, value: Any, longest: int, *, lower: bool = False) -> str:
        """Return a trimmed text."""
        if not self.string(field, value):
            return ""
        value = value.lower().strip(BLANKS) if lower else value.strip(BLANKS)
        if not 1 <= len(value) <= longest:
            self.wrong(field, "too_long" if value else "blank")
        return value

    def shaped(self, field: str, value: Any, shape: str) -> str:
        """Return a text of a certain shape."""
        if not isinstance(value, str):
            self.wrong(field, "null" if value is None else "type")
        elif re.fullmatch(shape, value) is None:
            self.wrong(field, "format")
        return value

    def flag(self, field: str, value: Any) -> bool:
        """Return True or False."""
        if value is not True and value is not False:
            self.wrong(field, "null" if value is None else "type")
        return value

    def several(self, field: str, value: Any) -> list[str]:
        """Return a list of tags."""
        if not isinstance(value, list):
            self.wrong(field, "null" if value is None else "type")
            return []
        return [self.words(f"{field}[{place}]", tag, 30, lower=True) for place, tag in enumerate(value)]

    def attributes(self, value: Any) -> Document:
        """Return attributes."""
        if not isinstance(value, dict):
            self.wrong("attributes", "null" if value is None else "type")
            return {}
        if len(value) > 20:
            self.wrong("attributes", "too_many")
        for name, inner in value.items():
            field = f"attributes.{name}"
            if re.fullmatch(r"[A-Za-z0-9_]{1,40}", name) is None:
                self.wrong(field, "format")
            elif isinstance(inner, str):
                self.string(field, inner)
            elif isinstance(inner, int) and not -(2**63) <= inner < 2**63:
                self.wrong(field, "too_large")
            elif not isinstance(inner, (int, float, type(None))):
                self.wrong(field, "type")
        return dict(value)

    def note(self, data: Mapping[str, Any], *fixed: str) -> Document:
        """Return the clean values of the fields in data."""
        rules: dict[str, Callable[[Any], Any]] = {
            "title": lambda value: self.words("title", value, 200),
            "body": self.body,
            "tags": self.tags,
            "attributes": self.attributes,
            "pinned": lambda value: self.flag("pinned", value),
            "slug": lambda value: value if value is None else self.shaped("slug", value, "[a-z0-9-]{1,60}"),
        }
        clean = {}
        for field, value in data.items():
            if field in READ_ONLY or field in fixed:
                self.wrong(field, "read_only")
            elif field not in rules:
                self.wrong(field, "unknown_field")
            else:
                clean[field] = rules[field](value)
        return clean

    def body(self, value: Any) -> str:
        """Return a body."""
        if self.string("body", value) and len(value) > 50_000:
            self.wrong("body", "too_long")
        return value

    def tags(self, value: Any) -> list[str]:
        """Return tags, each once."""
        once = list(dict.fromkeys(self.several("tags", value)))
        if len(once) > 20:
            self.wrong("tags", "too_many")
        return once

    def owner(self, value: Any) -> str:
        """Return an owner; nothing else is looked at when it is wrong."""
        self.shaped("owner", value, "[A-Za-z0-9_.@-]{1,64}")
        self.done()
        return value


def literal(value: Any) -> Document:
    """Return an expression that is a value, whatever it looks like."""
    return {"$literal": value}


class NoteStore:
    """Notes of many owners."""

    def __init__(self, db: Database[Document], *, clock: Callable[[], datetime] | None = None) -> None:
        self.notes: Collection[Document] = db["notes"]
        self.clock = clock or (lambda: datetime.now(tz=UTC))

    # From outside to inside, and back

    def now(self) -> datetime:
        """Return the time in whole milliseconds."""
        since = self.clock() - EPOCH
        return EPOCH + timedelta(milliseconds=since // timedelta(milliseconds=1))

    def key(self, owner: Any, note_id: Any) -> Document:
        """Return the filter for one note."""
        owner = Form().owner(owner)
        if not isinstance(note_id, str) or len(note_id) != 24 or not ObjectId.is_valid(note_id):
            raise NotFound(note_id)
        return {"_id": ObjectId(note_id), "owner": owner}

    def shown(self, document: Document | None) -> Document:
        """Return a document without ObjectId."""
        if document is None:
            raise NotFound("no such note")
        document = dict(document)
        return {"id": str(document.pop("_id")), **document}

    def fresh(self, owner: str, values: Document) -> Document:
        """Return a new note."""
        now = self.now()
        note = {
            "owner": owner,
            "title": values["title"],
            "items": [],
            "version": 1,
            "created_at": now,
            "updated_at": now,
        }
        for field, default in (("body", ""), ("tags", []), ("attributes", {}), ("pinned", False)):
            note[field] = values.get(field, default)
        if values.get("slug") is not None:
            note["slug"] = values["slug"]
        return note

    # One note

    def create(self, owner: str, data: Mapping[str, Any]) -> Document:
        """Store a note."""
        form = Form()
        owner = form.owner(owner)
        values = form.note(data)
        if "title" not in data:
            form.wrong("title", "required")
        form.done()
        note = self.fresh(owner, values)
        try:
            return self.shown({"_id": self.notes.insert_one(note).inserted_id, **note})
        except DuplicateKeyError as error:
            raise Conflict("slug", "taken") from error

    def get(self, owner: str, note_id: str) -> Document:
        """Return a note."""
        return self.shown(self.notes.find_one(self.key(owner, note_id)))

    def delete(self, owner: str, note_id: str) -> None:
        """Delete a note."""
        if self.notes.find_one_and_delete(self.key(owner, note_id), {"_id": 1}) is None:
            raise NotFound(note_id)

    def stages(self, wanted: Mapping[str, Any]) -> list[Document]:
        """Return a pipeline that gives fields the values of expressions, and counts if that changes any."""
        differs = {"$or": [{"$ne": [f"${field}", value]} for field, value in wanted.items()]}
        version, now = {"$ifNull": ["$version", 0]}, literal(self.now())
        counted = {
            "version": {"$cond": ["$differs", {"$add": [version, 1]}, version]},
            "updated_at": {"$cond": ["$differs", now, "$updated_at"]},
        }
        return [{"$set": {"differs": differs}}, {"$set": {**wanted, **counted}}, {"$unset": "differs"}]

    def changed(self, key: Document, wanted: Mapping[str, Any]) -> Document | None:
        """Run such a pipeline on one note, and return what is there afterwards."""
        try:
            return self.notes.find_one_and_update(
                key, self.stages(wanted), return_document=ReturnDocument.AFTER
            )
        except DuplicateKeyError as error:
            raise Conflict("slug", "taken") from error

    def update(
        self, owner: str, note_id: str, changes: Mapping[str, Any], *, expected_version: int | None = None
    ) -> Document:
        """Change some fields."""
        key, form = self.key(owner, note_id), Form()
        values = form.note(changes)
        if expected_version is not None:
            if type(expected_version) is not int:
                form.wrong("expected_version", "type")
            elif not -(2**63) <= expected_version < 2**63:
                form.wrong("expected_version", "too_large")
            key["version"] = expected_version
        form.done()
        found = self.changed(
            key, {name: "$$REMOVE" if value is None else literal(value) for name, value in values.items()}
        )
        if found is None and expected_version is not None:
            del key["version"]
            now = self.shown(self.notes.find_one(key, {"version": 1}))
            raise VersionConflict("version", f"it is {now['version']}")
        return self.shown(found)

    def add_tag(self, owner: str, note_id: str, tag: str) -> Document:
        """Add a tag."""
        key, tag = self.key(owner, note_id), self.checked_tag(tag)
        stays = {"$or": [{"$in": [literal(tag), "$tags"]}, {"$gte": [{"$size": "$tags"}, 20]}]}
        more = {"$concatArrays": ["$tags", [literal(tag)]]}
        note = self.shown(self.changed(key, {"tags": {"$cond": [stays, "$tags", more]}}))
        if tag not in note["tags"]:
            raise ValidationFailed([{"field": "tags", "code": "too_many", "message": "at most 20"}])
        return note

    def remove_tag(self, owner: str, note_id: str, tag: str) -> Document:
        """Take a tag away."""
        key, tag = self.key(owner, note_id), self.checked_tag(tag)
        others = {"$filter": {"input": "$tags", "as": "tag", "cond": {"$ne": ["$$tag", literal(tag)]}}}
        return self.shown(self.changed(key, {"tags": others}))

    def checked_tag(self, tag: Any) -> str:
        """Return a clean tag."""
        form = Form()
        tag = form.words("tag", tag, 30, lower=True)
        form.done()
        return tag

    def add_item(self, owner: str, note_id: str, text: str) -> Document:
        """Append an item."""
        key, form = self.key(owner, note_id), Form()
        text = form.words("text", text, 500)
        form.done()
        item = {"key": str(ObjectId()), "text": text, "done": False}
        return self.shown(self.changed(key, {"items": {"$concatArrays": ["$items", [literal(item)]]}}))

    def set_item_done(self, owner: str, note_id: str, item_key: str, done: bool) -> Document:
        """Set one item."""
        key, form = self.key(owner, note_id), Form()
        form.flag("done", done)
        form.done()
        if not isinstance(item_key, str):
            raise NotFound(item_key)
        is_it = {"$eq": ["$$item.key", literal(item_key)]}
        item = {"$cond": [is_it, {"$mergeObjects": ["$$item", {"done": done}]}, "$$item"]}
        note = self.shown(
            self.changed(key, {"items": {"$map": {"input": "$items", "as": "item", "in": item}}})
        )
        if not any(item["key"] == item_key for item in note["items"]):
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
        """Return a page of notes."""
        form = Form()
        query: Document = {"owner": form.owner(owner)}
        tags = [] if tags_all is None else form.several("tags_all", tags_all)
        if tag is not None:
            tags = [*tags, form.words("tag", tag, 30, lower=True)]
        if tags:
            query["tags"] = {"$all": sorted(set(tags))}
        if q is not None and form.string("q", q):
            query["title"] = re.compile(re.escape(q), re.IGNORECASE)
        if pinned is not None:
            query["pinned"] = form.flag("pinned", pinned)
        for name, value in ({} if attributes is None else form.attributes(attributes)).items():
            query[f"attributes.{name}"] = {"$eq": value, "$exists": True}
        if type(limit) is not int:
            form.wrong("limit", "type")
        elif not 1 <= limit <= 100:
            form.wrong("limit", "too_small" if limit < 1 else "too_large")
        form.done()
        page = dict(query)
        if cursor is not None:
            page["$or"] = self.behind(query, cursor)
        found = self.page(page, limit + 1)
        more = self.cursor(query, found[limit - 1]) if len(found) > limit else None
        return {"items": [self.shown(note) for note in found[:limit]], "next_cursor": more}

    def page(self, query: Document, count: int) -> Notes:
        """Return the first notes that fit, without their bodies."""
        short = dict.fromkeys(("owner", "slug", "title", "tags", "attributes", "pinned", "version"), 1)
        short |= dict.fromkeys(("created_at", "updated_at"), 1)
        projection = {**short, "item_count": {"$size": "$items"}}
        order = [("pinned", DESCENDING), ("updated_at", DESCENDING), ("_id", DESCENDING)]
        return [*self.notes.find(query, projection).sort(order).limit(count)]

    def seal(self, query: Document, position: str) -> str:
        """Return what nobody but this function writes below a position in a list."""
        return hmac.new(SECRET, f"{query!r}\n{position}".encode(), hashlib.sha256).hexdigest()

    def cursor(self, query: Document, note: Document) -> str:
        """Return the position of a note: numbers and letters that need no decoding, and a seal."""
        since = (note["updated_at"] - EPOCH) // timedelta(milliseconds=1)
        position = f"{int(note['pinned'])}.{since}.{note['_id']}"
        return f"{position}.{self.seal(query, position)}"

    def behind(self, query: Document, cursor: Any) -> Notes:
        """Return the three cases in which a note comes later."""
        form = Form()
        if not isinstance(cursor, str):
            form.wrong("cursor", "type")
            form.done()
        position, _, seal = cursor.rpartition(".")
        if not hmac.compare_digest(seal.encode("utf-8", "replace"), self.seal(query, position).encode()):
            form.wrong("cursor", "format")
            form.done()
        pinned, since, key = position.split(".")
        same = {"pinned": pinned == "1"}
        moment = EPOCH + timedelta(milliseconds=int(since))
        return [
            {"pinned": {"$lt": pinned == "1"}},
            {**same, "updated_at": {"$lt": moment}},
            {**same, "updated_at": moment, "_id": {"$lt": ObjectId(key)}},
        ]

    def tag_counts(self, owner: str) -> Notes:
        """Count the tags."""
        return [
            *self.notes.aggregate(
                [
                    {"$match": {"owner": Form().owner(owner)}},
                    {"$project": {"tags": 1, "_id": 0}},
                    {"$unwind": {"path": "$tags"}},
                    {"$sortByCount": "$tags"},
                    {"$sort": {"count": -1, "_id": 1}},
                    {"$replaceWith": {"tag": "$_id", "count": "$count"}},
                ]
            )
        ]

    # Many callers

    def upsert_by_slug(self, owner: str, slug: str, data: Mapping[str, Any]) -> tuple[Document, bool]:
        """Create or change a note."""
        form = Form()
        owner = form.owner(owner)
        form.shaped("slug", slug, "[a-z0-9-]{1,60}")
        form.done()
        values = form.note(data, "slug")
        form.done()
        wanted: Document = {}
        for field, default in (
            ("title", None),
            ("body", ""),
            ("tags", []),
            ("attributes", {}),
            ("pinned", False),
        ):
            old = {"$ifNull": [f"${field}", literal(default)]}
            wanted[field] = literal(values[field]) if field in values else old
        new = {"items": [], "created_at": literal(self.now())}
        kept = {"$set": {field: {"$ifNull": [f"${field}", value]} for field, value in new.items()}}
        for _ in range(2):
            try:
                result = self.notes.update_one(
                    {"owner": owner, "slug": slug}, [kept, *self.stages(wanted)], upsert="title" in values
                )
                break
            except DuplicateKeyError:  # another one created it first; now it is there
                continue
        note = self.notes.find_one({"owner": owner, "slug": slug})
        if note is None and "title" not in values:
            form.wrong("title", "required")
            form.done()
        return self.shown(note), result.upserted_id is not None

    def bulk_import(self, owner: str, docs: Iterable[Mapping[str, Any]]) -> Document:
        """Store many notes."""
        owner = Form().owner(owner)
        codes: dict[int, str] = {}
        writes: dict[int, InsertOne[Document]] = {}
        for index, data in enumerate(docs):
            form = Form()
            values = form.note(data)
            if form.errors or "title" not in values:
                codes[index] = "validation_failed"
            else:
                writes[index] = InsertOne(self.fresh(owner, values))
        places = list(writes)
        if writes:
            try:
                self.notes.bulk_write(list(writes.values()), ordered=False)
            except BulkWriteError as error:
                codes |= {places[one["index"]]: "conflict" for one in error.details["writeErrors"]}
        stored = sum(index not in codes for index in places)
        return {
            "inserted": stored,
            "errors": [{"index": index, "code": codes[index]} for index in sorted(codes)],
        }
