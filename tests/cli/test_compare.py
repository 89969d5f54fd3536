"""`backroad compare`."""

from __future__ import annotations

from pathlib import Path

from .conftest import Kit


def test_closed_while_red(kit: Kit, greeter: Path) -> None:
    """Before yours passes, the reference stays closed, and the way to it is told."""
    ended = kit("compare", cwd=greeter)
    assert ended.returncode == 1
    assert "2 of 3 checks are red" in ended.stdout
    assert "return 'hello '" not in ended.stdout


def test_opens_when_green(kit: Kit, solved: Path) -> None:
    """Verdicts, files, notes and the next command, in this order."""
    ended = kit("compare", cwd=solved)
    assert ended.returncode == 0, ended.stderr
    places = [
        ended.stdout.index(text)
        for text in (
            "checks",
            "greeter.py",
            "return ' '.join",
            "return 'hello ' + name",
            "Because it is short",
            "next",
        )
    ]
    assert places == sorted(places)
    assert "backroad compare --with joined" in ended.stdout


def test_spoiling_is_remembered(kit: Kit, greeter: Path) -> None:
    """--spoil opens it at once, and the journal knows."""
    ended = kit("compare", "--spoil", cwd=greeter)
    assert ended.returncode == 0
    assert "return 'hello ' + name" in ended.stdout
    assert b"SPOILED" in (greeter.parent / "home" / "journal.sqlite").read_bytes() + b"".join(
        path.read_bytes() for path in (greeter.parent / "home").glob("journal.sqlite-wal")
    )


def test_nothing_is_spoiled_unnoted(kit: Kit, greeter: Path, tmp_path: Path) -> None:
    """Where the journal cannot note it, the reference stays closed."""
    import shutil

    shutil.rmtree(tmp_path / "home")
    (tmp_path / "home").write_text("a file", encoding="utf-8")
    ended = kit("compare", "--spoil", cwd=greeter)
    assert ended.returncode == 2
    assert "return 'hello ' + name" not in ended.stdout


def test_alternative(kit: Kit, solved: Path) -> None:
    """--with lays yours beside another right design."""
    assert "return f'hello {name}'" in kit("compare", "--with", "joined", cwd=solved).stdout


def test_unknown_alternative(kit: Kit, solved: Path) -> None:
    """An unknown design is answered with those there are."""
    ended = kit("compare", "--with", "joind", cwd=solved)
    assert ended.returncode == 2
    assert "did you mean joined?" in ended.stderr


def test_narrow(kit: Kit, solved: Path) -> None:
    """On a narrow terminal the files stand one below the other."""
    ended = kit("compare", cwd=solved, COLUMNS="40")
    assert "+     return 'hello ' + name" in ended.stdout
    assert max(map(len, ended.stdout.splitlines())) <= 40
