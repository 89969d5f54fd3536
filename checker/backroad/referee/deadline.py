"""Deadlines in time that processes could run: to wait for a processor, or to sleep, is no fault of theirs."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from contextlib import suppress

PATIENCE = 4.0  # times the seconds due, on the busiest machine
SOON = 0.001
LONGEST = 0.25  # seconds that one waits before one looks again
GLANCE = 0.05  # seconds within which most answers come, so that nobody needs to ask who waited for what
NANO = 1e-9


class Deadline:
    """The end of `seconds` from now, put off by what others took of the processors meanwhile.

    `pids` gives the processes that are waited for; a system may not tell who waits for a processor. What
    comes back from a wait long after its end was asleep with everything else, as when a laptop is closed, a
    machine is paused or a job is stopped: that time does not count either.
    """

    def __init__(self, seconds: float, pids: Callable[[], Iterable[int]]) -> None:
        self.seconds = seconds
        self._pids = pids
        self._begin = time.monotonic()
        self._asleep = 0.0
        self._due: float | None = None  # when the wait under way is to be over
        self._before: dict[int, tuple[float, float]] | None = None

    @property
    def passed(self) -> float:
        """Seconds since the start, by the clock on the wall, without those that everything slept."""
        now = time.monotonic()
        if self._due is not None and now - self._due > LONGEST:
            self._asleep += now - self._due
            self._due = None
        return now - self._begin - self._asleep

    @property
    def over(self) -> float:
        """Seconds beyond those of the start that have passed by the clock on the wall."""
        return max(0.0, self.passed - self.seconds) + self._asleep

    @property
    def left(self) -> float:
        """Seconds until the end; 0 when it is over."""
        if self._before is None and self.passed >= GLANCE:
            self._before = run_times(self._pids())
        left = self.seconds - self.passed
        if left <= SOON:
            left += min(self._lent(), (PATIENCE - 1) * self.seconds)
        return left if left > SOON else 0.0

    @property
    def wait(self) -> float:
        """Seconds to wait before one looks at the deadline again; 0 when it is over."""
        seconds = min(self.left, LONGEST)
        if self._before is None:
            seconds = min(seconds, max(GLANCE - self.passed, SOON))
        self._due = time.monotonic() + seconds
        return seconds

    def pause(self, seconds: float) -> None:
        """Sleep for less than LONGEST seconds, whoever else sleeps meanwhile."""
        self._due = time.monotonic() + seconds
        time.sleep(seconds)

    def _lent(self) -> float:
        """Return the seconds in which a thread was ready and did not run, nor any other of the processes."""
        running, waiting, before = 0.0, 0.0, self._before or {}
        for thread, (ran, waited) in run_times(self._pids()).items() if before else ():
            ran_before, waited_before = before.get(thread, (0.0, 0.0))
            running += ran - ran_before
            waiting = max(waiting, waited - waited_before)
        return max(0.0, min(waiting, self.passed - running))


def run_times(pids: Iterable[int]) -> dict[int, tuple[float, float]]:
    """Return, for each thread of the processes, the seconds it ran and those it waited for a processor.

    The kernel's `schedstat` (Documentation/scheduler/sched-stats.rst); empty where there is none.
    """
    times: dict[int, tuple[float, float]] = {}
    for pid in pids:
        with suppress(OSError):
            for thread in os.listdir(f"/proc/{pid}/task"):  # noqa: PTH208 - asked before every request
                times[int(thread)] = run_time(pid, thread)
    return times


def run_time(pid: int, thread: str) -> tuple[float, float]:
    """Return how long one thread ran and waited for a processor, in seconds; zeros for one that is gone."""
    try:
        file = os.open(f"/proc/{pid}/task/{thread}/schedstat", os.O_RDONLY)
    except OSError:
        return 0.0, 0.0
    try:
        ran, waited, _ = os.read(file, 100).split()
    except (OSError, ValueError):
        return 0.0, 0.0
    finally:
        os.close(file)
    return int(ran) * NANO, int(waited) * NANO
