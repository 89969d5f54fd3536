"""The referee's own witness of a SQL database: what is really stored, asked over a connection of its own."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from backroad.referee.evidence import Evidence, Trouble
from backroad.referee.plainfiles import contents, is_plain_file
from backroad.referee.recorder import Recorder
from backroad.referee.stores import Store
from backroad.report import Verdict

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine, Inspector
    from sqlalchemy.exc import DBAPIError

T = TypeVar("T")
MAX_ROWS = 100_000
MAX_STORED = 256 * 2**20
MAX_VALUE = 64 * 2**20
SECONDS = 5
BUSY_SECONDS = 2
ANSWER_SECONDS = SECONDS + BUSY_SECONDS + 1  # whatever no time-out of a driver ends
BESIDE = ("", "-journal", "-wal", "-shm")  # what SQLite opens
PROGRESS_STEPS = 10_000
LOCK = {
    "sqlite": "BEGIN IMMEDIATE",
    "postgresql": "LOCK TABLE {table} IN EXCLUSIVE MODE",
    "mysql": "SELECT * FROM {table} FOR UPDATE",  # LOCK TABLES would hold readers up as well
}
PATIENCE: dict[str, dict[str, Any]] = {
    "sqlite": {"timeout": BUSY_SECONDS},
    "postgresql": {
        "options": f"-c lock_timeout={BUSY_SECONDS * 1000} -c statement_timeout={SECONDS * 1000}",
        "connect_timeout": SECONDS,
    },
    "mysql": {
        "init_command": f"SET lock_wait_timeout={BUSY_SECONDS}, innodb_lock_wait_timeout={BUSY_SECONDS}",
        "connect_timeout": SECONDS,
        "read_timeout": SECONDS,
    },
}
NO_ANSWER = f"no answer within {ANSWER_SECONDS} s"
LOCKED = ("locked", "lock timeout", "lock wait timeout", "statement timeout")
REFUSED_CODES = (3819, 4025)  # CHECK constraints of MySQL and MariaDB


class Refused(Exception):
    """The database did not take what the check wrote."""


class Database:
    """One database as a check sees it."""

    def __init__(self, store: Store, recorder: Recorder) -> None:
        self._store = store
        self._recorder = recorder
        self._made: Engine | None = None

    @property
    def url(self) -> str:
        """The URL to give to the learner's code."""
        return self._store.url

    @property
    def dialect(self) -> str:
        """The kind of database: "sqlite", "postgresql" or "mysql"."""
        return self._store.dialect

    def rows(self, sql: str, **parameters: Any) -> list[dict[str, Any]]:
        """Return what a SELECT finds; parameters are written `:name`."""
        return self._asked(lambda connection: self._all(connection, sql, parameters))

    def execute(self, sql: str, **parameters: Any) -> int:
        """Change the database and commit; returns the row count.

        Raises Refused where a constraint, or the type of a column, forbids it.
        """
        from sqlalchemy import text

        def change(connection: Connection) -> int:
            count = connection.execute(text(sql), parameters).rowcount
            connection.commit()
            return int(count)

        self._recorder.did(f"the checker's own: {' '.join(sql.split())}")
        return self._asked(change)

    def tables(self) -> list[str]:
        """Return the names of the tables."""
        return self._asked(lambda connection: self._inspector(connection).get_table_names())

    def columns(self, table: str) -> dict[str, dict[str, Any]]:
        """Return, for each column, its type as text, whether it may be NULL, and whether it is computed."""
        found = self._asked(lambda connection: self._inspector(connection).get_columns(table))
        return {
            one["name"]: {
                "type": str(one["type"]),
                "nullable": one["nullable"],
                "computed": bool(one.get("computed")),
            }
            for one in found
        }

    def indexes(self, table: str) -> list[dict[str, Any]]:
        """Return columns and uniqueness of each index; constraints and the primary key are included."""

        def look(connection: Connection) -> list[tuple[list[Any], bool]]:
            inspector = self._inspector(connection)
            found = [([*one["column_names"]], bool(one["unique"])) for one in inspector.get_indexes(table)]
            keys = [one["column_names"] for one in inspector.get_unique_constraints(table)]
            primary = inspector.get_pk_constraint(table)["constrained_columns"]
            return found + [([*columns], True) for columns in (*keys, primary)]

        return [{"columns": columns, "unique": unique} for columns, unique in self._asked(look)]

    def quoted(self, name: str) -> str:
        """Return the name of a table or column as SQL has to write it: `order` is a word of its own."""
        return self._engine().dialect.identifier_preparer.quote(name)

    def table_with(self, column: str) -> str:
        """Return the one table that has a column; the check fails where there is none, or several."""
        found = [table for table in self.tables() if column in self.columns(table)]
        if len(found) != 1:
            got = f"tables: {', '.join(self.tables()) or 'none'}"
            raise Trouble(Evidence(Verdict.FAILED, expected=f"one table with the column {column}", got=got))
        return found[0]

    @contextmanager
    def locked(self, table: str, seconds: float) -> Iterator[None]:
        """Hold a lock that writers of a table wait for, from now on and for so many seconds."""
        held, over = threading.Event(), threading.Event()
        troubles: list[BaseException] = []

        def hold() -> None:
            try:
                if self._store.enclosure is not None:
                    self._store.enclosure.enter()
                with self._connected() as connection:
                    connection.exec_driver_sql(LOCK[self.dialect].format(table=self.quoted(table)))
                    held.set()
                    over.wait(seconds)
                    connection.rollback()
            except BaseException as error:
                troubles.append(error)
            finally:
                held.set()

        holder = threading.Thread(target=hold, daemon=True)
        holder.start()
        if not held.wait(ANSWER_SECONDS):
            raise Trouble(unusable(NO_ANSWER))
        self._recorder.did(f"another connection holds a lock on {table} for {seconds:g} s")
        try:
            yield
        finally:
            over.set()
            holder.join(ANSWER_SECONDS)
        if troubles:
            raise troubles[0]

    def at_rest(self) -> bytes:
        """Return all that is stored: SQLite's files as they are, else every row of every table as text."""
        folder = self._store.folder
        if folder is not None:
            return self._within(lambda: b"\n".join(contents(folder, MAX_STORED)))
        texts = []
        for table in self.tables():
            rows = self.rows(f"SELECT * FROM {self.quoted(table)}")
            texts += [stored_text(value) for row in rows for value in row.values()]
        return b"\n".join(texts)

    def close(self) -> None:
        """Close every connection."""
        if self._made is not None:
            self._made.dispose()

    # Inside

    def _asked(self, question: Callable[[Connection], T]) -> T:
        """Return what a question gets for an answer, asked over a connection of its own."""

        def ask() -> T:
            with self._connected() as connection:
                return question(connection)

        return self._within(ask)

    def _within(self, deed: Callable[[], T]) -> T:
        """Do something with the database's files, where it can do no harm, and no longer than it may take."""
        if self._store.enclosure is None:
            return deed()
        try:
            return self._store.enclosure.do(deed, ANSWER_SECONDS)
        except TimeoutError:
            raise Trouble(unusable(NO_ANSWER)) from None

    @contextmanager
    def _connected(self) -> Iterator[Connection]:
        """Give a connection; what the database has against it comes out as Refused, or as Trouble."""
        from sqlalchemy.exc import DBAPIError

        try:
            with self._engine().connect() as connection:
                yield connection
        except DBAPIError as error:
            raise (refused(error) or Trouble(unusable(str(error.orig)))) from None

    def _all(self, connection: Connection, sql: str, parameters: dict[str, Any]) -> list[dict[str, Any]]:
        from sqlalchemy import text

        rows, left = list[dict[str, Any]](), MAX_STORED
        for row in connection.execute(text(sql), parameters).mappings():
            rows.append(dict(row))
            left -= sum(len(value) for value in row.values() if isinstance(value, str | bytes))
            if len(rows) > MAX_ROWS:
                raise Trouble(Evidence(Verdict.LIMIT, f"more than {MAX_ROWS:,} rows are stored"))
            if left < 0:
                raise Trouble(Evidence(Verdict.LIMIT, f"more than {MAX_STORED / 2**20:g} MiB are stored"))
        return rows

    def _inspector(self, connection: Connection) -> Inspector:
        from sqlalchemy import inspect

        return inspect(connection)

    def _engine(self) -> Engine:
        if self._made is None:
            self._made = engine_for(self._store)
        file = self._store.file
        if file is not None and not all(is_plain_file(Path(f"{file}{end}"), or_none=True) for end in BESIDE):
            raise Trouble(unusable("it is no file any more"))
        return self._made


