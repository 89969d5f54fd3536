"""Change it: update, delete, tags, items"""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from backroad.checks import a, exactly, hint

UPDATE = (
    "Say in the filter when there is something to change, and in the operators what",
    "The filter has id, owner and an $or of {field: {$ne: new value}}; when nothing was written, one look "
    "tells a missing note from one that is right already",
    'find_one_and_update({**key, "$or": [{f: {"$ne": v}} …]}, {"$set": {…, "updated_at": now}, '
    '"$inc": {"version": 1}}, return_document=ReturnDocument.AFTER)',
)
VERSION = (
    "The version that the caller expects belongs into the filter",
    "If no document fits, read the note: not there is NotFound, another version is VersionConflict",
    'find_one_and_update({"_id": …, "owner": …, "version": expected_version, …}, …) is None: '
    "raise VersionConflict",
)
TAGS = (
    "A tag is added where it is not yet, and taken away where it is: both are conditions of a filter",
    'Add with the filter {"tags": {"$ne": tag}}, remove with {"tags": tag}; "tags.19" exists only in a note '
    "that has 20",
    'find_one_and_update({**key, "tags": {"$ne": tag}, "tags.19": {"$exists": False}}, '
    '{"$push": {"tags": tag}, "$inc": {"version": 1}, …})',
)
ITEMS = (
    "One item of an array is changed in place; the others are not written at all",
    'A filter on "items" finds the element, and "items.$.done" in the operator is that element\'s field',
    '{**key, "items": {"$elemMatch": {"key": item_key, "done": not done}}}, {"$set": {"items.$.done": done}}',
)
WRITES = ("insert", "update", "delete", "findAndModify")
FULL = {
    "title": "Tea",
    "body": "Green",
    "tags": ["shop"],
    "attributes": {"color": "green", "grams": 100},
    "pinned": False,
    "slug": "tea",
}


def open_store(subject, mongo, clock=None):
    """Return a store on a connection of its own."""
    return subject.NoteStore(subject.connect(mongo.url), clock=clock)


def pairs(failure):
    """Return the (field, code) pairs of a ValidationFailed; a message is there, too."""
    assert all(isinstance(error.get("message"), str) for error in failure.errors), failure.errors
    return {(error["field"], error["code"]) for error in failure.errors}


@hint(*UPDATE)
def test_update_is_partial(subject, mongo, clock):
    """update changes the given fields, and counts the version

    A form that shows three fields must not empty the fourth
    """
    store = open_store(subject, mongo, clock)
    note, other = store.create("ada", FULL), store.create("ada", {**FULL, "slug": "other"})
    steps = (
        ({"title": "  Black tea\n"}, {"title": "Black tea"}),
        ({"body": "", "pinned": True}, {"body": "", "pinned": True}),
        ({"tags": ["B", "a", "b"]}, {"tags": ["b", "a"]}),
        ({"tags": []}, {"tags": []}),
        ({"attributes": {"color": "red"}}, {"attributes": {"color": "red"}}),
        ({"attributes": {}}, {"attributes": {}}),
        ({"slug": "black"}, {"slug": "black"}),
        ({"pinned": False, "title": "Tea"}, {"pinned": False, "title": "Tea"}),
    )
    for changes, expected in steps:
        now = clock.advance(1.5)
        changed = store.update("ada", note["id"], changes)
        due = {**note, **expected, "version": note["version"] + 1, "updated_at": now}
        assert changed == exactly(due), f"update({changes})"
        assert store.get("ada", note["id"]) == exactly(changed), f"read after update({changes})"
        note = changed
    clock.advance(1)
    bare = store.update("ada", note["id"], {"slug": None})
    assert "slug" not in bare, "slug=None takes the slug away"
    assert bare["version"] == exactly(note["version"] + 1)
    assert "slug" not in store.get("ada", note["id"])
    assert store.get("ada", other["id"]) == exactly(other), "the other note"


@hint(*UPDATE)
def test_equal_changes_change_nothing(subject, mongo, clock):
    """Values that are stored already keep version and updated_at

    modified_count 0 is not "not found", and a double click is not an edit
    """
    store = open_store(subject, mongo, clock)
    note = store.create("ada", FULL)
    bare = store.create("ada", {"title": "Bare"})
    clock.advance(5)
    for changes in ({}, {"title": " Tea "}, {"tags": ["SHOP"]}, {"pinned": False}, {"slug": "tea"}, FULL):
        assert store.update("ada", note["id"], changes) == exactly(note), f"update({changes})"
        assert store.get("ada", note["id"]) == exactly(note), f"read after update({changes})"
    assert store.update("ada", bare["id"], {"slug": None}) == exactly(bare), "no slug, and none wanted"
    assert store.update("ada", bare["id"], {"tags": [], "attributes": {}, "body": ""}) == exactly(bare)
    now = clock.advance(5)
    sold = {"attributes": {"color": "red", "grams": 100}}
    changed = store.update("ada", note["id"], {**FULL, **sold})
    assert changed == exactly({**note, **sold, "version": 2, "updated_at": now}), "one of six differs"


