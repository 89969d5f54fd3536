"""A limit for the time of a command: a signal interrupts it, even in the middle of a regular expression."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager

SECONDS = 5.0


class Overtime(BaseException):
    """A command took too long; no `except Exception` on the way may swallow it."""


class TimeLimit:
    """Interrupts what runs in the main thread; on systems without timers, nothing is interrupted."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._postponed = False
        self._due = False
        self._works = hasattr(signal, "setitimer")
        if self._works:
            signal.signal(signal.SIGALRM, self._ring)

    def _ring(self, *_: object) -> None:
        self._due = True
        if not self._postponed:
            raise Overtime

    @contextmanager
    def of(self, milliseconds: int | None) -> Iterator[None]:
        """Bound what is done inside, by less than usual where a caller asks for it."""
        if not self._works:
            yield
            return
        seconds = self._seconds if milliseconds is None else min(self._seconds, milliseconds / 1000)
        self._due = False
        signal.setitimer(signal.ITIMER_REAL, seconds)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)

    @contextmanager
    def postponed(self) -> Iterator[None]:
        """Let a step be finished that must not be left half done."""
        self._postponed = True
        try:
            yield
        finally:
            self._postponed = False
        if self._due:
            raise Overtime
