"""Hardening"""

from __future__ import annotations

import pytest

from backroad.checks import exactly, hint

TEA = {"sku": "TEA-1", "name": "Green tea", "category": "tea", "price_cents": 450, "stock": 12}
HUGE = 10**30
ARGUMENTS = (
    "Arguments are input too: what is no integer, text or truth value is refused with the argument's name",
    "Use the functions that fields use; type(value) is bool for in_stock",
    'raise ValidationFailed([{"field": "min_price", "code": "type", "message": "must be an integer"}])',
)
EXTREMES = (
    "No driver takes every int and every str of Python, so look before you hand them over",
    "A price above all prices filters like the largest price + 1; a text that cannot be stored is in "
    "no product",
    "price = max(-1, min(price, MAX_PRICE + 1))",
)
AGAIN = (
    "Without expected_version a caller wants the change made, whoever else was there in between",
    "Change in one UPDATE, or look again when the row has changed since it was read",
    "while True: read the row; UPDATE … WHERE id = … AND version = (what was read); if rowcount: return",
)


def open_shop(subject, database):
    """Return a repository on a new engine, over a schema that is there."""
    engine = subject.make_engine(database.url)
    subject.create_schema(engine)
    return subject.ProductRepository(engine)


@hint(*ARGUMENTS)
def test_arguments_have_types(subject, database):
    """Arguments of the wrong type are refused by name

    SQLite compares 5 with "5" without a word, and the page stays empty
    """
    shop = open_shop(subject, database)
    tea = shop.create(TEA)
    for name, wrong in (
        ("q", 5),
        ("q", b"tea"),
        ("category", 5),
        ("min_price", "5"),
        ("min_price", True),
        ("max_price", 5.0),
        ("in_stock", 1),
        ("in_stock", "no"),
        ("sort", 5),
        ("limit", True),
        ("limit", None),
        ("offset", 0.0),
        ("offset", False),
    ):
        with pytest.raises(subject.ValidationFailed) as caught:
            shop.list(**{name: wrong})
        assert {error["field"] for error in caught.value.errors} == exactly({name}), f"list({name}={wrong!r})"
    for wrong in (1.0, 0.5, "1", True, None):
        with pytest.raises(subject.ValidationFailed) as caught:
            shop.adjust_stock(tea["id"], wrong)
        assert {error["field"] for error in caught.value.errors} == exactly({"delta"}), f"delta {wrong!r}"
    assert shop.get(tea["id"]) == exactly(tea)


@hint(*EXTREMES)
def test_extremes_are_no_crash(subject, database):
    """Numbers and texts that no column holds are answered in words

    Thirty digits in a URL must not end in an error of the database driver
    """
    shop = open_shop(subject, database)
    tea = shop.create(TEA)
    everything, nothing = {"items": [tea], "total": 1}, {"items": [], "total": 0}
    for asked, due in (
        ({"min_price": HUGE}, nothing),
        ({"max_price": HUGE}, everything),
        ({"min_price": -HUGE}, everything),
        ({"max_price": -HUGE}, nothing),
        ({"min_price": 2**31}, nothing),
        ({"max_price": 2**63}, everything),
        ({"min_price": 450, "max_price": 450}, everything),
        ({"min_price": 100_000_001}, nothing),
        ({"max_price": -1}, nothing),
    ):
        assert shop.list(**asked) == exactly(due), f"list({asked})"
    dear = shop.create({"sku": "MAX-1", "name": "Dear", "price_cents": 100_000_000})
    assert shop.list(min_price=100_000_000) == exactly({"items": [dear], "total": 1})
    free = shop.create({"sku": "MIN-1", "name": "Free", "price_cents": 0})
    assert shop.list(max_price=0) == exactly({"items": [free], "total": 1})
    assert shop.list(min_price=HUGE) == exactly(nothing)
    assert shop.list(max_price=-HUGE) == exactly(nothing)
    assert nothing_or_refused(subject, shop, {"offset": HUGE}, "offset", total=3)
    for text in ("\0", "tea\0", "\ud83c", "Green\udfff"):
        assert nothing_or_refused(subject, shop, {"q": text}, "q"), f"list(q={text!a})"
        assert nothing_or_refused(subject, shop, {"category": text}, "category"), f"list(category={text!a})"
        with pytest.raises(subject.NotFound):
            shop.get_by_sku(text)
    with pytest.raises(subject.VersionConflict):
        shop.update(tea["id"], {"name": "x"}, expected_version=HUGE)
    full = shop.adjust_stock(dear["id"], 1_000_000)
    for row in (tea, free, full):
        with pytest.raises(subject.InsufficientStock):
            shop.adjust_stock(row["id"], -HUGE)
        with pytest.raises(subject.ValidationFailed) as caught:
            shop.adjust_stock(row["id"], HUGE)
        assert {error["field"] for error in caught.value.errors} == exactly({"delta"})
        assert shop.get(row["id"]) == exactly(row)


def nothing_or_refused(subject, shop, asked, field, total=0):
    """Say whether `list` finds nothing, or refuses the argument; both are right."""
    try:
        return shop.list(**asked) == {"items": [], "total": total}
    except subject.ValidationFailed as failure:
        return {error["field"] for error in failure.errors} == {field}


