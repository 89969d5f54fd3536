"""Bulk and engine"""

from __future__ import annotations

from datetime import timedelta

import pytest

from backroad.checks import exactly, fresh, hint, play

TEA = {"sku": "TEA-1", "name": "Green tea", "category": "tea", "price_cents": 450, "stock": 12}
BULK = (
    "First look at all rows, then write all of them in one transaction",
    "Give each row its number in the errors; complete every row with the defaults, because executemany takes "
    "the columns of the first row for all; one `with engine.begin()` around all inserts",
    "new = [new_row(row) for row in rows]; with engine.begin() as connection: "
    "connection.execute(insert(products), new)",
)
BATCH = (
    "A thousand round trips to the database take a second; one takes a millisecond",
    "Hand over a list of rows with one execute; ask for the ids by SKU, a few hundred at a time",
    "connection.execute(insert(products), new), or session.execute(insert(Product), new); "
    "connection.execute(select(products.c.sku, products.c.id).where(products.c.sku.in_(some)))",
)
RETURNED = (
    "Whoever takes a connection gives it back, also when something goes wrong",
    "Open it in a `with` in each public method; a method that holds one calls no other public method",
    "with self._engine.begin() as connection: …; helpers take the connection as an argument",
)
ENGINE = (
    "One function decides which URL it is; SQLite forgets its settings with every connection",
    "Replace the start postgres://, read os.environ when no URL is given, and listen to the event `connect`",
    'event.listen(engine, "connect", set_up); def set_up(connection, _): '
    'connection.execute("PRAGMA foreign_keys = ON")',
)


def open_shop(subject, database):
    """Return a repository on a new engine, over a schema that is there."""
    engine = subject.make_engine(database.url)
    subject.create_schema(engine)
    return subject.ProductRepository(engine)


def pairs(failure):
    """Return the (field, code) pairs of a ValidationFailed."""
    return {(error["field"], error["code"]) for error in failure.errors}


def stored(database):
    """Return how many products there are."""
    table = database.quoted(database.table_with("sku"))
    return len(database.rows(f"SELECT id FROM {table}"))


def thousand(mark):
    """Return a thousand rows whose SKUs are in no order."""
    return [
        {"sku": f"{mark}-{(n * 387) % 1000:04}", "name": f"Row {n}", "price_cents": n} for n in range(1000)
    ]


@hint(*BULK)
def test_bulk_create_stores_every_row(subject, database, builtins, probes):
    """bulk_create stores rows as create does, and returns their ids in order

    An import that mixes up ids gives every product the pictures of another one
    """
    shop = open_shop(subject, database)
    first = shop.create(TEA)
    rows = [
        {"sku": " zz-1 ", "name": " Zebra ", "price_cents": 5},
        {"sku": "aa-1", "name": "Apple", "price_cents": 0, "stock": 7, "category": "FRUIT"},
        {"price_cents": 9, "name": "Mango", "sku": "MM-1", "category": None},
        {"sku": "BB-1", "name": "Berry", "price_cents": 1, "stock": 2},
    ]
    ids = shop.bulk_create(rows)
    assert len(ids) == exactly(4)
    assert len({first["id"], *ids}) == exactly(5), "five different ids"
    made = [shop.get(one) for one in ids]
    due = [
        {"sku": "ZZ-1", "name": "Zebra", "category": None, "price_cents": 5, "stock": 0},
        {"sku": "AA-1", "name": "Apple", "category": "fruit", "price_cents": 0, "stock": 7},
        {"sku": "MM-1", "name": "Mango", "category": None, "price_cents": 9, "stock": 0},
        {"sku": "BB-1", "name": "Berry", "category": None, "price_cents": 1, "stock": 2},
    ]
    for row, expected in zip(made, due, strict=True):
        assert {field: row[field] for field in expected} == exactly(expected)
        assert row["version"] == exactly(1)
        for field in ("created_at", "updated_at"):
            assert row[field].utcoffset() == timedelta(0), f"{field} has to be in UTC: {row[field]}"
            assert row[field] >= first["created_at"], f"{field} of a row that is made after the first product"
    assert shop.bulk_create([]) == exactly([])
    once = builtins.iter([{"sku": "ONE-1", "name": "x", "price_cents": 1}])
    assert len(shop.bulk_create(once)) == exactly(1), "rows from an iterator"
    bare = probes.bare_mapping({"sku": "BARE-1", "name": "x", "price_cents": 1})
    assert len(shop.bulk_create([bare])) == exactly(1), "a row that is a mapping, and no dict"
    second = subject.ProductRepository(subject.make_engine(database.url))
    assert second.list()["total"] == exactly(7), "read on another engine"


