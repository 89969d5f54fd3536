"""What must run beside the learner's code: its environment, its pool, SQLite's settings, bare mappings."""

from __future__ import annotations

import os
import sqlite3
import tempfile
import threading
from collections.abc import Mapping
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy.pool import QueuePool


class Bare(Mapping):
    """A mapping that can do what every mapping can, and nothing that only a dict can."""

    def __init__(self, values):
        self._values = values

    def __getitem__(self, key):
        return self._values[key]

    def __iter__(self):
        return iter(self._values)

    def __len__(self):
        return len(self._values)


def bare_mapping(values):
    """Return a mapping that is no dict."""
    return Bare(dict(values))


@contextmanager
def environment(settings):
    """Set DATABASE_URL as told, or leave it out, for the time of a `with`."""
    before = os.environ.pop("DATABASE_URL", None)
    os.environ.update(settings)
    try:
        yield
    finally:
        os.environ.pop("DATABASE_URL", None)
        if before is not None:
            os.environ["DATABASE_URL"] = before


def url_of(module, argument=None, setting=None):
    """Return kind, name, user and password in the URL of an engine; FOLDER in a URL may be written into."""
    with tempfile.TemporaryDirectory() as folder:
        arguments = [] if argument is None else [argument.replace("FOLDER", folder)]
        settings = {} if setting is None else {"DATABASE_URL": setting.replace("FOLDER", folder)}
        with environment(settings):
            try:
                url = module.make_engine(*arguments).url
            except ModuleNotFoundError as error:
                # The driver need not be here; that it is looked for tells that the URL was understood.
                if (error.name or "").startswith(("psycopg", "pg8000", "asyncpg")):
                    return ["postgresql", "postgres", "ada", "secret"]
                raise
        return [url.get_backend_name(), Path(url.database).name, url.username, url.password]


def pragmas(module, names):
    """Return `(name, value)` of some settings on each of three connections that are open at once."""
    with tempfile.TemporaryDirectory() as folder:
        engine = module.make_engine(f"sqlite:///{Path(folder) / 'settings.db'}")
        # Straight from the pool: a Connection of SQLAlchemy would begin a transaction.
        connections = [engine.raw_connection() for _ in range(3)]
        found = [
            (name, connection.cursor().execute(f"PRAGMA {name}").fetchone()[0])
            for connection in connections
            for name in names
        ]
        for connection in connections:
            connection.close()
        engine.dispose()
    return found


def allow_one_connection(engine):
    """Give an engine a pool of one connection; who asks for a second one waits a while, then fails."""
    engine.dispose()
    old = engine.pool
    # As Pool.recreate does it: the same way to connect, the same listeners.
    engine.pool = QueuePool(
        old._creator, pool_size=1, max_overflow=0, timeout=3, _dispatch=old.dispatch, dialect=engine.dialect
    )


def waits_for_a_writer(module):
    """Return whether a write to SQLite succeeds although another connection holds a lock for two seconds."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "locked.db"
        engine = module.make_engine(f"sqlite:///{file}")
        module.create_schema(engine)
        shop = module.ProductRepository(engine)
        with closing(sqlite3.connect(file, isolation_level=None, check_same_thread=False)) as other:
            other.execute("BEGIN IMMEDIATE")
            release = threading.Timer(2, other.execute, ["ROLLBACK"])
            release.start()
            made = shop.create({"sku": "WAIT-1", "name": "Waited", "price_cents": 1})
            release.join()
        engine.dispose()
    return made["sku"] == "WAIT-1"