def engine_for(store: Store) -> Engine:
    """Return an engine of the referee's own: every wait ends, and no pool holds a connection."""
    from sqlalchemy import create_engine, event
    from sqlalchemy.pool import NullPool

    engine = create_engine(
        store.url,
        poolclass=NullPool,
        connect_args=PATIENCE[store.dialect],
        execution_options={"backroad_unheard": True},
    )
    if store.dialect == "sqlite":
        event.listen(engine, "connect", distrust)
    return engine


def distrust(connection: sqlite3.Connection, _: object) -> None:
    """Let no schema that the learner's code left behind run for ever.

    Not `trusted_schema = OFF`: SQLite then refuses honest constraints such as CHECK (json_valid(tags)), and
    this connection has no functions that could do harm.
    """
    deadline = time.monotonic() + SECONDS
    connection.set_progress_handler(lambda: time.monotonic() > deadline, PROGRESS_STEPS)
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA temp_store = MEMORY")
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MAX_VALUE)  # a view makes a gigabyte out of nothing


def refused(error: DBAPIError) -> Refused | None:
    """Return the refusal that a driver's error stands for, if it is one."""
    code = getattr(error.orig, "args", (None,))[0]
    known = type(error).__name__ in ("IntegrityError", "DataError") or code in REFUSED_CODES
    return Refused(str(error.orig)) if known else None


def unusable(said: str) -> Evidence:
    """Return the evidence of a database that its witness cannot use."""
    if any(word in said.lower() for word in LOCKED):
        message = "the database stays locked: a transaction of your code was not ended"
        return Evidence(Verdict.FAILED, message, remedy="end every transaction, with commit or rollback")
    return Evidence(Verdict.FAILED, f"the database cannot be read: {said}")


def stored_text(value: Any) -> bytes:
    """Return a stored value as text."""
    return (
        bytes(value)
        if isinstance(value, bytes | bytearray | memoryview)
        else str(value).encode("utf-8", "replace")
    )
