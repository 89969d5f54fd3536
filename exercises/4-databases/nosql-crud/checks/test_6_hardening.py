"""Hardening: extremes, and more races"""

from __future__ import annotations

import pytest

from backroad.checks import exactly, hint

FULL = (
    "Counting the tags and adding one are two steps, unless the filter counts",
    "The twentieth tag has the place 19: a note that has no tags.19 has room",
    'find_one_and_update({**key, "tags": {"$ne": tag}, "tags.19": {"$exists": False}}, '
    '{"$push": {"tags": tag}, …})',
)
CURSOR = (
    "Base64 ignores some bits of its last character, so two texts can mean the same bytes",
    "Encode what you decoded once more, and compare the texts",
    'if encode(decode(cursor)) != cursor: raise Fault("format", …)',
)


def open_store(subject, mongo, clock=None):
    """Return a store over a database that has its indexes."""
    db = subject.connect(mongo.url)
    subject.ensure_indexes(db)
    return subject.NoteStore(db, clock=clock)


@hint(*FULL)
def test_last_tag_is_given_once(subject, mongo, instruments):
    """Eight callers race for the twentieth tag, and one gets it

    A limit that is looked at first is a limit for the slow only
    """
    store = open_store(subject, mongo)
    for _ in range(3):
        note = store.create("ada", {"title": "Full", "tags": [f"t{number}" for number in range(19)]})
        results = instruments.race(
            [(store, "add_tag", "ada", note["id"], f"new{number}") for number in range(8)]
        )
        failures = [result for result in results if isinstance(result, Exception)]
        assert all(isinstance(failure, subject.ValidationFailed) for failure in failures), failures
        assert len(failures) == exactly(7)
        now = store.get("ada", note["id"])
        assert (len(now["tags"]), now["version"]) == exactly((20, 2))


@hint(*CURSOR)
def test_every_character_of_a_cursor_counts(subject, mongo):
    """A cursor in which one character differs is refused

    What can be changed without being noticed is no seal
    """
    store = open_store(subject, mongo)
    for number in range(3):
        store.create("ada", {"title": f"n{number}"})
    cursor = store.list("ada", limit=1)["next_cursor"]
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    last = [cursor[:-1] + character for character in alphabet if character != cursor[-1]]
    others = [
        cursor[:place] + ("A" if cursor[place] != "A" else "B") + cursor[place + 1 :]
        for place in range(len(cursor))
    ]
    for wrong in (*others, *last, cursor + "=", cursor + "A", " " + cursor, cursor + "\n", cursor[:-1]):
        with pytest.raises(subject.ValidationFailed) as caught:
            store.list("ada", limit=1, cursor=wrong)
        faults = {(error["field"], error["code"]) for error in caught.value.errors}
        assert faults == exactly({("cursor", "format")}), f"{wrong!r} instead of {cursor!r}"
    assert len(store.list("ada", limit=1, cursor=cursor)["items"]) == exactly(1)


@hint(
    "For a filter, null and missing are the same",
    "A type is something that only a stored value has",
    '{"attributes.color": {"$type": "null"}}',
)
def test_none_is_not_missing(subject, mongo):
    """attributes={"color": None} finds stored Nones only

    "Color not known" and "has no color" are two things to whoever asks
    """
    store = open_store(subject, mongo)
    known = store.create("ada", {"title": "None", "attributes": {"color": None, "size": 1}})
    store.create("ada", {"title": "Nothing", "attributes": {"size": 1}})
    store.create("ada", {"title": "Red", "attributes": {"color": "red"}})
    for wanted in ({"color": None}, {"color": None, "size": 1}):
        found = store.list("ada", attributes=wanted)["items"]
        assert [note["id"] for note in found] == exactly([known["id"]]), f"attributes={wanted}"
    assert store.list("ada", attributes={"shape": None})["items"] == exactly([])


@hint(
    "Everything that the table allows has to go in, come out and be found",
    "The longest tag, slug and attribute name are ordinary values; nothing may be cut",
    "check lengths after trimming, with <=",
)
def test_largest_notes_are_kept(subject, mongo):
    """The longest texts and the most tags are stored, found and changed

    A limit that is one too low is found by the customer with the longest name
    """
    store = open_store(subject, mongo)
    owner, slug = "o" * 64, "s" * 60
    data = {
        "title": "t" * 199 + "é",
        "body": "b" * 50_000,
        "tags": [f"{number:02}" + "g" * 28 for number in range(20)],
        "attributes": {f"{number:02}" + "a" * 38: "v" * 1000 for number in range(20)},
        "slug": slug,
    }
    note = store.create(owner, data)
    for number in range(50):
        note = store.add_item(owner, note["id"], f"{number:03}" + "i" * 497)
    assert {name: note[name] for name in data} == exactly(data)
    assert store.get(owner, note["id"]) == exactly(note)
    wanted = {
        "tag": data["tags"][19],
        "tags_all": data["tags"],
        "q": data["title"][:150],
        "attributes": data["attributes"],
    }
    (found,) = store.list(owner, **wanted)["items"]
    assert found["item_count"] == exactly(50)
    changed = store.set_item_done(owner, note["id"], note["items"][49]["key"], True)
    assert [item["done"] for item in changed["items"]] == exactly([False] * 49 + [True])
    again, created = store.upsert_by_slug(owner, slug, {"pinned": True})
    assert (again["id"], created, again["version"]) == exactly((note["id"], False, 53))


@hint(
    "A few letters become longer in lower case",
    "Count what is going to be stored: lower-case first, then look at the length",
    "text(any_text(value).lower(), longest=30)",
)
def test_tags_are_counted_in_lower_case(subject, mongo):
    """A tag is counted as it is stored, in lower case

    A length that is checked too early is no limit of what is stored
    """
    store = open_store(subject, mongo)
    note = store.create("ada", {"title": "Tea", "tags": ["\u0130" * 15]})
    assert note["tags"] == exactly(["i\u0307" * 15]), "15 letters that become 30 characters"
    long = "\u0130" * 16
    calls = {
        "tags[0]": lambda: store.create("ada", {"title": "Tea", "tags": [long]}),
        "tag": lambda: store.add_tag("ada", note["id"], long),
    }
    for field, call in calls.items():
        with pytest.raises(subject.ValidationFailed) as caught:
            call()
        faults = {(error["field"], error["code"]) for error in caught.value.errors}
        assert faults == exactly({(field, "too_long")}), "16 letters that become 32 characters"


@hint(
    "A version is a number of any size, until the driver has to send it",
    "BSON's integers have 64 bits; beyond them PyMongo raises OverflowError",
    'integer(expected_version, -(2**63), 2**63 - 1), named "expected_version"',
)
def test_versions_have_any_size(subject, mongo):
    """A version that cannot be is a VersionConflict, or refused

    A number from a client must not become an error of the driver
    """
    store = open_store(subject, mongo)
    note = store.create("ada", {"title": "Tea"})
    for version in (2**31, 2**63 - 1, -(2**63)):
        with pytest.raises(subject.VersionConflict):
            store.update("ada", note["id"], {"title": "x"}, expected_version=version)
    for version in (2**63, -(2**63) - 1, 10**30):
        with pytest.raises((subject.VersionConflict, subject.ValidationFailed)):
            store.update("ada", note["id"], {"title": "x"}, expected_version=version)
    assert store.get("ada", note["id"]) == exactly(note)
