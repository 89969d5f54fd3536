"""Many notes: filters, pages, counts"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from backroad.checks import a, anything, exactly, hint

FILTER = (
    "One list of conditions; each argument that is given adds one, and all of them have to hold",
    "None means not given, False is a value; escape what stands in `q`, since the database takes a pattern",
    'conditions = [{"owner": owner}]; if tag is not None: conditions.append({"tags": tag}); '
    '{"title": {"$regex": re.escape(q), "$options": "i"}}; {f"attributes.{key}": value}; '
    '{"$match": {"$and": conditions}}',
)
SUMMARY = (
    "What a list does not show should not travel",
    "An aggregation can count the items and leave fields out before anything is sent",
    '[…, {"$addFields": {"item_count": {"$size": "$items"}}}, {"$project": {"body": 0, "items": 0}}]',
)
PAGES = (
    "A page begins behind a note, not behind a number of notes",
    "Remember pinned, updated_at and _id of the last note; ask for notes behind it, in three cases under "
    "$or; fetch one more than the limit to know whether there is a next page",
    '{"$or": [{"pinned": {"$lt": p}}, {"pinned": p, "updated_at": {"$lt": t}}, '
    '{"pinned": p, "updated_at": t, "_id": {"$lt": i}}]}',
)
CURSOR = (
    "A cursor is somebody's input as soon as it comes back",
    "Put owner and filters into what is sealed, and refuse whatever your seal does not fit",
    "sealed(position, purpose) and opened(cursor, purpose) of given/cursors.py; purpose = repr(conditions)",
)
START = datetime(2024, 5, 1, 12, tzinfo=UTC)
URL_SAFE = set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=.~")


def open_store(subject, mongo, clock=None):
    """Return a store on a connection of its own."""
    return subject.NoteStore(subject.connect(mongo.url), clock=clock)


def refused(subject, call):
    """Return the faults that a call is refused with, each field with its code."""
    with pytest.raises(subject.ValidationFailed) as caught:
        call()
    return {error["field"]: error["code"] for error in caught.value.errors}


def in_order(notes):
    """Return notes in the order of the list."""
    return sorted(notes, key=lambda note: (note["pinned"], note["updated_at"], note["id"]), reverse=True)


def summary(note):
    """Return what the list shows of a note."""
    short = {name: value for name, value in note.items() if name not in ("body", "items")}
    return {**short, "item_count": len(note["items"])}


def pages(store, owner, **arguments):
    """Return the pages of a list, one after the other."""
    found, cursor = [], None
    for _ in range(60):
        page = store.list(owner, cursor=cursor, **arguments)
        found.append(page["items"])
        cursor = page["next_cursor"]
        if cursor is None:
            return found
    raise AssertionError("sixty pages, and still a next_cursor")


def seeded(store, clock):
    """Return 40 notes, stored: all that the filters look at; some at equal times, some in one second."""
    notes = []
    for number in range(40):
        clock.set(START + timedelta(milliseconds=number * 7 % 12 * 250 + 7))
        title = ("Green tea", "Black TEA 50%", "a.b*", "Axb_c", "Milk (fresh)")[number % 5]
        data = {
            "title": title,
            "tags": [name for bit, name in enumerate(("red", "blue", "green")) if number >> bit & 1],
            "pinned": number % 3 == 0,
            "attributes": {
                "color": ("green", "red")[number % 2],
                "size": number % 4,
                "sold": number % 7 == 0,
            },
            "body": "secret",
        }
        notes.append(store.create("ada", data))
    for number in range(3):
        store.create("bob", {"title": "Green tea", "tags": ["red"], "attributes": {"color": "green"}})
        notes[number] = store.add_item("ada", notes[number]["id"], "hidden")
    return notes


FILTERS = (
    ({}, lambda note: True),
    ({"tag": "red"}, lambda note: "red" in note["tags"]),
    ({"tag": " RED\n"}, lambda note: "red" in note["tags"]),
    ({"tag": "re"}, lambda note: False),
    ({"tags_all": []}, lambda note: True),
    ({"tags_all": ["red"]}, lambda note: "red" in note["tags"]),
    ({"tags_all": ["Red", "green"]}, lambda note: {"red", "green"} <= set(note["tags"])),
    ({"tags_all": ["red", "nothing"]}, lambda note: False),
    ({"tag": "blue", "tags_all": ["red"]}, lambda note: {"red", "blue"} <= set(note["tags"])),
    ({"q": "tea"}, lambda note: "tea" in note["title"].lower()),
    ({"q": "K T"}, lambda note: "k t" in note["title"].lower()),
    ({"q": ""}, lambda note: True),
    ({"q": " "}, lambda note: " " in note["title"]),
    ({"q": "tea "}, lambda note: "tea " in note["title"].lower()),
    ({"q": "secret"}, lambda note: False),
    ({"q": "red"}, lambda note: False),
    ({"q": "hidden"}, lambda note: False),
    ({"q": "a.b*"}, lambda note: "a.b*" in note["title"]),
    ({"q": "."}, lambda note: "." in note["title"]),
    ({"q": "^a"}, lambda note: False),
    ({"q": "50%"}, lambda note: "50%" in note["title"]),
    ({"q": "("}, lambda note: "(" in note["title"]),
    ({"q": "[a"}, lambda note: False),
    ({"q": "\\"}, lambda note: False),
    ({"q": "b_c"}, lambda note: "b_c" in note["title"]),
    ({"pinned": True}, lambda note: note["pinned"]),
    ({"pinned": False}, lambda note: not note["pinned"]),
    ({"attributes": {}}, lambda note: True),
    ({"attributes": {"color": "red"}}, lambda note: note["attributes"]["color"] == "red"),
    ({"attributes": {"size": 2}}, lambda note: note["attributes"]["size"] == 2),
    ({"attributes": {"size": 0}}, lambda note: note["attributes"]["size"] == 0),
    ({"attributes": {"sold": False}}, lambda note: not note["attributes"]["sold"]),
    ({"attributes": {"size": True}}, lambda note: False),
    ({"attributes": {"size": False}}, lambda note: False),
    ({"attributes": {"sold": 1}}, lambda note: False),
    (
        {"attributes": {"color": "red", "sold": True}},
        lambda note: note["attributes"] | {"color": "red", "sold": True} == note["attributes"],
    ),
    ({"attributes": {"nothing": 1}}, lambda note: False),
    (
        {"tag": "red", "q": "tea", "pinned": False},
        lambda note: "red" in note["tags"] and "tea" in note["title"].lower() and not note["pinned"],
    ),
    (
        {"pinned": True, "attributes": {"color": "green"}, "tags_all": ["blue"]},
        lambda note: note["pinned"] and note["attributes"]["color"] == "green" and "blue" in note["tags"],
    ),
)


@hint(*FILTER)
def test_list_filters_combine(subject, mongo, clock):
    """Filters find what fits all of them, in the order of the list

    A filter that is forgotten shows too much, and a pattern from outside finds everything
    """
    store = open_store(subject, mongo, clock)
    notes = seeded(store, clock)
    for arguments, fits in FILTERS:
        page = store.list("ada", limit=100, **arguments)
        expected = [summary(note) for note in in_order(filter(fits, notes))]
        assert page == exactly({"items": expected, "next_cursor": None}), f"list with {arguments}"
    assert len(store.list("ada")["items"]) == exactly(20), "without a limit"
    assert store.list("nobody") == exactly({"items": [], "next_cursor": None})


@hint(*SUMMARY)
def test_summaries_leave_the_body_behind(subject, mongo, instruments):
    """A summary counts the items, and no body leaves the database

    Twenty bodies of 50,000 characters are a megabyte for a list that shows titles
    """
    store = open_store(subject, mongo)
    note = store.create("ada", {"title": "Long", "body": "secret " * 1000, "slug": "long", "tags": ["x"]})
    for text in ("hidden one", "hidden two"):
        note = store.add_item("ada", note["id"], text)
    store.set_item_done("ada", note["id"], note["items"][0]["key"], True)
    bare = store.create("ada", {"title": "Bare", "body": "secret"})
    with instruments.commands() as seen:
        page = store.list("ada")
    first, second = page["items"]
    assert first == exactly(summary(bare))
    assert second == exactly({**summary(note), "version": 4, "updated_at": a(datetime), "item_count": 2})
    came = repr([command.documents for command in seen.all])
    assert "secret" not in came, "a body came out of the database"
    assert "hidden" not in came, "items came out of the database"
    for place in range(6):
        store.create("ada", {"title": f"More {place}"})
    with instruments.commands() as seen:
        store.list("ada", limit=2)
    assert sum(len(command.documents) for command in seen.all) <= 4, (
        "documents that came for limit=2, of 8 notes"
    )


@hint(*PAGES)
def test_pages_hold_every_note_once(subject, mongo, clock):
    """Pages of every size show all notes once, and the last one says so

    Notes with the same time must not fall between two pages
    """
    store = open_store(subject, mongo, clock)
    notes = [summary(note) for note in in_order(seeded(store, clock))]
    for limit in (1, 3, 7, 8, 20, 39, 40, 41, 100):
        found = pages(store, "ada", limit=limit)
        assert [note for page in found for note in page] == exactly(notes), f"pages of {limit}"
        sizes = [min(limit, 40 - start) for start in range(0, 40, limit)]
        assert [len(page) for page in found] == exactly(sizes), f"pages of {limit}"
    green = [note for note in notes if note["attributes"]["color"] == "green"]
    found = pages(store, "ada", limit=6, attributes={"color": "green"})
    assert [note for page in found for note in page] == exactly(green), "pages of a filter"


@hint(*PAGES)
def test_paging_stands_still(subject, mongo, clock, probes):
    """Notes that come in between move no page

    Who counts the notes before a page shows one twice for each that came in
    """
    store = open_store(subject, mongo, clock)
    clock.set(START)
    for number in range(30):
        clock.set(START + timedelta(seconds=number // 4))
        store.create("ada", {"title": f"n{number}", "pinned": number % 5 == 0})
    old = [note["id"] for page in pages(store, "ada", limit=100) for note in page]
    second = {"limit": 4, "cursor": store.list("ada", limit=4)["next_cursor"]}
    elsewhere = probes.page_in_another_process(subject, mongo.url, "ada", second)
    assert elsewhere == exactly(store.list("ada", **second)), "the second page, in another process"
    seen, cursor = [], None
    for turn in range(60):
        other = open_store(subject, mongo, clock) if turn % 2 else store
        page = other.list("ada", limit=4, cursor=cursor)
        seen += [note["id"] for note in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
        assert set(cursor) <= URL_SAFE, f"a cursor has to fit into a URL: {cursor!r}"
        clock.advance(1)
        for pinned in (True, False, False):
            store.create("ada", {"title": "new", "pinned": pinned})
    assert len(seen) == len(set(seen)), "a note came twice"
    assert [key for key in seen if key in old] == exactly(old), "the notes that were there, in their order"


@hint(*CURSOR)
def test_foreign_cursors_are_refused(subject, mongo, clock):
    """A cursor that was changed, or made for another list, is refused

    A position in another list is no position in this one
    """
    store = open_store(subject, mongo, clock)
    seeded(store, clock)
    for number in range(5):
        store.create("bob", {"title": f"Tea {number}", "tags": ["red"]})
    filters = [
        {},
        {"tag": "red"},
        {"tag": "blue"},
        {"tags_all": ["red", "blue"]},
        {"q": "tea"},
        {"q": "e"},
        {"pinned": True},
        {"pinned": False},
        {"attributes": {"color": "red"}},
        {"attributes": {"color": "green"}},
        {"attributes": {"size": 1}},
    ]
    cursors = [store.list("ada", limit=2, **one)["next_cursor"] for one in filters]
    for made, cursor in zip(filters, cursors, strict=True):
        assert store.list("ada", limit=5, cursor=cursor, **made)["items"], (
            f"its own list, with another limit: {made}"
        )
        for used in filters:
            if used != made:
                got = refused(subject, lambda c=cursor, u=used: store.list("ada", limit=2, cursor=c, **u))
                assert got == exactly({"cursor": "format"}), f"made for {made}, used for {used}"
        got = refused(subject, lambda c=cursor, m=made: store.list("bob", limit=2, cursor=c, **m))
        assert got == exactly({"cursor": "format"}), "another owner's cursor"
    cursor = cursors[0]
    middle = len(cursor) // 2
    swapped = "A" if cursor[middle] != "A" else "B"
    changed = [
        cursor[:middle] + swapped + cursor[middle + 1 :],
        cursor[:-4],
        cursor[4:],
        cursor[::-1],
        cursor * 2,
    ]
    for wrong in (*changed, "", "x", "é", "0", "-1", "20", "=", "bnVsbA", "e30", "a" * 24):
        got = refused(subject, lambda w=wrong: store.list("ada", limit=2, cursor=w))
        assert got == exactly({"cursor": "format"}), f"cursor={wrong!r}"
    assert store.list("ada", limit=2, cursor=cursor)["items"]


@hint(*FILTER)
def test_arguments_of_list_are_checked(subject, mongo, instruments):
    """list refuses what is no text, number or truth, by its name

    Query parameters come as lists and dicts as soon as somebody tries
    """
    store = open_store(subject, mongo)
    store.create("ada", {"title": "Tea", "tags": ["shop"], "attributes": {"color": "red"}})
    wrong = []
    for value in ({"$ne": None}, {"$gt": ""}, {"$regex": ".*"}, 5, ["shop"], b"shop"):
        wrong += [({name: value}, {name: "type"}) for name in ("tag", "q", "cursor")]
        wrong += [
            ({"tags_all": ["shop", value]}, {"tags_all[1]": "type"}),
            ({"pinned": value}, {"pinned": "type"}),
        ]
        wrong += [({"limit": value}, {"limit": "type"})] if value != 5 else []
    for value in ({"$ne": None}, {"$gt": ""}, ["red"], b"red"):
        wrong += [({"attributes": {"color": value}}, {"attributes.color": "type"})]
    wrong += [
        ({"attributes": {key: 1}}, {f"attributes.{key}": "format"})
        for key in ("$where", "a.b", "", "color.x")
    ]
    wrong += [({"attributes": ["red"]}, {"attributes": "type"}), ({"tags_all": "shop"}, {"tags_all": "type"})]
    wrong += [
        ({"limit": limit}, {"limit": code})
        for limit, code in (
            (0, "too_small"),
            (-1, "too_small"),
            (101, "too_large"),
            (1.0, "type"),
            ("5", "type"),
            (True, "type"),
        )
    ]
    wrong += [({"limit": None}, {"limit": anything})]
    wrong += [({"pinned": value}, {"pinned": "type"}) for value in (1, 0, "true")]
    wrong += [({"tag": ""}, {"tag": "blank"}), ({"tag": "x" * 31}, {"tag": "too_long"})]
    for arguments, faults in wrong:
        with instruments.commands() as seen:
            got = refused(subject, lambda given=arguments: store.list("ada", **given))
        assert got == exactly(faults), f"list with {arguments}"
        assert seen.names == exactly([]), f"list with {arguments} went to the database"
    for owner in ({"$ne": None}, 5, ["ada"]):
        assert refused(subject, lambda o=owner: store.list(o)) == exactly({"owner": "type"})
        assert refused(subject, lambda o=owner: store.tag_counts(o)) == exactly({"owner": "type"})
    for limit in (1, 100):
        assert len(store.list("ada", limit=limit)["items"]) == exactly(1)


@hint(
    "Unwind the tags, group by them, count",
    "Five stages: the notes of the owner, one document a tag, groups, order, names",
    '{"$unwind": "$tags"}, {"$group": {"_id": "$tags", "count": {"$sum": 1}}}, '
    '{"$sort": {"count": -1, "_id": 1}}, {"$project": {"_id": 0, "tag": "$_id", "count": 1}}',
)
def test_tag_counts_run_in_the_database(subject, mongo, instruments):
    """tag_counts counts with one aggregate, and fetches no notes

    Counting in Python is fine with ten notes, and takes the machine down with a million
    """
    store = open_store(subject, mongo)
    for tags in (["b", "c"], ["c", "a"], ["c"], [], ["b", "a"], ["d"]):
        store.create("ada", {"title": "x", "tags": tags})
    store.create("bob", {"title": "x", "tags": ["a", "z"]})
    with instruments.commands() as seen:
        counts = store.tag_counts("ada")
    expected = [{"tag": tag, "count": count} for tag, count in (("c", 3), ("a", 2), ("b", 2), ("d", 1))]
    assert counts == exactly(expected)
    assert seen.names == exactly(["aggregate"])
    assert len(seen.all[0].documents) <= 4, "one document a tag is enough"
    assert store.tag_counts("nobody") == exactly([])
