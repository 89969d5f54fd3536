"""The History page: what was done, and the way back, which a browser cannot lead astray."""

from __future__ import annotations

import json
import os
import re
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from backroad.dashboard.application import make_app
from backroad.dashboard.desk import Desk
from backroad.dashboard.guard import HEADER, Guard
from backroad.dashboard.rooms import Rooms
from backroad.dashboard.states import PAGE, key_of
from backroad.events import Event, EventKind
from backroad.practice import Practice
from backroad.practice.beginning import begin
from backroad.referee.engine import Engine
from backroad.workspace.archive import open_archive

FOREIGN = [
    pytest.param("0" * 64, id="unknown"),
    pytest.param("", id="empty"),
    pytest.param("../../../etc/passwd", id="a path"),
    pytest.param(None, id="nothing"),
    pytest.param(["x"], id="no text"),
    pytest.param({"state": "x"}, id="an object"),
    pytest.param("short", id="only its beginning"),
]


class Visitor:
    """A browser that knows the secret."""

    def __init__(self, desk: Desk, root: Path) -> None:
        self.desk = desk
        self.root = root
        self.slug = desk.practice.roadmap.exercises[0].slug
        self.app = make_app(desk)
        self.page = f"history/{self.slug}/{key_of(root)}/"

    def get(self, path: str) -> tuple[int, str]:
        """Return code and text of a page."""
        answer = self._client().get(f"/{self.desk.guard.secret}/{path}", base_url=self._base)
        return answer.status_code, answer.get_data(as_text=True)

    def restore(self, state: Any, page: str = "", secret: str | None = None) -> tuple[int, dict[str, Any]]:
        """Ask for a state; return code and answer."""
        told = self.desk.guard.secret if secret is None else secret
        address = f"/{self.desk.guard.secret}/{page or self.page}restore"
        answer = self._client().post(
            address, base_url=self._base, headers={HEADER: told}, json={"state": state}
        )
        return answer.status_code, json.loads(answer.data) if answer.is_json else {}

    def states(self) -> list[str]:
        """Return the states that the page offers."""
        return re.findall(r'data-state="(\w+)"', self.get(self.page)[1])

    @property
    def _base(self) -> str:
        return f"http://{self.desk.guard.hosts[0]}"

    def _client(self) -> FlaskClient:
        return self.app.test_client()


@pytest.fixture
def practice(tmp_path: Path) -> Practice:
    """A learner's kit with a home of its own."""
    return Practice(None, {"BACKROAD_HOME": str(tmp_path / "home")})


@pytest.fixture
def root(practice: Practice, tmp_path: Path) -> Path:
    """A workspace as it is begun."""
    return begin(practice, practice.roadmap.exercises[0], tmp_path / "mine").root


@pytest.fixture
def visitor(practice: Practice, root: Path) -> Iterator[Visitor]:
    """Somebody who looks at the dashboard."""
    idle = Engine(lambda _: None)  # nothing is run here
    desk = Desk(practice, Guard(1234), Rooms(practice, idle), root.parent)
    try:
        yield Visitor(desk, root)
    finally:
        desk.close()


def work(practice: Practice, root: Path, text: str, green: int = 1) -> str:
    """Write a file and check; return the state."""
    (root / "notes.txt").write_text(text, encoding="utf-8")
    verdicts = {f"c{number}": "PASSED" if number < green else "FAILED" for number in range(3)}
    slug = practice.roadmap.exercises[0].slug
    with practice.archive() as archive:
        state = archive.attic.store(root)
        data = {
            "kit": practice.kit,
            "state": state,
            "whole": True,
            "passed": green == 3,
            "verdicts": verdicts,
        }
        archive.journal.record(Event(EventKind.CHECKED, slug, root, data))
    return state


def notes(root: Path) -> str:
    """Return the file that work writes."""
    return (root / "notes.txt").read_text(encoding="utf-8")


def test_what_was_done(visitor: Visitor) -> None:
    """The page tells of every exercise that was begun, and leads to each."""
    work(visitor.desk.practice, visitor.root, "one")
    code, text = visitor.get("history/")
    assert code == 200
    assert f"history/{visitor.slug}/" in text
    code, text = visitor.get(f"history/{visitor.slug}/")
    assert code == 200
    assert "1 run, 1 of 3 checks green" in text
    assert visitor.page in text


