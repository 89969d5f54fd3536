"""The journal: what happened to which exercise and when, in one SQLite file under the kit's home."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import platformdirs

from backroad.events import Entry, Event, EventKind
from backroad.workspace.disk import spoken
from backroad.workspace.sqlite import Book, transaction

HOME_REMEDY = "set BACKROAD_HOME to a folder you can write"
MIGRATIONS = (
    """
    CREATE TABLE entries (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        at TEXT NOT NULL, kind TEXT NOT NULL, slug TEXT NOT NULL, workspace BLOB, data TEXT NOT NULL
    );
    CREATE INDEX entries_by_slug ON entries (slug);
    CREATE INDEX entries_by_workspace ON entries (workspace);
    CREATE TABLE pending (
        workspace BLOB PRIMARY KEY, kind TEXT NOT NULL, slug TEXT NOT NULL, data TEXT NOT NULL
    );
    """,
)
JOURNAL = Book(
    "journal",
    application=0x6261636B,  # "back"
    migrations=MIGRATIONS,
    elsewhere=HOME_REMEDY,
    newer="upgrade backroad, or set BACKROAD_HOME to another folder",
    loss="your workspaces stay as they are",
)


def home_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """Return the folder for the journal, the attic and the locks."""
    chosen = environ.get("BACKROAD_HOME")
    return Path(chosen or platformdirs.user_data_dir("backroad", appauthor=False)).expanduser().absolute()


def utc_now() -> datetime:
    """Return the time with its zone."""
    return datetime.now(UTC)


def open_journal(home: Path, now: Callable[[], datetime] = utc_now) -> Journal:
    """Open or begin the journal of a home; stops with a remedy when that cannot be."""
    path = home / "journal.sqlite"
    with spoken(home, HOME_REMEDY):
        home.mkdir(parents=True, exist_ok=True)
    return Journal(JOURNAL.connect(path), path, now)


class Journal:
    """An open journal; used in a `with`, and by one thread."""

    def __init__(self, connection: sqlite3.Connection, path: Path, now: Callable[[], datetime]) -> None:
        self._connection = connection
        self._path = path
        self._now = now

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def record(self, event: Event) -> Entry:
        """Write an event down with the time."""
        with self._transaction():
            return self._insert(event)

    def entries(self, slug: str | None = None, workspace: Path | None = None, after: int = 0) -> list[Entry]:
        """Return what was written down, oldest first, of one exercise or one workspace if given.

        Entries with a number up to `after` are known already and left out.
        """
        sought = {"slug": slug, "workspace": _encoded(workspace)}
        given: dict[str, Any] = {name: value for name, value in sought.items() if value is not None}
        where = " AND ".join([*(f"{name} = :{name}" for name in given), "number > :after"])
        given["after"] = after
        query = f"SELECT number, at, kind, slug, workspace, data FROM entries WHERE {where} ORDER BY number"
        with JOURNAL.said(self._path):
            return [_entry(row) for row in self._connection.execute(query, given)]

    def begin(self, event: Event) -> None:
        """Note that a change of a workspace is under way, so that whoever comes after a crash ends it."""
        row = (_encoded(event.workspace), event.kind, event.slug, json.dumps(event.data))
        with self._transaction():
            self._connection.execute("INSERT OR REPLACE INTO pending VALUES (?, ?, ?, ?)", row)

    def pending(self, workspace: Path) -> Event | None:
        """Return the change of a workspace that was begun and neither finished nor abandoned."""
        query = "SELECT kind, slug, workspace, data FROM pending WHERE workspace = ?"
        with JOURNAL.said(self._path):
            row = self._connection.execute(query, (_encoded(workspace),)).fetchone()
        return _event(*row) if row else None

    def finish(self, event: Event) -> Entry:
        """Write a change down that was begun; it is pending no longer."""
        with self._transaction():
            self._forget(event.workspace)
            return self._insert(event)

    def abandon(self, workspace: Path) -> None:
        """Forget a change that was begun and rolled back."""
        with self._transaction():
            self._forget(workspace)

    def _insert(self, event: Event) -> Entry:
        at = self._now().astimezone(UTC)
        row = (at.isoformat(), event.kind, event.slug, _encoded(event.workspace), json.dumps(event.data))
        command = "INSERT INTO entries (at, kind, slug, workspace, data) VALUES (?, ?, ?, ?, ?)"
        number = self._connection.execute(command, row).lastrowid
        return Entry(number or 0, at, event)

    def _forget(self, workspace: Path | None) -> None:
        self._connection.execute("DELETE FROM pending WHERE workspace = ?", (_encoded(workspace),))

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with JOURNAL.said(self._path), transaction(self._connection):
            yield


def _encoded(workspace: Path | None) -> bytes | None:
    """Return a path as bytes: SQLite's text cannot hold names that are no UTF-8."""
    return None if workspace is None else os.fsencode(workspace)


def _entry(row: tuple[int, str, str, str, bytes | None, str]) -> Entry:
    number, at, kind, slug, workspace, data = row
    return Entry(number, datetime.fromisoformat(at), _event(kind, slug, workspace, data))


def _event(kind: str, slug: str, workspace: bytes | None, data: str) -> Event:
    told: dict[str, Any] = json.loads(data)
    return Event(EventKind(kind), slug, None if workspace is None else Path(os.fsdecode(workspace)), told)
