"""The journal."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from backroad.errors import BackroadError
from backroad.events import Event, EventKind
from backroad.workspace.journal import JOURNAL, MIGRATIONS, home_folder, open_journal

CHECKED = Event(EventKind.CHECKED, "greeter", Path("/somewhere"), {"passed": True, "seed": 7})
HINTED = Event(EventKind.HINTED, "other", None, {"check": "says_hello", "rung": 1})
WRITER = """
import sys
from pathlib import Path
from backroad.workspace.journal import open_journal
from backroad.events import Event, EventKind
for number in range(20):
    with open_journal(Path(sys.argv[1])) as journal:
        journal.record(Event(EventKind.CHECKED, "greeter", None, {"number": number}))
"""


def refused(home: Path) -> str:
    """Return what is said when the journal of a home cannot be opened."""
    with pytest.raises(BackroadError) as caught:
        open_journal(home)
    return str(caught.value)


def test_what_was_recorded_is_read_again(tmp_path: Path) -> None:
    """Events come back with their number and time, in the order in which they were written."""
    noon = datetime(2024, 2, 29, 12, tzinfo=timezone(timedelta(hours=2)))
    with open_journal(tmp_path / "home", now=lambda: noon) as journal:
        written = [journal.record(CHECKED), journal.record(HINTED)]
    with open_journal(tmp_path / "home") as journal:
        assert journal.entries() == written
    assert [entry.number for entry in written] == [1, 2]
    assert written[0].at == datetime(2024, 2, 29, 10, tzinfo=UTC)


def test_entries_of_one_exercise_or_workspace(tmp_path: Path) -> None:
    """Entries can be asked for by exercise, by workspace, and by both."""
    with open_journal(tmp_path) as journal:
        journal.record(CHECKED)
        journal.record(HINTED)
        assert [entry.event for entry in journal.entries(slug="other")] == [HINTED]
        assert [entry.event for entry in journal.entries(workspace=Path("/somewhere"))] == [CHECKED]
        assert journal.entries(slug="other", workspace=Path("/somewhere")) == []


def test_names_that_are_no_utf8_survive(tmp_path: Path) -> None:
    """A workspace whose path is no UTF-8 is recorded and found like any other."""
    odd = Path(os.fsdecode(b"/caf\xe9/\xff"))
    event = Event(EventKind.STORED, "greeter", odd, {"file": os.fsdecode(b"\xff.txt")})
    with open_journal(tmp_path) as journal:
        journal.record(event)
        assert [entry.event for entry in journal.entries(workspace=odd)] == [event]


def test_a_change_is_pending_until_it_is_finished(tmp_path: Path) -> None:
    """A change that was begun is found by the next command, until it is finished or abandoned."""
    place = Path("/somewhere")
    with open_journal(tmp_path) as journal:
        journal.begin(CHECKED)
    with open_journal(tmp_path) as journal:
        assert journal.pending(place) == CHECKED
        assert journal.pending(Path("/elsewhere")) is None
        assert journal.finish(CHECKED).event == CHECKED
        assert journal.pending(place) is None
        journal.begin(CHECKED)
        journal.abandon(place)
        assert journal.pending(place) is None
        assert len(journal.entries()) == 1


def test_many_processes_write_at_once(tmp_path: Path) -> None:
    """Processes that open and write the journal at the same moment wait for each other."""
    command = [sys.executable, "-c", WRITER, str(tmp_path / "new")]
    children = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(4)]
    assert [child.communicate()[1] for child in children] == ["", "", "", ""]
    with open_journal(tmp_path / "new") as journal:
        assert len(journal.entries()) == 80


def test_a_journal_that_another_process_begins_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is read of a new file to open it is of one moment, whenever another process begins the file."""
    path = tmp_path / "journal.sqlite"
    begun = [False]

    def connect(*args: Any, **keywords: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = original(*args, **keywords)
        connection.set_trace_callback(rival)
        return connection

    def rival(statement: str) -> None:
        if begun[0] or "sqlite_schema" not in statement:
            return
        begun[0] = True
        other = original(path, timeout=0, isolation_level=None)
        with contextlib.suppress(sqlite3.OperationalError):
            other.executescript(
                f"BEGIN; {MIGRATIONS[0]}; PRAGMA application_id = {JOURNAL.application};"
                f"PRAGMA user_version = {len(MIGRATIONS)}; COMMIT"
            )
        other.close()

    original = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", connect)
    with open_journal(tmp_path) as journal:
        journal.record(CHECKED)
        assert [entry.event for entry in journal.entries()] == [CHECKED]
    assert begun == [True]


def test_a_journal_of_a_newer_kit(tmp_path: Path) -> None:
    """A journal that a newer kit wrote is refused and stays as it is."""
    open_journal(tmp_path).close()
    with sqlite3.connect(tmp_path / "journal.sqlite") as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    assert "written by a newer kit; upgrade backroad" in refused(tmp_path)


@pytest.mark.parametrize(
    "content",
    [b"this is no database, but somebody's notes" * 100, b"SQLite format 3\0" + b"\xff" * 4000],
    ids=["text", "broken header"],
)
def test_a_damaged_journal(tmp_path: Path, content: bytes) -> None:
    """A damaged journal is refused with a remedy and not touched."""
    path = tmp_path / "journal.sqlite"
    path.write_bytes(content)
    said = refused(tmp_path)
    assert f"{path}: the journal is damaged" in said
    assert "rename it to journal.sqlite.damaged" in said
    assert path.read_bytes() == content


def test_damage_inside_is_said_when_it_is_met(tmp_path: Path) -> None:
    """A journal whose pages are damaged further inside gives the same error when they are read."""
    with open_journal(tmp_path) as journal:
        for _ in range(300):
            journal.record(CHECKED)
    path = tmp_path / "journal.sqlite"
    path.write_bytes(path.read_bytes()[:8192] + b"\xff" * (path.stat().st_size - 8192))
    with open_journal(tmp_path) as journal, pytest.raises(BackroadError, match="journal is damaged"):
        journal.entries()


def test_another_programs_database(tmp_path: Path) -> None:
    """A database that is no journal is not written to."""
    with sqlite3.connect(tmp_path / "journal.sqlite") as connection:
        connection.execute("CREATE TABLE theirs (x)")
    connection.close()
    assert "another program's database" in refused(tmp_path)


def test_a_home_that_cannot_be(tmp_path: Path) -> None:
    """A home that cannot be made is named, with the variable that chooses another."""
    (tmp_path / "file").write_text("", encoding="utf-8")
    said = refused(tmp_path / "file" / "home")
    assert str(tmp_path / "file") in said
    assert said.endswith("set BACKROAD_HOME to a folder you can write")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_a_home_that_cannot_be_written(tmp_path: Path) -> None:
    """A home without the right to write gives the same remedy."""
    tmp_path.chmod(0o500)
    try:
        assert "set BACKROAD_HOME" in refused(tmp_path)
    finally:
        tmp_path.chmod(0o700)


def test_the_home_is_chosen_by_the_environment(tmp_path: Path) -> None:
    """BACKROAD_HOME wins; else it is the system's place for a program's data."""
    assert home_folder({"BACKROAD_HOME": str(tmp_path)}) == tmp_path
    assert home_folder({}).name == "backroad"
    assert home_folder({"BACKROAD_HOME": ""}) == home_folder({})
