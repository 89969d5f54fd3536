"""Change and refuse"""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest

from backroad.checks import a, exactly, fresh, hint

TEA = {"sku": "TEA-1", "name": "Green tea", "category": "tea", "price_cents": 450, "stock": 12}
VALIDATE = (
    "Look at every field, gather what is wrong, raise once at the end",
    "One function a field that returns the clean value or raises a Fault; a loop over the data that catches "
    "the faults; given/fields.py has the two functions that most fields need",
    "for field, value in data.items(): try: values[field] = CLEAN[field](value) except Fault as fault: "
    "errors.append(…); if errors: raise ValidationFailed(errors)",
)
BOUNDS = (
    "Each bound belongs to what is allowed: 3 and 20 characters are fine, 2 and 21 are not",
    "Clean first, then count characters, because a text may grow when its case changes; `type(value) is int` "
    "leaves out True; a pattern has to fit the whole SKU, and \\d and isalnum() take digits and "
    "letters of all scripts",
    're.fullmatch("[A-Z0-9-]{3,20}", sku); text(any_text(value).lower(), longest=40); '
    "integer(value, 0, 100_000_000)",
)
UPDATE = (
    "Only what is in `changes` is written; what is not there stays",
    "Clean the changes with the functions of create, read the row, leave if nothing differs, else write the "
    "changes and version + 1 and updated_at",
    "update(products).where(products.c.id == product_id).values(**values, version=products.c.version + 1, "
    "updated_at=datetime.now(UTC))",
)
DELETE = (
    "The database tells how many rows a DELETE hit",
    "rowcount 0 is NotFound; and ids are not reused where the table is AUTOINCREMENT",
    "if connection.execute(delete(products).where(…)).rowcount == 0: raise NotFound(…); "
    "Table(…, sqlite_autoincrement=True)",
)


def open_shop(subject, database):
    """Return a repository on a new engine, over a schema that is there."""
    engine = subject.make_engine(database.url)
    subject.create_schema(engine)
    return subject.ProductRepository(engine)


def pairs(failure):
    """Return the (field, code) pairs of a ValidationFailed."""
    return {(error["field"], error["code"]) for error in failure.errors}


def told(failure, due):
    """Return the (field, code) pairs; each code of `due`, as in "blank or too_short", counts as `due`."""
    found = pairs(failure)
    return {(field, due if code in due.split(" or ") else code) for field, code in found}


def stored(database):
    """Return how many products there are."""
    table = database.quoted(database.table_with("sku"))
    return len(database.rows(f"SELECT id FROM {table}"))


@hint(*VALIDATE)
def test_create_reports_every_error_at_once(subject, database):
    """One call with nine wrong fields is refused with nine errors

    A form that shows one error at a time is sent nine times
    """
    shop = open_shop(subject, database)
    wrong = {
        "sku": "no spaces",
        "price_cents": True,
        "stock": 1.0,
        "category": 5,
        "colour": "red",
        "id": 7,
        "version": 1,
        "created_at": None,
    }
    with pytest.raises(subject.ValidationFailed) as caught:
        shop.create(wrong)
    for error in caught.value.errors:
        told = {name: error.get(name) for name in ("field", "code", "message")}
        assert told == exactly({"field": a(str), "code": a(str), "message": a(str)}), "each of the errors"
    due = {
        ("name", "required"),
        ("sku", "format"),
        ("price_cents", "type"),
        ("stock", "type"),
        ("category", "type"),
        ("colour", "unknown_field"),
        ("id", "read_only"),
        ("version", "read_only"),
        ("created_at", "read_only"),
    }
    assert pairs(caught.value) == exactly(due)
    assert len(caught.value.errors) == exactly(len(due)), "each of them once"
    with pytest.raises(subject.ValidationFailed) as caught:
        shop.create({})
    assert pairs(caught.value) == exactly({(field, "required") for field in ("sku", "name", "price_cents")})
    assert stored(database) == exactly(0), "rows after two refused calls"


