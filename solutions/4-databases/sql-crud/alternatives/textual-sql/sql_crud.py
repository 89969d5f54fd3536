"""Products in SQL by hand: every statement as text, values beside it, times as integers."""

from __future__ import annotations

import os
import string
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.exc import IntegrityError


class NotFound(LookupError):
    """There is no such product."""


class Conflict(Exception):
    """What is stored stands against it; `field` says where."""

    def __init__(self, field: str | None = None, message: str = "") -> None:
        super().__init__(message or field)
        self.field = field


class ValidationFailed(ValueError):
    """Some values are wrong; `errors` is a list of {"field", "code", "message"}."""

    def __init__(self, errors: list[dict[str, str]]) -> None:
        super().__init__(", ".join(f"{error['field']}: {error['code']}" for error in errors))
        self.errors = errors


class VersionConflict(Conflict):
    """Somebody else changed the product in between."""


class InsufficientStock(Conflict):
    """There is less in stock than should be taken out."""


# The database

KEYS = {
    "sqlite": "INTEGER PRIMARY KEY AUTOINCREMENT",
    "postgresql": "INTEGER GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
    "mysql": "INTEGER AUTO_INCREMENT PRIMARY KEY",
}
TABLE = """
    CREATE TABLE IF NOT EXISTS inventory (
        id {key},
        sku VARCHAR(20) NOT NULL,
        name VARCHAR(120) NOT NULL,
        category VARCHAR(40),
        price_cents INTEGER NOT NULL CHECK (price_cents >= 0),
        stock INTEGER NOT NULL DEFAULT 0 CHECK (stock >= 0),
        version INTEGER NOT NULL DEFAULT 1,
        created_at BIGINT NOT NULL,
        updated_at BIGINT NOT NULL,
        CONSTRAINT inventory_sku UNIQUE (sku)
    )
"""
INDEX = "CREATE INDEX IF NOT EXISTS inventory_category ON inventory (category, name)"
FIELDS = ("id", "sku", "name", "category", "price_cents", "stock", "version", "created_at", "updated_at")
SELECT = f"SELECT {', '.join(FIELDS)} FROM inventory"
INSERT = (
    "INSERT INTO inventory (sku, name, category, price_cents, stock, created_at, updated_at) "
    "VALUES (:sku, :name, :category, :price_cents, :stock, :now, :now)"
)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def make_engine(url: str | None = None) -> Engine:
    """Return an engine. On SQLite every transaction begins with the right to write."""
    url = url or os.environ.get("DATABASE_URL") or "sqlite:///products.db"
    scheme, separator, rest = url.partition("://")
    engine = create_engine({"postgres": "postgresql+psycopg"}.get(scheme, scheme) + separator + rest)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", set_up)
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    return engine


def set_up(connection: Any, _: object) -> None:
    connection.isolation_level = None  # or the driver begins by itself, when it likes
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA busy_timeout = 30000")


def create_schema(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text(TABLE.format(key=KEYS[engine.dialect.name])))
        connection.execute(text(INDEX))


def microseconds() -> int:
    """Return the time as it is stored."""
    return (datetime.now(UTC) - EPOCH) // timedelta(microseconds=1)


