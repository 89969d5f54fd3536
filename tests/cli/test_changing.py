"""`backroad reset`, `undo` and `update`."""

from __future__ import annotations

from pathlib import Path

from .conftest import Kit


def test_reset_and_back(kit: Kit, greeter: Path) -> None:
    """Reset brings the starter back, undo brings the learner's file back."""
    mine = greeter / "greeter.py"
    starter = mine.read_bytes()
    mine.write_text("mine", encoding="utf-8")
    ended = kit("reset", cwd=greeter)
    assert ended.returncode == 0, ended.stderr
    assert mine.read_bytes() == starter
    assert "wrote  greeter.py" in ended.stdout
    assert ended.stdout.rstrip().endswith("backroad undo")
    assert kit("undo", "greeter").returncode == 0
    assert mine.read_text(encoding="utf-8") == "mine"


def test_reset_of_nothing(kit: Kit, greeter: Path) -> None:
    """A workspace that is as scaffolded has nothing to reset."""
    assert "nothing to do" in kit("reset", cwd=greeter).stdout


def test_undo_to_any_state(kit: Kit, greeter: Path) -> None:
    """Every state of the list can be gone back to by the first letters of its name."""
    (greeter / "greeter.py").write_text("first", encoding="utf-8")
    kit("check", cwd=greeter)
    (greeter / "greeter.py").write_text("second", encoding="utf-8")
    kit("check", cwd=greeter)
    lines = [
        line.split() for line in kit("undo", "--list", cwd=greeter).stdout.splitlines() if "checked" in line
    ]
    assert len(lines) == 2
    assert kit("undo", "--to", lines[1][0], cwd=greeter).returncode == 0
    assert (greeter / "greeter.py").read_text(encoding="utf-8") == "first"


def test_undo_without_settings(kit: Kit, greeter: Path) -> None:
    """Even a lost backroad.toml comes back."""
    (greeter / "greeter.py").write_text("mine", encoding="utf-8")
    kit("reset", cwd=greeter)
    (greeter / "backroad.toml").unlink()
    assert kit("undo", cwd=greeter).returncode == 0
    assert (greeter / "backroad.toml").is_file()


def test_undo_of_nothing(kit: Kit, greeter: Path) -> None:
    """Where nothing was changed, that is said."""
    assert kit("undo", cwd=greeter).returncode == 2


def test_update(kit: Kit, greeter: Path) -> None:
    """A workspace of an older kit becomes one of this kit; what the learner wrote stays."""
    settings = greeter / "backroad.toml"
    older = settings.read_text(encoding="utf-8").replace('kit = "', 'kit = "0.0.')
    settings.write_text(older, encoding="utf-8")
    (greeter / "greeter.py").write_text("mine", encoding="utf-8")
    ended = kit("update", cwd=greeter)
    assert ended.returncode == 0, ended.stderr
    assert "0.0." not in settings.read_text(encoding="utf-8")
    assert (greeter / "greeter.py").read_text(encoding="utf-8") == "mine"


def test_update_of_nothing(kit: Kit, greeter: Path) -> None:
    """A workspace of this kit needs no update."""
    assert "nothing to do" in kit("update", cwd=greeter).stdout
