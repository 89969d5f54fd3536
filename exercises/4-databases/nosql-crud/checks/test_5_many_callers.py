"""Many callers: indexes, upserts, races"""

from __future__ import annotations

import pytest

from backroad.checks import a, anything, exactly, hint, keywords

INDEXES = (
    "What must not be there twice, only an index can refuse; what is searched for often wants one too",
    "create_index leaves an index alone that is there; notes without a slug stay out of the unique one by a "
    "partialFilterExpression, since missing slugs would all be null",
    'create_index([("owner", 1), ("slug", 1)], unique=True, '
    'partialFilterExpression={"slug": {"$exists": True}})',
)
TAKEN = (
    "Let the index decide: between your search and your insert somebody else may write",
    "insert_one and find_one_and_update raise DuplicateKeyError when the index refuses",
    'except DuplicateKeyError: raise Conflict("slug") from None',
)
UPSERT = (
    "Ask the database to insert unless it is there; it says afterwards which of the two happened",
    "update_one with $setOnInsert and upsert=True: upserted_id is set only for the one who created; all "
    "others change the note that is there then",
    'made = update_one({"owner": owner, "slug": slug}, {"$setOnInsert": new}, upsert=True); '
    "if made.upserted_id is None: change it as update does",
)
IMPORT = (
    "Check all of them first, then send all good ones together",
    'insert_many(…, ordered=False) goes on after an error; BulkWriteError.details["writeErrors"] has the '
    "places in the list that was sent",
    "keep (index, note) pairs, so that the place in what was sent leads back to the place in what was given",
)
RACE = (
    "Whatever you read may be old by the time you write",
    "One command whose filter holds the condition; look at what came back to know whether it applied",
    'find_one_and_update({**key, "version": expected_version}, …) gives None to all but one',
)
ROUNDS = 3
WRITES = ("insert", "update", "findAndModify")


def open_store(subject, mongo, clock=None):
    """Return a store over a database that has its indexes."""
    db = subject.connect(mongo.url)
    subject.ensure_indexes(db)
    return subject.NoteStore(db, clock=clock)


def refused(subject, call):
    """Return the faults that a call is refused with, each field with its code."""
    with pytest.raises(subject.ValidationFailed) as caught:
        call()
    return {error["field"]: error["code"] for error in caught.value.errors}


def outcomes(results, subject):
    """Return what each call of a race came to, as words to count."""
    kinds = ("VersionConflict", "Conflict", "NotFound", "ValidationFailed")
    words = []
    for result in results:
        found = next((kind for kind in kinds if isinstance(result, getattr(subject, kind))), None)
        words.append(found or (repr(result) if isinstance(result, Exception) else "done"))
    return {word: words.count(word) for word in sorted(words)}


@hint(*INDEXES)
def test_indexes_exist_and_fit(subject, mongo):
    """Three indexes are there, and the database itself refuses a second slug

    Without them every list reads all notes of all owners, and two notes get one address
    """
    db = subject.connect(mongo.url)
    subject.ensure_indexes(db)
    before = mongo.indexes("notes")
    keys = [[field for field, _ in index["key"]] for index in before.values()]
    ways = {way for index in before.values() for _, way in index["key"]}
    assert ways <= {1, -1}, f"an index goes up (1) or down (-1): {ways}"
    assert any(key[:3] == ["owner", "pinned", "updated_at"] for key in keys), (
        f"for the list; there are {keys}"
    )
    assert any(key[:2] == ["owner", "tags"] for key in keys), f"for tags; there are {keys}"
    unique = [
        index
        for index in before.values()
        if index.get("unique") and {f for f, _ in index["key"]} == {"owner", "slug"}
    ]
    assert unique, f"a unique index on owner and slug; there are {before}"
    subject.ensure_indexes(db)
    subject.ensure_indexes(subject.connect(mongo.url))
    assert mongo.indexes("notes") == before, "after ensure_indexes was called again"
    subject.NoteStore(db).create("ada", {"title": "Tea", "slug": "tea"})
    (stored,) = mongo.find("notes")
    copy = {name: value for name, value in stored.items() if name != "_id"}
    mongo.insert("notes", [{**copy, "owner": "bob"}])
    with pytest.raises(Exception, match="E11000"):
        mongo.insert("notes", [copy])
    assert len(mongo.find("notes")) == exactly(2)


