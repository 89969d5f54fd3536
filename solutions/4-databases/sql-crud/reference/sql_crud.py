"""Products in a SQL database: a repository that survives real life."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Column,
    ColumnElement,
    Connection,
    DateTime,
    Engine,
    Integer,
    MetaData,
    String,
    Table,
    TypeDecorator,
    create_engine,
    delete,
    event,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from given.fields import BLANKS, Fault, any_text, integer, text

DEFAULT_URL = "sqlite:///products.db"
BUSY_SECONDS = 10
MAX_SKU, MAX_NAME, MAX_CATEGORY = 20, 120, 40
MAX_PRICE = 100_000_000
MAX_STOCK = 1_000_000
MAX_LIMIT = 100
CHUNK = 500  # values in one statement: databases take some ten thousand, not any number
MAX_INTEGER = 2_147_483_647  # the largest one that an INTEGER column holds in every database


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


def make_engine(url: str | None = None) -> Engine:
    """Return an engine for a URL, for DATABASE_URL, or for a file in this folder."""
    url = url or os.environ.get("DATABASE_URL") or DEFAULT_URL
    # Platforms still hand out the old spelling, which SQLAlchemy does not know.
    engine = create_engine(re.sub("^postgres://", "postgresql://", url))
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", set_up_sqlite)
    return engine


def set_up_sqlite(connection: Any, _: object) -> None:
    """Set what SQLite forgets with every connection."""
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")


class UtcTime(TypeDecorator[datetime]):
    """An aware time here, the same moment in UTC without its offset in the database."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: Any, _: Any) -> datetime:
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: Any, _: Any) -> datetime:
        return value.replace(tzinfo=UTC)


