"""Runs for an audit: real processes, remembered or made, ended in time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from backroad.audit.memory import Memory
from backroad.audit.trials import Trial, Trials
from backroad.content import layers
from backroad.model import Edit, Exercise
from backroad.report import Verdict

ENDLESS = [Edit("doubler.py", "return number * 2", "while True: pass")]


def test_a_run_tells_every_verdict(doubler: Any, forgetful: Memory) -> None:
    """A red check has its reason in one line with the place in the code."""
    wrong = layers.edited(
        layers.reference(doubler.exercise), [Edit("doubler.py", "return number", "1 / 0 #")]
    )
    with Trials(doubler.exercise, forgetful) as trials:
        outcome = trials.begin(Trial("wrong", wrong)).result()
    assert outcome.red == ("doubles",)
    assert outcome.checks["doubles"].line == "ZeroDivisionError: division by zero at doubler.py:4"
    assert outcome.of(Verdict.BLOCKED) == ("refuses_negatives", "doubles_large_numbers")


def test_a_remembered_run_is_not_made_again(doubler: Any, tmp_path: Path) -> None:
    """A later audit has the same outcome without a run."""
    exercise: Exercise = doubler.exercise
    trial = Trial("reference", layers.reference(exercise), is_remembered=True)
    file = tmp_path / "memory.jsonl"
    with Trials(exercise, Memory(file, "")) as trials:
        first = trials.outcome(trial)
    with Trials(exercise, Memory(file, "")) as later:
        assert later.outcome(trial) == first
        assert (trials.made, later.made) == (1, 0)


def test_a_run_in_process_is_ended_when_its_time_is_over(doubler: Any, tmp_path: Path) -> None:
    """Code that never returns is ended from outside, told as such, and not remembered."""
    endless = layers.edited(layers.reference(doubler.exercise), ENDLESS)
    memory = Memory(tmp_path / "memory.jsonl", "")
    trial = Trial("endless", endless, {"in_process": True}, seconds=2.0, is_remembered=True)
    with Trials(doubler.exercise, memory) as trials:
        outcome = trials.outcome(trial)
    assert outcome.is_overdue
    assert "took longer than 2 s" in outcome.fault
    assert memory.recall(trial.key()) is None


def test_leaving_makes_no_further_run(doubler: Any, forgetful: Memory) -> None:
    """Whoever leaves, by Ctrl-C too, waits for the checks that run now and for no others."""
    endless = layers.edited(layers.reference(doubler.exercise), ENDLESS)
    with Trials(doubler.exercise, forgetful) as trials:
        waiting = [trials.begin(Trial("endless", endless)) for _ in range(6)]
    assert trials.made <= 2
    assert all(future.done() for future in waiting)
