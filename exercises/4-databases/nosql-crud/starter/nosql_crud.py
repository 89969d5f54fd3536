"""Notes in a document database: one write a change, and nothing lost."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from pymongo.database import Database

Document = dict[str, Any]

# These three stay as they are.


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


def connect(url: str | None = None) -> Database[Document]:
    """Return the database that a URL names, or $MONGODB_URL, or mongodb://127.0.0.1:27017/backroad."""
    # TODO 1: MongoClient(url, tz_aware=True).get_default_database("backroad")
    raise NotImplementedError


def ensure_indexes(db: Database[Document]) -> None:
    """Create the indexes, unless they are there."""
    # TODO 12, in stage 5: three indexes; one of them is unique, and only for notes that have a slug
    raise NotImplementedError


class NoteStore:
    """Notes, each with an owner, in the collection `notes`."""

    def __init__(self, db: Database[Document], *, clock: Callable[[], datetime] | None = None) -> None:
        # TODO 2: keep the collection, and the clock; without one it is datetime.now(UTC)
        raise NotImplementedError

    # Stage 1: one note

    def create(self, owner: str, data: Mapping[str, Any]) -> Document:
        """Store a new note and return it."""
        # TODO 3: clean and complete the values, insert a dict of your own, return it without `_id`
        # TODO 9, in stage 3: refuse what is wrong, all of it at once; `given/fields.py` helps
        # TODO 13, in stage 5: a slug that is taken
        raise NotImplementedError

    def get(self, owner: str, note_id: str) -> Document:
        """Return a note of this owner."""
        # TODO 4: the text becomes an ObjectId or NotFound; the owner belongs into the filter
        raise NotImplementedError

    # Stage 2: change it

    def update(
        self, owner: str, note_id: str, changes: Mapping[str, Any], *, expected_version: int | None = None
    ) -> Document:
        """Change the given fields; with `expected_version` only if nobody did so in between."""
        # TODO 5: one find_one_and_update whose filter says when there is something to change
        raise NotImplementedError

    def delete(self, owner: str, note_id: str) -> None:
        """Delete a note."""
        # TODO 6: NotFound if there is none
        raise NotImplementedError

    def add_tag(self, owner: str, note_id: str, tag: str) -> Document:
        """Add a tag, unless the note has it."""
        # TODO 7: the same for tags, in one write each
        raise NotImplementedError

    def remove_tag(self, owner: str, note_id: str, tag: str) -> Document:
        """Take a tag away, if the note has it."""
        raise NotImplementedError

    def add_item(self, owner: str, note_id: str, text: str) -> Document:
        """Append an item, with a key that no other item of the note has."""
        # TODO 8: and for items; "items.$.done" is the field of the item that the filter met
        raise NotImplementedError

    def set_item_done(self, owner: str, note_id: str, item_key: str, done: bool) -> Document:
        """Set one item, and leave the others alone."""
        raise NotImplementedError

    # Stage 4: many notes

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
        # TODO 10: filter, sort, cut and shorten in the database; `given/cursors.py` seals positions
        raise NotImplementedError

    def tag_counts(self, owner: str) -> Sequence[Document]:
        """Return how many notes have each tag: [{"tag": …, "count": …}, …]."""
        # TODO 11: $match, $unwind, $group, $sort, $project
        raise NotImplementedError

    # Stage 5: many callers, many notes at once

    def upsert_by_slug(self, owner: str, slug: str, data: Mapping[str, Any]) -> tuple[Document, bool]:
        """Create the note with this slug, or change it; return it, and whether it is new."""
        # TODO 14: $setOnInsert with upsert=True tells in one step who came first
        raise NotImplementedError

    def bulk_import(self, owner: str, docs: Iterable[Mapping[str, Any]]) -> Document:
        """Store all notes that can be; return {"inserted": how many, "errors": [{"index", "code"}, …]}."""
        # TODO 15: check all first, then one insert_many that goes on after an error
        raise NotImplementedError