metadata = MetaData()
products = Table(
    "products",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("sku", String(MAX_SKU), nullable=False, unique=True),
    Column("name", String(MAX_NAME), nullable=False),
    Column("category", String(MAX_CATEGORY), index=True),
    Column("price_cents", Integer, CheckConstraint("price_cents >= 0"), nullable=False),
    Column("stock", Integer, CheckConstraint("stock >= 0"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
    sqlite_autoincrement=True,  # else SQLite hands out the highest id again after a delete
    mysql_collate="utf8mb4_bin",  # else MySQL takes é for e, and A for a
)


def create_schema(engine: Engine) -> None:
    """Create the table, unless it is there."""
    metadata.create_all(engine)


# What values have to be


def sku_of(value: Any) -> str:
    """Return a SKU in its one spelling; raises Fault."""
    sku = text(any_text(value).upper(), longest=MAX_SKU, shortest=3)
    if not re.fullmatch("[A-Z0-9-]*", sku):
        raise Fault("format", "must consist of letters A to Z, digits and hyphens")
    return sku


def category_of(value: Any) -> str | None:
    """Return a category in its one spelling, or None; raises Fault."""
    # A text may grow when its case changes: count what will be stored.
    return None if value is None else text(any_text(value).lower(), longest=MAX_CATEGORY)


REQUIRED = ("sku", "name", "price_cents")
READ_ONLY = ("id", "version", "created_at", "updated_at")
CLEAN: Mapping[str, Callable[[Any], Any]] = {
    "sku": sku_of,
    "name": lambda value: text(value, longest=MAX_NAME),
    "category": category_of,
    "price_cents": lambda value: integer(value, 0, MAX_PRICE),
    "stock": lambda value: integer(value, 0, MAX_STOCK),
}


def clean(data: Mapping[str, Any], required: Iterable[str] = ()) -> dict[str, Any]:
    """Return the values as they are stored; raises ValidationFailed with everything that is wrong."""
    values = {}
    errors = [error(field, Fault("required", "is missing")) for field in required if field not in data]
    for field, value in data.items():
        try:
            values[field] = clean_field(field, value)
        except Fault as fault:
            errors.append(error(field, fault))
    if errors:
        raise ValidationFailed(errors)
    return values


def clean_field(field: str, value: Any) -> Any:
    """Return one value as it is stored; raises Fault."""
    if field in READ_ONLY:
        raise Fault("read_only", "is not for callers to set")
    if field not in CLEAN:
        raise Fault("unknown_field", "is no field of a product")
    return CLEAN[field](value)


def new_row(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the whole row of a new product; raises ValidationFailed."""
    now = datetime.now(UTC)
    values = {"category": None, "stock": 0, **clean(data, REQUIRED)}
    return {**values, "version": 1, "created_at": now, "updated_at": now}


def new_rows(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the whole rows of new products; raises ValidationFailed with the faults of all."""
    new, errors = [], []
    for number, data in enumerate(rows):
        try:
            new.append(new_row(data))
        except ValidationFailed as failure:
            errors += [{**one, "field": f"rows[{number}].{one['field']}"} for one in failure.errors]
    if errors:
        raise ValidationFailed(errors)
    return new


def argument(name: str, check: Callable[..., Any], *values: Any) -> Any:
    """Return what a check makes of an argument; raises ValidationFailed with the argument's name."""
    try:
        return check(*values)
    except Fault as fault:
        raise ValidationFailed([error(name, fault)]) from None


def error(field: str, fault: Fault) -> dict[str, str]:
    """Return a fault as ValidationFailed has it."""
    return {"field": field, "code": fault.code, "message": fault.message}


def within(number: int, largest: int) -> int:
    """Return the number, or one just out of range: says the same, and overflows no column."""
    return max(-largest - 1, min(number, largest + 1))


# Which products


SORTS: dict[str, ColumnElement[Any]] = {
    name: products.c[name] for name in ("id", "name", "price_cents", "stock", "created_at")
}
SORTS |= {f"-{name}": column.desc() for name, column in SORTS.items()}


def has_id(product_id: int) -> ColumnElement[bool]:
    """Return the condition for one product; raises NotFound for what can be no id."""
    if type(product_id) is not int or not 1 <= product_id <= MAX_INTEGER:
        raise NotFound(f"no product has the id {product_id!a}")
    return products.c.id == product_id


def contains(q: str) -> ColumnElement[bool]:
    # autoescape: a % in q is a per cent sign, no wildcard.
    return or_(*(column.icontains(q, autoescape=True) for column in (products.c.name, products.c.sku)))


def has_category(category: str) -> ColumnElement[bool]:
    return products.c.category == category.strip(BLANKS).lower()


def costs_at_least(price: int) -> ColumnElement[bool]:
    return products.c.price_cents >= within(price, MAX_PRICE)


def costs_at_most(price: int) -> ColumnElement[bool]:
    return products.c.price_cents <= within(price, MAX_PRICE)


def is_in_stock(wanted: bool) -> ColumnElement[bool]:
    return products.c.stock > 0 if wanted else products.c.stock == 0


def truth(value: Any) -> bool:
    """Return True or False; raises Fault for anything else."""
    if type(value) is not bool:
        raise Fault("type", "must be True or False")
    return value


# Each filter of `list`: what its value has to be, and which products it lets pass.
FILTERS: Mapping[str, tuple[Callable[[Any], Any], Callable[[Any], ColumnElement[bool]]]] = {
    "q": (any_text, contains),
    "category": (any_text, has_category),
    "min_price": (integer, costs_at_least),
    "max_price": (integer, costs_at_most),
    "in_stock": (truth, is_in_stock),
}


def conditions(filters: Mapping[str, Any]) -> list[ColumnElement[bool]]:
    """Return what the filters ask for; None asks for nothing. Raises ValidationFailed."""
    given = {name: value for name, value in filters.items() if value is not None}
    return [FILTERS[name][1](argument(name, FILTERS[name][0], value)) for name, value in given.items()]


# The repository: one public method is one transaction


class ProductRepository:
    """Products, stored in one table."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def create(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """Store a new product and return it."""
        row = new_row(data)
        try:
            with self._engine.begin() as connection:
                key = connection.execute(insert(products).values(row)).inserted_primary_key
                return fetch(connection, products.c.id == key.id)
        except IntegrityError:
            # Only the database can tell who came first; asking it beforehand proves nothing.
            raise Conflict("sku", f"{row['sku']} is taken") from None

    def get(self, product_id: int) -> dict[str, Any]:
        """Return a product."""
        with self._engine.connect() as connection:
            return fetch(connection, has_id(product_id))

    def get_by_sku(self, sku: str) -> dict[str, Any]:
        """Return the product with this SKU, in whatever spelling."""
        try:
            wanted = sku_of(sku)
        except Fault:
            raise NotFound(f"no product has the SKU {sku!a}") from None
        with self._engine.connect() as connection:
            return fetch(connection, products.c.sku == wanted)

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
        """Return one page of the products that fit, and how many fit in all."""
        argument("limit", integer, limit, 1, MAX_LIMIT)
        argument("offset", integer, offset, 0, MAX_INTEGER)
        if sort not in SORTS:
            raise ValidationFailed([error("sort", Fault("choice", f"must be one of {', '.join(SORTS)}"))])
        filters = {"q": q, "category": category, "min_price": min_price, "max_price": max_price}
        matching = select(products).where(*conditions({**filters, "in_stock": in_stock}))
        page = matching.order_by(SORTS[sort], products.c.id).limit(limit).offset(offset)
        with self._engine.connect() as connection:
            total = connection.scalar(select(func.count()).select_from(matching.subquery()))
            items = [dict(row) for row in connection.execute(page).mappings()]
        return {"items": items, "total": total}

    def update(
        self, product_id: int, changes: Mapping[str, Any], *, expected_version: int | None = None
    ) -> dict[str, Any]:
        """Change the given fields; with `expected_version` only if nobody did so in between."""
        values = clean(changes)
        while True:
            try:
                with self._engine.begin() as connection:
                    stored = fetch(connection, has_id(product_id))
                    if expected_version not in (None, stored["version"]):
                        raise VersionConflict("version", f"the product has version {stored['version']}")
                    if all(stored[field] == value for field, value in values.items()):
                        return stored
                    # Somebody may write between our SELECT and our UPDATE. Then no row has the
                    # version that we read any more, nothing is changed, and we look again.
                    if change(connection, product_id, values, products.c.version == stored["version"]):
                        return fetch(connection, has_id(product_id))
            except IntegrityError:
                raise Conflict("sku", f"{values['sku']} is taken") from None

    def delete(self, product_id: int) -> None:
        """Delete a product."""
        with self._engine.begin() as connection:
            if connection.execute(delete(products).where(has_id(product_id))).rowcount == 0:
                raise NotFound(f"no product has the id {product_id}")

    def adjust_stock(self, product_id: int, delta: int) -> dict[str, Any]:
        """Add to the stock, or take from it; the database does the sum, so that no addition is lost."""
        step = within(argument("delta", integer, delta), MAX_STOCK)
        after = products.c.stock + step
        with self._engine.begin() as connection:
            if step and not change(connection, product_id, {"stock": after}, after.between(0, MAX_STOCK)):
                fetch(connection, has_id(product_id))
                if step < 0:
                    raise InsufficientStock("stock", f"there are less than {-step} in stock")
                raise ValidationFailed([error("delta", Fault("too_large", f"stock ends at {MAX_STOCK}"))])
            return fetch(connection, has_id(product_id))

    def bulk_create(self, rows: Iterable[Mapping[str, Any]]) -> list[int]:
        """Store many new products, or none of them; return their ids in the order of the rows."""
        new = new_rows(rows)
        if not new:
            return []
        try:
            with self._engine.begin() as connection:
                connection.execute(insert(products), new)
                return ids(connection, [row["sku"] for row in new])
        except IntegrityError:
            raise Conflict("sku", "a SKU is taken, or occurs twice") from None


def fetch(connection: Connection, condition: ColumnElement[bool]) -> dict[str, Any]:
    """Return the one product that fits; raises NotFound."""
    row = connection.execute(select(products).where(condition)).mappings().one_or_none()
    if row is None:
        raise NotFound("there is no such product")
    return dict(row)


def ids(connection: Connection, skus: Sequence[str]) -> list[int]:
    """Return the ids of products, in the order of their SKUs."""
    found: dict[str, int] = {}
    for start in range(0, len(skus), CHUNK):
        wanted = products.c.sku.in_(skus[start : start + CHUNK])
        found |= {row.sku: row.id for row in connection.execute(select(products).where(wanted))}
    return [found[sku] for sku in skus]


def change(
    connection: Connection, product_id: int, values: Mapping[str, Any], condition: ColumnElement[bool]
) -> bool:
    """Change a product if it fits the condition; return whether it did."""
    statement = update(products).where(has_id(product_id), condition)
    counted = {"version": products.c.version + 1, "updated_at": datetime.now(UTC)}
    return connection.execute(statement.values(**values, **counted)).rowcount == 1
