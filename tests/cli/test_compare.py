"""`backroad compare`."""

from __future__ import annotations

from pathlib import Path

from .conftest import Kit

WORK = '''
def lines(subject, measure):
    """Lines per hello"""
    measure.steps(subject, [("hello", "Ann")] * 4, per=4)
'''
LETTER_BY_LETTER = """VERSION = 1


def hello(name="world"):
    text = "hello "
    for letter in name:
        text += letter
    return text
"""


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


def test_measured(kit: Kit, solved: Path, content: Path) -> None:
    """What designs cost at the same work stands in the table, marked where it tells, and is counted once."""
    work = content / "exercises/1-basics/greeter/work.py"
    work.write_text(WORK, encoding="utf-8")
    (solved / "greeter.py").write_text(LETTER_BY_LETTER, encoding="utf-8")
    try:
        first, second = (kit("compare", cwd=solved).stdout for _ in (1, 2))
    finally:
        work.unlink()
    (row,) = [line.split() for line in first.splitlines() if "Lines per hello" in line]
    assert row == "Lines per hello 9 1 1 ← look here".split()
    assert "complexity" in first
    assert first == second
    assert b'"counted"' in b"".join(
        path.read_bytes() for path in (solved.parent / "home").glob("journal.sqlite*")
    )


def test_narrow(kit: Kit, solved: Path) -> None:
    """On a narrow terminal the files stand one below the other."""
    ended = kit("compare", cwd=solved, COLUMNS="40")
    assert "+     return 'hello ' + name" in ended.stdout
    assert max(map(len, ended.stdout.splitlines())) <= 40


def test_page(kit: Kit, solved: Path, tmp_path: Path) -> None:
    """--html writes one file with every design on it; the screen keeps the table and what comes next."""
    ended = kit("compare", "--html", tmp_path / "page.html", "--with", "joined", cwd=solved)
    assert ended.returncode == 0, ended.stderr
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>")
    assert 'href="#with-joined" aria-current="true"' in page
    assert 'id="with-reference"' in page
    assert "Because it is <em>short</em>." in page
    assert "checks" in ended.stdout
    assert "return" not in ended.stdout


def test_page_on_stdout(kit: Kit, solved: Path) -> None:
    """With - the page is all there is on stdout."""
    ended = kit("compare", "--html", "-", cwd=solved)
    assert ended.stdout.startswith("<!doctype html>")
    assert ended.stdout.endswith("</html>\n")
    assert "checks" in ended.stderr


def test_no_page_while_red(kit: Kit, greeter: Path, tmp_path: Path) -> None:
    """The page opens with the reference: nothing is written before, but with --spoil, which is remembered."""
    page = tmp_path / "page.html"
    assert kit("compare", "--html", page, cwd=greeter).returncode == 1
    assert not page.exists()
    assert kit("compare", "--html", page, "--spoil", cwd=greeter).returncode == 0
    assert "The journal remembers it." in page.read_text(encoding="utf-8")


def test_no_folder_for_the_page(kit: Kit, solved: Path, tmp_path: Path) -> None:
    """A file in a folder that there is not is told before anything runs."""
    ended = kit("compare", "--html", tmp_path / "nowhere" / "page.html", cwd=solved)
    assert ended.returncode == 2
    assert "nowhere" in ended.stderr
