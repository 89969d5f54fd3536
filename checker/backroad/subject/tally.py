"""Counts the SQL statements of a service beside the learner's code, in memory that the referee reads.

It listens to Python's sqlite3, which SQLAlchemy uses too: designs with and without it are counted alike.
"""

from __future__ import annotations

import mmap
import os
import struct
from collections.abc import Callable
from typing import Any

FORM = struct.Struct("=QQ")  # connections that were listened to, statements
SHORTEST_COMMENT = "--"  # how SQLite tells what a trigger does
# No question of the learner's code: borders of transactions, settings of a connection.
UNCOUNTED = frozenset("BEGIN COMMIT END ROLLBACK SAVEPOINT RELEASE PRAGMA".split())
PING = "SELECT 1"  # a pool asks so whether a connection lives


def listen(path: str) -> None:
    """Have each connection of sqlite3 from now on counted in a file of `FORM`'s size, with its statements."""
    import sqlite3

    file = os.open(path, os.O_RDWR)
    memory = memoryview(mmap.mmap(file, FORM.size)).cast("Q")
    os.close(file)
    connect = sqlite3.dbapi2.connect

    def listened(*args: Any, **kwargs: Any) -> Any:
        connection = connect(*args, **kwargs)
        connection.set_trace_callback(counter(memory))
        memory[0] += 1
        return connection

    sqlite3.dbapi2.connect = sqlite3.connect = listened


def counter(memory: memoryview) -> Callable[[str], None]:
    """Return what counts one statement that is executed."""

    def count(text: str) -> None:
        if is_counted(text):
            memory[1] += 1

    return count


def is_counted(text: str) -> bool:
    """Return whether a statement asks or changes something."""
    verb = (text.split(None, 1) or [""])[0].rstrip(";").upper()
    is_ping = text.strip(" ;\n").upper() == PING
    return bool(verb) and not verb.startswith(SHORTEST_COMMENT) and verb not in UNCOUNTED and not is_ping
