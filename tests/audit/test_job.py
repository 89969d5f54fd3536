"""An exercise from its folders to its audit: a sound one is clean, every defect is found."""

from __future__ import annotations

from typing import Any

import pytest

from backroad.audit import Audit, Request, audits

FOLDER = "exercises/1-basics/doubler"
SOLUTION = "solutions/1-basics/doubler"
WORK = '''
def lines(subject, measure):
    """Lines per double"""
    assert subject.double(1) == 2
    measure.steps(subject, [("double", 3)])
'''
CHECKS = f"{FOLDER}/checks/test_1_double.py"


def audit(doubler: Any, generated: bool = False) -> Audit:
    """Audit the exercise, without a memory."""
    return audits(doubler.content, Request(("doubler",), with_generated=generated))[0]


def found(result: Audit, name: str) -> list[str]:
    """Return what is wrong in one part."""
    return [problem.what for part in result.parts if part.name == name for problem in part.problems]


def red(result: Audit) -> list[str]:
    """Return the names of the parts that have problems."""
    return [part.name for part in result.parts if part.problems]


def test_a_sound_exercise_is_clean(doubler: Any) -> None:
    """Every part is proven, mutants of the audit's own included."""
    result = audit(doubler, generated=True)
    assert result.problems == ()
    names = ["layout", "starter", "reference", "alternatives", "in-process", "mutants", "checks"]
    assert [part.name for part in result.parts] == [*names, "generated", "time"]
    assert result.score is not None
    assert (result.score.share, result.score.survivors) == (1.0, ())
    assert result.score.made > 8


def test_work_is_proven(doubler: Any) -> None:
    """The reference and every alternative do the work; a piece that gives no number is told."""
    doubler.write(f"{FOLDER}/work.py", WORK)
    assert found(audit(doubler), "work") == []
    doubler.replace(f"{FOLDER}/work.py", "subject.double(1) == 2", "subject.double(1) == 3")
    assert found(audit(doubler), "work") == ["the reference: expected 3, got 2", "shift: expected 3, got 2"]


def test_an_endless_mutant_is_caught_and_holds_nothing_up(doubler: Any) -> None:
    """A mutant that hangs is compared in-process without the checks that it hangs in."""
    doubler.replace(
        f"{SOLUTION}/mutants.toml", 'replace = "number + 2"', 'replace = "[1 for _ in iter(int, 1)]"'
    )
    assert red(audit(doubler)) == []


def test_a_check_that_asserts_nothing_is_found(doubler: Any) -> None:
    """A check that passes whatever the code does was never seen to fail, and lets its mutant pass."""
    doubler.replace(CHECKS, "assert subject.double(3) == 6", "subject.double(3)")
    result = audit(doubler)
    assert red(result) == ["mutants", "checks"]
    assert found(result, "mutants") == ["doubles lets it pass"]
    assert found(result, "checks") == ["was never seen to fail"]


def test_defects_of_the_solutions_are_found_together(doubler: Any) -> None:
    """A failing alternative, a wrong caught_by, a long sentence, a stray file: all are told at once."""
    doubler.replace(f"{SOLUTION}/alternatives/shift/doubler.py", "number << 1", "number << 2")
    doubler.replace(
        f"{SOLUTION}/mutants.toml", 'caught_by = ["doubles"]', 'caught_by = ["refuses_negatives"]'
    )
    doubler.replace(CHECKS, "double(3) is 6", "double(3) is 6" + "!" * 80)
    doubler.write(f"{FOLDER}/notes.txt", "stray")
    result = audit(doubler)
    assert red(result) == ["layout", "alternatives", "mutants"]
    assert sorted(found(result, "layout")) == ["has no place here", "its sentence has 94 characters"]
    assert found(result, "mutants") == ["refuses_negatives is blocked, which catches nothing: doubles"]


def test_a_red_reference_is_told_before_all_else(doubler: Any) -> None:
    """Mutants of a reference that fails prove nothing, and are not run."""
    doubler.replace(f"{SOLUTION}/reference/doubler.py", "number < 0", "number < 5")
    doubler.write(f"{SOLUTION}/mutants.toml", "")
    result = audit(doubler, generated=True)
    assert red(result) == ["reference"]
    assert "mutants" not in [part.name for part in result.parts]
    assert result.score is None


def test_a_finished_starter_is_found(doubler: Any) -> None:
    """A starter that passes leaves nothing to do."""
    text = (doubler.content.root / SOLUTION / "reference/doubler.py").read_text()
    doubler.write(f"{FOLDER}/starter/doubler.py", text)
    assert found(audit(doubler), "starter") == ["passes all core checks"]


def test_verdicts_that_depend_on_the_process_are_found(doubler: Any) -> None:
    """Code that looks for the checks in its own process is caught at it."""
    cheat = "import sys\nPLAIN = 'pytest' not in sys.modules\n"
    doubler.write(
        f"{SOLUTION}/alternatives/cheat/doubler.py",
        cheat + "def double(n):\n    if n < 0:\n        raise ValueError\n    return n * 2 if PLAIN else n\n",
    )
    result = audit(doubler)
    assert "in-process" in red(result)
    assert "PASSED in two processes and FAILED in-process" in found(result, "in-process")[0]


def test_survivors_and_stale_explanations(doubler: Any) -> None:
    """A check that looks at one value only lets mistakes through; an explanation of none is stale."""
    doubler.replace(CHECKS, "assert subject.double(0) == 0", "pass")
    stale = '[[equivalent]]\nmutant = "doubler.py:gone:Number 1 2"\nreason = "none"\n'
    doubler.replace(
        f"{SOLUTION}/mutants.toml",
        '\n[[mutant]]\nname = "cuts_off"',
        f'\n{stale}\n[[mutant]]\nname = "cuts_off"',
    )
    result = audit(doubler, generated=True)
    assert red(result) == ["generated"]
    told = [problem for problem in result.problems if "equivalent" in problem.where]
    assert [problem.what for problem in told] == ["is the name of no generated mutant"]
    assert result.score is not None
    assert "doubler.py:double:Comparison < <=" in [survivor.mutant for survivor in result.score.survivors]


@pytest.mark.parametrize("name", ["starter/doubler.py", "checks/test_1_double.py"])
def test_what_cannot_be_read_is_a_problem(doubler: Any, name: str) -> None:
    """A syntax error in a file of the exercise is a problem of the exercise."""
    doubler.write(f"{FOLDER}/{name}", "def (:\n")
    assert audit(doubler).problems
