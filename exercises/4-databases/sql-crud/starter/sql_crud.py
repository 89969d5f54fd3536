"""Products in a SQL database: a repository that survives real life."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Engine

# These three stay as they are.


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


# Stage 1: one product


def make_engine(url: str | None = None) -> Engine:
    """Return an engine for a URL, for $DATABASE_URL, or for sqlite:///products.db."""
    # TODO 1: create_engine(url). TODO 15, in stage 5, is about the rest.
    raise NotImplementedError


def create_schema(engine: Engine) -> None:
    """Create the table and its index, unless they are there."""
    # TODO 2: a table with the fields of a product as columns, and the constraints of the README
    raise NotImplementedError


class ProductRepository:
    """Products, stored in one table."""

    def __init__(self, engine: Engine) -> None:
        # TODO 3: keep the engine; a connection is fetched by each method, and given back at its end
        raise NotImplementedError

    def create(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """Store a new product and return it."""
        # TODO 4: clean and complete the values, insert, commit, return the row as a plain dict
        # TODO 8, in stage 3: refuse what is wrong, all of it at once; `given/fields.py` helps
        # TODO 11, in stage 4: a SKU that is taken
        raise NotImplementedError

    def get(self, product_id: int) -> dict[str, Any]:
        """Return a product."""
        # TODO 5: the row as a plain dict, or NotFound
        raise NotImplementedError

    def get_by_sku(self, sku: str) -> dict[str, Any]:
        """Return the product with this SKU, in whatever spelling."""
        # TODO 6: the same, found by SKU
        raise NotImplementedError

    # Stage 2: many products

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
        """Return {"items": one page of the products that fit, "total": how many fit in all}."""
        # TODO 7: filter, count, sort, cut, all of it in the database
        raise NotImplementedError

    # Stages 3 and 4: change them, and many callers at once

    def update(
        self, product_id: int, changes: Mapping[str, Any], *, expected_version: int | None = None
    ) -> dict[str, Any]:
        """Change the given fields; with `expected_version` only if nobody did so in between."""
        # TODO 9: only what is given, and only if it is different
        # TODO 12, in stage 4: expected_version
        raise NotImplementedError

    def delete(self, product_id: int) -> None:
        """Delete a product."""
        # TODO 10: NotFound if there is none
        raise NotImplementedError

    def adjust_stock(self, product_id: int, delta: int) -> dict[str, Any]:
        """Add to the stock, or take from it."""
        # TODO 13: one UPDATE in which the database does the sum
        raise NotImplementedError

    # Stage 5: many at once

    def bulk_create(self, rows: Iterable[Mapping[str, Any]]) -> list[int]:
        """Store many new products, or none of them; return their ids in the order of the rows."""
        # TODO 14: clean all rows first, then insert them in one transaction, with few statements
        raise NotImplementedError