def product(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row as callers get it."""
    times = {name: EPOCH + timedelta(microseconds=row[name]) for name in ("created_at", "updated_at")}
    return {**row, **times}


# Validation

LETTERS = frozenset(string.ascii_uppercase + string.digits + "-")
BLANKS = " \t\r\n"


def text_code(value: Any) -> str:
    """Return what is wrong with a text, or nothing."""
    if value is None:
        return "null"
    if not isinstance(value, str):
        return "type"
    try:
        value.encode()
    except UnicodeEncodeError:
        return "characters"
    return "characters" if "\0" in value else ""


def length_code(value: str, shortest: int, longest: int) -> str:
    if not value:
        return "too_short" if shortest > 1 else "blank"
    return "too_short" if len(value) < shortest else "too_long" if len(value) > longest else ""


def integer_code(value: Any, smallest: float, largest: float) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool) or not isinstance(value, int):
        return "type"
    return "too_small" if value < smallest else "too_large" if value > largest else ""


def look_at(field: str, value: Any) -> tuple[Any, str]:
    """Return the clean value, and what is wrong with it, or nothing."""
    if field == "category" and value is None:
        return None, ""
    if field == "price_cents":
        return value, integer_code(value, 0, 100_000_000)
    if field == "stock":
        return value, integer_code(value, 0, 1_000_000)
    if code := text_code(value):
        return value, code
    if field == "sku":
        value = value.strip(BLANKS).upper()
        return value, length_code(value, 3, 20) or ("" if LETTERS.issuperset(value) else "format")
    if field == "category":
        value = value.strip(BLANKS).lower()
        return value, length_code(value, 1, 40)
    value = value.strip(BLANKS)
    return value, length_code(value, 1, 120)


def clean(data: Mapping[str, Any], prefix: str = "", required: Iterable[str] = ()) -> tuple[dict, list]:
    """Return the clean values and a list of errors."""
    values: dict[str, Any] = {}
    codes = {field: "required" for field in required if field not in data}
    for field in data:
        if field in ("id", "version", "created_at", "updated_at"):
            codes[field] = "read_only"
        elif field not in FIELDS:
            codes[field] = "unknown_field"
        else:
            values[field], codes[field] = look_at(field, data[field])
    errors = [
        {"field": f"{prefix}{field}", "code": code, "message": f"{field}: {code}"}
        for field, code in codes.items()
        if code
    ]
    return values, errors


def demand(**codes: str) -> None:
    """Raise ValidationFailed for the arguments that have a code."""
    wrong = [{"field": name, "code": code, "message": code} for name, code in codes.items() if code]
    if wrong:
        raise ValidationFailed(wrong)


REQUIRED = ("sku", "name", "price_cents")
SORTS = {
    f"{sign}{name}": f"{name}{direction}, id"
    for name in ("id", "name", "price_cents", "stock", "created_at")
    for sign, direction in (("", ""), ("-", " DESC"))
}


def pattern(q: str) -> str:
    """Return a pattern for LIKE in which nothing is a wildcard, with ! before what would be."""
    for special in "!%_":
        q = q.replace(special, f"!{special}")
    return f"%{q.lower()}%"


FILTERS = {
    "q": "(lower(name) LIKE :q ESCAPE '!' OR lower(sku) LIKE :q ESCAPE '!')",
    "category": "category = :category",
    "min_price": "price_cents >= :min_price",
    "max_price": "price_cents <= :max_price",
    "in_stock": "(CASE WHEN stock > 0 THEN 1 ELSE 0 END) = :in_stock",
}


class ProductRepository:
    """Whoever wants to change a row locks it first."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        # SQLite has no row locks and needs none: BEGIN IMMEDIATE lets one writer in at a time.
        self.lock = "" if engine.dialect.name == "sqlite" else " FOR UPDATE"

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        try:
            with self.engine.begin() as connection:
                yield connection
        except IntegrityError:
            raise Conflict("sku", "a SKU is taken") from None

    def create(self, data: Mapping[str, Any]) -> dict[str, Any]:
        values, errors = clean(data, required=REQUIRED)
        if errors:
            raise ValidationFailed(errors)
        row = {"category": None, "stock": 0, **values, "now": microseconds()}
        with self.transaction() as connection:
            connection.execute(text(INSERT), row)
            return self.one(connection, "sku = :sku", sku=row["sku"])

    def get(self, product_id: int) -> dict[str, Any]:
        with self.transaction() as connection:
            return self.by_id(connection, product_id)

    def get_by_sku(self, sku: str) -> dict[str, Any]:
        wanted, code = look_at("sku", sku)
        if code:
            raise NotFound(sku)
        with self.transaction() as connection:
            return self.one(connection, "sku = :sku", sku=wanted)

    def list(
        self,
        *,
        q: str | None = None,
        category: str | None = None,
        min_price: int | None = None,
        max_price: int | None = None,
        in_stock: bool | None = None,
        sort: str = "id",
        limit: int = 20,
        offset: int = 0,
    ) -> dict[str, Any]:
        demand(
            q="" if q is None else text_code(q),
            category="" if category is None else text_code(category),
            min_price="" if min_price is None else integer_code(min_price, -1e40, 1e40),
            max_price="" if max_price is None else integer_code(max_price, -1e40, 1e40),
            in_stock="" if in_stock is None or isinstance(in_stock, bool) else "type",
            sort="" if sort in SORTS else "choice",
            limit=integer_code(limit, 1, 100),
            offset=integer_code(offset, 0, 10**9),
        )
        given: dict[str, Any] = {}
        if q is not None:
            given["q"] = pattern(q)
        if category is not None:
            given["category"] = category.strip(BLANKS).lower()
        if min_price is not None:
            given["min_price"] = max(-(10**9), min(min_price, 10**9))
        if max_price is not None:
            given["max_price"] = max(-(10**9), min(max_price, 10**9))
        if in_stock is not None:
            given["in_stock"] = int(in_stock)
        where = " AND ".join([FILTERS[name] for name in given] or ["1 = 1"])
        page = f"{SELECT} WHERE {where} ORDER BY {SORTS[sort]} LIMIT :limit OFFSET :offset"
        with self.transaction() as connection:
            total = connection.scalar(text(f"SELECT count(*) FROM inventory WHERE {where}"), given)
            rows = connection.execute(text(page), {**given, "limit": limit, "offset": offset}).mappings()
            return {"items": [product(row) for row in rows], "total": total}

    def update(
        self, product_id: int, changes: Mapping[str, Any], *, expected_version: int | None = None
    ) -> dict[str, Any]:
        values, errors = clean(changes)
        if errors:
            raise ValidationFailed(errors)
        with self.transaction() as connection:
            stored = self.by_id(connection, product_id, self.lock)
            if expected_version is not None and expected_version != stored["version"]:
                raise VersionConflict("version", f"it is {stored['version']}")
            different = {field: value for field, value in values.items() if stored[field] != value}
            return self.write(connection, stored, different)

    def delete(self, product_id: int) -> None:
        with self.transaction() as connection:
            self.by_id(connection, product_id, self.lock)
            connection.execute(text("DELETE FROM inventory WHERE id = :id"), {"id": product_id})

    def adjust_stock(self, product_id: int, delta: int) -> dict[str, Any]:
        demand(delta=integer_code(delta, -1e40, 1e40))
        with self.transaction() as connection:
            stored = self.by_id(connection, product_id, self.lock)
            after = stored["stock"] + delta
            if after < 0:
                raise InsufficientStock("stock", f"only {stored['stock']} left")
            demand(delta="too_large" if after > 1_000_000 else "")
            return self.write(connection, stored, {"stock": after} if delta else {})

    def bulk_create(self, rows: Iterable[Mapping[str, Any]]) -> list[int]:
        new, errors, now = [], [], microseconds()
        for number, row in enumerate(rows):
            values, wrong = clean(row, f"rows[{number}].", REQUIRED)
            errors += wrong
            new.append({"category": None, "stock": 0, **values, "now": now})
        if errors:
            raise ValidationFailed(errors)
        if not new:
            return []
        ids: dict[str, int] = {}
        with self.transaction() as connection:
            connection.execute(text(INSERT), new)
            for start in range(0, len(new), 200):
                some = {f"s{place}": row["sku"] for place, row in enumerate(new[start : start + 200])}
                names = ", ".join(f":{name}" for name in some)
                found = connection.execute(
                    text(f"SELECT sku, id FROM inventory WHERE sku IN ({names})"), some
                )
                ids.update(tuple(row) for row in found)
        return [ids[row["sku"]] for row in new]

    # Inside a transaction

    def one(self, connection: Connection, where: str, lock: str = "", **values: Any) -> dict[str, Any]:
        row = connection.execute(text(f"{SELECT} WHERE {where}{lock}"), values).mappings().first()
        if row is None:
            raise NotFound("there is no such product")
        return product(row)

    def by_id(self, connection: Connection, product_id: int, lock: str = "") -> dict[str, Any]:
        if type(product_id) is not int or not 0 < product_id < 2**31:
            raise NotFound("there is no such product")
        return self.one(connection, "id = :id", lock, id=product_id)

    def write(
        self, connection: Connection, stored: Mapping[str, Any], values: Mapping[str, Any]
    ) -> dict[str, Any]:
        if not values:
            return dict(stored)
        # The names come from FIELDS, never from a caller.
        sets = ", ".join(f"{field} = :{field}" for field in values)
        statement = f"UPDATE inventory SET {sets}, version = version + 1, updated_at = :now WHERE id = :id"
        connection.execute(text(statement), {**values, "now": microseconds(), "id": stored["id"]})
        return self.one(connection, "id = :id", id=stored["id"])
