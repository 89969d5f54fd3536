"""Many products: filter, sort, page"""

from __future__ import annotations

import re

import pytest

from backroad.checks import exactly, hint, play

FILTERS = (
    "Collect one condition for each filter that was given; all of them have to hold",
    "`is not None` tells whether a filter was given: 0, False and an empty text are filters too",
    "if min_price is not None: conditions.append(products.c.price_cents >= min_price); "
    "select(products).where(*conditions)",
)
LITERAL = (
    "In LIKE, % and _ stand for other characters; callers mean the characters themselves",
    "Escape the wildcards in q and the escape character, or let SQLAlchemy do it",
    "or_(products.c.name.icontains(q, autoescape=True), products.c.sku.icontains(q, autoescape=True))",
)
SORT = (
    "Callers choose from a list that you wrote; their text never becomes SQL",
    "A dict from the ten allowed words to columns; `id` as the last key decides between equal values",
    'SORTS = {"price_cents": products.c.price_cents, "-price_cents": products.c.price_cents.desc(), …}; '
    ".order_by(SORTS[sort], products.c.id)",
)
PAGE = (
    "The page is cut by the database; the total counts what the filters let pass, not what is on the page",
    "Two statements from the same conditions: SELECT … LIMIT … OFFSET, and SELECT count(*)",
    "matching = select(products).where(*conditions); total = connection.scalar(select(func.count())"
    ".select_from(matching.subquery())); page = matching.order_by(…).limit(limit).offset(offset)",
)
BOUND = (
    "A value never becomes part of the SQL text: it travels beside it",
    "Column expressions bind values for you; in text() write :name and hand the values over separately",
    'text("… WHERE category = :category"), {"category": category}; never an f-string with a value in it',
)


def open_shop(subject, database):
    """Return a repository on a new engine, over a schema that is there."""
    engine = subject.make_engine(database.url)
    subject.create_schema(engine)
    return subject.ProductRepository(engine)


def fill(shop, rows):
    """Create products and return them."""
    return play(shop, [("create", row) for row in rows]).values()


def skus(rows):
    """Return the SKUs of products, which is what a person can compare."""
    return [row["sku"] for row in rows]


WORDS = ("Anvil", "bucket", "Chisel", "drill BIT", "hand Drill", "nail")
CATEGORIES = ("tools", "garden", "toys", None)
PRICES = (0, 1, 99, 100, 101, 5_000)
STOCKS = (0, 0, 1, 7)


