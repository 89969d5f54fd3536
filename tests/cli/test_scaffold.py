"""`backroad scaffold`."""

from __future__ import annotations

import shutil
from pathlib import Path

from .conftest import Kit


def test_workspace(kit: Kit, tmp_path: Path) -> None:
    """A workspace is made, and the screen says what to read, edit and type."""
    ended = kit("scaffold", "greeter")
    assert ended.returncode == 0
    assert (tmp_path / "greeter" / "greeter.py").is_file()
    assert "read   greeter/README.md" in ended.stdout
    assert "edit   greeter/greeter.py" in ended.stdout
    assert ended.stdout.rstrip().endswith("next   cd greeter && backroad check")


def test_another_folder(kit: Kit, tmp_path: Path) -> None:
    """DIR chooses the folder, whatever its name."""
    ended = kit("scaffold", "greeter", "my work")
    assert (tmp_path / "my work" / "backroad.toml").is_file()
    assert "cd 'my work' && backroad check" in ended.stdout


def test_nothing_is_overwritten(kit: Kit, greeter: Path) -> None:
    """A folder with files in it is refused, and stays as it is."""
    (greeter / "greeter.py").write_text("mine", encoding="utf-8")
    assert kit("scaffold", "greeter").returncode == 2
    assert (greeter / "greeter.py").read_text(encoding="utf-8") == "mine"


def test_unknown_slug(kit: Kit) -> None:
    """An unknown slug is answered with the nearest ones."""
    ended = kit("scaffold", "greter")
    assert ended.returncode == 2
    assert "did you mean greeter" in ended.stderr


def test_journal_out_of_order(kit: Kit, tmp_path: Path) -> None:
    """Without a journal the workspace is made all the same, with a warning of one line."""
    (tmp_path / "home").write_text("a file", encoding="utf-8")
    ended = kit("scaffold", "greeter")
    assert ended.returncode == 0
    assert len(ended.stderr.splitlines()) == 1
    assert (tmp_path / "greeter" / "greeter.py").is_file()


def test_the_first_thing_to_do_is_named_first(kit: Kit, tmp_path: Path, content: Path) -> None:
    """Of several files, the one to edit is where TODO 1 is, whatever their names."""
    copy = tmp_path / "content"
    shutil.copytree(content, copy)
    starter = copy / "exercises" / "1-basics" / "greeter" / "starter"
    (starter / "accounts.py").write_text("# TODO 14: later\n")
    (starter / "passwords.py").write_text("# TODO 1: first\n")
    told = kit("scaffold", "greeter", BACKROAD_CONTENT=str(copy)).stdout
    assert "edit   greeter/passwords.py" in told
    assert "(README.md, passwords.py, accounts.py, " in told