@hint(*BULK)
def test_bulk_create_is_all_or_nothing(subject, database):
    """One bad row among a thousand, and nothing is stored

    Half an import can be neither repeated nor taken back
    """
    shop = open_shop(subject, database)
    shop.create(TEA)
    for row, field, code in (
        ({"sku": "BAD-1", "name": "Bad", "price_cents": -1}, "price_cents", "too_small"),
        ({"name": "Bad", "price_cents": 1}, "sku", "required"),
        ({"sku": "BAD-1", "name": "Bad", "price_cents": 1, "id": 5}, "id", "read_only"),
    ):
        rows = thousand("R")
        rows[900] = row
        with pytest.raises(subject.ValidationFailed) as caught:
            shop.bulk_create(rows)
        assert pairs(caught.value) == exactly({(f"rows[900].{field}", code)})
        assert stored(database) == exactly(1), f"rows after one with a wrong {field}"
    for clash, why in ((" tea-1", "is stored already"), ("r-0000", "stands in row 0 too")):
        rows = thousand("R")
        rows[900]["sku"] = clash
        with pytest.raises(subject.Conflict) as conflict:
            shop.bulk_create(rows)
        assert conflict.value.field == exactly("sku"), f"a SKU that {why}"
        assert stored(database) == exactly(1), f"rows after a SKU that {why}"
    many = [{"sku": f"M-{n:04}", "name": "Many", "price_cents": n} for n in range(2500)]
    with pytest.raises(subject.Conflict):
        shop.bulk_create([*many, {"sku": "TEA-1", "name": "Last", "price_cents": 1}])
    assert stored(database) == exactly(1), "rows after 2,501, of which the last has a SKU that is stored"
    assert len(shop.bulk_create(thousand("R"))) == exactly(1000), "the next good call"


@hint(*BATCH)
def test_bulk_create_is_batched(subject, database, instruments):
    """A thousand rows need at most 20 statements

    A statement a row turns an import of a minute into one of an hour
    """
    shop = open_shop(subject, database)
    shop.create(TEA)
    rows = thousand("B")
    with instruments.statements() as seen:
        ids = shop.bulk_create(rows)
    assert seen.count() <= 20, f"statements for 1,000 rows: {seen}"
    assert len({*ids}) == exactly(1000), "different ids"
    table = database.quoted(database.table_with("sku"))
    places = {row["sku"]: row["id"] for row in database.rows(f"SELECT id, sku FROM {table}")}
    assert ids == exactly([places[row["sku"]] for row in rows]), "the ids in the order of the rows"


def mixed(known):
    """Return forty calls, of which nineteen fail in all ways there are."""
    good = [
        ("get", known),
        ("get_by_sku", "tea-1"),
        ("list",),
        ("update", known, {"name": "Same"}),
        ("update", known, {}),
        ("adjust_stock", known, 1),
        ("adjust_stock", known, -1),
        ("adjust_stock", known, 0),
        ("bulk_create", []),
    ]
    bad = [
        ("get", known + 999),
        ("get", "1"),
        ("get_by_sku", "NONE"),
        ("get_by_sku", None),
        ("create", {}),
        ("create", {"sku": "TEA-1", "name": "x", "price_cents": 1}),
        ("update", known, {"sku": "CUP-1"}),
        ("update", known, {"name": None}),
        ("update", known + 999, {"name": "x"}),
        ("delete", known + 999),
        ("adjust_stock", known, -900_000),
        ("adjust_stock", known, 1_000_000),
        ("adjust_stock", known + 999, 1),
        ("bulk_create", [{"sku": "NEW-1", "name": "x", "price_cents": 1}, {}]),
        ("bulk_create", [{"sku": "TEA-1", "name": "x", "price_cents": 1}]),
    ]
    return good + bad


