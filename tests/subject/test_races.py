"""Calls that race: all at once, each with its outcome."""

from __future__ import annotations

import threading

from backroad.subject.races import run_race
from backroad.subject.recording import Race


def test_all_are_let_go_together() -> None:
    """Every call runs in a thread of its own, and waits for nobody who is not there."""
    meeting = threading.Barrier(8)
    outcomes = run_race([lambda: meeting.wait(10)] * 8)
    assert sorted(outcome.value for outcome in outcomes) == [*range(8)]


def test_each_has_its_own_outcome() -> None:
    """Values and exceptions, in the order of the calls; also one that would end the process."""

    def leave() -> None:
        raise SystemExit(3)

    outcomes = run_race([lambda: 1, leave, lambda: [][0]])
    assert outcomes[0].value == 1
    assert [type(outcome.error) for outcome in outcomes] == [type(None), SystemExit, IndexError]


def test_pauses_are_over_with_the_race() -> None:
    """Statements are held up during a race only; a race of nobody is over at once."""
    seen = run_race([lambda: Race.running])
    assert seen[0].value is True
    assert Race.running is False
    assert run_race([]) == []
