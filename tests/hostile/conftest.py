"""The corpus of bad submissions: entries as tables in TOML, and a world that must look the same afterwards.

An entry is a right solution made wrong: `top` goes before its code, `method` to the end of its class, `end`
to the end of the file (`serve` replaces how a service starts), `whole` stands for all of it, `files` lie
beside it. `red` names the checks that are not green with their verdicts (`level_1`, `level_2` where they
differ, `users` at level 1 for whoever is not root; level 3 is held to what level 2 says), `all` the verdict
of all others, green unless said. `says`, `output` and `again` must be read in the first failure, `where` in
its line. `later` tells why an entry is left out, `levels` and `needs` where it runs.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from backroad.content.home import find_content
from backroad.content.roadmap import find_exercise, load_roadmap
from backroad.model import Exercise, Level

HERE = Path(__file__).parent
SLUGS = ("stack", "hello", "shelf", "cards", "accounts")


@dataclass(frozen=True)
class Entry:
    """One bad submission and the verdicts it must get; the fields are those of the tables."""

    number: str
    name: str
    slug: str = "stack"
    top: str = ""
    method: str = ""
    end: str = ""
    serve: str = ""
    whole: str | None = None
    file: str = ""
    encoding: str = "utf-8"
    files: Mapping[str, str] = field(default_factory=dict)
    red: Mapping[str, str] = field(default_factory=dict)
    level_1: Mapping[str, str] | None = None
    level_2: Mapping[str, str] | None = None
    users: Mapping[str, str] | None = None
    all: str = ""
    says: str = ""
    where: str = ""
    output: str = ""
    again: str = ""
    start: str = "python app.py"
    stages: tuple[int, ...] = ()
    levels: tuple[int, ...] = (1, 2, 3)
    needs: str = ""
    later: str = ""

    @property
    def title(self) -> str:
        """The words of pytest's list."""
        return f"{self.number} {self.name}"

    def verdicts(self, level: Level, names: Iterable[str]) -> dict[str, str]:
        """Return the verdict due for each check."""
        own = self.level_1 if level is Level.PROCESS else self.level_2
        if level is Level.PROCESS and os.geteuid() != 0:
            own = own if self.users is None else self.users
        return {**dict.fromkeys(names, self.all or "PASSED"), **(self.red if own is None else own)}


def entries(*tables: str) -> list[Entry]:
    """Return the entries of tables in this folder."""
    found = []
    for table in tables:
        for fields in tomllib.loads((HERE / f"{table}.toml").read_text("utf-8"))["entry"]:
            lists = {name: tuple(fields[name]) for name in ("levels", "stages") if name in fields}
            found.append(Entry(**{**fields, **lists}))
    return found


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give a test that takes `entry` and `level` every entry of the tables its module names."""
    if {"entry", "level"} <= set(metafunc.fixturenames):
        cases = [
            pytest.param(entry, Level(level), id=f"{entry.title}, level {level}")
            for entry in entries(*metafunc.module.TABLES)
            for level in entry.levels
            if not entry.later
        ]
        metafunc.parametrize(("entry", "level"), cases)


@pytest.fixture(scope="session")
def corpus() -> dict[str, Entry]:
    """The entries about modules, by number."""
    tables = ("honest", "crash", "time", "resources", "forging", "databases")
    return {entry.number: entry for entry in entries(*tables)}


@pytest.fixture(scope="session")
def exercises(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Exercise]:
    """The corpus's own exercises, by slug."""
    root = tmp_path_factory.mktemp("content")
    for name, text in tomllib.loads((HERE / "content.toml").read_text("utf-8")).items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    roadmap = load_roadmap(find_content(root))
    return {slug: find_exercise(roadmap, slug) for slug in SLUGS}
