"""Threads that start together."""

from __future__ import annotations

import threading

import pytest

from backroad.referee.parallel import in_parallel


def test_all_are_there_before_one_goes_on() -> None:
    """The threads meet, and their results come in the order of their numbers."""
    meeting = threading.Barrier(4)
    assert in_parallel(4, lambda number: (meeting.wait(10), number)[1]) == [0, 1, 2, 3]


def test_the_first_exception_is_raised_again() -> None:
    """What fails in a thread fails in the check."""
    with pytest.raises(ZeroDivisionError):
        in_parallel(2, lambda number: 1 / number)
