"""What outcomes prove, and what they do not."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from backroad.audit import proofs
from backroad.audit.proofs import Pair
from backroad.audit.trials import Outcome
from backroad.audit.values import Part
from backroad.model import Edit, Exercise, Mutant
from backroad.referee.together import Found
from backroad.report import Measured, Verdict

P, F, R, H = Verdict.PASSED, Verdict.FAILED, Verdict.RAISED, Verdict.HUNG
BLOCKED, UNREADABLE = Verdict.BLOCKED, Verdict.UNREADABLE
Make = Callable[..., Outcome]


def mutant(*caught_by: str) -> Mutant:
    """Return a mutant that names its checks."""
    return Mutant("wrong", "", caught_by, (Edit("x.py", "a", "b"),))


def whats(part: Part) -> list[str]:
    """Return what is wrong, without where and what to do."""
    return [problem.what for problem in part.problems]


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        ({"a": F, "b": BLOCKED, "h": BLOCKED}, []),
        ({"a": P, "b": P, "h": F}, ["passes all core checks"]),
        ({"a": UNREADABLE, "b": UNREADABLE, "h": UNREADABLE}, ["does not start: it is wrong"]),
    ],
    ids=["one red", "only hardening red", "not loaded"],
)
def test_a_starter_starts_and_fails(
    exercise: Exercise, outcome: Make, verdicts: dict[str, Verdict], expected: list[str]
) -> None:
    """A starter that is done, or that does not even start, is no starter."""
    assert whats(proofs.starter_part(exercise, outcome(**verdicts))) == expected


def test_a_reference_is_green_in_every_run(exercise: Exercise, outcome: Make) -> None:
    """A check that fails in one kind of run only is named with that run."""
    runs = {"in order": outcome(a=P, b=P, h=P), "shuffled": outcome(a=P, b=F, h=P)}
    part = proofs.reference_part(exercise, runs)
    assert whats(part) == ["the reference does not pass it shuffled: FAILED: it is wrong"]
    assert part.problems[0].where.endswith("test_1_one.py:1: b")


def test_a_check_that_does_not_run_is_not_passed(exercise: Exercise, outcome: Make) -> None:
    """Silence is no green."""
    part = proofs.reference_part(exercise, {"in order": outcome(a=P, b=P)})
    assert whats(part) == ["the reference does not pass it: it did not run"]


def test_a_fault_of_the_kit_is_told_apart(exercise: Exercise) -> None:
    """A run that the kit broke is one problem and not one a check, and the kit's."""
    part = proofs.reference_part(exercise, {"in order": Outcome({}, fault="no pytest")})
    assert (whats(part), part.is_kit_fault) == (["the reference: no pytest"], True)


def test_alternatives_pass_or_are_named(exercise: Exercise, outcome: Make) -> None:
    """A red alternative is a problem, one that cannot run here a note."""
    pairs = [Pair("good", outcome(a=P, b=P, h=P)), Pair("bad", outcome(a=P, b=P, h=F))]
    part = proofs.alternatives_part(exercise, pairs, {"node": "node is not on this machine"})
    assert whats(part) == ["bad does not pass it: FAILED: it is wrong"]
    assert part.notes == ("node was left out: node is not on this machine",)


def test_work_gives_a_number_or_says_why_not(exercise: Exercise) -> None:
    """What no instrument sees of an alternative is a note; of the reference, or failed, it is a problem."""
    unseen, failed = Measured("statements", reason="not Python"), Measured("", reason="it hung")
    work = exercise.checks[:1]
    found = {"the reference": Found({"a": Measured("statements", 2)}), "node": Found({"a": unseen})}
    part = proofs.work_part(exercise, work, found)
    assert (whats(part), part.notes) == ([], ("node has no number for a holds: not Python",))
    wrong = {"the reference": Found({"a": unseen}), "one": Found({"a": failed}), "two": Found()}
    wrong["three"] = Found(fault="broke")
    assert whats(proofs.work_part(exercise, work, wrong)) == [
        "the reference: not Python",
        "one: it hung",
        "two: it did not run",
        "three: broke",
    ]


def test_both_ways_say_the_same(exercise: Exercise, outcome: Make) -> None:
    """A verdict that depends on the process is a problem; what ran only one way is not compared."""
    pair = Pair("x", outcome(a=P, b=F, h=H), outcome(a=P, b=R))
    part = proofs.agreement_part(exercise, [pair])
    assert whats(part) == ["x is FAILED in two processes and RAISED in-process: it is wrong"]


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        ({"a": F, "b": R}, []),
        ({"a": P, "b": P}, ["is caught by no check"]),
        ({"a": F, "b": P}, ["b lets it pass"]),
        ({"a": F, "b": BLOCKED}, ["b is blocked, which catches nothing: it is wrong"]),
        ({"a": F}, ["b did not run in time"]),
    ],
    ids=["both", "neither", "one of them", "blocked", "not run"],
)
def test_a_mutant_is_caught_by_what_it_names(
    exercise: Exercise, outcome: Make, verdicts: dict[str, Verdict], expected: list[str]
) -> None:
    """Every check named must fail; a blocked one has seen nothing."""
    part = proofs.mutants_part(exercise, [mutant("a", "b")], [outcome(**verdicts)])
    assert whats(part) == expected


def test_what_caught_a_mutant_instead_is_said(exercise: Exercise, outcome: Make) -> None:
    """An author who named the wrong check is told the right one."""
    part = proofs.mutants_part(exercise, [mutant("a")], [outcome(a=P, b=F)])
    assert part.problems[0].remedy == "b caught it: name that, or sharpen the check"


def test_a_check_that_never_failed_is_found(exercise: Exercise, outcome: Make) -> None:
    """A step that is not written does not show that a check can fail; a mutant does."""
    start = outcome(line="NotImplementedError", a=R, b=R, h=R)
    assert proofs.seen(start, [mutant("a")], [outcome(a=F, b=P, h=BLOCKED)]) == {"a"}
    part = proofs.seen_part(exercise, ["b", "h"])
    assert [problem.where[-2:] for problem in part.problems] == [" b", " h"]


def test_an_unreadable_mutant_shows_only_what_it_names(outcome: Make) -> None:
    """A service that does not start fails every check, and proves one."""
    mutants, red = [mutant("a")], [outcome(a=UNREADABLE, b=UNREADABLE, h=UNREADABLE)]
    assert proofs.seen(outcome(a=P, b=F, h=P), mutants, red) == {"a", "b"}
