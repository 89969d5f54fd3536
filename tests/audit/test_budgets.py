"""How long checks may take."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from backroad.audit.budgets import budget_part, settled
from backroad.audit.trials import Outcome
from backroad.model import Exercise
from backroad.report import Verdict

P = Verdict.PASSED
Make = Callable[..., Outcome]


def test_budgets(exercise: Exercise, outcome: Make) -> None:
    """A run above the budget of its kind and a slow check are two problems."""
    assert budget_part(exercise, {"x": outcome(seconds=9.0, a=P)}).problems == ()
    slow = budget_part(exercise, {"x": outcome(seconds=31.0, a=P)})
    assert [problem.what for problem in slow.problems] == [
        "x takes 31.0 s; 30 s are allowed",
        "takes 31.0 s on x; 10 s are allowed",
    ]


@pytest.mark.parametrize(
    ("later", "seconds", "runs"),
    [([], 9.0, 0), ([8.0], 8.0, 1), ([40.0, 12.0], 12.0, 2)],
    ids=["quick", "slow once", "slow always"],
)
def test_a_slow_run_is_repeated(
    exercise: Exercise, outcome: Make, later: list[float], seconds: float, runs: int
) -> None:
    """A busy machine makes a run slow once; checks that ask for too much make it slow always."""
    times = iter(later)
    asked: list[Outcome] = []

    def again() -> Outcome:
        asked.append(outcome(seconds=next(times), a=P))
        return asked[-1]

    best = settled(exercise, outcome(seconds=31.0 if later else 9.0, a=P), again)
    assert (best.seconds, best.checks["a"].seconds, len(asked)) == (seconds, seconds, runs)


def test_a_repetition_that_fails_tells_no_times(exercise: Exercise, outcome: Make) -> None:
    """What did not end is not quick."""
    slow = outcome(seconds=31.0, a=P)
    assert settled(exercise, slow, lambda: replace(slow, seconds=0.0, fault="broken")) == slow
