"""Turns of runs that stand side by side."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

from backroad.referee.turns import Turns

SECONDS = 20


def test_parties_alternate() -> None:
    """Each has its turn after the others had theirs, and nobody works beside another."""
    turns, order, at_work = Turns(3), list[int](), threading.Lock()

    def work(party: int) -> None:
        for _ in range(4):
            turns.wait(party)
            assert at_work.acquire(blocking=False)
            order.append(party)
            at_work.release()
        turns.leave(party)

    with ThreadPoolExecutor(3) as pool:
        for done in [pool.submit(work, party) for party in range(3)]:
            done.result(SECONDS)
    assert order == [0, 1, 2] * 4


def test_nobody_begins_before_all_wait() -> None:
    """While one party is still getting ready, the others wait; when it leaves, they go on."""
    turns, gone = Turns(2), threading.Event()

    def work() -> bool:
        turns.wait(0)
        return gone.is_set()

    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(work)
        gone.set()
        turns.leave(1)
        assert asked.result(SECONDS)


def test_the_end_lets_everybody_go() -> None:
    """Where the whole is ended, nobody goes on waiting."""
    turns = Turns(2)
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(turns.wait, 0)
        turns.end()
        asked.result(SECONDS)