WRONG = (
    ("sku", "AB", "too_short"),
    ("sku", " AB \n", "too_short"),
    ("sku", "A" * 21, "too_long"),
    ("sku", "A B C", "format"),
    ("sku", "A_B", "format"),
    ("sku", "AB\nC", "format"),
    ("sku", "ÄBC", "format"),
    ("sku", "AB\u0661", "format"),
    ("sku", "ABC.", "format"),
    ("sku", "A'B", "format"),
    ("sku", None, "null"),
    ("sku", 123, "type"),
    ("sku", "", "blank or too_short"),
    ("sku", " \t\r\n", "blank or too_short"),
    ("sku", "\u00a0ABC", "format"),
    ("sku", "ABC\x0b", "format"),
    # Twenty-four letters S, once it is in upper case.
    ("sku", "ß" * 12, "format or too_long"),
    ("name", "", "blank"),
    ("name", " \t\r\n", "blank"),
    ("name", "x" * 121, "too_long"),
    ("name", "🍵" * 121, "too_long"),
    ("name", "tea\0", "characters"),
    ("name", "tea \ud83c", "characters"),
    ("name", None, "null"),
    ("name", 5, "type"),
    ("name", b"tea", "type"),
    ("category", "x" * 41, "too_long"),
    # Eighty characters, once it is in lower case.
    ("category", "İ" * 40, "too_long"),
    ("category", "  ", "blank"),
    ("category", "", "blank"),
    ("category", "te\0a", "characters"),
    ("category", ["tea"], "type"),
    ("price_cents", -1, "too_small"),
    ("price_cents", 100_000_001, "too_large"),
    ("price_cents", 2**63, "too_large"),
    ("price_cents", False, "type"),
    ("price_cents", 450.0, "type"),
    ("price_cents", "450", "type"),
    ("price_cents", None, "null"),
    ("stock", -1, "too_small"),
    ("stock", 1_000_001, "too_large"),
    ("stock", True, "type"),
    ("stock", 1.5, "type"),
    ("stock", "1", "type"),
    ("stock", None, "null"),
    ("id", None, "read_only"),
    ("version", 1, "read_only"),
    ("created_at", "2026-01-01", "read_only"),
    ("updated_at", "2026-01-01", "read_only"),
    ("Name", "tea", "unknown_field"),
    ("", "tea", "unknown_field"),
)
RIGHT = (
    ("sku", " abc\t", "ABC"),
    ("sku", "a" * 20, "A" * 20),
    ("sku", "0-9", "0-9"),
    ("sku", "---", "---"),
    ("name", "x", "x"),
    ("name", f"\r\n{'x' * 120} \t", "x" * 120),
    ("name", "🍵" * 120, "🍵" * 120),
    ("name", "two\nlines", "two\nlines"),
    ("name", " \u00a0x\x0b\n", "\u00a0x\x0b"),
    ("category", " X ", "x"),
    ("category", f" {'X' * 40}\n", "x" * 40),
    ("category", "\u00a0x\x0b", "\u00a0x\x0b"),
    ("category", None, None),
    ("price_cents", 0, 0),
    ("price_cents", 100_000_000, 100_000_000),
    ("stock", 0, 0),
    ("stock", 1_000_000, 1_000_000),
)


@hint(*BOUNDS)
def test_create_knows_the_bounds(subject, database, probes):
    """The last value that is allowed is stored, the next one is refused

    What one caller may store, every other one has to be able to show, sort and add up
    """
    shop = open_shop(subject, database)
    for field, value, code in WRONG:
        with pytest.raises(subject.ValidationFailed) as caught:
            shop.create({**TEA, field: value})
        assert told(caught.value, code) == exactly({(field, code)}), f"create with {field} = {value!a}"
    assert stored(database) == exactly(0), "rows after calls that were all refused"
    for place, (field, value, kept) in enumerate(RIGHT):
        made = shop.create({**TEA, "sku": f"OK-{place}", field: value})
        assert made[field] == exactly(kept), f"create with {field} = {value!a}"
        assert shop.get(made["id"]) == exactly(made)
    bare = shop.create(probes.bare_mapping({**TEA, "sku": "BARE-1"}))
    assert bare["name"] == exactly("Green tea"), "create with a mapping that is no dict"


