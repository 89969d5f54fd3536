"""Conflicts"""

from __future__ import annotations

import time

import pytest

from backroad.checks import exactly, fresh, hint, keywords

TEA = {"sku": "TEA-1", "name": "Green tea", "category": "tea", "price_cents": 450, "stock": 12}
CUP = {"sku": "CUP-1", "name": "Cup", "category": "dishes", "price_cents": 900, "stock": 3}
TAKEN = (
    "Let the database decide: between your SELECT and your INSERT somebody else may write",
    "Catch IntegrityError around the whole transaction, so that it is rolled back before you raise Conflict",
    'try: with engine.begin() as connection: … except IntegrityError: raise Conflict("sku") from None',
)
VERSION = (
    "Two callers who read version 1 must not both write version 2",
    "Put the version into the WHERE of the UPDATE and look at rowcount, or lock the row before you compare; "
    "an old version is refused also where nothing would change",
    "update(products).where(products.c.id == product_id, products.c.version == expected_version); "
    "rowcount 0: raise VersionConflict",
)
STOCK = (
    "Read, add, write loses what others add in between; the database can add by itself",
    "One UPDATE that sets stock = stock + delta, with the bounds in its WHERE; rowcount 0 tells that it did "
    "not fit",
    "update(products).where(products.c.id == product_id, (products.c.stock + delta).between(0, 1_000_000))"
    ".values(stock=products.c.stock + delta, version=products.c.version + 1)",
)
ROUNDS = 3


def open_shop(subject, database):
    """Return a repository on a new engine, over a schema that is there."""
    engine = subject.make_engine(database.url)
    subject.create_schema(engine)
    return subject.ProductRepository(engine)


def open_two(subject, database):
    """Return two repositories on engines of their own, as two processes have them."""
    return open_shop(subject, database), subject.ProductRepository(subject.make_engine(database.url))


def pairs(failure):
    """Return the (field, code) pairs of a ValidationFailed."""
    return {(error["field"], error["code"]) for error in failure.errors}


def outcomes(results, subject):
    """Return what each call of a race came to, as words to count."""
    kinds = ("VersionConflict", "InsufficientStock", "Conflict", "NotFound", "ValidationFailed")
    words = []
    for result in results:
        found = next((kind for kind in kinds if isinstance(result, getattr(subject, kind))), None)
        words.append(found or (repr(result) if isinstance(result, Exception) else "done"))
    return {word: words.count(word) for word in sorted(words)}


@hint(*TAKEN)
def test_duplicate_sku_is_conflict_and_repository_survives(subject, database):
    """A taken SKU is a Conflict, and the next call works

    One double click must not leave a connection that fails everybody after it
    """
    shop = open_shop(subject, database)
    tea, cup = shop.create({**TEA, "sku": "ab-1"}), shop.create(CUP)
    for spelling in ("AB-1", " ab-1\n"):
        with pytest.raises(subject.Conflict) as caught:
            shop.create({**TEA, "sku": spelling, "name": "Another"})
        assert caught.value.field == exactly("sku")
        assert not isinstance(caught.value, (subject.VersionConflict, subject.InsufficientStock))
    with pytest.raises(subject.Conflict) as caught:
        shop.update(cup["id"], {"sku": "Ab-1", "name": "Lost"})
    assert caught.value.field == exactly("sku")
    assert shop.get(cup["id"]) == exactly(cup), "after its SKU could not be changed"
    third = shop.create({**TEA, "sku": "AB-2"})
    assert shop.list() == exactly({"items": [tea, cup, third], "total": 3})
    changed = shop.update(cup["id"], {"sku": "AB-3"})
    assert changed["sku"] == exactly("AB-3")
    second = subject.ProductRepository(subject.make_engine(database.url))
    assert second.list() == exactly({"items": [tea, changed, third], "total": 3}), "read on another engine"


