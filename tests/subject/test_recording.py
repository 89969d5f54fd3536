"""What drivers do is heard: numbered, bounded, plain."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

import pytest
from bson import Int64, ObjectId
from sqlalchemy import Engine, Pool, create_engine, event, text

from backroad.subject import recording
from backroad.subject.recording import KEPT, UNHEARD, Log, plain

LISTENERS = [
    (Engine, "before_cursor_execute", recording.before_statement),
    (Engine, "after_cursor_execute", recording.after_statement),
    (Pool, "checkout", recording.taken),
    (Pool, "checkin", recording.given_back),
    (Pool, "detach", recording.given_back),
]


@pytest.fixture
def heard() -> Iterator[None]:
    """Listen for the time of a test."""
    recording.watch(["sql"])
    yield
    for target, name, listener in LISTENERS:
        event.remove(target, name, listener)
    recording._watched.clear()


def test_a_log_keeps_the_last_entries() -> None:
    """Entries are numbered through; what is too old is gone, and nothing is told twice."""
    log = Log()
    for number in range(KEPT + 10):
        log.add([number])
    assert log.total == KEPT + 10
    assert log.since(KEPT + 7) == [[KEPT + 7], [KEPT + 8], [KEPT + 9]]
    assert log.since(log.total) == []
    assert log.since(0)[0] == [10]


@pytest.mark.usefixtures("heard")
def test_rows_are_counted_however_they_are_fetched() -> None:
    """All at once, one by one, some, or none; executemany is one statement; the unheard are not heard."""
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE t (n INTEGER)"))
        connection.execute(text("INSERT INTO t VALUES (:n)"), [{"n": number} for number in range(10)])
        (before, _) = recording.mark()
        connection.execute(text("SELECT n FROM t")).all()
        connection.execute(text("SELECT n FROM t")).fetchmany(3)
        connection.execute(text("SELECT n FROM t")).first()
        assert len([*connection.execute(text("SELECT n FROM t"))]) == 10
        connection.execute(text("DELETE FROM t"))
    told = recording.statements(before)
    everything, some, first, *others = [rows for _, _, rows in told]
    assert (everything, others) == (10, [10, 0])
    assert 3 <= some <= 10
    assert 1 <= first <= 10
    assert recording.statements(before - 1)[0][:2] == ["INSERT INTO t VALUES (?)", True]
    with engine.connect() as connection:
        connection.execution_options(**{UNHEARD: True}).execute(text("SELECT 1"))
    engine.dispose()
    assert len(recording.statements(before)) == len(told)
    assert recording.spoken([before, 0])[0] == "5"


@pytest.mark.usefixtures("heard")
def test_connections_are_counted() -> None:
    """One that is out is out until it comes back."""
    engine = create_engine("sqlite://")
    before = recording.connections()
    with engine.connect():
        assert recording.connections() == before + 1
    assert recording.connections() == before
    engine.dispose()


def test_values_of_bson_are_made_plain() -> None:
    """What cannot cross to the checks crosses as text; depth is bounded."""
    number = ObjectId()
    moment = datetime.datetime(2026, 3, 1, tzinfo=datetime.UTC)
    told = plain({"_id": number, "n": Int64(5), "list": [1.5, None, b"x"], "at": moment})
    assert told == {"_id": str(number), "n": 5, "list": [1.5, None, b"x"], "at": str(moment)}
    assert type(told["n"]) is int
    nested: object = 1
    for _ in range(40):
        nested = [nested]
    assert "…" in str(plain(nested))
