"""Turns of runs that stand side by side: each has the machine for itself while it is timed."""

from __future__ import annotations

import threading


class Turns:
    """Lets one of several parties work at a time, one after the other, and only while all others wait.

    For whoever asks for the runs: one thread a party. A party works until it asks again, or leaves.
    """

    def __init__(self, parties: int) -> None:
        self._changed = threading.Condition()
        self._present = set(range(parties))
        self._waiting: set[int] = set()
        self._last = -1

    def wait(self, party: int) -> None:
        """Return when it is this party's turn, or the party is not present any more."""
        with self._changed:
            self._waiting.add(party)
            self._changed.notify_all()
            self._changed.wait_for(lambda: party not in self._present or self._next() == party)
            self._waiting.discard(party)
            self._last = party

    def leave(self, party: int) -> None:
        """Go on without this party."""
        with self._changed:
            self._present.discard(party)
            self._waiting.discard(party)
            self._changed.notify_all()

    def end(self) -> None:
        """Let everybody go."""
        with self._changed:
            self._present.clear()
            self._changed.notify_all()

    def _next(self) -> int | None:
        """Return who is to work now: the one after the last, once all that are present wait."""
        if not self._present <= self._waiting:
            return None
        return min(self._present, key=lambda party: (party <= self._last, party))