@hint(*TAKEN)
def test_racing_creates_make_one_product(subject, database, instruments):
    """Of several who want one SKU at once, one succeeds; the others get Conflict

    Who asks whether a name is free, and then takes it, gives it to two people
    """
    shop, other = open_two(subject, database)
    for turn in range(ROUNDS):
        sku = f"RACE-{turn}"
        rows = [{**TEA, "sku": sku, "name": f"Tea {number}"} for number in range(4)]
        results = instruments.race([(one, "create", row) for row in rows for one in (shop, other)])
        assert outcomes(results, subject) == exactly({"Conflict": 7, "done": 1}), "eight creates of one SKU"
        assert {result.field for result in results if isinstance(result, Exception)} == exactly({"sku"})
        assert shop.list(q=sku)["total"] == exactly(1)
    pair = [shop.create({**TEA, "sku": f"PAIR-{number}"})["id"] for number in range(4)]
    wanted = {"sku": "WANTED"}
    results = instruments.race([(shop if one in pair[:2] else other, "update", one, wanted) for one in pair])
    assert outcomes(results, subject) == exactly({"Conflict": 3, "done": 1}), "four updates to one SKU"
    assert shop.list(q="wanted")["total"] == exactly(1)


@hint(*VERSION)
def test_old_version_is_refused(subject, database):
    """update with another version than the stored one raises VersionConflict

    Two people with one form open must not overwrite each other unseen
    """
    shop = open_shop(subject, database)
    tea, cup = shop.create(TEA), shop.create(CUP)
    changed = shop.update(tea["id"], {"stock": 5}, expected_version=1)
    assert changed == exactly({**tea, "stock": 5, "version": 2, "updated_at": changed["updated_at"]})
    for old in (1, 3, 0, -1):
        # The version is asked for whatever the changes are: what the caller has seen is out of date.
        for changes in ({"stock": 6}, {"stock": 5}, {}):
            with pytest.raises(subject.VersionConflict) as caught:
                shop.update(tea["id"], changes, expected_version=old)
            assert isinstance(caught.value, subject.Conflict), "a VersionConflict is a Conflict"
    assert shop.get(tea["id"]) == exactly(changed), "after updates that were refused"
    assert shop.get(cup["id"]) == exactly(cup), "the other product"
    same = shop.update(tea["id"], {"stock": 5}, expected_version=2)
    assert same == exactly(changed), "nothing to change, and the version fits"
    assert shop.update(tea["id"], {}, expected_version=2) == exactly(changed), "no changes, the version fits"
    assert shop.update(tea["id"], {"stock": 6}, expected_version=2)["version"] == exactly(3)
    assert shop.update(tea["id"], {"stock": 7})["version"] == exactly(4), "without expected_version"


@hint(*VERSION)
def test_stale_version_is_refused_under_race(subject, database, instruments):
    """Of twelve updates that expect version 1, one succeeds

    A comparison in Python is over before the write begins, and by then it may be wrong
    """
    shop, other = open_two(subject, database)
    for turn in range(ROUNDS):
        made = shop.create({**TEA, "sku": f"RACE-{turn}"})["id"]
        expected = keywords(expected_version=1)
        both = [shop, other] * 6
        results = instruments.race(
            [(one, "update", made, {"price_cents": price}, expected) for price, one in enumerate(both)]
        )
        assert outcomes(results, subject) == exactly({"VersionConflict": 11, "done": 1})
        now = shop.get(made)
        assert now["version"] == exactly(2)
        winner = next(place for place, result in enumerate(results) if not isinstance(result, Exception))
        assert now["price_cents"] == exactly(winner), "the price of the one that succeeded"


