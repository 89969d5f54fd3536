"""Products in Core, with one UPDATE that changes nothing as a lock: right on every database."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.pool import NullPool

from given.fields import BLANKS, Fault, any_text, integer, text


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


items = sa.Table(
    "shop_item",
    sa.MetaData(),
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("sku", sa.String(20), nullable=False),
    sa.Column("name", sa.String(120), nullable=False),
    sa.Column("category", sa.String(40)),
    sa.Column("price_cents", sa.Integer, nullable=False),
    sa.Column("stock", sa.Integer, nullable=False, server_default="0"),
    sa.Column("version", sa.Integer, nullable=False, server_default="1"),
    sa.Column("created_at", sa.DateTime, nullable=False),
    sa.Column("updated_at", sa.DateTime, nullable=False),
    sa.CheckConstraint("price_cents BETWEEN 0 AND 100000000"),
    sa.CheckConstraint("stock BETWEEN 0 AND 1000000"),
    sa.Index("shop_item_sku", "sku", unique=True),
    sa.Index("shop_item_category", "category", "price_cents"),
    sqlite_autoincrement=True,
)
ADDED = {"id", "version", "created_at", "updated_at"}


def make_engine(url: str | None = None) -> sa.Engine:
    """Return an engine without a pool: every call opens a connection and closes it."""
    if url is None:
        url = os.getenv("DATABASE_URL", "sqlite:///products.db")
    address = sa.make_url(re.sub(r"\Apostgres:", "postgresql+psycopg:", url))
    is_sqlite = address.get_backend_name() == "sqlite"
    options: dict[str, Any] = {"connect_args": {"timeout": 20}} if is_sqlite else {}
    engine = sa.create_engine(address, poolclass=NullPool, **options)
    if is_sqlite:
        sa.event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA foreign_keys=1"))
    return engine


def create_schema(engine: sa.Engine) -> None:
    items.metadata.create_all(engine)


def now() -> datetime:
    """Return the time in UTC as all databases keep it: without offset, in whole seconds."""
    return datetime.now(UTC).replace(microsecond=0, tzinfo=None)


def as_dict(row: sa.RowMapping) -> dict[str, Any]:
    found = {field: row[field] for field in items.c.keys()}  # noqa: SIM118 - iterating gives columns
    return found | {field: found[field].replace(tzinfo=UTC) for field in ("created_at", "updated_at")}


def sku_of(value: Any) -> str:
    sku = text(any_text(value).upper(), 20, 3)
    if not sku.isascii() or not sku.replace("-", "A").isalnum():
        raise Fault("format", "has other characters than A to Z, 0 to 9 and -")
    return sku


RULES = {
    "sku": sku_of,
    "name": lambda value: text(value, 120),
    "category": lambda value: None if value is None else text(any_text(value).lower(), 40),
    "price_cents": lambda value: integer(value, 0, 100_000_000),
    "stock": lambda value: integer(value, 0, 1_000_000),
}


def failure(field: str, code: str, message: str) -> dict[str, str]:
    return {"field": field, "code": code, "message": message}


def validate(data: Mapping[str, Any], whole: bool) -> dict[str, Any]:
    """Return clean values; `whole` says that a product is to be made of them."""
    errors, values = [], {}
    fields = [*data, *(field for field in ("sku", "name", "price_cents") if whole and field not in data)]
    for field in fields:
        if field not in data:
            errors.append(failure(field, "required", "is missing"))
        elif field not in RULES:
            errors.append(failure(field, "read_only" if field in ADDED else "unknown_field", "not yours"))
        else:
            try:
                values[field] = RULES[field](data[field])
            except Fault as fault:
                errors.append(failure(field, fault.code, fault.message))
    if errors:
        raise ValidationFailed(errors)
    return values


def whole_row(data: Mapping[str, Any]) -> dict[str, Any]:
    moment = now()
    return {
        "category": None,
        "stock": 0,
        **validate(data, whole=True),
        "version": 1,
        "created_at": moment,
        "updated_at": moment,
    }


class Query:
    """The filters of one call of `list`, with what is wrong in them."""

    def __init__(self) -> None:
        self.conditions: list[sa.ColumnElement[bool]] = []
        self.errors: list[dict[str, str]] = []

    def check(self, name: str, function: Any, *arguments: Any) -> Any:
        try:
            return function(*arguments)
        except Fault as fault:
            self.errors.append(failure(name, fault.code, fault.message))
            return None

    def text(self, q: Any) -> None:
        if q is not None and (found := self.check("q", any_text, q)) is not None:
            columns = (items.c.name, items.c.sku)
            self.conditions.append(
                sa.or_(*(sa.func.lower(c).contains(found.lower(), autoescape=True) for c in columns))
            )

    def category(self, category: Any) -> None:
        if category is not None and (found := self.check("category", any_text, category)) is not None:
            self.conditions.append(items.c.category == found.strip(BLANKS).lower())

    def price(self, name: str, bound: Any, symbol: str) -> None:
        if bound is not None and (found := self.check(name, integer, bound)) is not None:
            # A literal, so that no driver looks at its size; CAST makes it a number of any length.
            number = sa.cast(sa.literal(str(found)), sa.Numeric(38, 0)) if abs(found) > 10**9 else found
            self.conditions.append(items.c.price_cents.op(symbol, is_comparison=True)(number))

    def in_stock(self, wanted: Any) -> None:
        if wanted is not None and type(wanted) is not bool:
            self.errors.append(failure("in_stock", "type", "must be True or False"))
        elif wanted is not None:
            self.conditions.append((items.c.stock != 0) == sa.literal(wanted, sa.Boolean))


class ProductRepository:
    def __init__(self, engine: sa.Engine) -> None:
        self.engine = engine

    def create(self, data: Mapping[str, Any]) -> dict[str, Any]:
        row = whole_row(data)
        with self.engine.connect() as connection, connection.begin():
            try:
                result = connection.execute(items.insert(), row)
            except IntegrityError as error:
                raise Conflict("sku", "taken") from error
            return self.fetch(connection, result.inserted_primary_key[0])

    def get(self, product_id: int) -> dict[str, Any]:
        with self.engine.connect() as connection:
            return self.fetch(connection, product_id)

    def get_by_sku(self, sku: str) -> dict[str, Any]:
        try:
            wanted = sa.select(items).where(items.c.sku == sku_of(sku))
        except Fault as fault:
            raise NotFound(fault.message) from fault
        with self.engine.connect() as connection:
            row = connection.execute(wanted).mappings().one_or_none()
        if row is None:
            raise NotFound(sku)
        return as_dict(row)

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
        query = Query()
        query.check("limit", integer, limit, 1, 100)
        query.check("offset", integer, offset, 0, 2**31 - 1)
        match = (
            re.fullmatch("(-?)(id|name|price_cents|stock|created_at)", sort) if type(sort) is str else None
        )
        if match is None:
            query.errors.append(failure("sort", "choice", "is none of the ten"))
        query.text(q)
        query.category(category)
        query.price("min_price", min_price, ">=")
        query.price("max_price", max_price, "<=")
        query.in_stock(in_stock)
        if query.errors or match is None:
            raise ValidationFailed(query.errors)
        column = items.c[match[2]]
        # One statement gives both, as long as the page is not behind the end.
        page = (
            sa.select(items, sa.func.count().over().label("total"))
            .where(*query.conditions)
            .order_by(sa.desc(column) if match[1] else column, items.c.id)
            .limit(limit)
            .offset(offset)
        )
        with self.engine.connect() as connection:
            rows = connection.execute(page).mappings().all()
            if rows:
                return {"items": [as_dict(row) for row in rows], "total": rows[0]["total"]}
            count = sa.select(sa.func.count()).select_from(items).where(*query.conditions)
            return {"items": [], "total": connection.scalar(count)}

    def update(
        self, product_id: int, changes: Mapping[str, Any], *, expected_version: int | None = None
    ) -> dict[str, Any]:
        values = validate(changes, whole=False)
        with self.engine.begin() as connection:
            row = self.lock(connection, product_id)
            if expected_version is not None and row["version"] != expected_version:
                raise VersionConflict("version", "changed since")
            return self.write(connection, row, values)

    def delete(self, product_id: int) -> None:
        with self.engine.begin() as connection:
            self.lock(connection, product_id)
            connection.execute(items.delete().where(items.c.id == product_id))

    def adjust_stock(self, product_id: int, delta: int) -> dict[str, Any]:
        if type(delta) is not int:
            raise ValidationFailed([failure("delta", "type", "must be an integer")])
        with self.engine.begin() as connection:
            row = self.lock(connection, product_id)
            if row["stock"] + delta < 0:
                raise InsufficientStock("stock", "not enough")
            if row["stock"] + delta > 1_000_000:
                raise ValidationFailed([failure("delta", "too_large", "too much")])
            return self.write(connection, row, {"stock": row["stock"] + delta})

    def bulk_create(self, rows: Iterable[Mapping[str, Any]]) -> list[int]:
        new: list[dict[str, Any]] = []
        errors: list[dict[str, str]] = []
        for number, row in enumerate(rows):
            try:
                new.append(whole_row(row))
            except ValidationFailed as wrong:
                errors += [{**error, "field": f"rows[{number}].{error['field']}"} for error in wrong.errors]
        if errors:
            raise ValidationFailed(errors)
        if len({row["sku"] for row in new}) < len(new):
            raise Conflict("sku", "a SKU occurs twice")
        try:
            with self.engine.begin() as connection:
                for some in chunks(new):
                    connection.execute(items.insert().values(some))
                return [
                    key for some in chunks(new) for key in self.keys(connection, [row["sku"] for row in some])
                ]
        except IntegrityError:
            raise Conflict("sku", "a SKU is taken") from None

    def keys(self, connection: sa.Connection, skus: list[str]) -> list[int]:
        wanted = sa.select(items.c.sku, items.c.id).where(items.c.sku.in_(skus))
        found = dict(connection.execute(wanted).tuples().all())
        return [found[sku] for sku in skus]

    def fetch(self, connection: sa.Connection, product_id: int) -> dict[str, Any]:
        if type(product_id) is not int or product_id < 1 or product_id.bit_length() > 31:
            raise NotFound(product_id)
        row = connection.execute(sa.select(items).where(items.c.id == product_id)).mappings().one_or_none()
        if row is None:
            raise NotFound(product_id)
        return as_dict(row)

    def lock(self, connection: sa.Connection, product_id: int) -> dict[str, Any]:
        """Return the row, and keep others from writing it until the transaction ends.

        An UPDATE locks on every database: a row on servers, the file on SQLite. Nothing is read before it.
        """
        if type(product_id) is int and 0 < product_id < 2**31:
            touch = items.update().where(items.c.id == product_id).values(version=items.c.version)
            connection.execute(touch)
        return self.fetch(connection, product_id)

    def write(
        self, connection: sa.Connection, row: dict[str, Any], values: Mapping[str, Any]
    ) -> dict[str, Any]:
        different = {field: value for field, value in values.items() if row[field] != value}
        if not different:
            return row
        changed = {**different, "version": row["version"] + 1, "updated_at": now()}
        try:
            connection.execute(items.update().where(items.c.id == row["id"]).values(changed))
        except IntegrityError as error:
            raise Conflict("sku", "taken") from error
        return self.fetch(connection, row["id"])


def chunks(rows: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """Return rows a hundred at a time."""
    return [rows[start : start + 100] for start in range(0, len(rows), 100)]
