"""Which exercises are audited, and where problems of the content belong."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from backroad.audit import Request, audits
from backroad.audit.job import Tick
from backroad.errors import BackroadError

FOLDER = "exercises/1-basics/doubler"


def test_unknown_names_are_told_together(doubler: Any) -> None:
    """All unknown names come back, each with the nearest known one."""
    with pytest.raises(BackroadError) as error:
        audits(doubler.content, Request(("doublr", "x")))
    assert [problem.where for problem in error.value.problems] == ["doublr", "x"]
    assert "did you mean doubler?" in str(error.value)


def test_what_lies_around_the_exercises_is_told(doubler: Any) -> None:
    """A stray beside the exercises is a problem of the content, told whatever exercise was asked for."""
    doubler.write("exercises/1-basics/notes.txt", "stray")
    shutil.rmtree(doubler.content.root / FOLDER / "starter")
    around, mine = audits(doubler.content, Request(("doubler",)))
    assert [problem.what for problem in around.problems] == ["has no place here"]
    assert (around.slug, mine.slug) == ("", "doubler")
    assert [part.name for part in mine.parts] == ["layout", "runs"]


def test_progress_counts_every_run(doubler: Any) -> None:
    """The bar knows beforehand how many runs there will be."""
    told: list[tuple[str, int]] = []
    ticks: list[str] = []

    @contextmanager
    def progress(title: str, runs: int) -> Iterator[Tick]:
        told.append((title, runs))
        yield ticks.append

    result = audits(doubler.content, Request(with_generated=False), progress)[1]
    assert told == [("doubler", len(ticks))]
    assert result.runs == len(ticks)


def test_fresh_checks_run_side_by_side(doubler: Any) -> None:
    """Once for the reference, and only where there are such checks."""
    file = "exercises/1-basics/doubler/checks/test_2_hardening.py"
    said = [audits(doubler.content, Request(with_generated=False))[1]]
    doubler.replace(file, "import hint", "import fresh, hint")
    doubler.replace(file, "def test", "@fresh\ndef test")
    said.append(audits(doubler.content, Request(with_generated=False))[1])
    assert all(one.is_clean for one in said)
    assert ["side by side" in str(one.parts) for one in said] == [False, True]
    assert said[1].runs == said[0].runs + 1


def test_a_second_audit_is_quick(doubler: Any, tmp_path: Any) -> None:
    """Runs of mutants are remembered; those of reference, starter and alternatives are always made."""
    request = Request(("doubler",), with_generated=False, memory=tmp_path / "audit")
    first = audits(doubler.content, request)[0]
    second = audits(doubler.content, request)[0]
    assert first.is_clean
    assert second.parts[:-1] == first.parts[:-1]  # the last one tells times
    assert (first.runs, second.runs) == (14, 8)
    assert audits(doubler.content, replace(request, is_fresh=True))[0].runs == 14
