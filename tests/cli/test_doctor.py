"""`backroad doctor`."""

from __future__ import annotations

import json
from pathlib import Path

from .conftest import Kit


def test_all_well(kit: Kit) -> None:
    """What works is listed, with the confinement level of this machine."""
    ended = kit("doctor")
    assert ended.returncode == 0, ended.stdout
    for name in ("Python", "packages", "exercises", "confinement", "home", "terminal", "node"):
        assert name in ended.stdout


def test_for_scripts(kit: Kit) -> None:
    """JSON has one entry a finding."""
    told = json.loads(kit("doctor", "--json").stdout)
    assert told["ok"] is True
    assert {"name", "health", "detail", "remedy"} == set(told["findings"][0])


def test_home_that_cannot_be_written(kit: Kit, tmp_path: Path) -> None:
    """What must be put right exits with 2 and has a remedy."""
    (tmp_path / "home").write_text("a file", encoding="utf-8")
    ended = kit("doctor")
    assert ended.returncode == 2
    assert "BACKROAD_HOME" in ended.stdout


def test_terminal_that_knows_few_signs(kit: Kit) -> None:
    """An encoding without signs is told, with a remedy."""
    assert "PYTHONUTF8=1" in kit("doctor", PYTHONIOENCODING="ascii", PYTHONUTF8="0").stdout
