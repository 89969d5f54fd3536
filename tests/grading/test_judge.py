"""One submission is judged, however it behaves."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from typing import Any

import pytest
from tests.grading.conftest import HALF, RIGHT

from backroad.content import layers
from backroad.content.trees import File, Tree
from backroad.errors import BackroadError, KitFault, Problem
from backroad.grading.judge import QUARANTINED, Judge, checks_digest
from backroad.model import Exercise
from backroad.referee.engine import Engine
from backroad.report import Report, Verdict


def tree(text: str, **more: str) -> Tree:
    """Return a submission."""
    files = {"doubler.py": text, **more}
    return Tree({name: File(content.encode()) for name, content in files.items()})


def test_a_submission_is_judged(doubler: Exercise) -> None:
    """What is right passes, what is wrong fails, from one judge."""
    with Judge(doubler) as judge:
        assert judge.outcome(tree(RIGHT)).report.passed
        half = judge.outcome(tree(HALF)).report
    assert [str(result.verdict) for result in half.results] == ["PASSED", "FAILED", "BLOCKED"]


def test_settings_that_cannot_be_read(doubler: Exercise) -> None:
    """A submission whose settings are broken is told so, in every check."""
    with Judge(doubler) as judge:
        outcome = judge.outcome(tree(RIGHT, **{"backroad.toml": "not = [toml"}))
    assert {result.verdict for result in outcome.report.results} == {Verdict.UNREADABLE}
    assert "no valid TOML" in outcome.trouble


def kills_referee(times: int) -> Callable[..., Report]:
    """Return an Engine.run that loses the referee's process a number of times, for wrong solutions only."""
    honest, left = Engine.run, [times]

    def run(self: Engine, plan: Any, *arguments: Any, **more: Any) -> Report:
        if b"raise" not in (plan.tree / "doubler.py").read_bytes() and left[0]:
            left[0] -= 1
            raise KitFault(Problem("doubler", "the checks could not be run\nthe referee ended with code -9"))
        return honest(self, plan, *arguments, **more)

    return run


@pytest.mark.parametrize(("times", "is_quarantined"), [(1, False), (2, True)])
def test_a_worker_that_is_lost(
    times: int, is_quarantined: bool, doubler: Exercise, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A submission is tried again when its worker ends, and quarantined with a verdict the second time."""
    monkeypatch.setattr(Engine, "run", kills_referee(times))
    with Judge(doubler) as judge:
        outcome = judge.outcome(tree(HALF))
    assert bool(outcome.trouble) is is_quarantined
    if is_quarantined:
        assert QUARANTINED in outcome.trouble
        assert {result.verdict for result in outcome.report.results} == {Verdict.DIED}
        assert len(outcome.report.results) == 3


def test_a_broken_kit_is_no_submissions_fault(doubler: Exercise, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the reference does not get through either, nobody is quarantined."""

    def run(*_: object, **__: object) -> Report:
        raise KitFault(Problem("doubler", "the checks could not be run"))

    monkeypatch.setattr(Engine, "run", run)
    with Judge(doubler) as judge, pytest.raises(KitFault):
        judge.outcome(tree(HALF))


def test_a_reference_that_is_red(doubler: Exercise) -> None:
    """A class is not graded with checks that the reference fails."""
    (doubler.solution / "reference" / "doubler.py").write_text(HALF)
    with (
        Judge(doubler) as judge,
        pytest.raises(KitFault, match=r"reference does not pass.*refuses_negatives"),
    ):
        judge.require_sound()


@pytest.mark.skipif(os.name != "posix", reason="needs signals")
def test_a_killed_engine_recovers(doubler: Exercise) -> None:
    """What is kept warm may be killed at any time: the next judgement starts it anew."""
    import psutil

    with Judge(doubler) as judge:
        judge.outcome(tree(RIGHT))
        for child in psutil.Process().children(recursive=True):
            child.send_signal(signal.SIGKILL)
        assert judge.outcome(tree(RIGHT)).report.passed


def test_a_stop_ends_what_runs(doubler: Exercise) -> None:
    """A judge that is stopped gives up the run under way within a moment, and begins no other."""
    sleepy = "import time\n\n\ndef double(number):\n    time.sleep(0.4)\n    return number\n"
    with Judge(doubler) as judge:
        judge.outcome(tree(RIGHT))
        timer = threading.Timer(0.2, judge.stop)
        timer.start()
        with pytest.raises((KeyboardInterrupt, BackroadError)):
            judge.outcome(tree(sleepy))
        with pytest.raises(KeyboardInterrupt):
            judge.outcome(tree(RIGHT))
        timer.join()


def test_what_decides_a_verdict_is_in_the_digest(doubler: Exercise) -> None:
    """Other checks or other limits are another digest; other points are not."""
    before = checks_digest(doubler)
    assert checks_digest(doubler) == before
    check = doubler.folder / "checks" / "test_2_hardening.py"
    text = check.read_text()
    check.write_text(text + "\n")
    assert checks_digest(doubler) != before
    check.write_text(text)
    assert checks_digest(doubler) == before
    assert layers.given(doubler).files
