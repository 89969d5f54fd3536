"""The SQL database of a check: fresh, seen by the referee's own eyes, its statements recorded.

Runs on SQLite; with BACKROAD_POSTGRES_URL or BACKROAD_MYSQL_URL on those servers too.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from backroad.feedback import paragraphs
from backroad.model import Kind, Level, Limits, Need
from backroad.referee.database import Database, Refused
from backroad.referee.recorder import Recorder
from backroad.referee.servers import SQL_SERVERS, with_driver
from backroad.referee.stores import Store
from backroad.report import Report, Verdict

Judge = Callable[..., Report]
SERVERS = {name: os.environ.get(variable, "") for name, variable in SQL_SERVERS.items()}
CODE = """
    import threading
    import sqlalchemy as sa

    def make(url):
        return Things(sa.create_engine(url))

    class Full(Exception): pass

    class Things:
        def __init__(self, engine):
            self.engine = engine
            self.metadata = sa.MetaData()
            self.table = sa.Table(
                "things", self.metadata,
                sa.Column("id", sa.Integer, primary_key=True),
                sa.Column("name", sa.String(40), nullable=False, unique=True),
                sa.Column("count", sa.Integer, sa.CheckConstraint("count >= 0"), nullable=False),
                sa.Column("kind", sa.String(10), index=True),
            )

        def create_schema(self):
            self.metadata.create_all(self.engine)

        def add(self, name, count=0):
            with self.engine.begin() as connection:
                connection.execute(self.table.insert().values(name=name, count=count))

        def add_many(self, names):
            with self.engine.begin() as connection:
                connection.execute(self.table.insert(), [{"name": name, "count": 0} for name in names])

        def names(self):
            with self.engine.connect() as connection:
                return list(connection.scalars(sa.select(self.table.c.name).order_by(self.table.c.id)))

        def first(self):
            with self.engine.connect() as connection:
                return connection.scalars(sa.select(self.table.c.name)).first()

        def grow(self, by):
            more = self.table.c.count + by
            with self.engine.begin() as connection:
                done = connection.execute(self.table.update().where(more <= 5).values(count=more))
                if done.rowcount == 0:
                    raise Full

        def grow_badly(self, by):
            with self.engine.begin() as connection:
                count = connection.scalar(sa.select(self.table.c.count))
                connection.execute(self.table.update().values(count=count + by))

        def keep_open(self):
            self.connection = self.engine.connect()
            self.connection.execute(self.table.insert().values(name="open", count=1))

        def flood(self):
            while True:
                self.add_many([f"{number:40d}" for number in range(self.start, self.start + 20_000)])
                self.start += 20_000

        start = 0

        def drop(self):
            self.metadata.drop_all(self.engine)

        def broken(self):
            with self.engine.begin() as connection:
                connection.execute(sa.text("SELECT nothing FROM nowhere"))
"""


def checks(*bodies: str) -> str:
    """Return a check file, a check for each body, with what they share."""
    head = '''
"""First"""
import pytest
from backroad.checks import Refused, keywords

@pytest.fixture
def things(subject, database):
    made = subject.make(database.url)
    made.create_schema()
    return made
'''
    arguments = "subject, things, database, instruments"
    texts = [
        f'\ndef test_{"abc"[at]}({arguments}):\n    """It does"""\n{indented(body)}'
        for at, body in enumerate(bodies)
    ]
    return head + "".join(texts)


def indented(body: str) -> str:
    """Return lines of code as the body of a function."""
    return "".join(f"    {line}\n" for line in body.strip().splitlines())


@pytest.fixture(params=["sqlite", *SQL_SERVERS])
def check(request: pytest.FixtureRequest, judge: Judge) -> Callable[..., Report]:
    """Judge the code above by some checks, on each database that is there."""
    url = SERVERS.get(request.param, "")
    if request.param != "sqlite" and not url:
        pytest.skip(f"{SQL_SERVERS[request.param]} names no server")
    servers = {Need.SQL: with_driver(url)} if url else {}
    return lambda *bodies, **more: judge(CODE, checks(*bodies), needs=(Need.SQL,), servers=servers, **more)


def verdicts(report: Report) -> list[Verdict]:
    """Return the verdicts in order."""
    return [result.verdict for result in report.results]


def test_each_check_has_an_empty_database(check: Callable[..., Report]) -> None:
    """What one check stored is not there in the next; the referee sees what was committed."""
    body = """
