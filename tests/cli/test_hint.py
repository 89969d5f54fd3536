"""`backroad hint`."""

from __future__ import annotations

from pathlib import Path

import pytest

from .conftest import Kit


def test_ladder(kit: Kit, greeter: Path) -> None:
    """Each call gives the next rung; after the last one the reference is offered."""
    first, second, third, again = (kit("hint", cwd=greeter).stdout for _ in range(4))
    assert "1 of 3   Look at what comes back" in first
    assert "2 of 3" not in first
    assert "2 of 3   A function returns with return" in second
    assert "3 of 3   return 'hello ' + name" in third
    assert "backroad compare --spoil" in third
    assert again == third


@pytest.mark.usefixtures("greeter")
def test_hints_are_counted(kit: Kit) -> None:
    """The next check tells how many rungs are left."""
    kit("hint", "greeter")
    assert "backroad hint (2 left)" in kit("check", "greeter").stdout


def test_last_run_decides(kit: Kit, greeter: Path) -> None:
    """The hint is for the first failing check of the last run."""
    (greeter / "greeter.py").write_text(
        "VERSION = 2\n\n\ndef hello(name='world'):\n    return 'hello ' + name\n"
    )
    kit("check", cwd=greeter)
    assert "The version is a number" in kit("hint", cwd=greeter).stdout


def test_green(kit: Kit, solved: Path) -> None:
    """Where all is green there is nothing to hint at."""
    kit("check", cwd=solved)
    ended = kit("hint", cwd=solved)
    assert ended.returncode == 0
    assert "all checks are green" in ended.stdout


def test_a_green_part_is_not_all(kit: Kit, greeter: Path) -> None:
    """After a run of one green stage, the others are looked at first."""
    kit("check", "--stage", "2", cwd=greeter)
    assert "hello(name) greets by name" in kit("hint", cwd=greeter).stdout
