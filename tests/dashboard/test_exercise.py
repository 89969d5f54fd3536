"""The page of an exercise: how it is begun, what it tells, and what may be in the way."""

from __future__ import annotations

import os
import shutil
import sys
import threading
from pathlib import Path

import pytest

from backroad.events import EventKind
from backroad.practice import Practice
from backroad.practice.beginning import begin

from .conftest import Visitor, visiting
from .foreign import RIGHT, SCRIPT
from .visiting import assert_sealed, scenes, until

POSIX = pytest.mark.skipif(sys.platform != "linux", reason="needs names that no other system takes")
PAGE = "exercise/greeter/"


def write(root: Path, text: str) -> None:
    """Save the module."""
    (root / "greeter.py").write_text(text, encoding="utf-8")


def kinds(practice: Practice) -> list[EventKind]:
    """Return what the journal tells."""
    return [entry.event.kind for entry in practice.entries()]


def verdict_of(visitor: Visitor) -> dict[str, object]:
    """Look at the exercise until a run is over; return the last that was told."""
    with visitor.get(f"{PAGE}events") as answer:
        assert answer.status_code == 200
        assert_sealed(answer.headers)
        return next(scene for scene in scenes(answer) if not scene["running"] and scene["verdicts"])


def test_from_start_to_green(busy: Visitor, root: Path) -> None:
    """What is red is told while it is looked at, a save makes it green without asking again."""
    assert "Start this exercise" not in busy.text(PAGE)
    with busy.get(f"{PAGE}events") as answer:
        told = scenes(answer)
        red = next(scene for scene in told if scene["verdicts"].get("greets") == "FAILED")
        assert "hello(name) greets by name" in (red.get("html") or next(told)["html"])
        write(root, RIGHT)
        green = next(scene for scene in told if set(scene["verdicts"].values()) == {"PASSED"})
        while green["running"]:
            green = next(told)
        assert "All checks are green, hardening too" in green["html"]
        assert "Attempts" in busy.text(PAGE)


def test_begun_once(visitor: Visitor, tmp_path: Path) -> None:
    """The button makes a workspace in the folder of the dashboard; pressed again it is gone on with."""
    text = visitor.text(PAGE)
    assert "Start this exercise" in text
    assert visitor.post(f"{PAGE}start").json == {"folder": str(tmp_path / "greeter")}
    write(tmp_path / "greeter", RIGHT)
    assert visitor.post(f"{PAGE}start").json == {"folder": str(tmp_path / "greeter")}
    assert (tmp_path / "greeter" / "greeter.py").read_text(encoding="utf-8") == RIGHT
    assert kinds(visitor.desk.practice) == [EventKind.SCAFFOLDED]


def test_two_starts_at_once(visitor: Visitor, tmp_path: Path) -> None:
    """Of many who press the button at once one makes the workspace, and all go on in it."""
    answers: list[object] = []
    start = threading.Barrier(4)

    def press() -> None:
        start.wait()
        answers.append(visitor.post(f"{PAGE}start").json)

    threads = [threading.Thread(target=press) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [{"folder": str(tmp_path / "greeter")}] * 4
    assert kinds(visitor.desk.practice) == [EventKind.SCAFFOLDED]
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


@pytest.mark.parametrize("kind", ["a folder", "a file", "a link"])
def test_something_is_there(visitor: Visitor, tmp_path: Path, kind: str) -> None:
    """What stands where the workspace would be is left as it is, and named."""
    place, mine = tmp_path / "greeter", tmp_path / "mine"
    mine.mkdir()
    (mine / "poem.txt").write_text("roses", encoding="utf-8")
    if kind == "a folder":
        mine.rename(place)
    elif kind == "a file":
        place.write_text("roses", encoding="utf-8")
    else:
        place.symlink_to(mine)
    before = sorted((path, path.read_bytes()) for path in tmp_path.rglob("*") if path.is_file())
    answer = visitor.post(f"{PAGE}start")
    assert answer.status_code == 409
    assert answer.json
    assert str(place) in answer.json["problems"][0]
    after = sorted((path, path.read_bytes()) for path in tmp_path.rglob("*") if path.is_file())
    assert [one for one in after if "home" not in one[0].parts] == before
    assert visitor.get(PAGE).status_code == 200


def test_nowhere_to_write(visitor: Visitor, tmp_path: Path) -> None:
    """A folder that is gone is named, and nothing is made elsewhere."""
    visitor.desk.folder = tmp_path / "gone"
    answer = visitor.post(f"{PAGE}start")
    assert (answer.status_code, "there is no such folder" in answer.text) == (409, True)


@pytest.mark.parametrize("deed", ["check", "hint/greets", "events", "compare/"])
def test_before_the_start(visitor: Visitor, deed: str) -> None:
    """What needs a workspace says that there is none, and how there will be one."""
    ask = visitor.get if deed in ("events", "compare/") else visitor.post
    answer = ask(f"{PAGE}{deed}")
    assert answer.status_code == 409
    assert "backroad scaffold greeter" in answer.text


def test_unknown_names(visitor: Visitor) -> None:
    """An exercise or a check that is not on the road is not found."""
    assert visitor.get("exercise/stranger/").status_code == 404
    assert visitor.post(f"{PAGE}hint/stranger").status_code == 404


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        pytest.param("= nothing", "backroad.toml", id="no TOML"),
        pytest.param("", "backroad.toml", id="empty"),
        pytest.param('[exercise]\nslug = "greeter"\nkit = "999.0"\n', "upgrade backroad", id="a newer kit"),
        pytest.param('[exercise]\nslug = "greeter"\nkit = "<b>"\n', "is no version", id="no version"),
        pytest.param(
            '[exercise]\nslug = "greeter"\nkit = "0.1"\n[<script>]\n', "backroad.toml", id="script in TOML"
        ),
    ],
)
def test_settings_that_are_broken(visitor: Visitor, root: Path, settings: str, words: str) -> None:
    """A workspace whose settings cannot be read says why wherever it is asked for; its files stay."""
    (root / "backroad.toml").write_text(settings, encoding="utf-8")
    page = visitor.text(PAGE)
    assert words in page
    assert "Start this exercise" not in page
    assert "<b>" not in page
    assert SCRIPT[:8] not in page.replace('<script type="module" src', "")
    for answer in (
        visitor.post(f"{PAGE}check"),
        visitor.post(f"{PAGE}start"),
        visitor.get(f"{PAGE}compare/"),
    ):
        assert answer.status_code == 409
        assert words in answer.text
    assert (root / "backroad.toml").read_text(encoding="utf-8") == settings


