"""What the app says when something is wrong, on a page or as JSON, and to whom."""

from __future__ import annotations

import logging
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from flask import abort

from backroad.errors import KitFault, Problem
from backroad.practice import Practice
from backroad.workspace.journal import JOURNAL

from .conftest import Visitor
from .visiting import assert_sealed

PAGES = ("", "exercise/greeter/", "history/", "history/greeter/")
MOST = 25.0  # seconds, where somebody holds the journal


def kit_fault() -> str:
    """Fail as a broken kit does."""
    raise KitFault(Problem("a template", "cannot be <b>read</b>\x1b"))


def bug() -> str:
    """Fail as no page should."""
    raise ZeroDivisionError("here")


@pytest.fixture
def failing(visitor: Visitor) -> Visitor:
    """A dashboard with pages that fail."""
    for name, view in {"fault": kit_fault, "bug": bug, "gone": lambda: abort(410, "it is gone <b>")}.items():
        visitor.app.add_url_rule(f"/<secret>/{name}", name, view, methods=["GET", "POST"])
    return visitor


def test_a_bug(failing: Visitor, caplog: pytest.LogCaptureFixture) -> None:
    """A bug is a page that says so, sealed; the log has all of it but the secret and the address."""
    with caplog.at_level(logging.ERROR):
        for ask in (failing.get, failing.post):
            answer = ask("bug")
            assert answer.status_code == 500
            assert "this is a bug in backroad" in answer.text
            assert "ZeroDivisionError" not in answer.text
            assert_sealed(answer.headers)
    assert "ZeroDivisionError: here" in caplog.text
    assert failing.secret not in caplog.text


def test_a_broken_kit(failing: Visitor) -> None:
    """What the kit is at fault for is told as text, as a page or as JSON, as it was asked."""
    page = failing.get("fault")
    assert (page.status_code, page.mimetype) == (500, "text/html")
    assert "a template: cannot be &lt;b&gt;read&lt;/b&gt;\\x1b" in page.text
    told = failing.post("fault")
    assert (told.status_code, told.json) == (500, {"problems": ["a template: cannot be <b>read</b>\\x1b"]})
    for answer in (page, told):
        assert_sealed(answer.headers)


def test_other_refusals(failing: Visitor) -> None:
    """Any other refusal says why, as text."""
    assert "it is gone &lt;b&gt;" in failing.get("gone").text
    assert failing.post("gone").json == {"problems": ["it is gone <b>"]}


def test_no_such_page(visitor: Visitor) -> None:
    """Where there is no page, plain text says so without repeating what was asked."""
    for path in ("no-such-page", "<script>alert(1)</script>", "assets/", "exercise//"):
        answer = visitor.get(path)
        assert answer.status_code in (308, 404)
        assert "<script>" not in answer.text
        assert_sealed(answer.headers)


def damaged(journal: Path) -> None:
    """Write what is no database."""
    for more in ("-wal", "-shm"):
        journal.with_name(journal.name + more).unlink(missing_ok=True)
    journal.write_bytes(b"no database at all " * 100)


def newer(journal: Path) -> None:
    """Make it a journal of a later kit."""
    with closing(sqlite3.connect(journal)) as connection:
        connection.execute(f"PRAGMA user_version = {len(JOURNAL.migrations) + 1}")


def foreign(journal: Path) -> None:
    """Make it another program's."""
    with closing(sqlite3.connect(journal)) as connection:
        connection.execute("PRAGMA application_id = 7")


def folder(journal: Path) -> None:
    """Put a folder in its place."""
    journal.unlink()
    journal.mkdir()


BROKEN = {
    "no database": (damaged, "damaged"),
    "a newer kit's": (newer, "written by a newer kit"),
    "another program's": (foreign, "another program"),
    "a folder": (folder, "the journal cannot be"),
}


@pytest.mark.parametrize(("harm", "words"), BROKEN.values(), ids=BROKEN)
def test_a_journal_that_cannot_be_read(
    visitor: Visitor, root: Path, harm: Callable[[Path], None], words: str
) -> None:
    """Every page says what is wrong with the journal and what to do, and works all the same."""
    assert "greeter" in visitor.text("")
    harm(visitor.desk.practice.home / "journal.sqlite")
    for page in PAGES:
        text = visitor.text(page)
        assert words in text, page
        assert text.count('<p class="note">') == 1
    assert f"{root.name}</bdi>" in visitor.text("exercise/greeter/")  # it lies where it would be made
    answer = visitor.post("exercise/greeter/start")
    assert answer.status_code == 200
    assert not [path for path in root.iterdir() if path.name.startswith(".") and "backroad" in path.name]


def test_a_journal_of_an_older_kit(visitor: Visitor, root: Path) -> None:
    """A journal without the tables of today is brought up to date, and its pages are there."""
    home = visitor.desk.practice.home
    (home / "journal.sqlite").rename(home / "kept.sqlite")
    with closing(sqlite3.connect(home / "journal.sqlite")) as connection:
        connection.execute(f"PRAGMA application_id = {JOURNAL.application}")
    for page in PAGES:
        assert '<p class="note">' not in visitor.text(page)
    assert visitor.desk.practice.entries() == []
    assert root.is_dir()


def test_a_journal_that_is_deleted(visitor: Visitor, root: Path) -> None:
    """A home that is deleted while it is served leaves pages without a past; a change begins another."""
    assert 'class="note"' not in visitor.text("exercise/greeter/")
    shutil.rmtree(visitor.desk.practice.home)
    for page in PAGES:
        visitor.text(page)
    assert f"{root.name}</bdi>" in visitor.text("exercise/greeter/")
    assert visitor.post("exercise/farewell/start").status_code == 200
    assert [entry.event.slug for entry in visitor.desk.practice.entries()] == ["farewell"]


def test_a_journal_that_is_replaced(practice: Practice, visitor: Visitor, root: Path) -> None:
    """Another journal in place of the first is read from its beginning."""
    home = practice.home
    visitor.text("")
    assert visitor.desk.road.standings()["greeter"].workspace == root
    with practice.archive():  # its log is in the file once it was closed
        pass
    other = Practice(practice.content_folder, {"BACKROAD_HOME": str(home.with_name("other"))})
    with other.archive():
        pass
    (other.home / "journal.sqlite").replace(home / "journal.sqlite")
    visitor.text("")
    assert visitor.desk.road.standings() == {}


@pytest.fixture
def held(practice: Practice, root: Path) -> Iterator[sqlite3.Connection]:
    """A journal that another process is writing to, for longer than anybody waits."""
    assert root.is_dir()
    with closing(sqlite3.connect(practice.home / "journal.sqlite", isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield connection


def test_a_journal_that_is_written_to(visitor: Visitor, held: sqlite3.Connection) -> None:
    """While another process writes, every page is there at once."""
    began = time.monotonic()
    for page in PAGES:
        assert '<p class="note">' not in visitor.text(page)
    assert time.monotonic() - began < 2
    held.execute("ROLLBACK")


def test_a_hint_that_cannot_be_noted(visitor: Visitor, held: sqlite3.Connection) -> None:
    """A change that waits for the journal in vain is answered within seconds, and told in the room."""
    began = time.monotonic()
    answer = visitor.post("exercise/greeter/hint/greets")
    assert answer.status_code == 200
    assert time.monotonic() - began < MOST
    room = visitor.desk.room(visitor.desk.practice.exercise("greeter"))
    assert any("this hint is not remembered" in notice for notice in room.scene.notices)
    held.execute("ROLLBACK")
