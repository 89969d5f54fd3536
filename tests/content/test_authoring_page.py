"""docs/authoring.md names every word there is for authors, and none that is not."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import backroad
from backroad.model import Exercise, Limits
from backroad.referee import plugin
from backroad.referee.service import Service

CHECKS = Path(backroad.__file__).parent / "checks.py"
PAGE = Path(__file__).resolve().parents[2] / "docs" / "authoring.md"
NAME = re.compile(r"`\[?(\w+)")


def section(title: str) -> str:
    """Return the part of the page below a heading."""
    return PAGE.read_text(encoding="utf-8").partition(f"\n{title}\n")[2].partition("\n#")[0]


def rows(title: str, head: str) -> list[list[str]]:
    """Return the rows of the table of a section whose first column has this head."""
    lines = section(title).partition(f"| {head} |")[2].partition("\n\n")[0].splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def names(title: str, head: str) -> set[str]:
    """Return the names in the first column of a table."""
    return {name for row in rows(title, head) for name in NAME.findall(row[0])}


def exported() -> set[str]:
    """Return `__all__` of backroad.checks; importing it would need the plugin's markers here."""
    (value,) = (
        node.value
        for node in ast.parse(CHECKS.read_text(encoding="utf-8")).body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"
    )
    return set(ast.literal_eval(value))


def fixtures() -> Iterator[str]:
    """Yield the names of the plugin's fixtures, as its source declares them."""
    for node in ast.walk(ast.parse(Path(plugin.__file__).read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef) and "pytest.fixture" in map(ast.unparse, node.decorator_list):
            yield node.name


def test_fixtures_are_those_of_the_plugin() -> None:
    """The page's fixtures are those of the plugin."""
    assert names("## Fixtures", "fixture") == set(fixtures())


def test_words_are_those_of_the_module() -> None:
    """The page's words are those of backroad.checks."""
    assert names("## Words of `backroad.checks`", "word") == exported()


def test_markers_are_those_of_the_plugin() -> None:
    """The page's markers are those that the plugin declares."""
    declared = {re.split(r"\W", marker)[0] for marker in plugin.MARKERS}
    assert set(NAME.findall(section("## Markers"))) == declared


def test_words_of_the_service_exist() -> None:
    """What the page says of the service's client can be called."""
    assert [name for name in names("### `service`", "word") if not hasattr(Service, name)] == []


def test_keys_are_those_of_an_exercise() -> None:
    """The keys of exercise.toml are what an exercise is made of, without what the folder says."""
    said_by_folders = {"slug", "step", "folder", "solution", "stages"}
    assert names("## exercise.toml", "key") == set(Exercise.__dataclass_fields__) - said_by_folders


def test_limits_are_told_with_their_values() -> None:
    """Every limit is told with the value it usually has."""
    told = {NAME.findall(row[0])[0]: float(row[1]) for row in rows("## exercise.toml", "limit")}
    assert told == asdict(Limits())
