"""What repositories of products are measured at: statements, counted where SQLAlchemy sends them."""

ROWS = [{"sku": f"W-{number:03}", "name": f"Ware {number}", "price_cents": number} for number in range(100)]


def _open(subject, database):
    """Return a repository on a new engine, over a schema that is there."""
    engine = subject.make_engine(database.url)
    subject.create_schema(engine)
    return subject.ProductRepository(engine)


def statements_of_a_list(subject, database, measure):
    """SQL per list of 50 products"""
    shop = _open(subject, database)
    shop.bulk_create(ROWS)
    with measure.statements():
        page = shop.list(limit=50)
    assert (len(page["items"]), page["total"]) == (50, 100)


def statements_of_an_update(subject, database, measure):
    """SQL per update"""
    shop = _open(subject, database)
    known = shop.create(ROWS[0])["id"]
    with measure.statements(per=10):
        for number in range(10):
            assert shop.update(known, {"stock": number + 1})["stock"] == number + 1


def statements_of_a_stock_change(subject, database, measure):
    """SQL per adjust_stock"""
    shop = _open(subject, database)
    known = shop.create(ROWS[0])["id"]
    with measure.statements(per=10):
        for number in range(10):
            assert shop.adjust_stock(known, 1)["stock"] == number + 1


def statements_of_an_import(subject, database, measure):
    """SQL per bulk_create of 100"""
    shop = _open(subject, database)
    with measure.statements():
        assert len(shop.bulk_create(ROWS)) == len(ROWS)
