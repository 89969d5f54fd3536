"""How the audit's own mutants are counted, and what survivors need."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from backroad.audit.generated import Hunt, generated_part, score_of
from backroad.audit.mutation import mutations
from backroad.audit.trials import Outcome
from backroad.audit.values import Part, Score
from backroad.model import Equivalent, Exercise
from backroad.report import Verdict

P, F = Verdict.PASSED, Verdict.FAILED
Make = Callable[..., Outcome]
MADE = mutations("m.py", "x = 1\ny = 2\n")


def judged(exercise: Exercise, outcomes: list[Outcome], *equivalents: Equivalent) -> tuple[Score, Part]:
    """Return score and part of the four mutants of MADE."""
    score = score_of(MADE, outcomes, equivalents)
    named = {one.id: outcome for one, outcome in zip(MADE, outcomes, strict=True)}
    return score, generated_part(exercise, score, named, equivalents)


def test_a_survivor_is_a_problem(exercise: Exercise, outcome: Make) -> None:
    """A survivor is named by its id, with the line before and after."""
    score, part = judged(exercise, [outcome(a=P), outcome(a=F), outcome(a=F), outcome(a=F)])
    assert (score.caught, score.share) == (3, 0.75)
    first, share = part.problems
    assert first.where.endswith("mutants.toml: m.py:Number 1 2")
    assert first.what == "survives: x = 1  →  x = 2"
    assert share.what == "75.0% of the audit's own mutants are caught; 95% are due"


def test_an_explained_survivor_is_none(exercise: Exercise, outcome: Make) -> None:
    """A survivor that is no mistake is left out of the share, and stays in the count of all."""
    equivalent = Equivalent("m.py:Number 1 2", "nobody reads x")
    score, part = judged(exercise, [outcome(a=P), outcome(a=F), outcome(a=F), outcome(a=F)], equivalent)
    assert part.problems == ()
    assert (score.explained, score.share, score.share_of_all) == (1, 1.0, 0.75)
    assert score.survivors[0].reason == "nobody reads x"


@pytest.mark.parametrize(
    ("mutant", "what"),
    [
        ("m.py:Number 2 3", "is caught by a"),
        ("m.py:gone:Number 2 3", "is the name of no generated mutant"),
    ],
    ids=["caught", "gone"],
)
def test_a_stale_explanation_is_a_problem(exercise: Exercise, outcome: Make, mutant: str, what: str) -> None:
    """What explains nothing any more is to be removed."""
    _, part = judged(exercise, [outcome(a=F)] * 4, Equivalent(mutant, "because"))
    assert [problem.what for problem in part.problems] == [what]


def test_a_run_without_end_counts_as_caught(exercise: Exercise, outcome: Make) -> None:
    """Whoever waits for ever has noticed."""
    endless = replace(outcome(a=P), fault="too long", is_overdue=True)
    score, part = judged(exercise, [endless, *[outcome(a=F)] * 3])
    assert (score.caught, part.problems) == (4, ())


def test_a_broken_run_is_the_kits_fault(exercise: Exercise, outcome: Make) -> None:
    """A run that the kit broke is neither caught nor survived in silence."""
    _, part = judged(exercise, [Outcome({}, fault="no pytest"), *[outcome(a=F)] * 3])
    assert part.is_kit_fault
    assert "no pytest" in [problem.what for problem in part.problems]


def test_the_hunt_asks_first_what_caught_nearby(exercise: Exercise, outcome: Make) -> None:
    """A check that caught a mistake in a function is asked first about the next one in it or near it."""
    hunt = Hunt(exercise.checks)
    assert [check.name for check in hunt.order("Box.f")] == ["a", "b", "h"]
    hunt.caught("Box.f", outcome(a=P, b=F))
    hunt.caught("Box.g", outcome(a=P, h=F))
    assert [check.name for check in hunt.order("Box.f")] == ["b", "h", "a"]
    assert [check.name for check in hunt.order("Jar.f")] == ["a", "b", "h"]
