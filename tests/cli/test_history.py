"""`backroad history`."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from .conftest import Kit


def test_nothing_yet(kit: Kit, tmp_path: Path) -> None:
    """An empty journal is told, and the last line is the next command."""
    ended = kit("history", "--html", tmp_path / "page.html")
    assert ended.returncode == 0
    assert "nothing has been done yet" in ended.stdout
    assert ended.stdout.rstrip().endswith("backroad scaffold greeter")
    assert "Nothing has been done yet" in (tmp_path / "page.html").read_text(encoding="utf-8")


def test_all_exercises(kit: Kit, greeter: Path) -> None:
    """Every exercise that was begun is a line with its runs."""
    kit("check", greeter)
    ended = kit("history")
    assert "1 of 3 exercises begun, 0 done" in ended.stdout
    assert "● greeter" in ended.stdout
    assert "1 run" in ended.stdout
    assert ended.stdout.rstrip().endswith("backroad check greeter")


def test_one_exercise(kit: Kit, solved: Path) -> None:
    """An exercise is named by its slug or its folder, a lost one too, and told day by day."""
    kit("check", solved)
    by_slug = kit("history", "greeter").stdout
    assert "green at run 1" in by_slug
    assert "3 of 3 checks green" in by_slug
    assert kit("history", solved).stdout == by_slug
    shutil.rmtree(solved)
    lost = kit("history", solved)
    assert lost.stdout.splitlines()[:3] == by_slug.splitlines()[:3]
    assert lost.stdout.rstrip().endswith("backroad scaffold greeter")


def test_page(kit: Kit, greeter: Path, tmp_path: Path) -> None:
    """--html writes a page that is one file, to a file or to stdout."""
    kit("check", greeter)
    assert kit("history", "greeter", "--html", tmp_path / "page.html").returncode == 0
    text = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "<h1>History of greeter</h1>" in text
    assert kit("history", "greeter", "--html", "-").stdout.startswith("<!doctype html>")


def test_page_that_cannot_be_written(kit: Kit, tmp_path: Path) -> None:
    """A folder that is not there is told before anything is done."""
    ended = kit("history", "--html", tmp_path / "none" / "page.html")
    assert ended.returncode == 2
    assert "there is no such folder" in ended.stderr


def test_for_scripts(kit: Kit, greeter: Path) -> None:
    """JSON tells of every run."""
    kit("check", greeter)
    (one,) = json.loads(kit("history", "--json").stdout)["exercises"]
    assert (one["slug"], one["state"], len(one["runs"])) == ("greeter", "started", 1)


def test_unknown_word(kit: Kit) -> None:
    """What is neither an exercise nor a workspace is answered with the nearest exercise."""
    ended = kit("history", "greter")
    assert ended.returncode == 2
    assert "did you mean greeter" in ended.stderr