@hint(*STOCK)
@fresh
def test_stock_is_adjusted_within_bounds(subject, database):
    """adjust_stock adds and takes out, between 0 and 1,000,000

    Stock below zero is a promise to a customer that nobody can keep
    """
    shop = open_shop(subject, database)
    tea, cup = shop.create(TEA), shop.create(CUP)
    # Whole seconds are a right way to store times, so the check waits for the next one.
    time.sleep(1.05)
    row = tea
    for delta, stock in ((5, 17), (-16, 1), (-1, 0), (1_000_000, 1_000_000), (-999_990, 10)):
        now = shop.adjust_stock(tea["id"], delta)
        due = {**row, "stock": stock, "version": row["version"] + 1, "updated_at": now["updated_at"]}
        assert now == exactly(due), f"adjust_stock({delta})"
        assert now["updated_at"] >= row["updated_at"]
        row = now
    assert row["updated_at"] > tea["updated_at"], "updated_at, more than a second later"
    assert shop.adjust_stock(tea["id"], 0) == exactly(row), "adjust_stock(0) changes nothing"
    for delta in (-11, -1_000_000):
        with pytest.raises(subject.InsufficientStock) as caught:
            shop.adjust_stock(tea["id"], delta)
        assert isinstance(caught.value, subject.Conflict), "InsufficientStock is a Conflict"
    for delta in (999_991, 1_000_000):
        with pytest.raises(subject.ValidationFailed) as refused:
            shop.adjust_stock(tea["id"], delta)
        assert pairs(refused.value) == exactly({("delta", "too_large")}), f"adjust_stock({delta})"
    assert shop.get(tea["id"]) == exactly(row), "after adjustments that were refused"
    assert shop.get(cup["id"]) == exactly(cup), "the other product"
    for missing in (cup["id"] + 1, 0, -1, 2**63, str(tea["id"]), True):
        for delta in (1, 0, -1, -1_000_000, 1_000_000):
            with pytest.raises(subject.NotFound):
                shop.adjust_stock(missing, delta)


@hint(*STOCK)
@fresh
def test_stock_adjustments_are_atomic(subject, database, instruments):
    """Twelve callers who add 1 at once add 12; nobody takes what is not there

    Read, add, write sells the last item to three people, without an error anywhere
    """
    shop, other = open_two(subject, database)
    tea = shop.create({**TEA, "stock": 0})["id"]
    results = instruments.race([(shop, "adjust_stock", tea, 1), (other, "adjust_stock", tea, 1)] * 6)
    assert outcomes(results, subject) == exactly({"done": 12})
    now = shop.get(tea)
    assert now["stock"] == exactly(12), "0 and twelve times 1"
    assert now["version"] == exactly(13), "1 and twelve changes"
    cup = shop.create({**CUP, "stock": 6})["id"]
    results = instruments.race([(shop, "adjust_stock", cup, -1), (other, "adjust_stock", cup, -1)] * 6)
    assert outcomes(results, subject) == exactly({"InsufficientStock": 6, "done": 6})
    now = shop.get(cup)
    assert now["stock"] == exactly(0), "6 and six times -1"
    assert now["version"] == exactly(7), "1 and six changes"


@hint(
    "An update writes the fields it was given; the stock it read a moment ago is not among them",
    "SET only what is in `changes`; let the database count the version: version = version + 1",
    "update(products).where(…).values(**values, version=products.c.version + 1)",
)
def test_update_leaves_the_work_of_others(subject, database, instruments):
    """Updates of the name lose no adjustment of the stock

    An editor who saves a typo must not undo the sales of the last minute
    """
    shop, other = open_two(subject, database)
    tea = shop.create({**TEA, "stock": 100})["id"]
    for turn in range(ROUNDS):
        before = shop.get(tea)["stock"]
        names = [(other, "update", tea, {"name": f"Tea {turn}.{number}"}) for number in range(6)]
        # What becomes of the updates is asked elsewhere.
        sold = instruments.race(names + [(shop, "adjust_stock", tea, -1)] * 6)[6:]
        done = sum(not isinstance(result, Exception) for result in sold)
        assert shop.get(tea)["stock"] == exactly(before - done), f"{before} less {done}, beside six updates"
        assert outcomes(sold, subject) == exactly({"done": 6})