def test_nothing_done(practice: Practice, visitor: Visitor) -> None:
    """An exercise that was never begun says so; one that nobody knows is not found."""
    other = practice.roadmap.exercises[1].slug
    assert "has not been begun" in visitor.get(f"history/{other}/")[1]
    assert visitor.get("history/no-such-thing/")[0] == 404


def test_states_are_told(visitor: Visitor) -> None:
    """Each state says when it was, what led to it, and which files differ."""
    work(visitor.desk.practice, visitor.root, "one")
    work(visitor.desk.practice, visitor.root, "two", green=2)
    text = visitor.get(visitor.page)[1]
    assert "checked: 1 of 3 checks green" in text
    assert "as it was begun" in text
    assert re.search(r"<i>changes</i> <code>notes.txt", text)
    assert re.search(r"<i>removes</i> <code>notes.txt", text)
    assert text.count("as it is now") == 1


def test_restore_and_take_back(visitor: Visitor) -> None:
    """A state comes back, what happened is told, and taking it back is another button."""
    first = work(visitor.desk.practice, visitor.root, "one")
    work(visitor.desk.practice, visitor.root, "two")
    (visitor.root / "notes.txt").write_text("never checked", encoding="utf-8")
    code, told = visitor.restore(first)
    assert (code, notes(visitor.root)) == (200, "one")
    text = visitor.get(f"{visitor.page}?after={told['number']}")[1]
    assert "<strong>Restored.</strong>" in text
    back = re.search(r'data-state="(\w+)">Take that back', text)
    assert back
    assert visitor.restore(back[1])[0] == 200
    assert notes(visitor.root) == "never checked"


def test_the_same_state(visitor: Visitor) -> None:
    """Going to where the workspace is already changes nothing and says so."""
    state = work(visitor.desk.practice, visitor.root, "one")
    assert visitor.restore(state) == (200, {"number": 0, "left": 0})
    assert "in that state already" in visitor.get(f"{visitor.page}?after=0")[1]


@pytest.mark.parametrize("state", FOREIGN)
def test_foreign_states(visitor: Visitor, state: object) -> None:
    """Only the whole name of a state that the journal knows of this exercise is taken."""
    known = work(visitor.desk.practice, visitor.root, "one")
    work(visitor.desk.practice, visitor.root, "two")
    code, told = visitor.restore(known[:12] if state == "short" else state)
    assert code == 409
    assert "has no such state" in told["problems"][0]
    assert notes(visitor.root) == "two"


def test_a_state_of_another_exercise(practice: Practice, visitor: Visitor, tmp_path: Path) -> None:
    """A state of one exercise is none of another's."""
    work(practice, visitor.root, "one")
    other = begin(practice, practice.roadmap.exercises[1], tmp_path / "other").root
    with practice.archive() as archive:
        state = archive.attic.store(other)
    assert visitor.restore(state)[0] == 409


@pytest.mark.parametrize(
    "page",
    [
        pytest.param("history/{slug}/0123456789abcdef/", id="a key of no folder"),
        pytest.param("history/{slug}/..%2f..%2fetc/", id="a path for a key"),
        pytest.param("history/{other}/{key}/", id="a folder of another exercise"),
        pytest.param("history/no-such-thing/{key}/", id="no exercise"),
    ],
)
def test_foreign_folders(visitor: Visitor, page: str) -> None:
    """A folder is one that the journal knows of the exercise, and found by its key alone."""
    state = work(visitor.desk.practice, visitor.root, "one")
    other = visitor.desk.practice.roadmap.exercises[1].slug
    path = page.format(slug=visitor.slug, other=other, key=key_of(visitor.root))
    assert visitor.get(path)[0] == 404
    assert visitor.restore(state, path)[0] == 404


def test_restoring_needs_the_secret(visitor: Visitor) -> None:
    """Without the secret in its header nothing is restored."""
    first = work(visitor.desk.practice, visitor.root, "one")
    work(visitor.desk.practice, visitor.root, "two")
    assert visitor.restore(first, secret="")[0] == 403
    assert notes(visitor.root) == "two"


