"""How far the learner is on the road and how it came to that, kept up with the journal entry by entry."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from backroad.events import Entry
from backroad.pages.past import Told, told_of
from backroad.practice import Practice
from backroad.progress import NOTHING, Standing, after


@dataclass
class Road:
    """The standings and the events so far; to ask again reads only what the journal has learnt since.

    A journal that was taken away or exchanged is read anew.
    """

    practice: Practice
    _found: dict[str, Standing] = field(default_factory=dict)
    _told: list[Told] = field(default_factory=list)
    _last: Entry | None = None
    _file: tuple[int, int] | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def standings(self) -> dict[str, Standing]:
        """Return the standing of every exercise that the journal speaks of."""
        with self._lock:
            self._catch_up()
            return dict(self._found)

    def told(self) -> list[Told]:
        """Return all that happened, in the learner's time."""
        with self._lock:
            self._catch_up()
            return list(self._told)

    def _catch_up(self) -> None:
        file = self._identity()
        if file != self._file:
            self._forget(file)
        for entry in self._new() if file is not None else ():
            slug = entry.event.slug
            self._found[slug] = after(self._found.get(slug, NOTHING), entry, self.practice.kit)
            self._told.append(told_of(entry.at.astimezone(), entry.event))
            self._last = entry

    def _new(self) -> list[Entry]:
        """Return what is not known yet: all, where the last that is known stands there no longer."""
        if self._last is None:
            return self.practice.entries()
        found = self.practice.entries(after=self._last.number - 1)
        if found[:1] == [self._last]:
            return found[1:]
        anew = self.practice.entries()
        if anew:  # another journal, for which the system took the number of the file that was deleted
            self._forget(self._file)
        return anew

    def _forget(self, file: tuple[int, int] | None) -> None:
        self._found, self._told, self._last, self._file = {}, [], None, file

    def _identity(self) -> tuple[int, int] | None:
        """Return what tells the journal's file from another one of its name."""
        try:
            state = (self.practice.home / "journal.sqlite").stat()
        except OSError:
            return None
        return state.st_dev, state.st_ino
