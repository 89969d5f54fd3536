"""Refuse: wrong values and operators"""

from __future__ import annotations

import pytest

from backroad.checks import a, anything, exactly, hint

COLLECT = (
    "Gather what is wrong with each field, and raise once at the end",
    "A table from field names to functions; each returns the clean value or raises a Fault that you note",
    "for field, value in data.items(): try: values[field] = CLEAN[field](value) except Fault as fault: "
    'errors.append({"field": field, "code": fault.code, …}); if errors: raise ValidationFailed(errors)',
)
NAMES = (
    "In a filter, a name with a dot is a path and one with a dollar is an operator",
    "Let only names through that are nothing but names, and only values that have no inside",
    'matching(key, "[A-Za-z0-9_]{1,40}"); a dict or list as a value is `type`',
)
OUTSIDE = (
    "PyMongo sends a dict where you meant a text, and the database reads it as operators",
    "Look at the type of every argument before it becomes part of a filter",
    'if type(tag) is not str: raise ValidationFailed([{"field": "tag", "code": "type", …}])',
)
HOSTILE = ({"$ne": None}, {"$gt": ""}, {"$regex": ".*"}, ["a"], {"$in": ["shop"]})
TITLES = {"title": "Tea"}


def open_store(subject, mongo, clock=None):
    """Return a store on a connection of its own."""
    return subject.NoteStore(subject.connect(mongo.url), clock=clock)


def refused(subject, call):
    """Return the faults that a call is refused with, each field with its code."""
    with pytest.raises(subject.ValidationFailed) as caught:
        call()
    errors = caught.value.errors
    fields = [error["field"] for error in errors]
    assert len(set(fields)) == len(fields), f"each field once: {fields}"
    for error in errors:
        told = {name: error.get(name) for name in ("field", "code", "message")}
        assert told == exactly({"field": a(str), "code": a(str), "message": a(str)}), "each of the errors"
    return {error["field"]: error["code"] for error in errors}


@hint(*COLLECT)
def test_validation_collects_errors(subject, mongo):
    """create tells everything that is wrong, and stores nothing

    A form that shows one fault at a time is filled in seven times
    """
    store = open_store(subject, mongo)
    wrong = {
        "title": " \n",
        "body": 5,
        "tags": ["ok", "", 7],
        "attributes": {"ok": 1, "a.b": 2, "c": []},
        "pinned": 1,
        "slug": "No Slug",
        "id": "x",
        "colour": "red",
    }
    expected = {
        "title": "blank",
        "body": "type",
        "tags[1]": "blank",
        "tags[2]": "type",
        "attributes.a.b": "format",
        "attributes.c": "type",
        "pinned": "type",
        "slug": "format",
        "id": "read_only",
        "colour": "unknown_field",
    }
    assert refused(subject, lambda: store.create("ada", wrong)) == exactly(expected)
    without = {name: value for name, value in wrong.items() if name != "title"}
    due = {**expected, "title": "required"}
    assert refused(subject, lambda: store.create("ada", without)) == exactly(due)
    assert refused(subject, lambda: store.create("ada", {})) == exactly({"title": "required"})
    assert mongo.find("notes") == exactly([])
    note = store.create("ada", TITLES)
    assert refused(subject, lambda: store.update("ada", note["id"], wrong)) == exactly(expected)
    assert store.get("ada", note["id"]) == exactly(note), "after an update that was refused"


@hint(*COLLECT)
def test_each_field_has_its_rules(subject, mongo):
    """Lengths, types and characters, on both sides of each boundary

    The length that is one too long is the one that somebody will send
    """
    store = open_store(subject, mongo)
    fine = {
        "title": ("x", "é" * 200, " " * 50 + "x" * 200 + "\n"),
        "body": ("", " ", "ñ" * 50_000),
        "tags": ([], ["x" * 30], [" " * 9 + "y" * 30], [f"t{n}" for n in range(20)], ["a"] * 30),
        "pinned": (True, False),
        "slug": ("a", "0-9", "-", "z" * 60, None),
    }
    for field, values in fine.items():
        for value in values:
            store.create("ada" if field != "slug" else f"o{len(value or '')}", {**TITLES, field: value})
    wrong = {
        "title": (
            (None, "null"),
            (5, "type"),
            (b"x", "type"),
            ("", "blank"),
            ("\t\n ", "blank"),
            ("x" * 201, "too_long"),
        ),
        "body": ((None, "null"), (["x"], "type"), ("x" * 50_001, "too_long")),
        "pinned": ((None, "null"), (1, "type"), (0, "type"), ("true", "type")),
        "slug": (
            (5, "type"),
            ("", "format"),
            ("A", "format"),
            ("a_b", "format"),
            ("z" * 61, "format"),
            ("a\n", "format"),
            ("é", "format"),
            ({"$ne": ""}, "type"),
        ),
        "tags": (
            (None, "null"),
            ("abc", "type"),
            ({"a": 1}, "type"),
            (("a", "b"), "type"),
            ([f"t{n}" for n in range(21)], "too_many"),
        ),
        "attributes": (
            (None, "null"),
            ([], "type"),
            ("a", "type"),
            ({f"k{n}": 1 for n in range(21)}, "too_many"),
        ),
    }
    note = store.create("ada", TITLES)["id"]
    for field, cases in wrong.items():
        for value, code in cases:
            shown = f"{field}={value!r}"[:60]
            got = refused(
                subject, lambda field=field, value=value: store.create("ada", {**TITLES, field: value})
            )
            assert got == {field: code}, f"create with {shown}"
            got = refused(subject, lambda field=field, value=value: store.update("ada", note, {field: value}))
            assert got == {field: code}, f"update with {shown}"
    for tag, code in (
        ("", "blank"),
        ("x" * 31, "too_long"),
        (None, "null"),
        (5, "type"),
        ({"$ne": 1}, "type"),
    ):
        got = refused(subject, lambda tag=tag: store.create("ada", {**TITLES, "tags": ["a", tag]}))
        assert got == exactly({"tags[1]": code}), f"tags=['a', {tag!r}]"
    for character in ("\0", "\ud800"):
        for field in ("title", "body", "slug"):
            got = refused(subject, lambda f=field, c=character: store.create("ada", {**TITLES, f: f"a{c}b"}))
            assert got == {field: anything}, f"{character!r} in {field}"
    for field in ("id", "owner", "items", "version", "created_at", "updated_at"):
        got = refused(subject, lambda field=field: store.update("ada", note, {field: None}))
        assert got == exactly({field: "read_only"})
    for field in ("_id", "item_count", "$set", "title.x", ""):
        got = refused(subject, lambda field=field: store.update("ada", note, {field: 1}))
        assert got == exactly({field: "unknown_field"})