def test_a_workspace_that_is_gone(visitor: Visitor) -> None:
    """A folder that was deleted meanwhile is told of, and its states can come back into a new one."""
    first = work(visitor.desk.practice, visitor.root, "one")
    shutil.rmtree(visitor.root)
    code, told = visitor.restore(first)
    assert code == 409
    assert "is not there any more" in told["problems"][0]
    assert visitor.get(visitor.page)[0] == 409
    assert "is not there any more" in visitor.get(f"history/{visitor.slug}/")[1]
    practice = visitor.desk.practice
    again = begin(practice, practice.roadmap.exercises[0], visitor.root.parent / "again").root
    page = f"history/{visitor.slug}/{key_of(again)}/"
    assert first in visitor.get(page)[1]
    assert visitor.restore(first, page)[0] == 200
    assert notes(again) == "one"


def test_another_exercise_in_the_folder(practice: Practice, visitor: Visitor) -> None:
    """Where a folder holds another exercise now, nothing of the old one is written into it."""
    first = work(practice, visitor.root, "one")
    shutil.rmtree(visitor.root)
    begin(practice, practice.roadmap.exercises[1], visitor.root)
    code, told = visitor.restore(first)
    assert code == 409
    assert "now" in told["problems"][0]
    assert not (visitor.root / "notes.txt").exists()


def test_two_at_once(visitor: Visitor) -> None:
    """Of two restores at once each is done whole, one after the other, and both can be taken back."""
    practice = visitor.desk.practice
    states = [work(practice, visitor.root, text) for text in ("one", "two", "three")]
    answers: list[tuple[int, dict[str, Any]]] = []
    threads = [
        threading.Thread(target=lambda state=state: answers.append(visitor.restore(state)))
        for state in states[:2]
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [code for code, _ in answers] == [200, 200]
    assert notes(visitor.root) in ("one", "two")
    told = [entry.event for entry in practice.entries(visitor.slug)]
    before = [event.data["before"] for event in told if event.kind is EventKind.UNDONE]
    assert (len(before), states[2] in before) == (2, True)


def test_a_state_that_is_damaged(visitor: Visitor) -> None:
    """A state whose manifest is lost is listed as damaged, and the page is there all the same."""
    practice = visitor.desk.practice
    first = work(practice, visitor.root, "one")
    work(practice, visitor.root, "two")
    (practice.home / "attic" / first[:2] / first[2:]).unlink()
    code, text = visitor.get(visitor.page)
    assert (code, "damaged in the attic" in text) == (200, True)
    assert visitor.restore(first)[0] == 409
    assert notes(visitor.root) == "two"


@pytest.mark.skipif(os.name != "posix", reason="needs names that no other system takes")
def test_strange_names_are_shown(visitor: Visitor) -> None:
    """Names of files are text on the page, whatever is in them."""
    practice = visitor.desk.practice
    (visitor.root / "<img src=x onerror=alert(1)>").write_text("x", encoding="utf-8")
    (visitor.root / os.fsdecode(b"caf\xe9\x1b[2J")).write_text("x", encoding="utf-8")
    first = work(practice, visitor.root, "one")
    code, text = visitor.get(visitor.page)
    assert code == 200
    assert first in text or "as it is now" in text
    assert "<img" not in text
    assert "\x1b" not in text


def test_many_states(visitor: Visitor) -> None:
    """The states come in pages, and each has its difference."""
    practice = visitor.desk.practice
    count = 2 * PAGE + 3
    with open_archive(practice.home) as archive:
        for number in range(count):
            (visitor.root / "notes.txt").write_text(str(number), encoding="utf-8")
            state = archive.attic.store(visitor.root)
            event = Event(EventKind.STORED, visitor.slug, visitor.root, {"state": state})
            archive.journal.record(event)
    assert len(visitor.states()) == PAGE - 1  # one of them is as it is now
    last = visitor.get(f"{visitor.page}?from={2 * PAGE}")[1]
    assert last.count("data-state=") == count + 1 - 2 * PAGE
    assert "as it was begun" in last


@pytest.mark.parametrize("query", ["after=x", "after=-1", "after=999999999999999999999", "from=-5", "left=x"])
def test_strange_numbers(visitor: Visitor, query: str) -> None:
    """Numbers in an address that are none are as good as none."""
    work(visitor.desk.practice, visitor.root, "one")
    code, text = visitor.get(f"{visitor.page}?{query}")
    assert (code, "Restored" in text) == (200, False)
