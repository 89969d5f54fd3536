"""What an audit remembers, and what makes it forget."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from backroad.audit.memory import Memory, salt_of

KEY = {"tree": "abc", "choices": {}}
TOLD = {"checks": {}, "seconds": 1.0}


def test_a_later_audit_recalls(tmp_path: Path) -> None:
    """What one audit found out, the next one knows."""
    file = tmp_path / "home" / "audit" / "x.jsonl"
    Memory(file, "salt").keep(KEY, TOLD)
    assert Memory(file, "salt").recall(KEY) == TOLD


@pytest.mark.parametrize(
    ("salt", "key", "is_fresh"),
    [("other", KEY, False), ("salt", {**KEY, "tree": "abd"}, False), ("salt", KEY, True)],
    ids=["other checks", "another tree", "asked to run everything"],
)
def test_what_is_not_recalled(tmp_path: Path, salt: str, key: dict[str, Any], is_fresh: bool) -> None:
    """Another tree, other checks or --fresh: the run is made again."""
    Memory(tmp_path / "x.jsonl", "salt").keep(KEY, TOLD)
    assert Memory(tmp_path / "x.jsonl", salt, is_fresh).recall(key) is None


def test_a_killed_audit_leaves_what_it_wrote(tmp_path: Path) -> None:
    """Half a line at the end loses only that line."""
    file = tmp_path / "x.jsonl"
    Memory(file, "salt").keep(KEY, TOLD)
    with file.open("a") as stream:
        stream.write('["half a li')
    assert Memory(file, "salt").recall(KEY) == TOLD


def test_what_is_no_more_is_forgotten(tmp_path: Path) -> None:
    """The file holds only what the last whole audit asked for."""
    file = tmp_path / "x.jsonl"
    other = {"tree": "old", "choices": {}}
    Memory(file, "salt").keep(other, TOLD)
    memory = Memory(file, "salt")
    memory.keep(KEY, TOLD)
    memory.forget_others()
    assert Memory(file, "salt").recall(KEY) == TOLD
    assert Memory(file, "salt").recall(other) is None


def test_a_home_that_cannot_be_written_costs_only_time(tmp_path: Path) -> None:
    """An audit goes on without a memory."""
    (tmp_path / "file").write_text("")
    memory = Memory(tmp_path / "file" / "x.jsonl", "salt")
    memory.keep(KEY, TOLD)
    memory.forget_others()
    assert memory.recall(KEY) == TOLD


def test_the_salt_changes_with_what_judges(doubler: Any, tmp_path: Path) -> None:
    """A changed check, a changed limit, a changed engine: nothing that was found out holds any more."""
    package = tmp_path / "package"
    (package / "referee").mkdir(parents=True)
    (package / "referee" / "court.py").write_text("1")
    salts = [salt_of(doubler.exercise, package)]
    doubler.replace("exercises/1-basics/doubler/checks/test_1_double.py", "== 6", "== 7")
    salts.append(salt_of(doubler.exercise, package))
    doubler.replace("exercises/1-basics/doubler/exercise.toml", "call = 1", "call = 2")
    salts.append(salt_of(doubler.exercise, package))
    (package / "referee" / "court.py").write_text("2")
    salts.append(salt_of(doubler.exercise, package))
    assert len(set(salts)) == 4
    assert salts[-1] == salt_of(doubler.exercise, package)