@hint(*VERSION)
def test_old_version_is_refused(subject, mongo, clock):
    """update with another version than the stored one raises VersionConflict

    Two people with one form open must not overwrite each other unseen
    """
    store = open_store(subject, mongo, clock)
    note = store.create("ada", FULL)
    clock.advance(1)
    changed = store.update("ada", note["id"], {"title": "Two"}, expected_version=1)
    assert changed["version"] == exactly(2)
    for old in (1, 3, 0, -1):
        for changes in ({"title": "Three"}, {"title": "Two"}, {}, {"slug": None}):
            with pytest.raises(subject.VersionConflict) as caught:
                store.update("ada", note["id"], changes, expected_version=old)
            assert isinstance(caught.value, subject.Conflict), "a VersionConflict is a Conflict"
    assert store.get("ada", note["id"]) == exactly(changed), "after updates that were refused"
    assert store.update("ada", note["id"], {"title": "Two"}, expected_version=2) == exactly(changed)
    assert store.update("ada", note["id"], {"title": "Three"}, expected_version=2)["version"] == exactly(3)
    with pytest.raises(subject.NotFound):
        store.update("ada", "0" * 24, {"title": "x"}, expected_version=1)


@hint(
    "delete_one tells how many it deleted",
    "Id and owner in the filter; deleted_count 0 is NotFound",
    'if self._notes.delete_one({"_id": …, "owner": owner}).deleted_count == 0: raise NotFound(note_id)',
)
def test_deleted_note_is_gone(subject, mongo):
    """delete takes one note away, and a second delete is NotFound

    A delete without a whole filter deletes somebody else's note
    """
    store = open_store(subject, mongo)
    first, second = store.create("ada", FULL), store.create("ada", {"title": "Other"})
    assert store.delete("ada", first["id"]) is None
    with pytest.raises(subject.NotFound):
        store.get("ada", first["id"])
    with pytest.raises(subject.NotFound):
        store.delete("ada", first["id"])
    assert store.get("ada", second["id"]) == exactly(second)
    assert len(mongo.find("notes")) == exactly(1), "notes left in the database"


@hint(*TAGS)
def test_tags_are_a_set(subject, mongo, clock):
    """A tag is added once and removed once; the 21st is refused

    Tags that pile up, one for each click, are found by nobody but the next user
    """
    store = open_store(subject, mongo, clock)
    note, other = store.create("ada", FULL), store.create("ada", {"title": "Other", "tags": ["tea"]})
    for tag, tags in ((" Tea\n", ["shop", "tea"]), ("x", ["shop", "tea", "x"])):
        now = clock.advance(1)
        added = store.add_tag("ada", note["id"], tag)
        due = {**note, "tags": tags, "version": note["version"] + 1, "updated_at": now}
        assert added == exactly(due), f"add_tag({tag!r})"
        note = added
    clock.advance(1)
    for again in ("tea", "TEA", "shop"):
        assert store.add_tag("ada", note["id"], again) == exactly(note), f"add_tag({again!r}), which is there"
    assert store.remove_tag("ada", note["id"], "nothing") == exactly(note), "a tag that is not there"
    now = clock.advance(1)
    less = store.remove_tag("ada", note["id"], " TEA ")
    assert less == exactly({**note, "tags": ["shop", "x"], "version": 4, "updated_at": now})
    assert store.get("ada", note["id"]) == exactly(less)
    assert store.get("ada", other["id"]) == exactly(other), "the other note"
    full = store.create("ada", {"title": "Full", "tags": [f"t{number}" for number in range(19)]})
    full = store.add_tag("ada", full["id"], "t19")
    assert len(full["tags"]) == exactly(20)
    with pytest.raises(subject.ValidationFailed) as caught:
        store.add_tag("ada", full["id"], "t20")
    assert pairs(caught.value) == exactly({("tags", "too_many")})
    assert store.add_tag("ada", full["id"], "T3") == exactly(full), "a tag that is there, in a full note"


@hint(*ITEMS)
def test_items_change_one_at_a_time(subject, mongo, clock):
    """An item is appended and set by its key; the others stay as they are

    Who writes the whole list back undoes what others ticked off meanwhile
    """
    store = open_store(subject, mongo, clock)
    note, other = store.create("ada", FULL), store.create("ada", {"title": "Other"})
    for number, text in enumerate((" Milk\n", "Bread", "Milk", "Milk"), 1):
        now = clock.advance(1)
        note = store.add_item("ada", note["id"], text)
        assert note["items"][-1] == exactly({"key": a(str), "text": text.strip(), "done": False})
        assert (len(note["items"]), note["version"], note["updated_at"]) == exactly((number, number + 1, now))
    keys = [item["key"] for item in note["items"]]
    assert len(set(keys)) == exactly(4), "different keys"
    for place, done in ((1, True), (2, True), (1, False), (0, True)):
        now = clock.advance(1)
        items = [
            {**item, "done": done} if number == place else item for number, item in enumerate(note["items"])
        ]
        changed = store.set_item_done("ada", note["id"], keys[place], done)
        due = {**note, "items": items, "version": note["version"] + 1, "updated_at": now}
        assert changed == exactly(due), f"item {place + 1} of 4 set to {done}"
        clock.advance(1)
        assert store.set_item_done("ada", note["id"], keys[place], done) == exactly(changed), "the same again"
        note = changed
    assert store.get("ada", note["id"]) == exactly(note)
    unknown = "".join(keys) + "x"  # longer than every key
    for missing in (unknown, "", None, 1, {"$ne": None}):
        with pytest.raises(subject.NotFound):
            store.set_item_done("ada", note["id"], missing, True)
    with pytest.raises(subject.NotFound):
        store.set_item_done("ada", other["id"], keys[0], True)
    assert store.get("ada", other["id"]) == exactly(other), "the other note"


