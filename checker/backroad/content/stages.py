"""The stages of an exercise: its check files in order, and what holds between their checks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import overload

from backroad.content.checkfiles import STRETCH, parse_stage
from backroad.content.fields import read_text
from backroad.errors import BackroadError, Problem, nearest
from backroad.model import Check, Stage

_FILE = re.compile(r"test_([0-9]+)_([a-z][a-z0-9_]*)\.py")


class LazyStages(Sequence[Stage]):
    """The stages of one exercise, read from its check files on first use.

    Parsing all check files takes longer than all the rest of `backroad list`, which needs none of them.
    """

    def __init__(self, checks: Path) -> None:
        self.checks = checks

    @cached_property
    def _stages(self) -> tuple[Stage, ...]:
        return load_stages(self.checks)

    def __len__(self) -> int:
        return len(self._stages)

    @overload
    def __getitem__(self, index: int) -> Stage: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Stage, ...]: ...
    def __getitem__(self, index: int | slice) -> Stage | tuple[Stage, ...]:
        return self._stages[index]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and self._stages == tuple(other)

    def __hash__(self) -> int:
        return hash(self._stages)

    def __repr__(self) -> str:
        return f"LazyStages({str(self.checks)!r})"


def load_stages(checks: Path) -> tuple[Stage, ...]:
    """Return the stages of the folder `checks`, or raise all its problems."""
    stages, problems = read_stages(checks)
    if problems:
        raise BackroadError(*problems)
    return stages


def read_stages(checks: Path) -> tuple[tuple[Stage, ...], list[Problem]]:
    """Return the stages of the folder `checks` as far as they can be read, and what is wrong."""
    problems: list[Problem] = []
    files = sorted((int(match[1]), match[2], file) for match, file in _check_files(checks))
    stages = [
        parse_stage(text, file, number, name, problems)
        for number, name, file in files
        if (text := read_text(file, problems)) is not None
    ]
    problems += _order_problems(checks, files)
    problems += _requirement_problems([check for stage in stages for check in stage.checks])
    return tuple(stages), problems


def is_check_file(name: str) -> bool:
    """Whether a file of this name is a stage."""
    return _FILE.fullmatch(name) is not None


def _check_files(checks: Path) -> Iterator[tuple[re.Match[str], Path]]:
    for file in checks.iterdir() if checks.is_dir() else ():
        match = _FILE.fullmatch(file.name)
        if match and file.is_file():
            yield match, file


def _order_problems(checks: Path, files: Sequence[tuple[int, str, Path]]) -> Iterator[Problem]:
    if not any(name != STRETCH for _, name, _ in files):
        yield Problem(str(checks), "holds no core stage", "write checks/test_1_<name>.py")
    for expected, (number, name, file) in enumerate(files, start=1):
        if number != expected:
            what = f"is stage {number} where {expected} is due"
            yield Problem(str(file), what, "number the stages from 1, without gaps")
        if name == STRETCH and expected != len(files):
            yield Problem(str(file), f"the stage {STRETCH} is not the last", "give it the highest number")


def _requirement_problems(checks: Sequence[Check]) -> Iterator[Problem]:
    """Yield what is wrong between checks: a name used twice, a requirement unknown or too late."""
    places: dict[str, int] = {}
    for place, check in enumerate(checks):
        if places.setdefault(check.name, place) != place:
            first = checks[places[check.name]]
            yield _problem(check, f"has the name of {first.file.name}:{first.line}", "rename one of them")
    for place, check in enumerate(checks):
        for needed in check.requires:
            if needed not in places:
                yield _problem(check, f"requires {needed}, which is no check", nearest(needed, places))
            elif places[needed] >= place:
                what = f"requires {needed}, which does not come before it"
                yield _problem(check, what, "require an earlier check")


def _problem(check: Check, what: str, remedy: str) -> Problem:
    return Problem(f"{check.file}:{check.line}: {check.name}", what, remedy)