def sixty_rows(rng):
    """Return sixty products in which every value of every filter occurs, combined by chance."""
    rows = []
    for number in range(60):
        rows.append(
            {
                "sku": f"{rng.choice(['AX', 'NB', 'QD'])}-{number:03}",
                "name": WORDS[number % len(WORDS)],
                "category": CATEGORIES[(number // 2) % len(CATEGORIES)],
                "price_cents": PRICES[(number // 3) % len(PRICES)],
                "stock": STOCKS[rng.randrange(len(STOCKS))] if number > 3 else STOCKS[number],
            }
        )
    rng.shuffle(rows)
    return rows


def fits(row, *, q=None, category=None, min_price=None, max_price=None, in_stock=None):
    """Say whether a product passes the filters: the same as `list`, in plain Python."""
    return (
        (q is None or q.lower() in row["name"].lower() or q.lower() in row["sku"].lower())
        and (category is None or row["category"] == category.strip(" \t\r\n").lower())
        and (min_price is None or row["price_cents"] >= min_price)
        and (max_price is None or row["price_cents"] <= max_price)
        and (in_stock is None or (row["stock"] > 0) == in_stock)
    )


@hint(*FILTERS)
def test_list_filters_combine(subject, database, rng):
    """Filters combine with AND, and agree with a filter in Python

    A filter that is ignored when it is 0 or False shows customers what is sold out
    """
    shop = open_shop(subject, database)
    assert shop.list() == exactly({"items": [], "total": 0})
    long = "a" * 119
    rows = fill(shop, sixty_rows(rng))
    rows += fill(shop, [{"sku": f"LONG-{end}", "name": long + end, "price_cents": 1} for end in "xy"])
    for asked in (
        {},
        {"q": "DRILL"},
        {"q": "nb-0"},
        {"q": "l B"},
        {"q": ""},
        {"q": " "},
        {"q": "l "},
        {"q": "\n"},
        {"q": f"{long}y"},
        {"q": f"{long}xy"},
        {"category": "tools"},
        {"category": " Garden\n"},
        {"category": "\u00a0garden"},
        {"category": "tool"},
        {"category": "tool_"},
        {"category": "%"},
        {"min_price": 100},
        {"max_price": 100},
        {"min_price": 0},
        {"max_price": 0},
        {"min_price": 99, "max_price": 100},
        {"in_stock": True},
        {"in_stock": False},
        {"q": "ax", "category": "toys"},
        {"q": "n", "category": "tools", "in_stock": False},
        {"category": "garden", "max_price": 0, "in_stock": True},
        {"q": "a", "min_price": 1, "max_price": 101, "in_stock": True},
        {"q": "l", "category": "TOYS", "min_price": 1, "max_price": 5_000, "in_stock": False},
        {"q": "no such thing"},
    ):
        due = [row for row in rows if fits(row, **asked)]
        reply = shop.list(**asked, limit=100)
        assert skus(reply["items"]) == exactly(skus(due)), f"list({asked})"
        assert reply == exactly({"items": due, "total": len(due)}), f"list({asked})"
    try:
        nothing = shop.list(category="")
    except subject.ValidationFailed:
        return  # an empty text is no category: to say so is right too
    assert nothing == exactly({"items": [], "total": 0}), "an empty text is no category"


@hint(*LITERAL)
def test_like_wildcards_are_literal(subject, database):
    """%, _ and \\ in q stand for themselves

    A search for 50% that finds 5000 and 50 cents makes people distrust every search
    """
    shop = open_shop(subject, database)
    names = [
        "50% off",
        "500 off",
        "50 of 100%",
        "snake_case",
        "snakes case",
        "back\\slash",
        "and/or",
        "!",
        "plain",
    ]
    fill(
        shop,
        [{"sku": f"W-{place:02}", "name": name, "price_cents": 1} for place, name in enumerate(names)],
    )
    for q in ("50%", "_", "\\", "%", "/", "!", "e_c", "\\s", "%%", "_%", "d/o", "\\%", "/_", "!%"):
        due = [name for name in names if q in name]
        found = shop.list(q=q)
        assert [item["name"] for item in found["items"]] == exactly(due), f"list(q={q!r})"
        assert found["total"] == exactly(len(due)), f"list(q={q!r})"


HOSTILE = (
    "Robert'); DROP TABLE products;--",
    "' OR '1'='1",
    '"; DELETE FROM products WHERE "a"="a',
    "{0} {name} {{}}",
    "100%s of %d or %(name)s",
    ":name and :1 and ::int",
    "what? ?1",
    "back\\slash\\' OR 1=1 --",
    "/* half a comment",
    "日本語 naïve 🍵",
)


@hint(*BOUND)
def test_hostile_text_is_data(subject, database):
    """Quotes, comments and placeholders in texts stay texts

    One value pasted into SQL is enough to read or to drop every table
    """
    shop = open_shop(subject, database)
    rows = [
        {"sku": f"H-{place:02}", "name": text, "category": text[:40], "price_cents": 1}
        for place, text in enumerate(HOSTILE)
    ]
    made = fill(shop, rows)
    table = database.quoted(database.table_with("sku"))
    for text, row in zip(HOSTILE, made, strict=True):
        assert row["name"] == exactly(text)
        assert row["category"] == exactly(text[:40].strip().lower())
        assert shop.get(row["id"]) == exactly(row)
        assert shop.list(q=text) == exactly({"items": [row], "total": 1}), f"list(q={text!r})"
        assert shop.list(category=text[:40]) == exactly({"items": [row], "total": 1}), (
            f"list(category={text!r})"
        )
        with pytest.raises(subject.NotFound):
            shop.get_by_sku(text)
    assert len(database.rows(f"SELECT id FROM {table}")) == exactly(len(HOSTILE))


@hint(*BOUND)
def test_values_travel_beside_the_sql(subject, database, instruments):
    """No value stands in the text of a statement

    A number that is pasted today is a text tomorrow, when somebody leaves out the look at its type
    """
    shop = open_shop(subject, database)
    row = {
        "sku": "QUIRK-7351",
        "name": "Quixotry",
        "category": "zymurgy",
        "price_cents": 48_611,
        "stock": 7919,
    }
    asked = {"q": "uixotr", "category": "zymurgy", "min_price": 48_610, "max_price": 48_612}
    with instruments.statements() as seen:
        made = shop.create(row)
        shop.get_by_sku("QUIRK-7351")
        assert shop.list(**asked, limit=37) == exactly({"items": [made], "total": 1})
        assert shop.list(**asked, limit=37, offset=5_413) == exactly({"items": [], "total": 1})
    said = " ".join(statement.text for statement in seen.all)
    for value in (*row.values(), *asked.values(), 37, 5_413):
        pasted = re.search(rf"(?<!\w){re.escape(str(value))}(?!\w)", said, re.IGNORECASE)
        assert not pasted, f"the value {value!r} stands in the text of a statement"


@hint(*SORT)
def test_sort_is_whitelisted_and_stable(subject, database, rng):
    """Ten sorts, equal values by id; every other text is refused

    Without a last key, rows jump between pages; with a free text, the caller writes your SQL
    """
    shop = open_shop(subject, database)
    # SKUs in no order, so that equal values cannot lie in the order of their ids by chance.
    numbers = rng.sample(range(100), 24)
    kinds = [("maple", 300, 2), ("cedar", 300, 0), ("birch", 100, 2), ("cedar", 200, 5)]
    rng.shuffle(rows := kinds * 6)
    fill(
        shop,
        [
            {"sku": f"SKU-{number:03}", "name": name, "price_cents": price, "stock": stock}
            for number, (name, price, stock) in zip(numbers, rows, strict=True)
        ],
    )
    same_time_and_other_places(database)
    known = shop.list(limit=100)["items"]
    assert len(known) == exactly(36)
    for field in ("id", "name", "price_cents", "stock", "created_at"):
        for sort, backwards in ((field, False), (f"-{field}", True)):
            # Python's sort keeps the order of equal values, also with reverse=True.
            due = sorted(sorted(known, key=by("id")), key=by(field), reverse=backwards)
            for limit, offset in ((100, 0), (5, 0), (5, 10)):
                items = shop.list(sort=sort, limit=limit, offset=offset)["items"]
                message = f"list(sort={sort!r}, limit={limit}, offset={offset}): {field} and id of each"
                got = [(item[field], item["id"]) for item in items]
                assert got == exactly([(row[field], row["id"]) for row in due[offset : offset + limit]]), (
                    message
                )
    wrong = (
        "price_cents; --",
        "version",
        "",
        "-",
        "ID",
        "--id",
        "-version",
        "sku",
        "+id",
        "id ",
        "id,name",
        "1",
    )
    for sort in (*wrong, "id desc", "(SELECT 1)"):
        with pytest.raises(subject.ValidationFailed) as caught:
            shop.list(sort=sort)
        assert pairs(caught.value) == exactly({("sort", "choice")}), f"list(sort={sort!r})"
    assert shop.list()["total"] == exactly(36)


def same_time_and_other_places(database):
    """Add rows of one creation time, and make the database meet equal values in another order than by id."""
    table, columns = table_and_columns(database, "id", "sku")
    listed = ", ".join(columns)
    donors = [row["sku"] for row in database.rows(f"SELECT sku FROM {table} ORDER BY sku")][::2]
    for place, donor in enumerate(donors):
        # All copies have the times of one row.
        values = ", ".join(
            f"t.{name}" if name in ("created_at", "updated_at") else f"d.{name}" for name in columns
        )
        database.execute(
            f"INSERT INTO {table} (sku, {listed}) SELECT 'Z{(place * 7) % 12:02}-X', {values} "
            f"FROM {table} d, {table} t WHERE d.sku = '{donor}' AND t.sku = '{donors[0]}'"
        )
    for column in ("name", "price_cents", "stock", "created_at"):
        database.execute(f"CREATE INDEX order_by_{column} ON {table} ({column}, sku)")
    for donor in donors:
        database.execute(f"UPDATE {table} SET version = version + 1 WHERE sku = '{donor}'")


def by(field):
    """Return the key for a sort by a field."""
    return lambda row: row[field]


def pairs(failure):
    """Return the (field, code) pairs of a ValidationFailed."""
    return {(error["field"], error["code"]) for error in failure.errors}


@hint(*PAGE)
def test_paging_is_complete_and_bounded(subject, database, rng):
    """Pages show every row once, with the total; wrong limits are refused

    A page without an upper limit is a way to stop the service with one request
    """
    shop = open_shop(subject, database)
    rows = fill(shop, sixty_rows(rng))
    for sort in ("id", "-price_cents"):
        pages = [shop.list(sort=sort, limit=7, offset=offset) for offset in range(0, 63, 7)]
        assert [page["total"] for page in pages] == exactly([60] * 9), "the total on each page of 7"
        assert [len(page["items"]) for page in pages] == exactly([7] * 8 + [4]), "rows on each page of 7"
        seen = [row["sku"] for page in pages for row in page["items"]]
        assert sorted(seen) == exactly(sorted(skus(rows))), f"the pages of sort={sort!r} together"
    assert skus(shop.list()["items"]) == exactly(skus(rows[:20])), "the first 20 by id, without arguments"
    assert skus(shop.list(limit=1)["items"]) == exactly(skus(rows[:1]))
    assert skus(shop.list(limit=100)["items"]) == exactly(skus(rows))
    assert shop.list(offset=60) == exactly({"items": [], "total": 60})
    assert shop.list(offset=59, limit=100)["total"] == exactly(60)
    assert shop.list(q="nail", limit=3)["total"] == exactly(10), "how many fit, not how many are shown"
    for asked, code in (
        ({"limit": 0}, ("limit", "too_small")),
        ({"limit": -1}, ("limit", "too_small")),
        ({"limit": 101}, ("limit", "too_large")),
        ({"offset": -1}, ("offset", "too_small")),
        ({"limit": "5"}, ("limit", "type")),
        ({"limit": 5.0}, ("limit", "type")),
        ({"offset": "5"}, ("offset", "type")),
    ):
        with pytest.raises(subject.ValidationFailed) as caught:
            shop.list(**asked)
        assert pairs(caught.value) == exactly({code}), f"list({asked})"
    for name in ("limit", "offset"):
        with pytest.raises(subject.ValidationFailed) as caught:
            shop.list(**{name: None})
        either = {
            (field, "null or type" if code in ("null", "type") else code)
            for field, code in pairs(caught.value)
        }
        assert either == exactly({(name, "null or type")}), f"list({name}=None)"


@hint(*PAGE)
def test_list_needs_two_statements(subject, database, instruments):
    """A page costs two statements and its own rows, in a large table too

    A page that reads the whole table is quick on a laptop and stops the shop on its best day
    """
    shop = open_shop(subject, database)
    shop.create({"sku": "SEED-1", "name": "a seed", "category": "seeds", "price_cents": 5, "stock": 1})
    watch_list(shop, instruments, total=1)
    for batch in range(25):
        multiply(database, [f"P-{batch:02}{number:03}" for number in range(401)])
    watch_list(shop, instruments, total=10_026)


def watch_list(shop, instruments, total):
    """Fail if a call of `list` needs more than two statements, or fetches more than its page."""
    for asked in (
        {"limit": 5},
        {"limit": 3, "offset": 200, "q": "seed", "sort": "-price_cents", "in_stock": True},
    ):
        with instruments.statements() as seen:
            assert shop.list(**asked)["total"] == exactly(total)
        asking = [one for one in seen.all if one.verb in ("SELECT", "WITH", "VALUES", "TABLE")]
        assert 1 <= len(asking) <= 2, f"statements that read, for list({asked}) of {total} rows"
        # One row more than the page tells some designs whether there is a next one; one is the count.
        assert seen.fetched <= asked["limit"] + 2, f"rows fetched for list({asked}) of {total} rows"


def multiply(database, names):
    """Have the database make copies of the first product under other SKUs."""
    table, columns = table_and_columns(database, "id", "sku")
    copies = " UNION ALL ".join(f"SELECT '{name}' AS sku" for name in names)
    listed, values = ", ".join(columns), ", ".join(f"t.{column}" for column in columns)
    database.execute(
        f"INSERT INTO {table} (sku, {listed}) SELECT n.sku, {values} FROM {table} t, ({copies}) n "
        "WHERE t.sku = 'SEED-1'"
    )


def table_and_columns(database, *but):
    """Return, as SQL writes them, the table and the columns that a row can be given, some left out."""
    table = database.table_with("sku")
    columns = [name for name, column in database.columns(table).items() if not column["computed"]]
    return database.quoted(table), [database.quoted(name) for name in columns if name not in but]
