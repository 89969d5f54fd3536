"""Deadlines in time that processes could run: to wait for a processor or a disk, or to sleep, is no fault."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress

PATIENCE = 4.0  # times the seconds due, on the busiest machine
SOON = 0.001
LATE = 0.25  # seconds; who comes back from a wait so much after its end was asleep
GLANCE = 0.05  # seconds within which most answers come, so that nobody needs to ask who waited for what
RUNS, WAITS_FOR_DISK = "R", "D"  # proc_pid_stat(5); D is called uninterruptible
NANO = 1e-9


class Deadline:
    """The end of `seconds` from now, put off by what others took of processors and disks meanwhile.

    `pids` gives the processes that are waited for; a system may not tell who waits for what. What comes back
    from a wait long after its end was asleep with everything else, as when a laptop is closed, a machine is
    paused or a job is stopped: that time does not count either.
    """

    def __init__(self, seconds: float, pids: Callable[[], Iterable[int]]) -> None:
        self.seconds = seconds
        self._pids = pids
        self._begin = time.monotonic()
        self._asleep = 0.0
        self._due: float | None = None  # when the wait under way is to be over
        self._before: dict[int, tuple[float, float]] | None = None
        self._looked = 0.0  # seconds that had passed when one last looked
        self._stuck = 0.0  # seconds that the processes waited for a disk

    @property
    def passed(self) -> float:
        """Seconds since the start, by the clock on the wall, without those that everything slept."""
        now = time.monotonic()
        if self._due is not None and now - self._due > LATE:
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
        passed = self.passed
        if self._before is None:
            self._before = run_times(self._pids()) if passed >= GLANCE else None
        elif wait_for_disk(self._pids()):
            self._stuck += passed - self._looked
        self._looked = passed
        left = self.seconds - passed
        if left <= SOON:
            left += min(self._lent(), (PATIENCE - 1) * self.seconds)
        return left if left > SOON else 0.0

    @property
    def wait(self) -> float:
        """Seconds to wait before one looks at the deadline again; 0 when it is over."""
        longest = GLANCE if self._before is not None else max(GLANCE - self.passed, SOON)
        seconds = min(self.left, longest)
        self._due = time.monotonic() + seconds
        return seconds

    def pause(self, seconds: float) -> None:
        """Sleep for less than LATE seconds, whoever else sleeps meanwhile."""
        self._due = time.monotonic() + seconds
        time.sleep(seconds)

    def _lent(self) -> float:
        """Return the seconds in which a thread was ready or stuck, and none of the processes ran."""
        running, waiting, before = 0.0, 0.0, self._before or {}
        for thread, (ran, waited) in run_times(self._pids()).items() if before else ():
            ran_before, waited_before = before.get(thread, (0.0, 0.0))
            running += ran - ran_before
            waiting = max(waiting, waited - waited_before)
        return max(0.0, min(waiting + self._stuck, self.passed - running))


def run_times(pids: Iterable[int]) -> dict[int, tuple[float, float]]:
    """Return, for each thread of the processes, the seconds it ran and those it waited for a processor.

    The kernel's `schedstat` (Documentation/scheduler/sched-stats.rst); empty where there is none.
    """
    times: dict[int, tuple[float, float]] = {}
    for pid, thread in threads(pids):
        told = read(pid, thread, "schedstat").split()
        times[int(thread)] = (int(told[0]) * NANO, int(told[1]) * NANO) if told else (0.0, 0.0)
    return times


def wait_for_disk(pids: Iterable[int]) -> bool:
    """Say whether a thread of the processes waits for a disk now while none runs, or could."""
    told = (read(pid, thread, "stat").rpartition(b") ")[2][:1] for pid, thread in threads(pids))
    states = {state.decode() for state in told}
    return WAITS_FOR_DISK in states and RUNS not in states


def threads(pids: Iterable[int]) -> Iterator[tuple[int, str]]:
    """Yield the process and the number of each of their threads."""
    for pid in pids:
        with suppress(OSError):
            for thread in os.listdir(f"/proc/{pid}/task"):  # noqa: PTH208 - asked before every request
                yield pid, thread


def read(pid: int, thread: str, file: str) -> bytes:
    """Return what the kernel tells of a thread; nothing of one that is gone."""
    with suppress(OSError):
        handle = os.open(f"/proc/{pid}/task/{thread}/{file}", os.O_RDONLY)
        try:
            return os.read(handle, 1024)
        finally:
            os.close(handle)
    return b""