assert things.names() == []
things.add("a")
assert database.rows("SELECT name, count FROM things") == [{"name": "a", "count": 0}]
assert database.tables() == ["things"]
"""
    report = check(body, body)
    assert verdicts(report) == [Verdict.PASSED] * 2, report.results
    assert report.level == max(Level.PROCESS, report.level)


def test_the_schema_is_seen(check: Callable[..., Report]) -> None:
    """Columns and indexes as the database has them, and what its constraints refuse."""
    report = check(
        """
assert database.table_with("kind") == "things"
assert database.columns("things")["name"]["nullable"] is False
assert {"columns": ["kind"], "unique": False} in database.indexes("things")
assert {"columns": ["name"], "unique": True} in database.indexes("things")
assert {"columns": ["id"], "unique": True} in database.indexes("things")
insert = "INSERT INTO things (name, count) VALUES (:name, :count)"
assert database.execute(insert, name="a", count=1) == 1
for name, count in [("a", 1), ("b", -1), (None, 1)]:
    with pytest.raises(Refused):
        database.execute(insert, name=name, count=count)
assert things.names() == ["a"]
assert b"a" in database.at_rest()
""",
        'database.table_with("nothing")',
    )
    assert verdicts(report) == [Verdict.PASSED, Verdict.FAILED], report.results
    assert report.results[1].expected == "one table with the column nothing"


def test_a_table_may_be_called_order(check: Callable[..., Report]) -> None:
    """Names that are words of SQL are quoted, and a column that the database computes is told as such."""
    report = check(
        """
order = database.quoted("order")
computed = "INTEGER GENERATED ALWAYS AS (id * 2) STORED"
database.execute(f"CREATE TABLE {order} (id INTEGER NOT NULL PRIMARY KEY, twice {computed})")
columns = database.columns("order")
assert {name: column["computed"] for name, column in columns.items()} == {"id": False, "twice": True}
database.execute(f"INSERT INTO {order} (id) VALUES (1)")
with database.locked("order", seconds=0.05):
    assert database.rows(f"SELECT twice FROM {order}") == [{"twice": 2}]
assert database.at_rest()
"""
    )
    assert verdicts(report) == [Verdict.PASSED], report.results


def test_constraints_may_call_functions(tmp_path: Path) -> None:
    """A SQLite table whose constraints ask json_valid() is honest: it can be read, locked and written."""
    with closing(sqlite3.connect(tmp_path / "app.db")) as connection:
        connection.execute("CREATE TABLE lists (items TEXT CHECK (json_valid(items)))")
    database = Database(Store(f"sqlite:///{tmp_path / 'app.db'}", tmp_path), Recorder())
    with database.locked("lists", seconds=0.01):
        pass
    database.execute("INSERT INTO lists VALUES ('[1]')")
    with pytest.raises(Refused):
        database.execute("INSERT INTO lists VALUES ('[')")
    assert database.rows("SELECT items FROM lists") == [{"items": "[1]"}]
    database.close()


def test_statements_are_counted(check: Callable[..., Report]) -> None:
    """Statements, executemany and fetched rows; connections that are out; the witness is not counted."""
    report = check("""
with instruments.statements() as seen:
    things.add_many([f"n{number}" for number in range(200)])
assert seen.count("INSERT") == 1
assert seen.all[0].many
with instruments.statements() as seen:
    assert len(things.names()) == 200
    database.rows("SELECT * FROM things")
assert (seen.count(), seen.count("select"), seen.fetched) == (1, 1, 200)
with instruments.statements() as seen:
    things.first()
