"""Limits for the time of a command."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator

import pytest

from backroad.documents.overtime import Overtime, TimeLimit


@pytest.fixture
def limit() -> Iterator[TimeLimit]:
    """A limit of a moment; afterwards signals are handled as before."""
    before = signal.getsignal(signal.SIGALRM)
    yield TimeLimit(0.02)
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)


def test_what_takes_long_is_interrupted(limit: TimeLimit) -> None:
    """The interruption comes in the middle of things."""
    with pytest.raises(Overtime), limit.of(None):
        time.sleep(5)


def test_what_is_quick_is_not(limit: TimeLimit) -> None:
    """Nothing comes afterwards."""
    with limit.of(None):
        pass
    time.sleep(0.04)


def test_a_step_that_must_be_finished_is(limit: TimeLimit) -> None:
    """The interruption waits for its end."""
    done: list[bool] = []
    with pytest.raises(Overtime), limit.of(None), limit.postponed():
        done.append(_spin(0.05))
    assert done == [True]


def _spin(seconds: float) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        pass
    return True