@hint(*INDEXES)
def test_notes_without_slug_do_not_collide(subject, mongo):
    """Slugs are unique for each owner, and having none is no slug

    A unique index over missing values lets one note in, and refuses the second
    """
    store = open_store(subject, mongo)
    made = [store.create("ada", {"title": f"n{number}"}) for number in range(3)]
    made += [
        store.create("ada", {"title": "s", "slug": "s"}),
        store.create("bob", {"title": "s", "slug": "s"}),
    ]
    made += [
        store.create("ada", {"title": "t", "slug": None}),
        store.create("ada", {"title": "s", "slug": "s-2"}),
    ]
    assert all("slug" not in note for note in (*made[:3], made[5])), "notes without a slug"
    for note in (made[3], made[6]):
        bare = store.update("ada", note["id"], {"slug": None})
        assert "slug" not in bare
    assert store.create("ada", {"title": "again", "slug": "s"})["slug"] == exactly("s"), (
        "a slug that is free again"
    )
    assert len(mongo.find("notes")) == exactly(8)


@hint(*TAKEN)
def test_taken_slug_is_a_conflict(subject, mongo):
    """A slug that is taken is a Conflict, and changes nothing

    An error of the driver is a 500; the user only chose a name that was taken
    """
    store = open_store(subject, mongo)
    tea = store.create("ada", {"title": "Tea", "slug": "tea"})
    cup = store.create("ada", {"title": "Cup", "slug": "cup"})
    bare = store.create("ada", {"title": "Bare"})
    calls = (
        lambda: store.create("ada", {"title": "Second", "slug": "tea"}),
        lambda: store.update("ada", cup["id"], {"slug": "tea", "title": "Lost"}),
        lambda: store.update("ada", bare["id"], {"slug": "tea"}, expected_version=1),
    )
    for call in calls:
        with pytest.raises(subject.Conflict) as caught:
            call()
        assert caught.value.field == exactly("slug")
        assert not isinstance(caught.value, subject.VersionConflict)
    for note in (tea, cup, bare):
        assert store.get("ada", note["id"]) == exactly(note), "after conflicts"
    assert len(mongo.find("notes")) == exactly(3)
    assert store.update("ada", tea["id"], {"slug": "tea"}) == exactly(tea), "its own slug"


