"""Names of files and folders."""

from __future__ import annotations

import pytest

from backroad.content.names import collisions, folders_of, is_skipped, name_problem, shown


@pytest.mark.parametrize(
    "name", [".git", "__pycache__", "a.pyc", ".#app.py", "app.py~", ".DS_Store", "__MACOSX", "._app.py"]
)
def test_what_tools_leave_behind_is_skipped(name: str) -> None:
    """Histories, caches and the leavings of editors are skipped."""
    assert is_skipped(name)


@pytest.mark.parametrize("name", ["app.py", ".env", ".gitignore", "git", "Pyc"])
def test_a_learners_file_is_not_skipped(name: str) -> None:
    """Everything else is taken, dot files too."""
    assert not is_skipped(name)


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("a\nb.py", "cannot be shown"),
        ("a\x1b[2J.py", "cannot be shown"),
        ("a\u202egpj.py", "cannot be shown"),
        ("a\udcff.py", "cannot be shown"),
        ("x" * 401, "401 characters"),
        ("é" * 128, "more than 255 bytes"),
        ("../a.py", "leads out of the folder"),
        ("/etc/passwd", "leads out of the folder"),
        ("a\\..\\b", "leads out of the folder"),
    ],
    ids=[
        "newline",
        "escape",
        "right to left",
        "not UTF-8",
        "long",
        "long in bytes",
        "parent",
        "absolute",
        "backslash",
    ],
)
def test_a_name_no_system_should_hold_is_a_problem(name: str, what: str) -> None:
    """Names that hide something, or lead elsewhere, are refused and shown harmlessly."""
    problem = name_problem(name)
    assert problem is not None
    assert what in problem.what
    assert str(problem).encode("utf-8").decode().isprintable()


@pytest.mark.parametrize(
    "name", ["app.py", "Bild\u202f1.png", "naïve.py", "👩\u200d💻.md", "a b/c d.txt", "..a"]
)
def test_unusual_names_are_fine(name: str) -> None:
    """Spaces, accents and pictures are no problem."""
    assert name_problem(name) is None


def test_what_a_terminal_hides_is_escaped() -> None:
    """A name is shown with everything invisible escaped."""
    assert shown("é\x1b\n\udcff") == "é\\x1b\\n\\udcff"


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (["App.py", "app.py"], ["app.py: is the same name as App.py"]),
        (["A/x.py", "a/y.py"], ["a: is the same name as A"]),
        (["e\u0301.py", "é.py"], ["é.py: is the same name as e\u0301.py"]),
        (["a/x.py", "a/y.py", "b/x.py"], []),
    ],
    ids=["files", "folders", "composed", "none"],
)
def test_names_that_collide_are_told(names: list[str], told: list[str]) -> None:
    """Two names that a disk without case holds as one are a problem."""
    problems = list(collisions(names))
    assert len(problems) == len(told)
    assert all(str(problem).startswith(start) for problem, start in zip(problems, told, strict=True))


def test_the_folders_above_a_name() -> None:
    """The folders of a name come outermost first."""
    assert folders_of("a/b/c.py") == ["a", "a/b"]
    assert folders_of("c.py") == []
