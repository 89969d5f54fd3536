"""How long checks may take: nobody waits gladly for a verdict."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from backroad.audit.proofs import place_of
from backroad.audit.trials import Outcome
from backroad.audit.values import Part
from backroad.errors import Problem
from backroad.model import Exercise, Kind

# Seconds for all checks, and for one.
BUDGETS = {Kind.MODULE: 30.0, Kind.SERVICE: 60.0}
CHECK_BUDGET = 10.0
TRIES = 2


def settled(exercise: Exercise, first: Outcome, again: Callable[[], Outcome]) -> Outcome:
    """Return an outcome with its times; a slow run is repeated, for the machine may have been busy."""
    best = first
    for _ in range(TRIES):
        if not is_slow(exercise, best):
            break
        best = quicker(best, again())
    return best


def is_slow(exercise: Exercise, outcome: Outcome) -> bool:
    """Whether a run, or a check in it, takes longer than its budget."""
    checks = any(told.seconds > CHECK_BUDGET for told in outcome.checks.values())
    return checks or outcome.seconds > BUDGETS[exercise.kind]


def quicker(one: Outcome, other: Outcome) -> Outcome:
    """Return the first outcome with the shorter times of both; a run that did not end tells no times."""
    if other.fault:
        return one
    checks = {
        name: replace(told, seconds=min(told.seconds, other.checks[name].seconds))
        for name, told in one.checks.items()
        if name in other.checks
    }
    return replace(one, checks={**one.checks, **checks}, seconds=min(one.seconds, other.seconds))


def budget_part(exercise: Exercise, runs: Mapping[str, Outcome]) -> Part:
    """Nothing takes longer than a learner would wait."""
    budget = BUDGETS[exercise.kind]
    problems: list[Problem] = []
    slowest = (0.0, "")
    for name, outcome in runs.items():
        if outcome.seconds > budget:
            what = f"{name} takes {outcome.seconds:.1f} s; {budget:.0f} s are allowed"
            problems.append(Problem(str(exercise.folder), what, "ask for less, or in fewer messages"))
        for check, told in outcome.checks.items():
            slowest = max(slowest, (told.seconds, check))
            if told.seconds > CHECK_BUDGET:
                what = f"takes {told.seconds:.1f} s on {name}; {CHECK_BUDGET:.0f} s are allowed"
                problems.append(Problem(place_of(exercise, check), what, "ask for less"))
    longest = max((outcome.seconds for outcome in runs.values()), default=0.0)
    said = f"at most {longest:.1f} s of {budget:.0f} s; slowest check {slowest[0]:.1f} s, {slowest[1]}"
    return Part("time", said, tuple(problems))
