"""What proves an exercise."""

from __future__ import annotations

from pathlib import Path

import pytest

from backroad.content.home import Content
from backroad.content.roadmap import find_exercise, load_roadmap
from backroad.content.solutions import load_shown, load_solution, read_solution
from backroad.errors import BackroadError
from backroad.model import Edit, Equivalent, Exercise, Mutant


@pytest.fixture
def greeter(kit: Path) -> Exercise:
    """The one exercise of the content."""
    return find_exercise(load_roadmap(Content(kit)), "greeter")


def told(exercise: Exercise) -> list[str]:
    """Return the problems without the folder they are in."""
    return [str(problem).replace(f"{exercise.solution}/", "") for problem in read_solution(exercise)[1]]


def test_a_solution_is_read_whole(greeter: Exercise) -> None:
    """Reference, alternatives, mutants, equivalents and notes come from their places."""
    solution = load_solution(greeter)
    edit = Edit("greeter.py", "'hello ' + name", "'hello '")
    assert solution.reference == greeter.solution / "reference"
    assert solution.alternatives == (greeter.solution / "alternatives/node",)
    assert solution.mutants == (Mutant("forgets_name", "The name is ignored", ("greets_by_name",), (edit,)),)
    assert solution.equivalents == (Equivalent("greeter.py:2:swap", "Nobody can tell"),)
    assert solution.notes == greeter.solution / "NOTES.md"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "greets_by_name",
            "greets_by_nam",
            "forgets_name: caught_by: greets_by_nam is no check; did you mean",
        ),
        ('["greets_by_name"]', "[]", "mutant 1.caught_by: names no check"),
        ("'hello ' + name", "hello", "forgets_name: greeter.py: find occurs 2 times: hello; choose"),
        ("'hello ' + name", "bye", "forgets_name: greeter.py: find occurs 0 times: bye; choose"),
        (
            'file = "greeter.py"',
            'file = "greter.py"',
            "forgets_name: greter.py: there is no such file; did you",
        ),
        ("story", "storey", "mutant 1.storey: is no known key; did you mean story?"),
        ("[[mutant.edit]]", "[[mutant.edits]]", "mutant 1.edit: is missing; write [[mutant.edit]]"),
        ("find", "fnd", "mutant 1.edit 1.find: is missing"),
        ("reason", "because", "equivalent 1.reason: is missing"),
        ("[[equivalent]]", "[[equal]]", "equal: is no known key; did you mean equivalent?"),
    ],
)
def test_what_is_wrong_with_mutants_is_told(greeter: Exercise, old: str, new: str, said: str) -> None:
    """Each mistake is told with the mutant and the key, and what to do."""
    file = greeter.solution / "mutants.toml"
    assert old in file.read_text()
    file.write_text(file.read_text().replace(old, new))
    assert any(f"mutants.toml: {said}" in line for line in told(greeter)), told(greeter)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("forgets_name", "forgets_name: is the name of two mutants; rename or remove one"),
        ("forgets_too", "forgets_too: makes the same edits as forgets_name; remove one"),
    ],
    ids=["name", "edits"],
)
def test_mutants_told_twice_are_problems(greeter: Exercise, name: str, said: str) -> None:
    """Two mutants of one name, or of the same edits, are one too many."""
    file = greeter.solution / "mutants.toml"
    mutant = file.read_text().partition("[[equivalent]]")[0]
    file.write_text(mutant + mutant.replace("forgets_name", name))
    assert told(greeter) == [f"mutants.toml: {said}"]


def test_a_mutant_that_is_no_python_is_told(greeter: Exercise) -> None:
    """A mutant that does not even load fails every check, and proves nothing."""
    file = greeter.solution / "mutants.toml"
    file.write_text(file.read_text().replace("replace = \"'hello '\"", 'replace = "(hello"'))
    (line,) = told(greeter)
    assert line.startswith("mutants.toml: forgets_name: greeter.py: is no valid Python after the edits")


@pytest.mark.parametrize("name", ["NOTES.md", "mutants.toml", "reference/greeter.py"])
def test_what_is_missing_is_told(greeter: Exercise, name: str) -> None:
    """The reference, the notes and the mutants have to be there."""
    (greeter.solution / name).unlink()
    if name.startswith("reference"):
        (greeter.solution / "reference").rmdir()
    with pytest.raises(BackroadError, match=r"is missing"):
        load_solution(greeter)


def test_a_missing_solution_is_one_problem(greeter: Exercise) -> None:
    """An exercise without its folder below solutions/ is told once."""
    greeter.solution.rename(greeter.solution.with_name("elsewhere"))
    assert told(greeter) == [f"{greeter.solution}: is missing; an exercise is proven by its solution"]


def test_broken_checks_are_not_told_here(greeter: Exercise) -> None:
    """Check files that cannot be read are told where they are read, not as wrong mutants."""
    (greeter.folder / "checks/test_1_hello.py").write_text("def")
    assert told(greeter) == []


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("reference", "reference: x: is a link that leaves"),
        ("alternatives/node", "alternatives/node: x: is a link"),
    ],
    ids=["reference", "alternative"],
)
def test_trees_that_cannot_be_read_are_told(greeter: Exercise, name: str, said: str) -> None:
    """What keeps a tree from being put together is told with its folder."""
    (greeter.solution / name / "x").symlink_to("/etc/passwd")
    (line,) = told(greeter)
    assert line.startswith(said)


def test_a_wrong_removal_is_told(greeter: Exercise) -> None:
    """A line of `.layer-removes` that means nothing is told with the alternative."""
    (greeter.solution / "alternatives/node/.layer-removes").write_text("app.py")
    (line,) = told(greeter)
    assert line.startswith("alternatives/node: .layer-removes: app.py is no path")


def test_what_is_shown_is_read_without_mutants(greeter: Exercise) -> None:
    """The designs and the notes are found however wrong the mutants are; a missing part is told."""
    (greeter.solution / "mutants.toml").write_text("no TOML")
    shown = load_shown(greeter)
    assert shown.alternatives == (greeter.solution / "alternatives/node",)
    assert shown.notes.is_file()
    shown.notes.unlink()
    with pytest.raises(BackroadError, match=r"NOTES\.md: is missing"):
        load_shown(greeter)