@hint(*UPSERT)
def test_upsert_creates_or_changes(subject, mongo, clock, instruments):
    """upsert_by_slug creates a note once, and changes it afterwards

    An import that runs twice must end with the same notes
    """
    store = open_store(subject, mongo, clock)
    other = store.create("bob", {"title": "Other", "slug": "tea"})
    data = {"title": " Tea ", "tags": ["A"], "body": "b"}
    with instruments.commands() as seen:
        note, created = store.upsert_by_slug("ada", "tea", data)
    assert seen.names[0] in WRITES, f"with a title, it began with {seen.names[0]}; the write comes first"
    due = {
        "id": a(str),
        "owner": "ada",
        "slug": "tea",
        "title": "Tea",
        "body": "b",
        "tags": ["a"],
        "attributes": {},
    }
    due |= {
        "items": [],
        "pinned": False,
        "version": 1,
        "created_at": clock.advance(0),
        "updated_at": anything,
    }
    assert (note, created) == exactly((due, True))
    assert store.get("ada", note["id"]) == exactly(note)
    clock.advance(1)
    assert store.upsert_by_slug("ada", "tea", data) == exactly((note, False)), "the same again"
    assert store.upsert_by_slug("ada", "tea", {}) == exactly((note, False)), "nothing to change"
    now = clock.advance(1)
    with instruments.commands() as seen:
        changed, created = store.upsert_by_slug(
            "ada", "tea", {"title": "Tea", "pinned": True, "attributes": {"x": 1}}
        )
    assert seen.names[0] in WRITES, f"with a title, it began with {seen.names[0]}; the write comes first"
    due = {**note, "pinned": True, "attributes": {"x": 1}, "version": 2, "updated_at": now}
    assert (changed, created) == exactly((due, False))
    now = clock.advance(1)
    changed, created = store.upsert_by_slug("ada", "tea", {"body": "without a title"})
    due = {**due, "body": "without a title", "version": 3, "updated_at": now}
    assert (changed, created) == exactly((due, False))
    assert store.get("ada", note["id"]) == exactly(due)
    assert store.get("bob", other["id"]) == exactly(other), "another owner's note with this slug"
    assert refused(subject, lambda: store.upsert_by_slug("ada", "new", {})) == exactly({"title": "required"})
    got = refused(
        subject, lambda: store.upsert_by_slug("ada", "new", {"title": "", "slug": "x", "id": 1, "z": 1})
    )
    assert got == exactly({"title": "blank", "slug": "read_only", "id": "read_only", "z": "unknown_field"})
    got = refused(subject, lambda: store.upsert_by_slug("ada", "tea", {"slug": "tea"}))
    assert got == exactly({"slug": "read_only"})
    for slug, code in (("", "format"), ("A", "format"), (None, "null"), (5, "type"), ({"$ne": ""}, "type")):
        assert refused(subject, lambda s=slug: store.upsert_by_slug("ada", s, data)) == exactly(
            {"slug": code}
        )
    assert refused(subject, lambda: store.upsert_by_slug({"$ne": ""}, "tea", data)) == exactly(
        {"owner": "type"}
    )
    assert len(mongo.find("notes")) == exactly(2)


@hint(*UPSERT)
def test_upsert_creates_once(subject, mongo, instruments):
    """Of twelve upserts at once, one creates

    Two workers that look first both find nothing, and both insert
    """
    store = open_store(subject, mongo)
    for turn in range(ROUNDS):
        calls = [
            (store, "upsert_by_slug", "ada", f"s-{turn}", {"title": f"t{number}"}) for number in range(12)
        ]
        results = instruments.race(calls)
        assert outcomes(results, subject) == exactly({"done": 12})
        assert [created for _, created in results].count(True) == exactly(1), "created by one"
        assert len({note["id"] for note, _ in results}) == exactly(1), "one note for all"
        (stored,) = mongo.find("notes", {"slug": f"s-{turn}"})
        assert 1 <= stored["version"] <= 12


@hint(*IMPORT)
def test_bulk_import_reports_and_continues(subject, mongo, instruments):
    """bulk_import stores the good ones, and names the others by index

    One bad line in a file of 500 must neither stop the rest nor disappear
    """
    store = open_store(subject, mongo)
    taken = store.create("ada", {"title": "Taken", "slug": "s-7"})
    store.create("bob", {"title": "Taken", "slug": "s-8"})
    docs = [{"title": f" n{number} ", "slug": f"s-{number}", "tags": ["B", "b"]} for number in range(500)]
    docs[0] = {"title": "no slug"}
    docs[1] = {"title": "no slug either", "slug": None}
    docs[20] = {"title": ""}
    docs[100] = {**docs[100], "slug": "s-99"}
    docs[200] = {**docs[200], "id": "x"}
    docs[499] = {"title": "x", "attributes": {"$where": "1"}}
    with instruments.commands() as seen:
        result = store.bulk_import("ada", docs)
    codes = {
        7: "conflict",
        20: "validation_failed",
        100: "conflict",
        200: "validation_failed",
        499: "validation_failed",
    }
    errors = [{"index": index, "code": code} for index, code in codes.items()]
    assert result == exactly({"inserted": 495, "errors": errors})
    assert len(seen.all) <= 3, f"500 notes took {seen!r}"
    stored = mongo.find("notes", {"owner": "ada"})
    assert len(stored) == exactly(496)
    assert store.get("ada", taken["id"]) == exactly(taken)
    key = next(str(note["_id"]) for note in stored if note.get("slug") == "s-99")
    due = {
        "id": key,
        "owner": "ada",
        "slug": "s-99",
        "title": "n99",
        "body": "",
        "tags": ["b"],
        "attributes": {},
    }
    due |= {"items": [], "pinned": False, "version": 1, "created_at": anything, "updated_at": anything}
    assert store.get("ada", key) == exactly(due)
    assert sum("slug" not in note for note in store.list("ada", limit=100, q="no slug")["items"]) == exactly(
        2
    )


