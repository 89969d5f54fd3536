"""One note: connect, create, get"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from backroad.checks import a, anything, exactly, hint

CREATE = (
    "Build a dict of your own with all fields, insert it, and build another one to return",
    "insert_one puts `_id` into the dict it is given; take it out again and give it back as text: str(_id)",
    'note = {"owner": owner, "attributes": dict(data.get("attributes", {})), …}; insert_one(note); '
    'return {"id": str(note.pop("_id")), **note}',
)
AGREE = (
    "BSON keeps milliseconds, and a driver gives times without their zone unless it is asked",
    "Cut the microseconds before you store and return them; MongoClient(url, tz_aware=True) reads aware "
    "times",
    "now = clock().astimezone(UTC); now = now.replace(microsecond=now.microsecond // 1000 * 1000)",
)
MISSING = (
    "One function turns a text into an ObjectId, or says NotFound; nothing else knows ObjectIds",
    "A text of 24 hexadecimal digits is an id, everything else belongs to no note; then look with id and "
    "owner in the filter",
    'if type(value) is not str or not re.fullmatch("[0-9a-f]{24}", value): raise NotFound(value); '
    'find_one({"_id": ObjectId(value), "owner": owner})',
)
FIELDS = {"body": "", "tags": [], "attributes": {}, "items": [], "pinned": False, "version": 1}


def open_store(subject, mongo, clock=None):
    """Return a store on a connection of its own."""
    return subject.NoteStore(subject.connect(mongo.url), clock=clock)


@hint(
    "A MongoClient takes the URL; the database that it names is one call away",
    'get_default_database("backroad") is the one in the URL, or `backroad` if the URL names none',
    'url = url or os.environ.get("MONGODB_URL") or "mongodb://127.0.0.1:27017/backroad"; '
    'return MongoClient(url, tz_aware=True).get_default_database("backroad")',
)
def test_connect_finds_its_database(subject, mongo, probes):
    """connect returns the database of the URL, or of MONGODB_URL

    What is written into the code is the one database that must not be used on another machine
    """
    name = mongo.url.rsplit("/", 1)[1]
    assert probes.database_name(subject, mongo.url, None) == exactly(name)
    assert probes.database_name(subject, None, mongo.url) == exactly(name), "with MONGODB_URL set"
    other = "mongodb://127.0.0.1:9/elsewhere"
    assert probes.database_name(subject, mongo.url, other) == exactly(name), (
        "a URL given, and MONGODB_URL set"
    )
    bare = mongo.url.removesuffix(name)
    assert probes.database_name(subject, bare, None) == exactly("backroad"), f"connect({bare!r})"
    assert probes.default_place(subject) == exactly(["127.0.0.1", 27017, "backroad"])
    mongo.insert("times", [{"at": datetime(2024, 2, 29, tzinfo=UTC)}])
    assert probes.reads_aware_times(subject, mongo.url, "times") == exactly(True), (
        "a time that is read from the database is aware, in any collection"
    )


@hint(*CREATE)
def test_note_is_created_and_found(subject, mongo):
    """A new note comes back from create and get, and lies in the database

    What is only kept in memory is gone with the process
    """
    store = open_store(subject, mongo)
    tea = store.create("ada", {"title": "Tea"})
    due = {
        "id": a(str),
        "owner": "ada",
        "title": "Tea",
        **FIELDS,
        "created_at": anything,
        "updated_at": anything,
    }
    assert tea == exactly(due)
    cup = store.create("ada", {"title": "Cup"})
    assert cup["id"] != tea["id"]
    assert store.get("ada", tea["id"]) == exactly(tea)
    assert store.get("ada", cup["id"]) == exactly(cup)
    stored = mongo.find("notes")
    assert sorted(str(note["_id"]) for note in stored) == sorted([tea["id"], cup["id"]]), (
        "in the collection notes"
    )
    assert open_store(subject, mongo).get("ada", tea["id"]) == exactly(tea), "read over another connection"


@hint(*CREATE)
def test_create_returns_a_clean_document(subject, mongo, probes):
    """create cleans its input, returns plain values, and leaves data as it was

    An ObjectId in a response is a crash of the JSON encoder, and a changed argument a bug far away
    """
    store = open_store(subject, mongo)
    data = {
        "title": " \tGreen tea\r\n",
        "body": " as\tit is \r\n\rtoo \n",
        "tags": [" Tea", "shop", "tea\n", "SHOP"],
        "attributes": {"color": "green", "grams": 100, "price": 4.5, "bio": True, "gone": None},
        "pinned": True,
        "slug": "green-tea-1",
    }
    kept, apart = probes.leaves_alone(store, "ada", data)
    assert kept == exactly(True), "create changed the dict it was given"
    assert apart == exactly(True), "who changes the note that create returned, changes `data` with it"
    (stored,) = mongo.find("notes")
    note = store.get("ada", str(stored["_id"]))
    due = {
        **FIELDS,
        **data,
        "id": str(stored["_id"]),
        "owner": "ada",
        "title": "Green tea",
        "tags": ["tea", "shop"],
        "created_at": a(datetime),
        "updated_at": a(datetime),
    }
    assert note == exactly(due)
    fresh = probes.defaults_are_fresh(store, "ada")
    assert fresh == exactly([[], [], {}]), (
        "tags, items and attributes of a note whose predecessor was changed"
    )
    none = store.create("ada", {"title": "No slug", "slug": None})
    assert "slug" not in none, "slug=None is no slug"


@hint(*AGREE)
def test_create_and_get_agree(subject, mongo, clock, instruments):
    """get returns what create returned: times in UTC, to the millisecond

    A client that compares the two sees a change that nobody made, or a time that is five hours off
    """
    instruments.timezone("America/New_York")
    moment = datetime(2024, 2, 29, 23, 59, 59, 123_987, UTC)
    clock.set(moment)
    store = open_store(subject, mongo, clock)
    made = store.create("ada", {"title": "Tea"})
    for field in ("created_at", "updated_at"):
        assert made[field] == exactly(moment.replace(microsecond=123_000)), f"{field}, as create returns it"
        assert made[field].utcoffset() == timedelta(0), (
            f"{field} has to say that it is in UTC: {made[field]!r}"
        )
    assert store.get("ada", made["id"]) == exactly(made)
    (stored,) = mongo.find("notes")
    assert stored["created_at"] == moment.replace(microsecond=123_000), "as it is stored"
    before = datetime.now(UTC)
    plain = open_store(subject, mongo).create("ada", {"title": "Now"})
    assert abs(plain["created_at"] - before) < timedelta(minutes=10), "without a clock: the time of day"
    assert plain["created_at"].microsecond % 1000 == 0
    assert store.get("ada", plain["id"]) == exactly(plain)


@hint(*MISSING)
def test_bad_ids_are_not_found(subject, mongo, probes):
    """Unknown ids, and what can be no id, raise NotFound

    Ids come from URLs: a wrong one is a 404, not a crash in the driver
    """
    store = open_store(subject, mongo)
    known = store.create("ada", {"title": "Tea"})["id"]
    other = ("0" if known[0] != "0" else "1") + known[1:]
    wrong = (
        other,
        "x",
        "",
        known[:-1],
        known + "0",
        "g" * 24,
        " " + known[1:],
        known[:-1] + "\n",
        known + "\n",
    )
    wrong += (None, 1, True, [known], {"$ne": None}, known.encode(), bytes.fromhex(known))
    for missing in (*wrong, probes.object_id(known)):
        with pytest.raises(subject.NotFound):
            store.get("ada", missing)
    assert store.get("ada", known)["title"] == exactly("Tea")


@hint(*MISSING)
def test_notes_belong_to_their_owner(subject, mongo):
    """Another owner's note is NotFound

    An id that can be guessed, or was once shared, must not open the notes of others
    """
    store = open_store(subject, mongo)
    mine, yours = store.create("ada", {"title": "Mine"}), store.create("bob", {"title": "Yours"})
    assert yours["owner"] == exactly("bob")
    assert store.get("bob", yours["id"]) == exactly(yours)
    for owner, note in (("bob", mine), ("ada", yours), ("Ada", mine), ("a", mine)):
        with pytest.raises(subject.NotFound):
            store.get(owner, note["id"])
