"""SQL statements counted beside a service."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from backroad.subject.tally import FORM, is_counted

PROGRAM = """
import sqlite3, sys
from backroad.subject import tally

tally.listen(sys.argv[1])
from sqlite3 import connect
connection = connect(":memory:")
connection.execute("CREATE TABLE t (a)")
connection.execute("INSERT INTO t VALUES (1)")
connection.commit()
connection.execute("PRAGMA foreign_keys = ON")
connection.execute("SELECT a FROM t").fetchall()
sqlite3.connect(":memory:").execute("SELECT 1")
"""


def test_statements_are_counted_in_shared_memory(tmp_path: Path) -> None:
    """Whoever holds the file reads how many connections and statements there were."""
    file = tmp_path / "tally"
    file.write_bytes(bytes(FORM.size))
    subprocess.run([sys.executable, "-c", PROGRAM, str(file)], check=True, timeout=60)
    assert FORM.unpack(file.read_bytes()) == (2, 3)


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ("SELECT * FROM t", True),
        ("  insert into t values (1)", True),
        ("WITH x AS (SELECT 1) SELECT * FROM x", True),
        ("SELECT 1", False),
        ("BEGIN IMMEDIATE", False),
        ("commit;", False),
        ("PRAGMA foreign_keys=ON", False),
        ("-- UPDATE t SET a = 1", False),
        ("", False),
    ],
)
def test_what_is_counted(text: str, counts: bool) -> None:
    """Questions and changes count; borders of transactions, settings, pings and triggers do not."""
    assert is_counted(text) is counts
