"""Plain `pytest` in a workspace: the same checks, the subject in this process, for debuggers and editors."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from backroad.content.home import find_content
from backroad.content.roadmap import find_exercise, load_roadmap
from backroad.content.trees import SETTINGS, File, Tree
from backroad.errors import BackroadError, stop
from backroad.model import Exercise, Kind
from backroad.plan import Plan
from backroad.referee.bench import Bench
from backroad.referee.session import plan_of


def plan_in(folder: Path) -> Plan | None:
    """Return the plan for a workspace, or None where the folder is none."""
    file = folder / SETTINGS
    if not file.is_file():
        return None
    try:
        exercise = exercise_of(tomllib.loads(file.read_text(encoding="utf-8")))
        service = Tree({SETTINGS: File(file.read_bytes())}).service()
    except (BackroadError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise pytest.UsageError(f"{file}: {error}") from None
    return plan_of(exercise, folder, submission="", service=service, in_process=True)


def exercise_of(settings: dict[str, Any]) -> Exercise:
    """Return the exercise that a workspace's settings name."""
    match settings:
        case {"exercise": {"slug": str(slug)}}:
            return find_exercise(load_roadmap(find_content()), slug)
    raise stop("[exercise]", "names no exercise", 'write slug = "…" below it')


class Workplace:
    """Adds the exercise's check files to what pytest collects in the workspace."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench

    def pytest_collect_file(self, file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
        """Collect `backroad.toml` as the folder of its exercise's checks."""
        if file_path == self._bench.plan.tree / SETTINGS:
            collector: pytest.Collector = CheckFiles.from_parent(parent, path=file_path)
            return collector
        return None

    def pytest_collection(self, session: pytest.Session) -> None:
        """Let the collector know the plan."""
        session.stash[PLAN] = self._bench.plan

    def pytest_report_header(self) -> str:
        """Say what is different from `backroad check`."""
        where = "its own process, unconfined" if self._bench.plan.kind is Kind.SERVICE else "this process"
        return f"backroad: {self._bench.plan.exercise}, your code in {where}, no time limits"

    def pytest_unconfigure(self) -> None:
        """End what the run started."""
        self._bench.close()


PLAN = pytest.StashKey[Plan]()


class CheckFiles(pytest.File):
    """The check files of an exercise, collected where its workspace is."""

    def collect(self) -> Iterator[pytest.Collector]:
        """Yield a module for each check file, in the order of the stages."""
        plan = self.session.stash[PLAN]
        for file in dict.fromkeys(check.file for check in plan.order):
            yield pytest.Module.from_parent(self, path=file)