@hint(*RETURNED)
def test_connections_are_returned(subject, database, instruments):
    """After every call, good or bad, all connections are back in the pool

    A connection that is lost with each error stops the service after the fifteenth error
    """
    shop = open_shop(subject, database)
    known = shop.create(TEA)["id"]
    shop.create({"sku": "CUP-1", "name": "Cup", "price_cents": 900})
    script = mixed(known)
    held = []
    for name, *arguments in script:
        try:
            getattr(shop, name)(*arguments)
        except Exception as error:
            # As long as somebody looks at the error, nothing of it is tidied up by chance.
            held.append(error)
        out = instruments.connections()
        assert out == exactly(0), f"connections still out after {name}({', '.join(map(repr, arguments))})"
    with pytest.raises(subject.ValidationFailed) as refused:
        shop.list(limit=0)
    held.append(refused)
    with pytest.raises(subject.VersionConflict) as stale:
        shop.update(known, {"name": "x"}, expected_version=99)
    held.append(stale)
    assert instruments.connections() == exactly(0), "connections still out after a VersionConflict"
    play(shop, script * 7)
    assert instruments.connections() == exactly(0), "connections still out after 200 calls"
    assert shop.list()["total"] == exactly(2)


@hint(*RETURNED)
def test_one_connection_is_enough(subject, database, probes, instruments):
    """Every call works with a pool of a single connection

    A call that takes a second connection while it holds one stops for good when all callers do so at once
    """
    engine = subject.make_engine(database.url)
    subject.create_schema(engine)
    probes.allow_one_connection(engine)
    shop = subject.ProductRepository(engine)
    known = shop.create(TEA)["id"]
    shop.create({"sku": "CUP-1", "name": "Cup", "price_cents": 900})
    for name, *arguments in mixed(known):
        try:
            getattr(shop, name)(*arguments)
        except Exception as error:
            waited = type(error).__name__ == "TimeoutError" or "QueuePool limit" in str(error)
            call = f"{name}({', '.join(map(repr, arguments))})"
            assert not waited, f"{call} waits for a second connection while it holds the only one"
    made = shop.bulk_create([{"sku": f"ONE-{n}", "name": "x", "price_cents": n} for n in range(30)])
    shop.delete(made[0])
    results = instruments.race([(shop, "adjust_stock", known, 1)] * 4)
    assert [result for result in results if isinstance(result, Exception)] == exactly([]), (
        "errors of four callers"
    )
    assert shop.list()["total"] == exactly(31)


@hint(*ENGINE)
def test_configuration_of_the_engine(subject, probes):
    """make_engine knows $DATABASE_URL and postgres://, and sets SQLite up

    Platforms hand out the URL by environment, in their spelling; nobody edits code for that
    """
    given, other = "sqlite:///FOLDER/given.db", "sqlite:///FOLDER/other.db"
    for arguments, name, said in (
        ({"argument": given}, "given.db", "make_engine(url)"),
        ({"setting": other}, "other.db", "make_engine() with $DATABASE_URL"),
        ({"argument": given, "setting": other}, "given.db", "make_engine(url) beside $DATABASE_URL"),
        ({}, "products.db", "make_engine() without $DATABASE_URL"),
    ):
        assert probes.url_of(subject, **arguments) == exactly(["sqlite", name, None, None]), said
    for scheme in ("postgres", "postgresql"):
        url = f"{scheme}://ada:secret@127.0.0.1:1/postgres"
        for arguments in ({"argument": url}, {"setting": url}):
            due = ["postgresql", "postgres", "ada", "secret"]
            assert probes.url_of(subject, **arguments) == exactly(due), f"{url}: kind, name, user, password"
    for pragma, value in probes.pragmas(subject, ["foreign_keys"]):
        assert (pragma, value) == exactly(("foreign_keys", 1)), "PRAGMA on each of three connections at once"


@hint(
    "SQLite has one writer at a time; whoever comes second has to wait instead of failing",
    "The driver waits for 5 seconds unless told otherwise; a PRAGMA or connect_args can make it longer",
    'create_engine(url, connect_args={"timeout": 10}), for SQLite only; or PRAGMA busy_timeout = 10000',
)
@fresh
def test_writes_wait_for_their_turn(subject, database, probes):
    """A write waits while another connection holds a lock for two seconds

    A backup or a report that takes a moment must not turn every order into an error
    """
    shop = open_shop(subject, database)
    tea = shop.create(TEA)
    with database.locked(database.table_with("sku"), seconds=2):
        cup = shop.create({"sku": "CUP-1", "name": "Cup", "price_cents": 900})
    assert shop.list() == exactly({"items": [tea, cup], "total": 2})
    if database.dialect != "sqlite":
        # On a server the same question is asked of SQLite beside it.
        assert probes.waits_for_a_writer(subject)