assert seen.fetched >= 1
assert instruments.connections() == 0
things.keep_open()
assert instruments.connections() == 1
""")
    assert verdicts(report) == [Verdict.PASSED], report.results


def test_a_race_loses_what_is_read_first(check: Callable[..., Report]) -> None:
    """A guarded update keeps its bound, a read before a write loses; values and errors come back."""
    right = """
things.add("a")
results = instruments.race([(things, "grow", 1)] * 12)
assert sum(isinstance(one, subject.Full) for one in results) == 7
assert results.count(None) == 5
assert database.rows("SELECT count FROM things") == [{"count": 5}]
results = instruments.race([(things, "add", "b", keywords(count=2)), (subject, "make", database.url)])
assert database.rows("SELECT count FROM things WHERE name = 'b'") == [{"count": 2}]
"""
    wrong = """
things.add("a")
results = instruments.race([(things, "grow_badly", 1)] * 12)
assert [one for one in results if one is not None] == []
assert database.rows("SELECT count FROM things") == [{"count": 12}]
"""
    report = check(right, wrong, limits=Limits(call=10, check=60))
    assert verdicts(report) == [Verdict.PASSED, Verdict.FAILED], report.results


def test_what_ran_is_told(check: Callable[..., Report]) -> None:
    """A red check shows the statements of the learner's code, those that failed too."""
    report = check('things.add("a")\nthings.broken()', "assert things.names() == [1]")
    first, second = report.results
    assert first.verdict is Verdict.RAISED
    assert "INSERT INTO things" in " ".join(first.ran)
    assert "nowhere" in first.ran[-1]
    assert second.verdict is Verdict.FAILED
    assert [text.split()[0] for text in second.ran][-1] == "SELECT"
    assert not any("INSERT" in text for text in second.ran)


def test_a_lock_that_is_kept_has_its_verdict(check: Callable[..., Report]) -> None:
    """A transaction left open is told as one, and the next check is not touched."""
    report = check(
        'things.keep_open()\ndatabase.execute("UPDATE things SET count = 2")\n'
        "database.execute(\"INSERT INTO things (name, count) VALUES ('open', 3)\")",
        'things.add("a")\nassert things.names() == ["a"]',
    )
    assert report.results[0].verdict is Verdict.FAILED
    assert "was not ended" in str(report.results[0].message)
    assert report.results[1].verdict is Verdict.PASSED


def test_dropped_tables_are_told(check: Callable[..., Report]) -> None:
    """The witness's tables are the learner's to drop; that fails the check in words, not the kit."""
    report = check('things.drop()\ndatabase.rows("SELECT * FROM things")', "assert things.names() == []")
    assert report.results[0].verdict is Verdict.FAILED
    assert "cannot be read" in str(report.results[0].message)
    assert report.results[1].verdict is Verdict.PASSED


def test_a_flood_ends(check: Callable[..., Report]) -> None:
    """Endless writing ends at a limit that is told, and the next check has an empty database."""
    limits = Limits(call=3, check=30, file=2)
    report = check("things.flood()", "assert things.names() == []", limits=limits)
    first, second = report.results
    assert first.verdict in (Verdict.LIMIT, Verdict.HUNG), first  # a server has no limit of ours but the time
    assert first.where is not None
    assert second.verdict is Verdict.PASSED


def test_another_writer_can_be_in_the_way(check: Callable[..., Report]) -> None:
    """A lock of the referee's holds writers up for its time, and then lets them through."""
    report = check(
        'with database.locked("things", seconds=0.5):\n    things.add("late")\nassert things.names()'
    )
    assert verdicts(report) == [Verdict.PASSED], report.results


def test_another_writer_lets_readers_pass(check: Callable[..., Report]) -> None:
    """Who only reads does not wait for the lock, so that a race can be forced: all look before one writes."""
    report = check(
        'things.add("a")\nwith database.locked("things", seconds=30):\n    assert things.names() == ["a"]'
    )
    assert verdicts(report) == [Verdict.PASSED], report.results