@hint(*UPDATE)
def test_update_is_partial(subject, database, probes):
    """update changes what it is given, and nothing else

    An update that writes the whole row undoes what others changed in it
    """
    shop = open_shop(subject, database)
    tea, cup = shop.create(TEA), shop.create({"sku": "CUP-1", "name": "Cup", "price_cents": 900})
    row = dict(tea)
    for changes, kept in (
        ({"name": " O'Hara's tea; --\n"}, {"name": "O'Hara's tea; --"}),
        ({"price_cents": 0}, {"price_cents": 0}),
        ({"stock": 0}, {"stock": 0}),
        ({"category": " Green  Teas "}, {"category": "green  teas"}),
        ({"category": None}, {"category": None}),
        ({"sku": " tea-9\t"}, {"sku": "TEA-9"}),
        (
            {"name": "Oolong", "price_cents": 700, "stock": 1},
            {"name": "Oolong", "price_cents": 700, "stock": 1},
        ),
        ({"category": "tea", "price_cents": 700}, {"category": "tea"}),
        ({"name": "OOLONG"}, {"name": "OOLONG"}),
    ):
        now = shop.update(tea["id"], changes)
        row = {**row, **kept, "version": row["version"] + 1, "updated_at": now["updated_at"]}
        assert now == exactly(row), f"update({changes})"
        assert shop.get(tea["id"]) == exactly(now), f"the stored row after update({changes})"
    assert shop.get(cup["id"]) == exactly(cup), "the other product"
    assert shop.get_by_sku("TEA-9") == exactly(row)
    bare = shop.update(tea["id"], probes.bare_mapping({"name": "Assam"}))
    row = {**row, "name": "Assam", "version": row["version"] + 1, "updated_at": bare["updated_at"]}
    assert bare == exactly(row), "update with a mapping that is no dict"
    other = subject.ProductRepository(subject.make_engine(database.url)).update(cup["id"], {"stock": 4})
    assert shop.get(cup["id"]) == exactly(other), "after another program changed it"
    with pytest.raises(subject.NotFound):
        shop.get_by_sku("TEA-1")


@hint(*UPDATE)
def test_update_of_nothing_changes_nothing(subject, database):
    """An update that changes nothing keeps version and time

    A version that grows without a change makes everybody else's copy stale for nothing
    """
    shop = open_shop(subject, database)
    tea = shop.create(TEA)
    bare = shop.create({"sku": "BARE", "name": "Bare", "price_cents": 1})
    same = {"sku": "tea-1 ", "name": "\tGreen tea", "category": "TEA", "price_cents": 450, "stock": 12}
    for changes in (
        {},
        {"name": "Green tea"},
        {"price_cents": 450},
        {"category": " Tea"},
        {"sku": " tea-1"},
        same,
    ):
        assert shop.update(tea["id"], changes) == exactly(tea), f"update({changes})"
    assert shop.update(bare["id"], {"category": None, "stock": 0}) == exactly(bare)
    assert shop.get(tea["id"]) == exactly(tea)


@hint(*UPDATE)
@fresh
def test_update_bumps_version_and_time(subject, database):
    """An effective change counts the version up and sets updated_at

    Caches and other copies ask these two whether they are out of date
    """
    shop = open_shop(subject, database)
    tea = shop.create(TEA)
    # Whole seconds are a right way to store times, so the check waits for the next one.
    time.sleep(1.05)
    now = shop.update(tea["id"], {"price_cents": 451})
    assert now["version"] == exactly(2)
    assert now["created_at"] == exactly(tea["created_at"])
    assert now["updated_at"] > tea["updated_at"], "updated_at after an update, more than a second later"
    assert now["updated_at"].utcoffset() == timedelta(0), f"updated_at has to be in UTC: {now['updated_at']}"
    assert abs(now["updated_at"] - datetime.now(UTC)) < timedelta(minutes=10)
    again = shop.update(tea["id"], {"price_cents": 452, "name": "Tea"})
    assert again["version"] == exactly(3), "two fields are one change"
    assert again["updated_at"] >= now["updated_at"]
    later = shop.create({"sku": "CUP-1", "name": "Cup", "price_cents": 900})
    assert later["created_at"] > tea["created_at"], "created_at of a product made more than a second later"
    # Back to an old value is a change too.
    assert shop.update(tea["id"], {"price_cents": 450})["version"] == exactly(4)


