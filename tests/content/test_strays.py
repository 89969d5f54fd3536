"""Files and folders of the content that have no place in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from backroad.content.home import Content
from backroad.content.roadmap import load_roadmap
from backroad.content.strays import strays


def told(kit: Path) -> list[str]:
    """Return the problems, paths relative to the content."""
    content = Content(kit)
    return [str(problem).replace(f"{kit}/", "") for problem in strays(content, load_roadmap(content))]


@pytest.mark.parametrize(
    "name",
    [
        "exercises/README.md",
        "exercises/3-more/",
        "exercises/1-basics/notes.md",
        "exercises/1-basics/greeter/readme.md",
        "exercises/1-basics/greeter/docs/",
        "solutions/1-basics/greter/",
        "solutions/1-basics/greeter/mutant.toml",
        "solutions/1-basics/greeter/alternatives/notes.md",
    ],
)
def test_what_has_no_place_is_told(kit: Path, name: str) -> None:
    """Files and folders nobody reads are told."""
    path = kit / name
    if name.endswith("/"):
        path.mkdir(parents=True)
    else:
        path.write_text("")
    assert [line.split(":")[0] for line in told(kit)] == [name.rstrip("/")]


def test_the_nearest_name_is_offered(kit: Path) -> None:
    """A misspelt file comes back with what was probably meant."""
    greeter = kit / "exercises/1-basics/greeter"
    (greeter / "probe.py").write_text("")
    offered = "did you mean probes.py or work.py?"
    assert told(kit) == [f"exercises/1-basics/greeter/probe.py: has no place here; {offered}"]


@pytest.mark.parametrize("name", ["conftest.py", "test_hello.py", "test_1_hello.txt", "helpers/"])
def test_what_is_no_check_file_is_told(kit: Path, name: str) -> None:
    """The folder of checks holds stages alone."""
    path = kit / "exercises/1-basics/greeter/checks" / name
    path.mkdir() if name.endswith("/") else path.write_text("")
    (line,) = told(kit)
    assert line.endswith("is no check file; name it test_<number>_<name>.py, or remove it")


@pytest.mark.parametrize("name", ["README.md", "starter"])
def test_what_an_exercise_lacks_is_told(kit: Path, name: str) -> None:
    """Every exercise has a page and a starter."""
    path = kit / "exercises/1-basics/greeter" / name
    path.rename(kit / "gone")
    assert told(kit) == [f"exercises/1-basics/greeter/{name}: is missing; every exercise has one"]


def test_caches_and_probes_are_fine(kit: Path) -> None:
    """Caches are nobody's files, and probes.py is optional."""
    greeter = kit / "exercises/1-basics/greeter"
    (greeter / "checks/__pycache__").mkdir()
    (kit / "exercises/.DS_Store").write_text("")
    (greeter / "probes.py").write_text("")
    assert told(kit) == []
