"""TOML and folders → the roadmap."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from backroad.content.home import Content, find_content
from backroad.content.roadmap import find_exercise, lint, load_roadmap, load_solution
from backroad.errors import BackroadError
from backroad.model import Kind, Limits, Route

SETTINGS = "exercises/1-basics/greeter/exercise.toml"
ROAD = "exercises/roadmap.toml"


def change(kit: Path, name: str, old: str, new: str) -> None:
    """Replace a text that occurs in a file of the content."""
    text = (kit / name).read_text()
    assert old in text
    (kit / name).write_text(text.replace(old, new))


def another(kit: Path, slug: str) -> None:
    """Put a copy of the exercise beside it, as the first of its step."""
    for part in ("exercises", "solutions"):
        shutil.copytree(kit / part / "1-basics/greeter", kit / part / "1-basics" / slug)
    change(
        kit, ROAD, 'title = "Basics"\n        exercises = [', f'title = "Basics"\n exercises = ["{slug}", '
    )


def told(kit: Path) -> list[str]:
    """Return why a roadmap is refused, paths relative to the content."""
    with pytest.raises(BackroadError) as caught:
        load_roadmap(Content(kit))
    return [str(problem).replace(f"{kit}/", "") for problem in caught.value.problems]


def test_a_roadmap_is_read_whole(kit: Path) -> None:
    """Steps, exercises, limits and paths come from their files."""
    roadmap = load_roadmap(Content(kit))
    (exercise,) = roadmap.exercises
    assert [(step.number, step.title) for step in roadmap.steps] == [(1, "Basics"), (2, "Beyond")]
    assert roadmap.routes == (Route("tour", "A tour", ("greeter",)),)
    assert (exercise.slug, exercise.step, exercise.kind) == ("greeter", "1-basics", Kind.MODULE)
    assert (exercise.minutes, exercise.difficulty, exercise.teaches) == (20, 1, ("functions",))
    assert exercise.limits == Limits(call=3.0, memory=256)
    assert exercise.folder == kit / "exercises/1-basics/greeter"
    assert exercise.solution == kit / "solutions/1-basics/greeter"
    assert exercise.template == kit / "templates/plain"
    assert [check.name for check in exercise.checks] == ["says_hello", "greets_by_name", "takes_long_names"]
    assert load_solution(exercise).mutants


def test_an_unknown_exercise_comes_back_with_the_nearest(kit: Path) -> None:
    """A slug that does not exist is told with the nearest ones."""
    with pytest.raises(BackroadError, match=r"greter: there is no such exercise; did you mean greeter\?"):
        find_exercise(load_roadmap(Content(kit)), "greter")


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        (SETTINGS, "minutes", "minuts", "minuts: is no known key; did you mean minutes"),
        (SETTINGS, "20", '"20"', "minutes: is a string, not a whole number; write a whole number"),
        (SETTINGS, "difficulty = 1", "difficulty = 6", "difficulty: is 6; write a whole number from 1 to 5"),
        (SETTINGS, '"module"', '"modul"', "kind: modul is not known; did you mean module?"),
        (SETTINGS, '"plain"', '"plan"', "template: plan is not known; did you mean plain?"),
        (SETTINGS, "summary = ", "# ", "summary: is missing; add it: a string"),
        (SETTINGS, "requires = []", 'requires = ["gone"]', "requires: there is no exercise gone"),
        (SETTINGS, "requires = []", 'requires = ["greeter"]', "requires: greeter does not come before it"),
        (
            SETTINGS,
            "after = []",
            'after = ["greter"]',
            "after: there is no exercise greter; did you mean greeter?",
        ),
        (SETTINGS, "call = 3", "call = true", "limits.call: is a boolean, not a number"),
        (SETTINGS, "memory", "memry", "limits.memry: is no known key; did you mean memory"),
        (SETTINGS, "[limits]", "[limits", "is no valid TOML"),
        (ROAD, "[steps.2-", "[steps.3-", "steps.3-beyond: is no name for step 2"),
        (
            ROAD,
            '"A tour"\n        exercises = ["greeter"]',
            '"A"\n exercises = ["greetr"]',
            "paths.tour.exercises: there is no exercise greetr; did you mean greeter?",
        ),
        (
            ROAD,
            '"Beyond"\n        exercises = []',
            '"B"\n exercises = ["x"]',
            "steps.2-beyond.exercises: there is no folder 2-beyond/x",
        ),
        (
            ROAD,
            '"Basics"\n        exercises = ["greeter"]',
            '"B"\n exercises = []',
            "is not in roadmap.toml; add it to steps.1-basics.exercises",
        ),
        (ROAD, "[paths.tour]", "[pahts.tour]", "pahts: is no known key; did you mean paths?"),
        (ROAD, 'title = "Beyond"', "", "steps.2-beyond.title: is missing"),
    ],
)
def test_what_is_wrong_is_told(kit: Path, file: str, old: str, new: str, said: str) -> None:
    """Each mistake is told as `path: key: problem; remedy`."""
    change(kit, file, old, new)
    assert any(f": {said}" in line for line in told(kit)), told(kit)


def test_one_exercise_does_not_hide_another(kit: Path) -> None:
    """The problems of all exercises are told at once."""
    another(kit, "first")
    for slug in ("first", "greeter"):
        change(kit, f"exercises/1-basics/{slug}/exercise.toml", "minutes = 20", "minutes = 0")
    (kit / "exercises/1-basics/first/exercise.toml").write_text("no toml")
    assert [line.split(": ")[0].split("/")[2] for line in told(kit)] == ["first", "greeter"]


def test_what_an_exercise_needs_comes_before_it(kit: Path) -> None:
    """An exercise requires only exercises earlier on the road; `after` is advice and may point anywhere."""
    another(kit, "first")
    change(kit, "exercises/1-basics/first/exercise.toml", "after = []", 'after = ["greeter"]')
    assert len(load_roadmap(Content(kit)).exercises) == 2
    change(kit, "exercises/1-basics/first/exercise.toml", "requires = []", 'requires = ["greeter"]')
    assert [
        line for line in told(kit) if "first/exercise.toml: requires: greeter does not come before" in line
    ]


def test_a_slug_is_unique_and_in_kebab_case(kit: Path) -> None:
    """Two steps cannot hold exercises of one name, and a name is lower case with hyphens."""
    another(kit, "Bad_Name")
    shutil.copytree(kit / "exercises/1-basics/greeter", kit / "exercises/2-beyond/greeter")
    change(kit, ROAD, '"Beyond"\n        exercises = []', '"Beyond"\n exercises = ["greeter"]')
    assert told(kit) == [
        "exercises/1-basics/Bad_Name: is no name for an exercise; use a-z, 0-9 and single hyphens",
        "exercises/2-beyond/greeter: there is one of that name in 1-basics; rename one of them",
    ]


def test_the_road_is_shown_without_reading_checks(kit: Path) -> None:
    """A check file that cannot be read does not keep the road from being shown."""
    (kit / "exercises/1-basics/greeter/checks/test_1_hello.py").write_text("def")
    (exercise,) = load_roadmap(Content(kit)).exercises
    with pytest.raises(BackroadError):
        _ = exercise.checks


def test_sound_content_has_no_problem(kit: Path) -> None:
    """Nothing is said of content as it should be."""
    assert lint(Content(kit)) == []


def test_lint_gathers_everything(kit: Path) -> None:
    """Problems of the road, the checks, the solution and of stray files are told together."""
    change(kit, SETTINGS, "minutes = 20", "minutes = 0")
    change(kit, "exercises/1-basics/greeter/checks/test_1_hello.py", "@hint(*LADDER)", "")
    change(kit, "solutions/1-basics/greeter/mutants.toml", "greets_by_name", "x")
    (kit / "exercises/notes.txt").write_text("")
    names = [problem.where.split(":")[0].rsplit("/", 1)[1] for problem in lint(Content(kit))]
    assert names == ["exercise.toml", "test_1_hello.py", "mutants.toml", "notes.txt"]


def test_the_kits_own_road_has_nine_steps() -> None:
    """The shipped roadmap names the nine steps in order."""
    from backroad.content.roadmap import read_roadmap

    steps = read_roadmap(find_content(environ={}))[0].steps
    assert [step.number for step in steps] == list(range(1, 10))
    assert steps[0].name == "1-fundamentals"
    assert steps[8].name == "9-keep-learning"


def test_reading_the_road_is_lean() -> None:
    """Reading the road imports no heavy package, and no reader of solutions or source trees."""
    code = "import sys, backroad.content.roadmap; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    heavy = {
        "pytest",
        "cookiecutter",
        "flask",
        "rich",
        "click",
        "jinja2",
        "backroad.content.trees",
        "hashlib",
    }
    assert heavy.isdisjoint(done.stdout.split())
