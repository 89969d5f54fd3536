"""How far the learner is on the road, kept up with the journal entry by entry."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from backroad.practice import Practice
from backroad.progress import NOTHING, Standing, after


@dataclass
class Road:
    """The standings so far; to ask again reads only what the journal has learnt since.

    A journal that was taken away or exchanged is read anew.
    """

    practice: Practice
    _found: dict[str, Standing] = field(default_factory=dict)
    _read: int = 0
    _file: tuple[int, int] | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def standings(self) -> dict[str, Standing]:
        """Return the standing of every exercise that the journal speaks of."""
        with self._lock:
            file = self._identity()
            if file != self._file:
                self._found, self._read, self._file = {}, 0, file
            if file is not None:
                for entry in self.practice.entries(after=self._read):
                    slug = entry.event.slug
                    self._found[slug] = after(self._found.get(slug, NOTHING), entry, self.practice.kit)
                    self._read = entry.number
            return dict(self._found)

    def _identity(self) -> tuple[int, int] | None:
        """Return what tells the journal's file from another one of its name."""
        try:
            state = (self.practice.home / "journal.sqlite").stat()
        except OSError:
            return None
        return state.st_dev, state.st_ino
