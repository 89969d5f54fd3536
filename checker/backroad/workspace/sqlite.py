"""SQLite files of the kit's own: opened safely, and SQLite's refusals said with a remedy."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from backroad.errors import BackroadError, stop
from backroad.workspace.disk import printable

BUSY_SECONDS = 5.0


@dataclass(frozen=True)
class Book:
    """A kind of file: its name in a sentence, its number among SQLite's applications, its tables.

    `migrations` lead from each version to the next. `elsewhere`, `newer` and `loss` are said when it cannot
    be written, was written by a newer kit, or is damaged.
    """

    name: str
    application: int
    migrations: tuple[str, ...]
    elsewhere: str
    newer: str
    loss: str

    def connect(self, path: Path) -> sqlite3.Connection:
        """Open or begin a file; stops with a remedy when that cannot be."""
        with self.said(path):
            connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
            try:
                self._prepare(connection, path)
            except BaseException:
                connection.close()
                raise
            return connection

    @contextmanager
    def said(self, path: Path) -> Iterator[None]:
        """Turn what SQLite refuses inside the block into an error with a remedy."""
        try:
            yield
        except sqlite3.DatabaseError as error:
            raise self._refusal(error, path) from error

    def _prepare(self, connection: sqlite3.Connection, path: Path) -> None:
        with transaction(connection, "DEFERRED"):
            version = self._version(connection, path)
        if version > len(self.migrations):
            raise stop(printable(path), f"this {self.name} was written by a newer kit", self.newer)
        use_wal(connection)
        if version < len(self.migrations):
            with transaction(connection):
                # Read again: another process may have been faster.
                for step in self.migrations[self._version(connection, path) :]:
                    for statement in filter(str.strip, step.split(";")):
                        connection.execute(statement)
                connection.execute(f"PRAGMA application_id = {self.application}")
                connection.execute(f"PRAGMA user_version = {len(self.migrations)}")

    def _version(self, connection: sqlite3.Connection, path: Path) -> int:
        """Read a file's version; in a transaction, as others may begin the file meanwhile."""
        (application,) = connection.execute("PRAGMA application_id").fetchone()
        (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        if tables and application != self.application:
            raise stop(printable(path), "is another program's database", self._aside(path))
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        return int(version)

    def _refusal(self, error: sqlite3.DatabaseError, path: Path) -> BackroadError:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            what = f"another command is writing to the {self.name}"
            return stop(printable(path), what, "repeat in a moment")
        if code == sqlite3.SQLITE_FULL:
            return stop(printable(path), "there is no room left to write", "free some space, then repeat")
        denied = (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_IOERR)
        if code in denied:
            return stop(printable(path), f"the {self.name} cannot be written ({error})", self.elsewhere)
        return stop(printable(path), f"the {self.name} is damaged ({error})", self._aside(path))

    def _aside(self, path: Path) -> str:
        return f"rename it to {path.name}.damaged to begin a new one; {self.loss}"


def use_wal(connection: sqlite3.Connection, clock: Callable[[], float] = time.monotonic) -> None:
    """Switch to write-ahead logging; SQLite does not wait by itself when two do that at once."""
    until = clock() + BUSY_SECONDS
    while connection.execute("PRAGMA journal_mode").fetchone() != ("wal",):
        try:
            connection.execute("PRAGMA journal_mode = WAL").fetchone()
            return  # a file system that cannot do it keeps the old mode, which is right as well
        except sqlite3.OperationalError:
            if clock() > until:
                raise
            time.sleep(0.01)


@contextmanager
def transaction(connection: sqlite3.Connection, kind: str = "IMMEDIATE") -> Iterator[None]:
    """Do what is in the block in one transaction; a `DEFERRED` one keeps no reader waiting."""
    connection.execute(f"BEGIN {kind}")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
