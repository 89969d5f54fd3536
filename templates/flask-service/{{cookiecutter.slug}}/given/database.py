"""The database that DATABASE_URL names, ready for use: understood in every spelling, safe for threads.

A service that keeps nothing in a database ignores this file.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Engine, create_engine, event

DEFAULT_URL = "sqlite:///app.db"
DRIVERS = {"postgres": "postgresql+psycopg", "postgresql": "postgresql+psycopg", "mysql": "mysql+pymysql"}
BUSY_SECONDS = 10


def database_url(environ: Mapping[str, str] = os.environ) -> str:
    """Return the URL as SQLAlchemy wants it; platforms still write postgres:// where it says postgresql."""
    scheme, separator, rest = (environ.get("DATABASE_URL") or DEFAULT_URL).partition("://")
    return DRIVERS.get(scheme, scheme) + separator + rest


def make_engine(url: str | None = None) -> Engine:
    """Return an engine. SQLite then checks foreign keys, and waits for other writers instead of failing."""
    engine = create_engine(url or database_url(), pool_pre_ping=True)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", set_up_sqlite)
    return engine


def set_up_sqlite(connection: Any, _: object) -> None:
    """Set what SQLite forgets with every connection."""
    cursor = connection.cursor()
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.close()
