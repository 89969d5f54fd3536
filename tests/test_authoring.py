"""A new exercise for an author."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from backroad.authoring import render_new_exercise
from backroad.content.home import Content, find_content
from backroad.content.layers import mutant, reference, start
from backroad.content.roadmap import find_exercise, lint, load_roadmap, load_solution
from backroad.content.trees import Tree
from backroad.errors import BackroadError


@pytest.fixture
def content(tmp_path: Path) -> Content:
    """Content with the kit's templates, two steps and one exercise that is in the way of nothing."""
    content = Content(tmp_path / "content")
    shutil.copytree(find_content(environ={}).templates, content.templates)
    for step in ("1-fundamentals", "2-language"):
        (content.exercises / step).mkdir(parents=True)
    content.roadmap.write_text(
        '[steps.1-fundamentals]\ntitle = "Fundamentals"\nexercises = []\n'
        '[steps.2-language]\ntitle = "Language"\nexercises = []\n',
        encoding="utf-8",
    )
    return content


def added(content: Content) -> None:
    """Render url-shortener, and put its line into the roadmap as the author is told."""
    new = render_new_exercise(content, "1-fundamentals", "url-shortener")
    text = new.roadmap.read_text(encoding="utf-8")
    new.roadmap.write_text(text.replace("exercises = []", new.roadmap_line, 1), encoding="utf-8")


def says_hello(tree: Tree, folder: Path) -> list[bool]:
    """Return which of the example's three checks hold for a tree."""
    tree.write(folder)
    code = (
        "from url_shortener import greeting\n"
        "def refuses():\n"
        "    try: greeting('   ')\n"
        "    except ValueError: return True\n"
        "print(*(int(x or 0) for x in (greeting('Ada') == 'Hello, Ada', "
        "greeting('  Ada\\n') == 'Hello, Ada', refuses())))"
    )
    command = [sys.executable, "-B", "-c", code]
    child = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, check=True)
    return [part == "1" for part in child.stdout.split()]


def test_a_new_exercise_has_no_problems(content: Content) -> None:
    """What is written is complete: nothing is missing, unknown or astray."""
    added(content)
    assert lint(content) == []
    exercise = find_exercise(load_roadmap(content), "url-shortener")
    assert exercise.title == "Url shortener"
    assert len(exercise.checks) == 3


def test_the_example_is_sound(content: Content, tmp_path: Path) -> None:
    """The starter fails every check, the reference none, and each mutant the one that names it."""
    added(content)
    exercise = find_exercise(load_roadmap(content), "url-shortener")
    names = [check.name for check in exercise.checks]
    assert says_hello(start(exercise), tmp_path / "start") == [False, False, False]
    assert says_hello(reference(exercise), tmp_path / "reference") == [True, True, True]
    for wrong in load_solution(exercise).mutants:
        held = says_hello(mutant(exercise, wrong), tmp_path / wrong.name)
        failed = [name for name, holds in zip(names, held, strict=True) if not holds]
        assert set(wrong.caught_by) <= set(failed)


def test_the_line_for_the_roadmap(content: Content) -> None:
    """The author reads which line to put into roadmap.toml; the file itself is theirs."""
    before = content.roadmap.read_bytes()
    new = render_new_exercise(content, "2-language", "url-shortener")
    assert new.roadmap_line == 'exercises = ["url-shortener"]'
    assert content.roadmap.read_bytes() == before
    assert new.exercise.is_dir()
    assert new.solution.is_dir()


@pytest.mark.parametrize(
    ("step", "slug", "said"),
    [
        ("1-fundamentals", "Url_Shortener", "Url_Shortener: is no slug; use small letters"),
        ("1-fundamentals", "../away", "is no slug"),
        ("1-fundamentals", "json", "json is a name of Python's own; choose another name"),
        ("1-fundamentals", "class", "class is a name of Python's own"),
        ("1-fundamental", "shortener", "there is no such step; did you mean 1-fundamentals"),
    ],
    ids=["capitals", "path", "standard library", "keyword", "unknown step"],
)
def test_names_that_cannot_be(content: Content, step: str, slug: str, said: str) -> None:
    """A slug becomes a folder and a module; what cannot be either is refused."""
    with pytest.raises(BackroadError) as caught:
        render_new_exercise(content, step, slug)
    assert said in str(caught.value)


def test_an_exercise_that_exists(content: Content) -> None:
    """A slug that any step has already is refused, and nothing is touched."""
    render_new_exercise(content, "1-fundamentals", "url-shortener")
    with pytest.raises(BackroadError, match="is there already; choose another slug"):
        render_new_exercise(content, "2-language", "url-shortener")


def test_content_that_cannot_be_written(content: Content) -> None:
    """When a half cannot be written, neither is there."""
    content.solutions.write_text("", encoding="utf-8")
    with pytest.raises(BackroadError):
        render_new_exercise(content, "2-language", "url-shortener")
    assert not (content.exercises / "2-language" / "url-shortener").exists()
