"""One product"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from backroad.checks import Refused, a, anything, exactly, hint

TEA = {"sku": "TEA-1", "name": "Green tea", "category": "tea", "price_cents": 450, "stock": 12}
CREATE = (
    "Three things: a table with the fields as columns, an INSERT that is committed, a SELECT by id",
    "`with engine.begin() as connection:` commits at its end; `inserted_primary_key` of the result is "
    "the id; build the dict before the block ends",
    "key = connection.execute(insert(products).values(row)).inserted_primary_key; row = connection.execute("
    "select(products).where(products.c.id == key.id)).mappings().one(); return dict(row)",
)
STORED = (
    "What create returns is what a second program reads a moment later",
    "Clean the texts first, fill in the defaults, commit; write times in UTC, and give them their offset "
    "back when they are read, because SQLite keeps none",
    "class UtcTime(TypeDecorator): impl = DateTime; process_bind_param: value.astimezone(UTC).replace("
    "tzinfo=None); process_result_value: value.replace(tzinfo=UTC)",
)
MISSING = (
    "No row is no product; and what is no integer above 0 cannot be an id",
    "Decide before the query: True is an int for isinstance, and SQLite's driver fails on integers "
    "above 2**63",
    "if type(product_id) is not int or not 1 <= product_id < 2**31: raise NotFound(product_id); after the "
    "query: if row is None: raise NotFound(product_id)",
)
SCHEMA = (
    "The database is the last one to look at the data, and the only one that sees all callers",
    "nullable=False, unique=True, a CheckConstraint and index=True on the columns; create_all leaves "
    "what is there",
    'Column("price_cents", Integer, CheckConstraint("price_cents >= 0"), nullable=False); '
    'Column("category", String(40), index=True); metadata.create_all(engine)',
)


def open_shop(subject, database):
    """Return a repository on a new engine, over a schema that is there."""
    engine = subject.make_engine(database.url)
    subject.create_schema(engine)
    return subject.ProductRepository(engine)


@hint(*CREATE)
def test_product_is_created_and_found(subject, database):
    """A new product comes back from create, and from get

    A row that is not committed is gone when the process ends, and nobody is told
    """
    shop = open_shop(subject, database)
    tea = shop.create(TEA)
    rest = {"id": a(int), "version": 1, "created_at": anything, "updated_at": anything}
    assert tea == exactly({**TEA, **rest})
    assert shop.get(tea["id"]) == exactly(tea)
    cup = shop.create({"sku": "CUP-1", "name": "Cup", "category": "dishes", "price_cents": 900, "stock": 3})
    assert cup["id"] != tea["id"]
    assert shop.get(tea["id"]) == exactly(tea)
    assert shop.get(cup["id"]) == exactly(cup)


@hint(*STORED)
def test_create_returns_the_stored_row(subject, database):
    """create returns what is stored: defaults, one spelling, times in UTC

    Two spellings of one key become two products, and a time without its zone is five hours off
    """
    shop = open_shop(subject, database)
    before = datetime.now(UTC)
    made = shop.create({"sku": " \tab-1\r\n", "name": "  Café au lait \n", "price_cents": 0})
    expected = {
        "id": a(int),
        "sku": "AB-1",
        "name": "Café au lait",
        "category": None,
        "price_cents": 0,
        "stock": 0,
        "version": 1,
        "created_at": a(datetime),
        "updated_at": a(datetime),
    }
    assert made == exactly(expected)
    other = shop.create({"sku": "ab-2", "name": "x", "price_cents": 1, "category": "\tHot Drinks "})
    assert other["category"] == exactly("hot drinks")
    for field in ("created_at", "updated_at"):
        assert made[field].utcoffset() == timedelta(0), f"{field} has to say that it is in UTC: {made[field]}"
        assert abs(made[field] - before) < timedelta(minutes=10), f"{field} has to be the time of creation"
    second = subject.ProductRepository(subject.make_engine(database.url))
    assert second.get(made["id"]) == exactly(made), "read by a second repository on an engine of its own"
    assert second.get(other["id"]) == exactly(other), "read by a second repository on an engine of its own"


@hint(
    "The SKU that callers give is cleaned as in create, then looked for",
    "A SKU that create would refuse belongs to no product: NotFound, not ValidationFailed",
    "try: wanted = the function that cleans a SKU in create; except Fault: raise NotFound(sku) from None; "
    "select(products).where(products.c.sku == wanted)",
)
def test_product_is_found_by_sku(subject, database):
    """get_by_sku finds a product in whatever spelling, or raises NotFound

    Scanners, mails and people write one number in three ways
    """
    shop = open_shop(subject, database)
    tea = shop.create(TEA)
    shop.create({"sku": "TEA-10", "name": "Black tea", "price_cents": 460})
    for spelling in ("TEA-1", "tea-1", " Tea-1\r\n"):
        assert shop.get_by_sku(spelling) == exactly(tea)
    # What is no text is no SKU, even if it reads like one.
    for sku in ("123", "NONE", "TRUE"):
        shop.create({"sku": sku, "name": "Reads like a value", "price_cents": 1})
    for missing in (
        "TEA-2",
        "TEA-",
        "TEA_1",
        "TEA-%",
        "T",
        "",
        "TEA-1" * 20,
        "\u00a0TEA-1",
        "TEA-1\x0b",
        123,
        None,
        True,
        b"TEA-1",
    ):
        with pytest.raises(subject.NotFound):
            shop.get_by_sku(missing)


@hint(*MISSING)
def test_get_missing_is_not_found(subject, database):
    """Unknown ids, and what can be no id, raise NotFound

    Ids come from URLs: a number that is too large must be a 404, not a crash in the driver
    """
    shop = open_shop(subject, database)
    with pytest.raises(subject.NotFound):
        shop.get(1)
    known = shop.create(TEA)["id"]
    unknown = (known + 1, 0, -1, 2**31, 2**63 - 1, 2**63, -(2**63) - 1, 10**30)
    for missing in (*unknown, str(known), float(known), True, None, "tea", b"1"):
        with pytest.raises(subject.NotFound):
            shop.get(missing)
    assert shop.get(known)["sku"] == exactly("TEA-1")


@hint(*SCHEMA)
def test_schema_is_idempotent_and_strict(subject, database):
    """The schema keeps wrong rows out, and is safe to create again

    Scripts, other services and people at a prompt write to the table too, past all Python
    """
    engine = subject.make_engine(database.url)
    subject.create_schema(engine)
    shop = subject.ProductRepository(engine)
    tea = shop.create(TEA)
    subject.create_schema(engine)
    subject.create_schema(subject.make_engine(database.url))
    assert shop.get(tea["id"]) == exactly(tea), "after create_schema was called again"
    table = database.table_with("sku")
    missing = {*tea} - {*database.columns(table)}
    assert not missing, f"the table {table} lacks columns that are named as fields: {sorted(missing)}"
    # A copy of the good row is taken; with one value changed for the worse it is refused.
    copy_row(database, sku="'COPY-1'")
    for field, wrong in (
        ("price_cents", "-1"),
        ("stock", "-1"),
        ("name", "NULL"),
        ("price_cents", "NULL"),
        ("sku", "NULL"),
    ):
        with pytest.raises(Refused):
            copy_row(database, **{"sku": "'COPY-2'", field: wrong})
    others = {"name": "'Cup'", "category": "'dishes'", "price_cents": "900", "stock": "3", "version": "2"}
    for changes in ({}, others):
        with pytest.raises(Refused):
            copy_row(database, sku="'TEA-1'", **changes)
    assert len(database.rows(f"SELECT id FROM {database.quoted(table)}")) == exactly(2)
    first = [index["columns"][:1] for index in database.indexes(table)]
    assert ["category"] in first, f"an index has to begin with category; there are {first}"


def copy_row(database, **changes):
    """Have the database copy the row of TEA-1, with some values changed."""
    table, columns = table_and_columns(database, "id")
    values = ", ".join(changes.get(column, column) for column in columns)
    database.execute(
        f"INSERT INTO {table} ({', '.join(columns)}) SELECT {values} FROM {table} WHERE sku = 'TEA-1'"
    )


def table_and_columns(database, *but):
    """Return, as SQL writes them, the table and the columns that a row can be given, some left out."""
    table = database.table_with("sku")
    columns = [name for name, column in database.columns(table).items() if not column["computed"]]
    return database.quoted(table), [database.quoted(name) for name in columns if name not in but]