def test_an_older_kit(practice: Practice, busy: Visitor, root: Path) -> None:
    """A workspace of an older kit is judged with the checks there are."""
    settings = root / "backroad.toml"
    settings.write_text(settings.read_text(encoding="utf-8").replace(practice.kit, "0.0.1"), encoding="utf-8")
    write(root, RIGHT)
    assert set(verdict_of(busy)["verdicts"].values()) == {"PASSED"}  # type: ignore[attr-defined]  # a mapping


def test_another_exercise_in_the_folder(practice: Practice, visitor: Visitor, root: Path) -> None:
    """Where a folder holds another exercise by now, it is no workspace of the first one."""
    shutil.rmtree(root)
    begin(practice, practice.exercise("farewell"), root)
    assert "Start this exercise" in visitor.text(PAGE)
    assert visitor.post(f"{PAGE}check").status_code == 409
    assert visitor.post(f"{PAGE}start").status_code == 409
    assert (root / "farewell.py").exists()


@pytest.mark.usefixtures("root")
def test_an_earlier_workspace(practice: Practice, visitor: Visitor, tmp_path: Path) -> None:
    """Where the last workspace is gone, the one before is gone on with."""
    other = begin(practice, practice.exercise("greeter"), tmp_path / "other").root
    assert "/other" in visitor.text(PAGE)
    shutil.rmtree(other)
    assert "/greeter</bdi>" in visitor.text(PAGE)


def test_renamed_while_it_is_looked_at(busy: Visitor, root: Path) -> None:
    """A workspace that is renamed while a page listens is missed on it in words."""
    with busy.get(f"{PAGE}events") as answer:
        told = scenes(answer)
        next(scene for scene in told if not scene["running"] and scene["verdicts"])
        root.rename(root.with_name("elsewhere"))
        missed = next(scene for scene in told if "not there any more" in scene.get("html", ""))
    assert missed["running"] is False
    assert "Start this exercise" in busy.text(PAGE)


@POSIX
def test_strange_folders(practice: Practice, tmp_path: Path) -> None:
    """A folder whose name is no text, moves cursors or holds tags is shown as text."""
    folder = tmp_path / os.fsdecode(b"caf\xe9\x1b[2J<script>alert(1)")
    folder.mkdir()
    with visiting(practice, folder) as visitor:
        assert visitor.text(PAGE).count("<script>") == 0
        answer = visitor.post(f"{PAGE}start")
        assert answer.status_code == 200, answer.text
        page = visitor.text(PAGE)
        assert "\\udce9\\x1b[2J&lt;script&gt;" in page
        assert "%E9%1B%5B2J%3Cscript%3E" in page
        assert visitor.text("history/greeter/").count("<script>") == 0


def test_an_authors_words(practice: Practice, visitor: Visitor, tmp_path: Path) -> None:
    """What an author wrote is text on every page: title, summary, README, stages, sentences, topics."""
    begin(practice, practice.exercise("farewell"), tmp_path / "farewell")
    for page in ("", "exercise/farewell/", "history/", "history/farewell/"):
        text = visitor.text(page)
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text or page.startswith("history")
        assert SCRIPT not in text
        assert "<img" not in text
        assert "javascript:" not in text.partition("<h1>")[0]
        assert 'href="javascript' not in text
        assert "\x1b" not in text
        assert "\u2028" not in text


def test_a_learners_words(busy: Visitor, root: Path) -> None:
    """What a learner's code prints or returns is text in what is told of it."""
    nasty = "</script><img src=x onerror=alert(1)>\\u2028\\x1b[2J\\ud800"
    write(root, f"VERSION = 1\ndef hello(name=''):\n    print('{nasty}')\n    return '{nasty}'\n")
    told = str(verdict_of(busy)["html"])
    assert "&lt;img src=x onerror=alert(1)&gt;" in told
    for sign in ("<img", "\u2028", "\x1b", "\ud800"):
        assert sign not in told


def test_hints_are_text(busy: Visitor, root: Path) -> None:
    """Hints come one by one, as text, and none comes twice."""
    verdict_of(busy)
    for _ in range(4):
        assert busy.post(f"{PAGE}hint/greets").json == {"problems": []}
    told = str(verdict_of(busy)["html"])
    assert told.count("Look at what comes back") == 1
    assert "<img" not in told
    assert "no more hints" in told
    assert kinds(busy.desk.practice).count(EventKind.HINTED) == 3
    assert root.is_dir()


def test_many_clicks(busy: Visitor, root: Path) -> None:
    """Clicks on Check from many tabs end in one report of the files as they are."""
    write(root, RIGHT)
    threads = [threading.Thread(target=busy.post, args=(f"{PAGE}check",)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    room = busy.desk.room(busy.desk.practice.exercise("greeter"))
    report = until(lambda: not room.scene.running and room.scene.report, "a report")
    assert report.passed
