"""Functions run at the same time."""

from __future__ import annotations

import threading

import pytest

from backroad.referee.evidence import Blocked, Trouble
from backroad.referee.parallel import in_parallel


def test_threads_start_together_and_results_keep_their_order() -> None:
    """All are under way at once, and each result stands in its place."""
    barrier = threading.Barrier(4)
    assert in_parallel(4, lambda number: (barrier.wait(20), number)[1]) == [0, 1, 2, 3]


def test_what_one_raises_is_raised() -> None:
    """Also what ends a check."""
    with pytest.raises(ZeroDivisionError):
        in_parallel(2, lambda number: 1 / number)

    def blocked(_: int) -> None:
        raise Blocked("other")

    with pytest.raises(Trouble):
        in_parallel(3, blocked)
