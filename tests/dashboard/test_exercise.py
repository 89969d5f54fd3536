"""The page of an exercise: a start that overwrites nothing, and text that stays text."""

from __future__ import annotations

import json
import os
import shutil
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from backroad.dashboard.desk import Desk
from backroad.dashboard.exercise import fragment, told
from backroad.dashboard.rooms import Room, Scene
from backroad.events import Event, EventKind
from backroad.model import Level
from backroad.report import Place, Report, Result, Verdict

from .conftest import Browser

BAD = "</p><script>alert(1)</script><img src=x onerror=alert(2)>\u2028\x1b[2J\x00"


def test_before_the_start(browser: Browser) -> None:
    """Without a workspace the page tells what the exercise asks, and offers to start."""
    code, text = browser.get("exercise/greeter/")
    assert (code, 'id="start"' in text, "data-live" in text) == (200, True, False)
    assert browser.post("exercise/greeter/check")[0] == 409
    assert browser.get("exercise/greeter/events")[0] == 409


def test_two_starts_at_once(browser: Browser) -> None:
    """Of starts at the same moment one makes the folder, whole, and the others go on with it."""
    answers: list[int] = []
    threads = [
        threading.Thread(target=lambda: answers.append(browser.post("exercise/greeter/start")[0]))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [200] * 4
    practice, folder = browser.desk.practice, browser.desk.folder
    kinds = [entry.event.kind for entry in practice.entries("greeter")]
    assert kinds == [EventKind.SCAFFOLDED]
    assert [path.name for path in folder.iterdir()] == ["greeter"]
    assert (folder / "greeter" / "backroad.toml").is_file()


@pytest.mark.parametrize("what", ["a folder with something in it", "a file", "a link to nowhere"])
def test_the_place_is_taken(browser: Browser, what: str) -> None:
    """What has the exercise's name already stays as it is, and the answer says so."""
    place = browser.desk.folder / "greeter"
    if what == "a file":
        place.write_text("mine", encoding="utf-8")
    elif what == "a link to nowhere":
        place.symlink_to("nowhere")
    else:
        place.mkdir()
        (place / "mine.txt").write_text("mine", encoding="utf-8")
    code, said = browser.post("exercise/greeter/start")
    assert (code, str(place) in said["problems"][0]) == (409, True)
    assert [path.name for path in browser.desk.folder.iterdir()] == ["greeter"]
    assert not (place / "backroad.toml").exists()


def test_the_folder_of_workspaces_is_gone(browser: Browser) -> None:
    """Where the folder for workspaces was deleted meanwhile, a start says so."""
    shutil.rmtree(browser.desk.folder)
    code, said = browser.post("exercise/greeter/start")
    assert (code, "there is no such folder" in said["problems"][0]) == (409, True)


@pytest.mark.skipif(os.name != "posix", reason="needs names that no other system takes")
def test_strange_files(browser: Browser, greeter: Path) -> None:
    """Folders, links and pipes that are called like modules, and names that are no text, harm no page."""
    (greeter / "greeter.py").write_text("# TODO 1: begin here\n", encoding="utf-8")
    (greeter / "a.py").mkdir()
    (greeter / "b.py").symlink_to("nowhere")
    os.mkfifo(greeter / "c.py")
    (greeter / os.fsdecode(b"caf\xe9<b>.py")).write_text("", encoding="utf-8")
    code, text = browser.get("exercise/greeter/")
    assert (code, "greeter.py" in text) == (200, True)
    for name in ("greeter.py", "c.py", "b.py"):
        (greeter / name).unlink()
    code, text = browser.get("exercise/greeter/")
    assert (code, "<b>" in text) == (200, False)


def test_another_exercise_in_the_folder(browser: Browser, greeter: Path) -> None:
    """A folder that holds another exercise now is no workspace of this one, and is left as it is."""
    settings = greeter / "backroad.toml"
    text = settings.read_text(encoding="utf-8").replace("greeter", "parting")
    settings.write_text(text, encoding="utf-8")
    code, page = browser.get("exercise/greeter/")
    assert (code, 'id="start"' in page) == (200, True)
    assert browser.post("exercise/greeter/check")[0] == 409
    assert browser.post("exercise/greeter/start")[0] == 409
    assert settings.read_text(encoding="utf-8") == text


def test_the_readme_is_text(browser: Browser, tmp_path: Path) -> None:
    """Tags, handlers and addresses that would run something do not get from a README onto the page."""
    practice = browser.desk.practice
    folder = tmp_path / "authored"
    shutil.copytree(practice.exercise("greeter").folder, folder)
    text = f"# T\n\n{BAD}\n\n[go](javascript:alert(3)) ![x](javascript:alert(4)) <a onclick=x>y</a>\n"
    (folder / "README.md").write_text(text, encoding="utf-8")
    step = practice.roadmap.steps[0]
    hostile = replace(practice.exercise("greeter"), folder=folder, title=BAD, summary=BAD)
    steps = (replace(step, exercises=(hostile, *step.exercises[1:])), *practice.roadmap.steps[1:])
    practice.__dict__["roadmap"] = replace(practice.roadmap, steps=steps)
    code, page = browser.get("exercise/greeter/")
    assert code == 200
    for sign in ("<script>alert", "<img src=x", "<a onclick", 'href="javascript:', 'src="javascript:'):
        assert sign not in page, sign


def test_what_learners_made_is_text(
    desk: Desk, browser: Browser, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Output, values, places and notices of a run are shown escaped, on one line of its event."""
    monkeypatch.setattr(room, "check", lambda **_: None)  # the scene is made up
    place = Place(f"{BAD}.py", 1, BAD, BAD)
    result = Result("greets", BAD, 1, False, Verdict.FAILED, 0.1, (BAD,), BAD, BAD, place, (place,), BAD)
    report = Report(desk.practice.kit, "greeter", Level.NONE, 0.1, "", (result,), notes=(BAD,))
    room.scene = Scene(results=(result,), report=report, notices=(BAD,))
    with browser.app.test_request_context(f"/{browser.secret}/"):
        html = fragment(desk, room, room.scene)
        event = next(told(desk, room))
        room.scene = Scene(trouble=BAD)
        trouble = fragment(desk, room, room.scene)
    for text in (html, trouble):
        assert "<script>" not in text
        assert "<img" not in text
        assert not set(text) & set("\u2028\x1b\x00")
        assert "&lt;script&gt;" in text
    lines = event.split("\n")
    assert (lines[0], len(lines)) == ("event: scene", 4)
    assert json.loads(lines[1].removeprefix("data: "))["html"] == html
    assert event.isascii()


def test_what_stands_in_the_journal_is_text(desk: Desk, browser: Browser, greeter: Path) -> None:
    """Whatever somebody wrote into the journal, pages show it as text."""
    with desk.practice.archive() as archive:
        for slug in ("greeter", BAD):
            run = {
                "kit": BAD,
                "whole": True,
                "passed": True,
                "verdicts": {BAD: BAD},
                "first": BAD,
                "gold": False,
            }
            archive.journal.record(Event(EventKind.CHECKED, slug, greeter, run))
            archive.journal.record(Event(EventKind.HINTED, slug, greeter, {"check": BAD, "rung": 1}))
    for path in ("", "exercise/greeter/", "history/", "history/greeter/"):
        code, text = browser.get(path)
        assert code == 200, path
        assert "<script>alert" not in text, path
        assert "<img src=x" not in text, path


@pytest.mark.parametrize("name", ["nothing", "..", "<script>"])
def test_no_such_check(browser: Browser, greeter: Path, name: str) -> None:
    """A hint is given for a check that there is."""
    assert greeter.is_dir()
    assert browser.post(f"exercise/greeter/hint/{name}")[0] == 404


def test_hints(browser: Browser, greeter: Path) -> None:
    """Each request gives one rung more, to the last, and the journal knows of each."""
    assert greeter.is_dir()
    assert [browser.post("exercise/greeter/hint/greets")[0] for _ in range(5)] == [200] * 5
    told = [entry.event for entry in browser.desk.practice.entries("greeter")]
    assert [event.data["rung"] for event in told if event.kind is EventKind.HINTED] == [1, 2, 3]


def test_without_the_slash(browser: Browser) -> None:
    """An address without its last slash leads to the page."""
    answer = browser.ask(f"/{browser.secret}/exercise/greeter")
    assert answer.status_code == 308
    assert answer.headers["Location"].endswith("/exercise/greeter/")