@hint(*IMPORT)
def test_bulk_import_takes_anything(subject, mongo, probes):
    """bulk_import takes any iterable, also an empty one, and leaves it as it was

    A generator can be read once, and a caller's list is the caller's
    """
    store = open_store(subject, mongo)
    assert store.bulk_import("ada", []) == exactly({"inserted": 0, "errors": []})
    wrong = [{"title": ""}, {}]
    errors = [{"index": index, "code": "validation_failed"} for index in (0, 1)]
    assert store.bulk_import("ada", wrong) == exactly({"inserted": 0, "errors": errors})
    same = [{"title": "a", "slug": "x"}, {"title": "b", "slug": "x"}, {"title": "c"}]
    assert store.bulk_import("ada", same) == exactly(
        {"inserted": 2, "errors": [{"index": 1, "code": "conflict"}]}
    )
    assert probes.imports_a_generator(store, "bob", 5) == exactly({"inserted": 5, "errors": []})
    assert probes.import_leaves_alone(store, "eve", [{"title": " A ", "tags": ["X"]}]) == exactly(True)
    assert refused(subject, lambda: store.bulk_import({"$ne": ""}, same)) == exactly({"owner": "type"})


@hint(*RACE)
def test_stale_version_is_refused_under_race(subject, mongo, instruments):
    """Of twelve updates that expect version 1, one succeeds

    A comparison in Python is over before the write begins, and by then it may be wrong
    """
    store = open_store(subject, mongo)
    for _ in range(ROUNDS):
        note = store.create("ada", {"title": "Tea"})["id"]
        expected = keywords(expected_version=1)
        results = instruments.race(
            [(store, "update", "ada", note, {"title": f"t{n}"}, expected) for n in range(12)]
        )
        assert outcomes(results, subject) == exactly({"VersionConflict": 11, "done": 1})
        now = store.get("ada", note)
        assert now["version"] == exactly(2)
        winner = next(place for place, result in enumerate(results) if not isinstance(result, Exception))
        assert now["title"] == exactly(f"t{winner}"), "the title of the one that succeeded"


@hint(*RACE)
def test_no_change_is_lost(subject, mongo, instruments):
    """Tags, items and fields that are changed at once are all kept

    Writing back a whole document undoes everything since it was read
    """
    store = open_store(subject, mongo)
    for _ in range(ROUNDS):
        note = store.create("ada", {"title": "Tea", "tags": ["old"]})["id"]
        store.add_item("ada", note, "one")
        first, second = (item["key"] for item in store.add_item("ada", note, "two")["items"])
        calls = [(store, "add_tag", "ada", note, f"t{number}") for number in range(6)]
        calls += [(store, "add_tag", "ada", note, "same") for _ in range(3)]
        calls += [(store, "set_item_done", "ada", note, key, True) for key in (first, second)]
        calls += [(store, "add_item", "ada", note, "three"), (store, "remove_tag", "ada", note, "old")]
        calls += [
            (store, "update", "ada", note, {"body": "new"}),
            (store, "update", "ada", note, {"pinned": True}),
        ]
        results = instruments.race(calls)
        assert outcomes(results, subject) == exactly({"done": 15})
        now = store.get("ada", note)
        assert sorted(now["tags"]) == exactly(["same", "t0", "t1", "t2", "t3", "t4", "t5"])
        assert [(item["text"], item["done"]) for item in now["items"]] == exactly(
            [("one", True), ("two", True), ("three", False)]
        )
        assert (now["body"], now["pinned"]) == exactly(("new", True))
        assert now["version"] == exactly(16), "1, two items, and 13 effective changes"