@hint(*VALIDATE)
def test_update_refuses_like_create(subject, database):
    """update refuses what create refuses, all at once, and changes nothing

    Rules that only the first write keeps are broken by the second
    """
    shop = open_shop(subject, database)
    tea = shop.create(TEA)
    for field, value, code in WRONG:
        with pytest.raises(subject.ValidationFailed) as caught:
            shop.update(tea["id"], {field: value})
        assert told(caught.value, code) == exactly({(field, code)}), f"update with {field} = {value!a}"
    with pytest.raises(subject.ValidationFailed) as caught:
        shop.update(
            tea["id"], {"name": "Good", "price_cents": "1", "stock": None, "size": 3, "updated_at": 1}
        )
    due = {("price_cents", "type"), ("stock", "null"), ("size", "unknown_field"), ("updated_at", "read_only")}
    assert pairs(caught.value) == exactly(due)
    assert shop.get(tea["id"]) == exactly(tea), "after updates that were all refused"


@hint(
    "update, delete and adjust_stock know the same ids as get",
    "Ask one function of yours whether something can be an id; look at what the statement found",
    "if connection.execute(statement).rowcount == 0: raise NotFound(product_id)",
)
def test_changing_what_is_missing_is_not_found(subject, database):
    """update and delete of an unknown id raise NotFound

    A change that hits no row and says nothing is a change that somebody believes in
    """
    shop = open_shop(subject, database)
    tea = shop.create(TEA)
    known = tea["id"]
    for missing in (known + 1, 0, -1, 2**63, 10**30, str(known), float(known), True, None):
        for call, arguments in (
            (shop.update, [{"name": "New"}]),
            (shop.update, [{}]),
            (shop.delete, []),
        ):
            with pytest.raises(subject.NotFound):
                call(missing, *arguments)
    with pytest.raises(subject.NotFound):
        shop.update(known + 1, {"name": "New"}, expected_version=1)
    assert shop.get(known) == exactly(tea)
    assert stored(database) == exactly(1)


@hint(*DELETE)
def test_delete_is_final(subject, database):
    """A deleted product is gone; its SKU is free, its id is never used again

    An id that comes back shows somebody's old order with somebody else's product
    """
    shop = open_shop(subject, database)
    tea = shop.create(TEA)
    cup = shop.create({"sku": "CUP-1", "name": "Cup", "price_cents": 900})
    assert shop.delete(cup["id"]) is None
    for call in (shop.delete, shop.get):
        with pytest.raises(subject.NotFound):
            call(cup["id"])
    assert shop.get(tea["id"]) == exactly(tea), "the other product"
    assert shop.list() == exactly({"items": [tea], "total": 1})
    again = shop.create({"sku": "CUP-1", "name": "New cup", "price_cents": 950})
    assert again["id"] not in (tea["id"], cup["id"])
    assert again["version"] == exactly(1)
    shop.delete(tea["id"])
    shop.delete(again["id"])
    last = shop.create(TEA)
    assert last["id"] not in (tea["id"], cup["id"], again["id"]), "an id after all were deleted"
    shop.delete(last["id"])
    subject.create_schema(subject.make_engine(database.url))
    newest = shop.create(TEA)["id"]
    used = (tea["id"], cup["id"], again["id"], last["id"])
    assert newest not in used, "an id after all were deleted and create_schema was called again"


@hint(
    "What is stored is UTC, wherever the program runs and whatever the clock on the wall says",
    "datetime.now(UTC) is aware; datetime.now() and astimezone() without an argument ask for the local zone",
    "write value.astimezone(UTC).replace(tzinfo=None); read value.replace(tzinfo=UTC)",
)
def test_times_do_not_depend_on_the_zone(subject, database, instruments):
    """Times mean the same in New York and in Tokyo

    A server that moves, or a summer that ends, must not move what happened before
    """
    instruments.timezone("America/New_York")
    shop = open_shop(subject, database)
    before = datetime.now(UTC)
    made = shop.create(TEA)
    changed = shop.update(made["id"], {"stock": 13})
    for row in (made, changed):
        for field in ("created_at", "updated_at"):
            assert row[field].utcoffset() == timedelta(0), f"{field} has to be in UTC: {row[field]}"
            assert abs(row[field] - before) < timedelta(minutes=10), f"{field}: {row[field]}, at {before}"
    instruments.timezone("Asia/Tokyo")
    tokyo = subject.ProductRepository(subject.make_engine(database.url))
    assert tokyo.get(made["id"]) == exactly(changed), "written in New York, read in Tokyo"
    assert shop.get(made["id"]) == exactly(changed), "written in New York, read in Tokyo"