@hint(*AGAIN)
def test_racing_updates_are_all_counted(subject, database, instruments):
    """Updates at once without expected_version all succeed, and each one counts

    A version that two changes share hides the second one from every cache
    """
    shop = open_shop(subject, database)
    for turn in range(2):
        tea = shop.create({**TEA, "sku": f"RACE-{turn}", "stock": 0})
        calls = [
            (shop, "update", tea["id"], {field: value})
            for field, values in VALUES.items()
            for value in values
        ]
        calls += [(shop, "adjust_stock", tea["id"], 1)] * 3
        results = instruments.race(calls)
        errors = [repr(result) for result in results if isinstance(result, Exception)]
        assert errors == exactly([]), "errors of twelve updates and three adjustments at once"
        now = shop.get(tea["id"])
        assert now["version"] == exactly(16), "1, twelve updates and three adjustments"
        assert now["stock"] == exactly(3)
        for field in VALUES:
            assert now[field] in VALUES[field], f"the {field} that one of four callers wrote"


VALUES = {
    "name": ("Oolong", "Assam", "Sencha", "Matcha"),
    "category": ("leaf", "bag", "dust", "cake"),
    "price_cents": (1, 2, 3, 4),
}


@hint(
    "Between a look at the SKUs that are taken and the INSERT, somebody else may insert",
    "The database refuses the second one; one transaction around all rows takes back what went in before",
    'try: with engine.begin() as connection: … except IntegrityError: raise Conflict("sku") from None',
)
def test_racing_bulks_do_not_mix(subject, database, instruments):
    """Of four imports of the same SKUs at once, one succeeds as a whole

    Two imports that each get half of the rows leave a price list that nobody wrote
    """
    shop = open_shop(subject, database)
    for turn in range(3):
        imports = [
            [{"sku": f"R{turn}-{n:03}", "name": f"Import {number}", "price_cents": n} for n in range(50)]
            for number in range(4)
        ]
        results = instruments.race([(shop, "bulk_create", rows) for rows in imports])
        clashes = [result for result in results if isinstance(result, subject.Conflict)]
        assert len(clashes) == exactly(3), f"Conflict, of four imports: {results}"
        found = shop.list(q=f"R{turn}-", limit=100)["items"]
        assert len(found) == exactly(50)
        assert len({row["name"] for row in found}) == exactly(1), "imports that the fifty rows come from"


@hint(
    "Of several who delete one row, the database tells each whether it was the one",
    "Look at rowcount of the DELETE itself; a SELECT before it proves nothing",
    "if connection.execute(delete(products).where(…)).rowcount == 0: raise NotFound(…)",
)
def test_racing_deletes_succeed_once(subject, database, instruments):
    """Of six deletes of one product at once, one succeeds

    Whoever is told that a delete succeeded may pay money back
    """
    shop = open_shop(subject, database)
    for turn in range(3):
        tea = shop.create({**TEA, "sku": f"RACE-{turn}"})["id"]
        results = instruments.race([(shop, "delete", tea)] * 6)
        missed = [result for result in results if isinstance(result, subject.NotFound)]
        assert len(missed) == exactly(5), f"NotFound, of six deletes: {results}"
        assert [result for result in results if not isinstance(result, Exception)] == exactly([None])


@hint(
    "An import file has thousands of rows, and several of them are wrong",
    "Gather the errors of all rows; a database takes only some ten thousand values in one statement; "
    "ask for the ids of these SKUs, a few hundred at a time",
    'errors += [{**error, "field": f"rows[{number}].{error[\'field\']}"} for error in failure.errors]',
)
def test_large_bulk_tells_every_fault(subject, database, instruments):
    """5,000 rows go in with at most 100 statements; all faults are told at once

    Whoever imports a price list mends it once, not once per line
    """
    shop = open_shop(subject, database)
    rows = [{"sku": f"BIG-{n:05}", "name": f"Row {n}", "price_cents": n} for n in range(5000)]
    wrong = [dict(row) for row in rows]
    wrong[0]["price_cents"] = None
    wrong[17]["colour"] = "red"
    wrong[17].pop("name")
    wrong[4999]["stock"] = -1
    for place in range(100, 4900, 100):
        wrong[place]["price_cents"] = "free"
    with pytest.raises(subject.ValidationFailed) as caught:
        shop.bulk_create(wrong)
    due = {
        ("rows[0].price_cents", "null"),
        ("rows[17].colour", "unknown_field"),
        ("rows[17].name", "required"),
        ("rows[4999].stock", "too_small"),
        *((f"rows[{place}].price_cents", "type") for place in range(100, 4900, 100)),
    }
    assert {(error["field"], error["code"]) for error in caught.value.errors} == exactly(due)
    with instruments.statements() as seen:
        ids = shop.bulk_create(rows)
    assert seen.count() <= 100, f"statements for 5,000 rows: {seen}"
    assert seen.fetched <= 10_000, "rows fetched for 5,000 ids"
    assert len({*ids}) == exactly(5000)
    for place in (0, 499, 500, 999, 1000, 2500, 4999):
        assert shop.get(ids[place])["sku"] == exactly(f"BIG-{place:05}"), f"the id in place {place}"
    with instruments.statements() as seen:
        shop.bulk_create([{"sku": f"FEW-{n}", "name": "Few", "price_cents": n} for n in range(10)])
    assert seen.fetched <= 20, "rows fetched for 10 ids, beside 5,000 rows that were there"
