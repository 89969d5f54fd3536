"""The ledger: committed one by one, and nobody else's."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from backroad.errors import BackroadError
from backroad.grading.judge import told_once
from backroad.grading.ledger import open_ledger
from backroad.grading.values import Key, Outcome, prints_of
from backroad.model import Exercise
from backroad.report import Verdict

KEY = Key("a" * 64, "b" * 64, 0)
KEEPS = """
import os, sys
from pathlib import Path
from backroad.grading.ledger import open_ledger
from backroad.grading.values import Key, Outcome
from backroad.model import Level
from backroad.report import Report

with open_ledger(Path(sys.argv[1]), "doubler", "1") as ledger:
    for number in range(5):
        ledger.keep(Key(str(number), "c", 0), Outcome(Report("1", "doubler", Level.PROCESS, 0.0, "", ())))
    os._exit(9)
"""


def test_what_many_share_is_held_once(tmp_path: Path, doubler: Exercise) -> None:
    """A large class fits: the texts of the checks are of all, and prints take no more than their digits."""
    report = told_once(doubler, "a" * 64, Verdict.DIED, "it died", "look")
    keys = [Key(name * 64, "c", 0) for name in "ab"]
    with open_ledger(tmp_path, "doubler", "1") as ledger:
        for key in keys:
            ledger.keep(key, Outcome(report, prints_of(range(300))))
        found = [ledger.outcome(key) for key in keys]
    one, other = (outcome.report.results for outcome in found if outcome)
    assert all(a.name is b.name and a.sentence is b.sentence for a, b in zip(one, other, strict=True))
    assert all(sys.getsizeof(outcome.prints) < 10 * 300 for outcome in found if outcome)


def test_what_was_kept_is_found(tmp_path: Path, doubler: Exercise) -> None:
    """An outcome comes back as it was, under its key alone."""
    report = told_once(doubler, "a" * 64, Verdict.DIED, "it \ud800 died\n", "look")
    outcome = Outcome(report, prints_of([2**62, 1]), "it died")
    with open_ledger(tmp_path, "doubler", "1") as ledger:
        assert ledger.outcome(KEY) is None
        ledger.keep(KEY, outcome)
    with open_ledger(tmp_path, "doubler", "1") as ledger:
        assert ledger.has(KEY)
        assert ledger.outcome(KEY) == outcome
        for other in (
            Key("c", KEY.checks, 0),
            Key(KEY.submission, "c", 0),
            Key(KEY.submission, KEY.checks, 1),
        ):
            assert not ledger.has(other)


def test_what_was_kept_survives_a_sudden_end(tmp_path: Path) -> None:
    """A process that ends without a word loses nothing that it has kept."""
    ended = subprocess.run([sys.executable, "-c", KEEPS, str(tmp_path)], check=False)
    assert ended.returncode == 9
    with open_ledger(tmp_path, "doubler", "1") as ledger:
        assert all(ledger.has(Key(str(number), "c", 0)) for number in range(5))


@pytest.mark.parametrize(("exercise", "kit"), [("tripler", "1"), ("doubler", "2")], ids=["exercise", "kit"])
def test_a_folder_of_others(exercise: str, kit: str, tmp_path: Path) -> None:
    """A folder with the grades of another exercise, or of another kit, is left alone."""
    with open_ledger(tmp_path, "doubler", "1"):
        pass
    with (
        pytest.raises(BackroadError, match=r"holds grades of doubler by backroad 1.*another folder"),
        open_ledger(tmp_path, exercise, kit),
    ):
        pass


def test_what_is_no_ledger(tmp_path: Path) -> None:
    """Another program's database, and what is none, are refused with a remedy and not touched."""
    path = tmp_path / "ledger.sqlite"
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE mine (x)")
    before = path.read_bytes()
    for content in (before, b"no database" * 100):
        path.write_bytes(content)
        with (
            pytest.raises(BackroadError, match=r"ledger.sqlite.damaged"),
            open_ledger(tmp_path, "doubler", "1"),
        ):
            pass
        assert path.read_bytes() == content


def test_a_folder_that_cannot_be(tmp_path: Path) -> None:
    """An output folder that cannot be made is said with a remedy."""
    (tmp_path / "file").write_text("")
    with pytest.raises(BackroadError, match="--out"), open_ledger(tmp_path / "file" / "out", "doubler", "1"):
        pass