@pytest.mark.parametrize("in_process", [False, True])
def test_time_zone_and_clock(judge: Judge, in_process: bool) -> None:
    """The time zone changes for one check; a clock stands still until it is moved."""
    code = """
        import time
        def offset(): return time.timezone
        def ask(clock): return clock()
    """
    texts = '''
"""First"""
def test_zone(subject, instruments):
    """Zone"""
    instruments.timezone("America/New_York")
    assert subject.offset() == 5 * 3600

def test_back(subject, clock):
    """Back"""
    assert subject.offset() == 0
    first = subject.ask(clock)
    assert clock.advance(1.5) == subject.ask(clock)
    assert (subject.ask(clock) - first).total_seconds() == 1.5
'''
    report = judge(code, texts, in_process=in_process)
    assert verdicts(report) == [Verdict.PASSED] * 2, report.results


SERVICE = """
    import json, os, sqlite3
    from http.server import BaseHTTPRequestHandler
    import base
    FILE = os.environ["DATABASE_URL"].removeprefix("sqlite:///")
    with sqlite3.connect(FILE) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS seen (path TEXT)")
    class Handler(base.Handler):
        def answer(self):
            with sqlite3.connect(FILE) as connection:
                connection.execute("INSERT INTO seen VALUES (?)", [self.path])
                rows = connection.execute("SELECT path FROM seen").fetchall()
            return {"seen": [path for path, in rows], "setting": os.environ.get("SETTING")}
    base.serve(Handler)
"""
SERVICE_CHECKS = '''
"""First"""
import pytest

def test_a(service, database):
    """Its database is there, and survives a restart"""
    assert service.get("/a").json["setting"] == "from the exercise"
    assert {"path": "/a"} in database.rows("SELECT path FROM seen")
    service.restart()
    assert "/a" in service.get("/b").json["seen"]
    with service.another(env={"SETTING": "changed"}) as other:
        told = other.get("/c").json
        assert (told["setting"], "/b" in told["seen"]) == ("changed", True)
    assert b"/c" in database.at_rest()

@pytest.mark.fresh
def test_b(service, database):
    """A fresh one has an empty database"""
    assert "/a" not in service.get("/d").json["seen"]
    assert {"path": "/a"} not in database.rows("SELECT path FROM seen")

def test_c(service):
    """The run's own goes on"""
    assert "/a" in service.get("/e").json["seen"]
'''


def test_a_service_keeps_its_database(judge: Judge, server: str) -> None:
    """DATABASE_URL, the exercise's settings, restarts, a second process, a fresh one."""
    files = {"app.py": SERVICE, "base.py": server}
    settings = {"SETTING": "from the exercise"}
    report = judge(files, SERVICE_CHECKS, kind=Kind.SERVICE, needs=(Need.SQL,), environment=settings)
    assert verdicts(report) == [Verdict.PASSED] * 3, report.results


TALKER = """
    import base
    class Handler(base.Handler):
        def do_GET(self):
            if self.path == "/broken":
                print("the disk is full", flush=True)
                self.send_response(500)
                self.end_headers()
            else:
                super().do_GET()
    print("starting", flush=True)
    base.serve(Handler)
"""
TALKER_CHECKS = '''
"""First"""
from backroad.checks import answer

def test_a(service):
    """Fine"""
    assert service.get("/fine") == answer(200)

def test_b(service):
    """Broken"""
    assert service.get("/broken") == answer(200)
'''


def test_the_log_of_a_check_is_told(judge: Judge, server: str) -> None:
    """A red check of a service brings the lines that were written in it; after a 500 they are shown."""
    report = judge({"app.py": TALKER, "base.py": server}, TALKER_CHECKS, kind=Kind.SERVICE)
    assert [(result.verdict, result.output) for result in report.results] == [
        (Verdict.PASSED, None),
        (Verdict.FAILED, "the disk is full"),
    ]
    assert "the disk is full" in [paragraph.text for paragraph in paragraphs(report.results[1])]