@hint(
    "Without an argument, strip takes away more than the four characters of the contract",
    "Name the characters that are trimmed; U+00A0 and U+000B are none of them",
    'value.strip(" \\t\\r\\n")',
)
def test_only_blanks_are_trimmed(subject, mongo):
    """Trimming takes spaces, tabs, newlines and carriage returns, and nothing else

    Two programs that trim in two ways disagree about which texts are equal
    """
    store = open_store(subject, mongo)
    note = store.create("ada", TITLES)["id"]
    kept = "\u00a0\x0bgreen\x0c\u2003"
    data = {"title": f" {kept}\n", "tags": [f"\t{kept}\r"]}
    for made in (store.create("ada", data), store.update("ada", note, data)):
        assert (made["title"], made["tags"]) == exactly((kept, [kept]))
    assert store.remove_tag("ada", note, kept)["tags"] == exactly([]), "a tag that begins with U+00A0"
    assert store.add_tag("ada", note, kept)["tags"] == exactly([kept]), "a tag that begins with U+00A0"
    assert store.add_item("ada", note, f" {kept}\n")["items"][0]["text"] == exactly(kept)


@hint(*NAMES)
def test_attribute_keys_are_checked(subject, mongo):
    """Names of attributes are names, and values have no inside

    `$where` as a name is code that the database runs, and `a.b` another field than it seems
    """
    store = open_store(subject, mongo)
    names = {"a": 1, "Z_9": 2, "x" * 40: 3, "_": 4, "0": 5}
    values = {"text": "", "low": -(2**63), "high": 2**63 - 1, "half": 0.5, "yes": True, "none": None}
    for attributes in (names, values, {f"k{number}": number for number in range(20)}):
        note = store.create("ada", {**TITLES, "attributes": attributes})
        assert note["attributes"] == exactly(attributes)
        assert store.get("ada", note["id"]) == exactly(note)
    for key in ("$where", "$ne", "a.b", ".", "", "a b", "é", "a-b", "x" * 41, "a\0", "a\n", "a$b"):
        got = refused(
            subject, lambda key=key: store.create("ada", {**TITLES, "attributes": {"ok": 1, key: 1}})
        )
        assert got == exactly({f"attributes.{key}": "format"})
        got = refused(subject, lambda key=key: store.update("ada", note["id"], {"attributes": {key: 1}}))
        assert got == exactly({f"attributes.{key}": "format"})
    for value in ([], {}, {"$gt": 1}, [1], b"x", (1, 2)):
        got = refused(
            subject, lambda value=value: store.create("ada", {**TITLES, "attributes": {"a": value}})
        )
        assert got == exactly({"attributes.a": "type"}), f"a value {value!r}"
    for value in (2**63, -(2**63) - 1, 10**30, "\ud800"):
        got = refused(
            subject, lambda value=value: store.create("ada", {**TITLES, "attributes": {"a": value}})
        )
        assert got == {"attributes.a": anything}, f"a value {value!r}"
    assert store.get("ada", note["id"]) == exactly(note)


