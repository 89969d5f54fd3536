"""The ledger of a grading: what came of each submission, committed one by one."""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from backroad.errors import stop
from backroad.grading.values import Key, Outcome, prints_of
from backroad.report import report_from_json
from backroad.workspace.disk import printable, spoken
from backroad.workspace.sqlite import Book, transaction

MIGRATIONS = (
    """
    CREATE TABLE belongs (exercise TEXT NOT NULL, kit TEXT NOT NULL);
    CREATE TABLE outcomes (
        submission TEXT NOT NULL, checks TEXT NOT NULL, seed INTEGER NOT NULL,
        report BLOB NOT NULL, prints BLOB NOT NULL, trouble TEXT NOT NULL,
        PRIMARY KEY (submission, checks, seed)
    );
    """,
)
ELSEWHERE = "choose another folder with --out"
LEDGER = Book(
    "ledger",
    application=0x67726164,  # "grad"
    migrations=MIGRATIONS,
    elsewhere=ELSEWHERE,
    newer=f"upgrade backroad, or {ELSEWHERE}",
    loss="what it holds is graded again",
)


@contextmanager
def open_ledger(out: Path, exercise: str, kit: str) -> Iterator[Ledger]:
    """Open or begin the ledger of an output folder; stops where it belongs to another exercise or kit."""
    with spoken(out, ELSEWHERE):
        out.mkdir(parents=True, exist_ok=True)
    path = out / "ledger.sqlite"
    connection = LEDGER.connect(path)
    try:
        ledger = Ledger(connection, path)
        ledger.belong_to(exercise, kit)
        yield ledger
    finally:
        connection.close()


class Ledger:
    """An open ledger; used by one thread."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self._path = path

    def belong_to(self, exercise: str, kit: str) -> None:
        """Note whose grades these are; stops where they are somebody else's."""
        with LEDGER.said(self._path), transaction(self._connection):
            owner = self._connection.execute("SELECT exercise, kit FROM belongs").fetchone()
            if owner is None:
                self._connection.execute("INSERT INTO belongs VALUES (?, ?)", (exercise, kit))
        if owner not in (None, (exercise, kit)):
            what = f"holds grades of {owner[0]} by backroad {owner[1]}, not of {exercise} by {kit}"
            raise stop(printable(self._path.parent), what, ELSEWHERE)

    def outcome(self, key: Key) -> Outcome | None:
        """Return what came of a submission, if it was judged already."""
        query = """
            SELECT report, prints, trouble FROM outcomes WHERE submission = ? AND checks = ? AND seed = ?
        """
        with LEDGER.said(self._path):
            row = self._connection.execute(query, (key.submission, key.checks, key.seed)).fetchone()
        if row is None:
            return None
        report, prints, trouble = row
        return Outcome(report_from_json(unpacked(report)), prints_of(unpacked(prints)), trouble)

    def has(self, key: Key) -> bool:
        """Return whether a submission was judged already."""
        query = "SELECT 1 FROM outcomes WHERE submission = ? AND checks = ? AND seed = ?"
        with LEDGER.said(self._path):
            row = self._connection.execute(query, (key.submission, key.checks, key.seed)).fetchone()
        return row is not None

    def keep(self, key: Key, outcome: Outcome) -> None:
        """Write down what came of a submission: once this returns, no stop can lose it."""
        report, prints = packed(outcome.report.to_json()), packed(outcome.prints.tolist())
        row = (key.submission, key.checks, key.seed, report, prints, outcome.trouble)
        with LEDGER.said(self._path), transaction(self._connection):
            self._connection.execute("INSERT OR REPLACE INTO outcomes VALUES (?, ?, ?, ?, ?, ?)", row)


def packed(value: object) -> bytes:
    """Return a value as JSON, deflated: a report says the same of most checks."""
    return zlib.compress(json.dumps(value).encode("ascii"))


def unpacked(data: bytes) -> Any:
    """Return the value that was packed."""
    return json.loads(zlib.decompress(data))
