"""The words of check files."""

from __future__ import annotations

import pytest

from backroad import checks
from backroad.referee import answers, matchers, scripts, tokens
from backroad.referee.http import Reply


def test_the_words_are_these() -> None:
    """What authors may import, and nothing else."""
    values = "Refused Reply a anything exactly same answer problem"
    doing = "agree forge_jwt fresh hint keywords play read_jwt requires"
    assert sorted(checks.__all__) == sorted([*values.split(), *doing.split()])
    assert all(hasattr(checks, name) for name in checks.__all__)


def test_the_words_mean_what_the_referee_has() -> None:
    """They are the referee's own, not copies."""
    assert (checks.play, checks.agree) == (scripts.play, scripts.agree)
    assert (checks.answer, checks.problem, checks.Reply) == (answers.answer, answers.problem, Reply)
    assert (checks.forge_jwt, checks.read_jwt) == (tokens.forge_jwt, tokens.read_jwt)
    assert (checks.a, checks.anything, checks.exactly) == (matchers.a, matchers.anything, matchers.exactly)


def test_a_check_keeps_its_marks() -> None:
    """`requires`, `hint` and `fresh` leave the function as it is and mark it."""

    @checks.requires("one", "two")
    @checks.hint("a", "b", "c")
    @checks.fresh
    def test_it() -> int:
        return 5

    marks: list[pytest.Mark] = vars(test_it)["pytestmark"]
    assert test_it() == 5
    assert {mark.name: mark.args for mark in marks} == {
        "requires": ("one", "two"),
        "hint": ("a", "b", "c"),
        "fresh": (),
    }


def test_a_hint_has_three_rungs() -> None:
    """Two are not enough."""
    with pytest.raises(TypeError):
        checks.hint("a", "b")  # type: ignore[call-arg]