@hint(
    "Owners, tags and texts of items have rules too, and so has every argument",
    "The same functions that check data check arguments; the name of the argument is the field",
    'owner: matching(owner, "[A-Za-z0-9_.@-]{1,64}"); done: truth(done); expected_version: type(n) is int',
)
def test_arguments_are_refused_by_name(subject, mongo):
    """owner, tag, text, done and expected_version have their rules

    What the checks of a form let through comes in by the next door
    """
    store = open_store(subject, mongo)
    note = store.create("ada", {**TITLES, "tags": ["shop"]})
    key = note["id"]
    item = store.add_item("ada", key, "x" * 500)["items"][0]["key"]
    note = store.get("ada", key)
    for owner in ("a", "A.b_c@d-9", "x" * 64):
        assert store.create(owner, TITLES)["owner"] == exactly(owner)
    for owner, code in (
        ("", "format"),
        ("x" * 65, "format"),
        ("a b", "format"),
        ("é", "format"),
        ("a\n", "format"),
        ("$x", "format"),
        (5, "type"),
        (["ada"], "type"),
        ({"$ne": ""}, "type"),
        (b"ada", "type"),
    ):
        for call in (
            lambda o: store.create(o, TITLES),
            lambda o: store.get(o, key),
            lambda o: store.add_tag(o, key, "x"),
        ):
            assert refused(subject, lambda c=call, o=owner: c(o)) == exactly({"owner": code}), (
                f"owner={owner!r}"
            )
    for tag, code in (("", "blank"), (" \n", "blank"), ("x" * 31, "too_long"), (None, "null"), (5, "type")):
        assert refused(subject, lambda tag=tag: store.add_tag("ada", key, tag)) == exactly({"tag": code})
        assert refused(subject, lambda tag=tag: store.remove_tag("ada", key, tag)) == exactly({"tag": code})
    for text, code in (("", "blank"), ("x" * 501, "too_long"), (None, "null"), (["x"], "type")):
        assert refused(subject, lambda text=text: store.add_item("ada", key, text)) == exactly({"text": code})
    for done, code in ((1, "type"), (0, "type"), ("yes", "type"), (None, "null")):
        got = refused(subject, lambda done=done: store.set_item_done("ada", key, item, done))
        assert got == exactly({"done": code}), f"done={done!r}"
    for version in ("2", 2.0, True, [2], {"$gt": 0}):
        got = refused(subject, lambda v=version: store.update("ada", key, {"title": "x"}, expected_version=v))
        assert got == exactly({"expected_version": "type"}), f"expected_version={version!r}"
    assert store.get("ada", key) == exactly(note), "after everything that was refused"


@hint(*OUTSIDE)
def test_operators_from_outside_never_reach_the_driver(subject, mongo, instruments):
    """A dict where a text is due is refused before anything is sent

    {"$ne": null} in a JSON body is how a login without a password works
    """
    store = open_store(subject, mongo)
    note = store.create("ada", {**TITLES, "tags": ["shop"], "slug": "tea"})
    key = store.add_item("ada", note["id"], "Milk")["id"]
    for value in HOSTILE:
        failures = {
            "owner of get": lambda v=value: store.get(v, key),
            "owner of update": lambda v=value: store.update(v, key, {"title": "x"}),
            "owner of delete": lambda v=value: store.delete(v, key),
            "id of get": lambda v=value: store.get("ada", v),
            "id of update": lambda v=value: store.update("ada", v, {"title": "x"}),
            "id of delete": lambda v=value: store.delete("ada", v),
            "title": lambda v=value: store.update("ada", key, {"title": v}),
            "body": lambda v=value: store.update("ada", key, {"body": v}),
            "slug": lambda v=value: store.update("ada", key, {"slug": v}),
            "attribute": lambda v=value: store.update("ada", key, {"attributes": {"a": v}}),
            "tag": lambda v=value: store.add_tag("ada", key, v),
            "owner of add_tag": lambda v=value: store.add_tag(v, key, "x"),
            "owner of remove_tag": lambda v=value: store.remove_tag(v, key, "shop"),
            "owner of add_item": lambda v=value: store.add_item(v, key, "x"),
            "owner of set_item_done": lambda v=value: store.set_item_done(v, key, "x", True),
            "id of add_tag": lambda v=value: store.add_tag("ada", v, "x"),
            "id of add_item": lambda v=value: store.add_item("ada", v, "x"),
            "removed tag": lambda v=value: store.remove_tag("ada", key, v),
            "item": lambda v=value: store.set_item_done("ada", key, v, True),
            "version": lambda v=value: store.update("ada", key, {"title": "x"}, expected_version=v),
        }
        for name, call in failures.items():
            with instruments.commands() as seen:
                outcome = outcome_of(subject, call)
            assert outcome in ("NotFound", "ValidationFailed"), f"{value!r} as {name}"
            sent = [command.body for command in seen.all if holds(command.body, value)]
            assert sent == [], f"{value!r} as {name} was sent to the database"


def outcome_of(subject, call):
    """Return the name of what a call raised."""
    try:
        call()
    except (subject.NotFound, subject.ValidationFailed) as error:
        return "NotFound" if isinstance(error, subject.NotFound) else "ValidationFailed"
    return "nothing was raised"


def holds(body, value):
    """Tell whether a value stands anywhere in a command."""
    if body == value:
        return True
    inner = body.values() if isinstance(body, dict) else body if isinstance(body, list) else ()
    return any(holds(part, value) for part in inner)
