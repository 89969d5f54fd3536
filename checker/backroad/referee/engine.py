"""Runs that start warm, from what is kept ready for each exercise."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path

from backroad.plan import Plan
from backroad.referee.forked import Unborn, can_fork
from backroad.referee.parts import RunPart, parts_of, run_in_parts
from backroad.referee.session import Answer, Brake, OnResult, run
from backroad.referee.stands import Forking, SingleUse, Stand, stamp_of
from backroad.referee.supplies import space_of
from backroad.report import Report
from backroad.subject.namespaces import Space

MOST = 4


class Engine:
    """Judges plans as `run` does, without the start-up; use it in a `with`.

    Whatever cannot start warm starts cold: the verdicts are the same. With `spare`, the next run of each
    exercise is kept ready ahead: quicker for one run now and then, dearer for many in a row; without it
    there is no warm start where nothing can be forked, which is found out unless `forks` says it. Of `most`
    exercises something is kept ready, those that were asked for last.
    """

    def __init__(
        self,
        notice: Callable[[str], None] = lambda _: None,
        *,
        spare: bool = False,
        most: int = MOST,
        forks: bool | None = None,
    ) -> None:
        self._notice = notice
        self._most = most
        self._spare = spare
        self._forks = can_fork() if forks is None else forks
        self._stands: dict[tuple[Path, Space], Stand] = {}
        self._lock = threading.Lock()

    def run(
        self,
        plan: Plan,
        on_result: OnResult | None = None,
        seconds: float | None = None,
        brake: Brake | None = None,
        answer: Answer = lambda _: None,
    ) -> Report:
        """Judge a plan; raises KitFault as `run` does."""
        cold = partial(run, seconds=seconds)
        if (self._forks or self._spare) and not plan.in_process:
            for _ in range(2):
                stand = self._stand(plan)
                warm = partial(cold, start=stand.start)
                try:
                    return judged(plan, warm, on_result, brake, answer, stand.seconds)
                except Unborn:
                    self._forget(stand)
                    self._notice(f"{plan.exercise}: what was kept ready has ended; it starts anew")
                finally:
                    stand.refill(plan)
            self._notice(f"{plan.exercise}: the warm start does not work here; each run starts anew")
        return judged(plan, cold, on_result, brake, answer, {})

    def _stand(self, plan: Plan) -> Stand:
        """Return what is ready for the plan's exercise; what is stale is replaced."""
        with self._lock:
            key = plan.checks, space_of(plan)
            stand = self._stands.pop(key, None)
            if stand is not None and stand.stamp != stamp_of(plan):
                stand.close()
                stand = None
            if stand is None:
                stand = Forking(plan, spare=self._spare) if self._forks else SingleUse(plan)
            self._stands[key] = stand  # last in the row: it was asked for last
            while len(self._stands) > self._most:
                self._stands.pop(next(iter(self._stands))).close()
            return stand

    def _forget(self, stand: Stand) -> None:
        """Let go of what does not answer any more."""
        with self._lock:
            stand.close()
            for key, known in list(self._stands.items()):
                if known is stand:
                    del self._stands[key]

    def close(self) -> None:
        """End everything that was kept ready."""
        with self._lock:
            for stand in self._stands.values():
                stand.close()
            self._stands.clear()

    def __enter__(self) -> Engine:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def judged(
    plan: Plan,
    how: RunPart,
    on_result: OnResult | None,
    brake: Brake | None,
    answer: Answer,
    seconds: dict[str, float],
) -> Report:
    """Judge a plan in this way, in as many parts as pay off; see `run_in_parts`."""
    if (count := parts_of(plan)) > 1:
        return run_in_parts(plan, count, how, on_result, brake, seconds)
    return how(plan, on_result, brake=brake, answer=answer)
