"""Who judges: a pool of workers on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Protocol

from backroad.content.trees import Tree
from backroad.grading.judge import Judge
from backroad.grading.values import Outcome
from backroad.model import Exercise


class Crew(Protocol):
    """Takes submissions; `places` of them are judged at a time."""

    places: int

    def begin(self, tree: Tree) -> Future[Outcome]:
        """Ask for a judgement; it is made when a place is free."""


class LocalCrew:
    """Threads that wait for the processes of an engine."""

    def __init__(self, judge: Judge, pool: ThreadPoolExecutor, places: int) -> None:
        self.places = places
        self._judge = judge
        self._pool = pool

    def begin(self, tree: Tree) -> Future[Outcome]:
        """Ask for a judgement; it is made when a place is free."""
        return self._pool.submit(self._judge.outcome, tree)


@contextmanager
def local_crew(exercise: Exercise, seed: int, places: int) -> Iterator[Crew]:
    """Have submissions judged on this machine; raises KitFault where the reference does not pass."""
    with Judge(exercise, seed) as judge:
        judge.require_sound()
        pool = ThreadPoolExecutor(places, "judge")
        try:
            yield LocalCrew(judge, pool, places)
        except BaseException:
            judge.stop()
            raise
        finally:
            pool.shutdown(cancel_futures=True)
