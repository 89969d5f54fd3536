"""A folder that the learner's code writes into, and threads of the referee that can write nowhere else.

Whoever opens a database there trusts what lies beside it: SQLite follows a link in the place of the folder,
deletes the file that a journal names, waits for a pipe. To look before would be too early, for the code
still runs; so the kernel refuses what leads outside, wherever it confines the learner's code too.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from backroad.subject import landlock
from backroad.subject.confinement import SET_NO_NEW_PRIVS

T = TypeVar("T")
READING = landlock.READ | landlock.EXECUTE


class Enclosure:
    """A folder, held open from before the learner's code ran: what stands in its place later is another."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._handle: int | None = None
        if landlock.abi():
            self._handle = os.open(folder, os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)

    def do(self, deed: Callable[[], T], seconds: float) -> T:
        """Return what a deed returns, or raise what it raises; TimeoutError if it does not come back."""
        done: list[T] = []
        errors: list[BaseException] = []

        def act() -> None:
            try:
                self.enter()
                done.append(deed())
            except BaseException as error:
                errors.append(error)

        thread = threading.Thread(target=act, daemon=True)  # left behind where it waits for ever
        thread.start()
        thread.join(seconds)
        if errors:
            raise errors[0]
        if not done:
            raise TimeoutError
        return done[0]

    def enter(self) -> None:
        """Let this thread change nothing outside the folder from now on; reading is free."""
        if self._handle is None or landlock.libc is None:
            return
        with suppress(OSError):
            landlock.libc.prctl(SET_NO_NEW_PRIVS, 1, 0, 0, 0)
            rules = landlock.Ruleset(limit_connect=False, unlimited=READING)
            rules.allow_open(self._handle, rules.rights)
            rules.enforce()

    def close(self) -> None:
        """Let go of the folder."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None