@hint(
    "Each method that takes a note_id has the owner in its filter",
    "One function that makes the filter out of owner and note_id, used by all of them",
    'key = {"_id": object_id(note_id), "owner": owner}',
)
def test_owners_are_isolated(subject, mongo):
    """Nobody changes another owner's note, whatever the method

    One forgotten filter in ten methods is a leak of everything
    """
    store = open_store(subject, mongo)
    note = store.add_item("ada", store.create("ada", FULL)["id"], "Milk")
    item = note["items"][0]["key"]
    calls = {
        "get": lambda owner, key: store.get(owner, key),
        "update": lambda owner, key: store.update(owner, key, {"title": "x"}),
        "update of nothing": lambda owner, key: store.update(owner, key, {}),
        "update with the version": lambda owner, key: store.update(
            owner, key, {"pinned": True}, expected_version=2
        ),
        "update with another version": lambda owner, key: store.update(owner, key, {}, expected_version=9),
        "delete": lambda owner, key: store.delete(owner, key),
        "add_tag": lambda owner, key: store.add_tag(owner, key, "x"),
        "add_tag of one that is there": lambda owner, key: store.add_tag(owner, key, "shop"),
        "remove_tag": lambda owner, key: store.remove_tag(owner, key, "shop"),
        "remove_tag of none": lambda owner, key: store.remove_tag(owner, key, "x"),
        "add_item": lambda owner, key: store.add_item(owner, key, "x"),
        "set_item_done": lambda owner, key: store.set_item_done(owner, key, item, True),
        "set_item_done as it is": lambda owner, key: store.set_item_done(owner, key, item, False),
    }
    for name, call in calls.items():
        for owner, key in (("bob", note["id"]), ("ada", "f" * 24), ("ada", "x"), ("ada", None)):
            with pytest.raises(subject.NotFound):
                call(owner, key)
            assert store.get("ada", note["id"]) == exactly(note), f"after {name} by {owner} of {key}"


@hint(
    "Reading first is one command too many, and too early: it may be wrong by the time you write",
    "What you would look at in Python, the filter of the write can look at",
    'tags: {"tags": {"$ne": tag}}; the version: {"version": n}; '
    'nothing new: {"$or": [{"title": {"$ne": title}}, …]}',
)
def test_writes_use_operators(subject, mongo, clock, instruments):
    """A note is changed by one command with operators, and read only afterwards

    Read, change, write back loses every change that was made in between
    """
    store = open_store(subject, mongo, clock)
    note = store.create("ada", FULL)["id"]
    item = store.add_item("ada", note, "Milk")["items"][0]["key"]
    calls = {
        "update": lambda: store.update("ada", note, {"title": "Coffee", "tags": ["a"], "slug": None}),
        "update with a version": lambda: store.update("ada", note, {"title": "Tea"}, expected_version=3),
        "add_tag": lambda: store.add_tag("ada", note, "x"),
        "remove_tag": lambda: store.remove_tag("ada", note, "x"),
        "add_item": lambda: store.add_item("ada", note, "Bread"),
        "set_item_done": lambda: store.set_item_done("ada", note, item, True),
    }
    for name, call in calls.items():
        clock.set(datetime(2030, 1, 1, tzinfo=UTC))
        with instruments.commands() as seen:
            call()
        assert seen.all, f"{name} sent no command"
        first = seen.all[0]
        assert first.name in ("update", "findAndModify"), (
            f"{name} began with {first.name}; the write comes first"
        )
        assert sum(command.name in ("update", "findAndModify") for command in seen.all) == 1, (
            f"{name}: one write"
        )
        for change in changes_of(first):
            words = [key for part in (change if isinstance(change, list) else [change]) for key in part]
            assert all(word.startswith("$") for word in words), f"{name} replaced the whole document: {words}"
    full = store.create("ada", {"title": "Full", "tags": [f"t{number}" for number in range(20)]})
    with instruments.commands() as seen, pytest.raises(subject.ValidationFailed):
        store.add_tag("ada", full["id"], "t20")
    sent = [name for name in seen.names if name in WRITES]
    assert len(sent) <= 1, f"a 21st tag was refused after {len(sent)} writes, and one has to do: {sent}"
    assert store.get("ada", full["id"]) == exactly(full), "after a 21st tag was refused"


def changes_of(command):
    """Return the update documents or pipelines of a write."""
    if command.name == "update":
        return [one["u"] for one in command.body["updates"]]
    return [command.body.get("update", {})]
