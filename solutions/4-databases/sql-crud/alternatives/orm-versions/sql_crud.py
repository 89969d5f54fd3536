"""Products as mapped objects: SQLAlchemy keeps the version, sessions come and go with each call."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Engine,
    String,
    TypeDecorator,
    create_engine,
    event,
    func,
    insert,
    or_,
    select,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, sessionmaker
from sqlalchemy.orm.exc import StaleDataError

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


# The database


class IsoTime(TypeDecorator[datetime]):
    """A time as text: 2026-03-01T09:30:00.000+00:00. Texts of one offset sort as their times do."""

    impl = String(32)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _: Any) -> str | None:
        return value and value.astimezone(UTC).isoformat(timespec="milliseconds")

    def process_result_value(self, value: str | None, _: Any) -> datetime | None:
        return value and datetime.fromisoformat(value)


class Base(DeclarativeBase):
    """What the mapped classes share."""


class Product(Base):
    """A row of the table."""

    __tablename__ = "product"

    id: Mapped[int] = mapped_column(primary_key=True)
    sku: Mapped[str] = mapped_column(String(20), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    category: Mapped[str | None] = mapped_column(String(40), index=True)
    price_cents: Mapped[int]
    stock: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(IsoTime)
    updated_at: Mapped[datetime] = mapped_column(IsoTime)

    __table_args__ = (
        CheckConstraint("price_cents >= 0"),
        CheckConstraint("stock >= 0"),
        {"sqlite_autoincrement": True, "mysql_collate": "utf8mb4_bin"},
    )
    # Every UPDATE gets `AND version = <what was read>`; no row found is a StaleDataError.
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads it, nobody changes it

    def as_dict(self) -> dict[str, Any]:
        """Return a copy that lives on without the session."""
        return {column.name: getattr(self, column.name) for column in self.__table__.columns}


def make_engine(url: str | None = None) -> Engine:
    """Return an engine; SQLite then checks foreign keys and waits for ten seconds."""
    url = url or os.environ.get("DATABASE_URL", "") or "sqlite:///products.db"
    if url.startswith("postgres://"):
        url = "postgresql+psycopg://" + url.removeprefix("postgres://")
    if not url.startswith("sqlite"):
        return create_engine(url)
    engine = create_engine(url, connect_args={"timeout": 10})

    @event.listens_for(engine, "connect")
    def check_foreign_keys(connection: Any, _: object) -> None:
        connection.execute("PRAGMA foreign_keys = ON")

    return engine


def create_schema(engine: Engine) -> None:
    """Create the table, unless it is there."""
    Base.metadata.create_all(engine)


# Validation


def clean_sku(value: Any) -> str:
    sku = text(any_text(value).upper(), 20, 3)
    if re.search("[^A-Z0-9-]", sku):
        raise Fault("format", "must consist of A to Z, 0 to 9 and -")
    return sku


def clean_value(field: str, value: Any) -> Any:
    """Return a value as it is stored; raises Fault."""
    match field:
        case "sku":
            return clean_sku(value)
        case "name":
            return text(value, 120)
        case "category":
            return text(any_text(value).lower(), 40) if value is not None else None
        case "price_cents":
            return integer(value, 0, 100_000_000)
        case "stock":
            return integer(value, 0, 1_000_000)
        case "id" | "version" | "created_at" | "updated_at":
            raise Fault("read_only", "is set by the repository")
    raise Fault("unknown_field", "is unknown")


class Errors:
    """Gathers faults; speaks once."""

    def __init__(self, prefix: str = "") -> None:
        self.prefix = prefix
        self.found: list[dict[str, str]] = []

    def add(self, field: str, fault: Fault) -> None:
        self.found.append({"field": self.prefix + field, "code": fault.code, "message": str(fault)})

    def clean(self, data: Mapping[str, Any], required: tuple[str, ...] = ()) -> dict[str, Any]:
        """Return the clean values; what is wrong is added."""
        values: dict[str, Any] = {}
        for field in required:
            if field not in data:
                self.add(field, Fault("required", "is required"))
        for field, value in data.items():
            try:
                values[field] = clean_value(field, value)
            except Fault as fault:
                self.add(field, fault)
        return values

    def speak(self) -> None:
        """Raise ValidationFailed if anything was added."""
        if self.found:
            raise ValidationFailed(self.found)


REQUIRED = ("sku", "name", "price_cents")


def refuse(name: str, code: str, message: str) -> ValidationFailed:
    return ValidationFailed([{"field": name, "code": code, "message": message}])


def checked(name: str, function: Any, *arguments: Any) -> Any:
    """Return function(*arguments); a Fault becomes ValidationFailed."""
    try:
        return function(*arguments)
    except Fault as fault:
        raise refuse(name, fault.code, fault.message) from None


# The repository


class ProductRepository:
    """A session for each call; objects never leave it."""

    def __init__(self, engine: Engine) -> None:
        self.session = sessionmaker(engine)

    def create(self, data: Mapping[str, Any]) -> dict[str, Any]:
        errors = Errors()
        values = errors.clean(data, REQUIRED)
        errors.speak()
        now = datetime.now(UTC)
        try:
            with self.session.begin() as session:
                product = Product(**values, created_at=now, updated_at=now)
                session.add(product)
                session.flush()
                session.refresh(product)  # the times as they were rounded for the table
                return product.as_dict()
        except IntegrityError:
            raise Conflict("sku", "this SKU is taken") from None

    def get(self, product_id: int) -> dict[str, Any]:
        with self.session() as session:
            return find(session, product_id).as_dict()

    def get_by_sku(self, sku: str) -> dict[str, Any]:
        try:
            wanted = clean_sku(sku)
        except Fault:
            raise NotFound("there is no such SKU") from None
        with self.session() as session:
            product = session.scalar(select(Product).where(Product.sku == wanted))
            if product is None:
                raise NotFound("there is no such SKU")
            return product.as_dict()

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
        checked("limit", integer, limit, 1, 100)
        checked("offset", integer, offset, 0, 2**31)
        matching = select(Product)
        if q is not None:
            text_of_q = checked("q", any_text, q)
            pattern = "%" + re.sub(r"([%_\\])", r"\\\1", text_of_q) + "%"
            likes = (Product.name.ilike(pattern, escape="\\"), Product.sku.ilike(pattern, escape="\\"))
            matching = matching.where(or_(*likes))
        if category is not None:
            matching = matching.where(
                Product.category == checked("category", any_text, category).strip(BLANKS).lower()
            )
        if min_price is not None:
            least = min(checked("min_price", integer, min_price), 100_000_001)
            matching = matching.where(Product.price_cents >= max(least, 0))
        if max_price is not None:
            most = max(checked("max_price", integer, max_price), -1)
            matching = matching.where(Product.price_cents <= min(most, 100_000_000))
        if in_stock is True:
            matching = matching.where(Product.stock > 0)
        elif in_stock is False:
            matching = matching.where(Product.stock == 0)
        elif in_stock is not None:
            raise refuse("in_stock", "type", "must be True or False")
        page = matching.order_by(*order(sort)).limit(limit).offset(offset)
        with self.session() as session:
            total = session.scalar(matching.with_only_columns(func.count(Product.id)))
            return {"items": [product.as_dict() for product in session.scalars(page)], "total": total}

    def update(
        self, product_id: int, changes: Mapping[str, Any], *, expected_version: int | None = None
    ) -> dict[str, Any]:
        errors = Errors()
        values = errors.clean(changes)
        errors.speak()
        while True:
            try:
                with self.session.begin() as session:
                    product = find(session, product_id)
                    if expected_version is not None and product.version != expected_version:
                        raise VersionConflict("version", f"the version is {product.version}")
                    return write(session, product, values)
            except StaleDataError:
                continue  # somebody was faster: look again
            except IntegrityError:
                raise Conflict("sku", "this SKU is taken") from None

    def delete(self, product_id: int) -> None:
        with self.session.begin() as session:
            find(session, product_id)
            # Not session.delete: of two who delete at once, only one may believe that it did.
            statement = Product.__table__.delete().where(Product.id == product_id)
            if session.execute(statement).rowcount == 0:
                raise NotFound("somebody else deleted it")

    def adjust_stock(self, product_id: int, delta: int) -> dict[str, Any]:
        checked("delta", integer, delta)
        while True:
            try:
                with self.session.begin() as session:
                    product = find(session, product_id)
                    stock = product.stock + delta
                    if stock < 0:
                        raise InsufficientStock("stock", f"there are only {product.stock}")
                    if stock > 1_000_000:
                        raise refuse("delta", "too_large", "more than 1,000,000 in stock")
                    return write(session, product, {"stock": stock})
            except StaleDataError:
                continue

    def bulk_create(self, rows: Iterable[Mapping[str, Any]]) -> list[int]:
        errors, values = Errors(), []
        now = datetime.now(UTC)
        usual = {"category": None, "stock": 0, "version": 1, "created_at": now, "updated_at": now}
        for number, row in enumerate(rows):
            errors.prefix = f"rows[{number}]."
            values.append({**usual, **errors.clean(row, REQUIRED)})
        errors.speak()
        ids: dict[str, int] = {}
        try:
            with self.session.begin() as session:
                for start in range(0, len(values), 250):
                    some = values[start : start + 250]
                    session.execute(insert(Product), some)
                    added = select(Product.sku, Product.id).where(
                        Product.sku.in_([one["sku"] for one in some])
                    )
                    ids.update(session.execute(added).tuples().all())
        except IntegrityError:
            raise Conflict("sku", "a SKU is taken, or occurs twice") from None
        return [ids[value["sku"]] for value in values]


def find(session: Session, product_id: int) -> Product:
    """Return the product; raises NotFound."""
    fits = type(product_id) is int and 0 < product_id < 2**31
    product = session.get(Product, product_id) if fits else None
    if product is None:
        raise NotFound("there is no such product")
    return product


def write(session: Session, product: Product, values: Mapping[str, Any]) -> dict[str, Any]:
    """Set the values that differ, and return the product as it is stored now."""
    for field, value in values.items():
        if getattr(product, field) != value:
            setattr(product, field, value)
    if session.is_modified(product):
        product.updated_at = datetime.now(UTC)
        session.flush()
        session.refresh(product)
    return product.as_dict()


def order(sort: str) -> tuple[Any, ...]:
    """Return what to sort by; raises ValidationFailed."""
    if type(sort) is str:
        name = sort.removeprefix("-")
        if name in ("id", "name", "price_cents", "stock", "created_at"):
            column = getattr(Product, name)
            return (column.desc() if sort.startswith("-") else column, Product.id)
    raise refuse("sort", "choice", "is no field to sort by")
