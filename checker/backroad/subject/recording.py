"""What database drivers do for the learner's code: SQL statements, document commands, open connections.

Listeners on SQLAlchemy's Engine and Pool and on PyMongo's monitoring, so that every design is heard that
uses them. In a race the same listeners pause the thread that speaks, so that others come between.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

KEPT = 5_000
MAX_TEXT = 2_000
MAX_TEXTS = 40
MAX_DEPTH = 12
PAUSE = 0.002  # seconds before each statement of a race
UNHEARD = "backroad_unheard"  # execution option of the referee's own engine, for runs in one process


class Log:
    """The last entries of one kind, numbered through."""

    def __init__(self) -> None:
        self._entries: deque[list[Any]] = deque(maxlen=KEPT)
        self.total = 0

    def add(self, entry: list[Any]) -> list[Any]:
        """Keep an entry, and return it."""
        self._entries.append(entry)
        self.total += 1
        return entry

    def since(self, number: int) -> list[list[Any]]:
        """Return the entries that came after the first `number` ones, as far as they are kept."""
        entries = list(self._entries)
        return entries[max(0, len(entries) - (self.total - number)) :]


class Race:
    """Whether threads race just now."""

    running = False

    @classmethod
    def pause(cls) -> None:
        """Let others come between, in a race."""
        if cls.running:
            time.sleep(PAUSE)


class Connections:
    """How many connections are checked out of SQLAlchemy's pools."""

    lock = threading.Lock()
    out = 0

    @classmethod
    def change(cls, by: int) -> None:
        """Count one out, or back in."""
        with cls.lock:
            cls.out += by


STATEMENTS = Log()
COMMANDS = Log()
_watched: set[str] = set()


def watch(what: Sequence[str]) -> None:
    """Listen to the drivers of what an exercise needs: "sql", "documents"."""
    watchers: dict[str, Callable[[], None]] = {"sql": watch_sql, "documents": watch_documents}
    for name in what:
        if name in watchers and name not in _watched:
            watchers[name]()
            _watched.add(name)


# SQL


def watch_sql() -> None:
    """Listen to every engine and pool of SQLAlchemy; see its page on core events."""
    from sqlalchemy import Engine, Pool, event

    event.listen(Engine, "before_cursor_execute", before_statement)
    event.listen(Engine, "after_cursor_execute", after_statement)
    event.listen(Pool, "checkout", taken)
    event.listen(Pool, "checkin", given_back)
    event.listen(Pool, "detach", given_back)


def before_statement(connection: Any, _: Any, text: str, __: Any, context: Any, many: bool) -> None:
    """Keep a statement: `[text, many, rows]`."""
    if connection.get_execution_options().get(UNHEARD):
        return
    Race.pause()
    entry = STATEMENTS.add([text[:MAX_TEXT], bool(many), 0])
    if context is not None:
        context.backroad_entry = entry


def after_statement(_: Any, cursor: Any, __: str, ___: Any, context: Any, ____: bool) -> None:
    """Have the rows counted that are fetched from a statement."""
    entry = getattr(context, "backroad_entry", None)
    if entry is not None and cursor.description is not None and context.cursor is cursor:
        context.cursor = CountingCursor(cursor, entry)


def taken(*_: Any) -> None:
    """Count a connection that leaves its pool."""
    Connections.change(1)


def given_back(*_: Any) -> None:
    """Count a connection that is the pool's again, or nobody's."""
    Connections.change(-1)


class CountingCursor:
    """A driver's cursor that counts the rows it gives."""

    def __init__(self, cursor: Any, entry: list[Any]) -> None:
        vars(self).update(_cursor=cursor, _entry=entry)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cursor, name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self._cursor, name, value)

    def __iter__(self) -> Iterator[Any]:
        for row in self._cursor:
            self._entry[2] += 1
            yield row

    def fetchone(self) -> Any:
        """Return the next row, or None."""
        row = self._cursor.fetchone()
        self._entry[2] += row is not None
        return row

    def fetchmany(self, *size: int) -> Any:
        """Return the next rows."""
        rows = self._cursor.fetchmany(*size)
        self._entry[2] += len(rows)
        return rows

    def fetchall(self) -> Any:
        """Return all rows that are left."""
        rows = self._cursor.fetchall()
        self._entry[2] += len(rows)
        return rows


# Documents


def watch_documents() -> None:
    """Listen to the commands of every client of PyMongo; see its page on monitoring."""
    from pymongo import monitoring

    class Listener(monitoring.CommandListener):
        """Keeps commands: `[name, collection, body, documents]`."""

        def __init__(self) -> None:
            self._open: dict[int, list[Any]] = {}

        def started(self, event: monitoring.CommandStartedEvent) -> None:
            """Keep a command that is sent."""
            if event.command_name in UNTOLD:
                return
            Race.pause()
            body = {key: plain(value) for key, value in event.command.items() if key not in ENVELOPE}
            collection = event.command.get("collection", event.command.get(event.command_name))
            entry = [event.command_name, collection if isinstance(collection, str) else "", body, []]
            self._open[event.request_id] = COMMANDS.add(entry)

        def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
            """Keep the documents that came back."""
            entry = self._open.pop(event.request_id, None)
            if entry is not None:
                entry[3] = [plain(document) for document in documents_in(event.reply)]

        def failed(self, event: monitoring.CommandFailedEvent) -> None:
            """Nothing came back."""
            self._open.pop(event.request_id, None)

    monitoring.register(Listener())


UNTOLD = ("hello", "isMaster", "ismaster", "ping", "buildInfo", "endSessions", "killCursors")
ENVELOPE = ("lsid", "$db", "$clusterTime", "txnNumber", "$readPreference", "apiVersion")


def documents_in(reply: Mapping[str, Any]) -> list[Any]:
    """Return the documents that a reply carries."""
    cursor = reply.get("cursor")
    if isinstance(cursor, Mapping):
        return list(cursor.get("firstBatch", cursor.get("nextBatch", ())))
    value = reply.get("value")
    return [value] if isinstance(value, Mapping) else []


def plain(value: Any, depth: int = 0) -> Any:
    """Return a value of BSON as one that crosses to the checks; ObjectIds and other kinds as text."""
    if depth > MAX_DEPTH:
        return "…"
    if isinstance(value, Mapping):
        return {str(key): plain(entry, depth + 1) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [plain(entry, depth + 1) for entry in value]
    if value is None or type(value) in (bool, int, float, str, bytes):
        return value
    return int(value) if isinstance(value, int) else str(value)


# For checks


def mark() -> list[int]:
    """Return how many statements and commands there were so far."""
    return [STATEMENTS.total, COMMANDS.total]


def statements(number: int) -> list[list[Any]]:
    """Return the statements after the first `number` ones: `[text, many, rows fetched]`."""
    return STATEMENTS.since(number)


def commands(number: int) -> list[list[Any]]:
    """Return the commands after the first `number` ones: `[name, collection, body, documents]`."""
    return COMMANDS.since(number)


def spoken(before: Sequence[int]) -> list[str]:
    """Return how many statements and commands came after a mark, then the texts of the last ones."""
    said = [text for text, _, _ in statements(before[0])]
    said += [f"{collection}.{name} {body}"[:MAX_TEXT] for name, collection, body, _ in commands(before[1])]
    return [f"{len(said)}", *said[-MAX_TEXTS:]]


def connections() -> int:
    """Return how many connections are checked out now."""
    return Connections.out
