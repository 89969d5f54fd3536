"""Notices saves in a folder: one word for all that comes at once, and one when the folder is gone."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

STEP_MS = 10
TOGETHER_MS = 60  # an editor's save is several changes: a new file, a rename, a backup
LOOK_MS = 500
BACK_SECONDS = 0.2


class Saves:
    """Watches a folder in a thread of its own; use it in a `with`.

    `saved` is called after changes, and once when the watch is on, for what was saved before; `gone` when the
    folder is not there any more, and `saved` again when it is back. Changes come from the system, and are
    looked for where it watches no more folders; on disks that tell nothing, WATCHFILES_FORCE_POLLING=true has
    them looked for (see the documentation of watchfiles).
    """

    def __init__(self, folder: Path, saved: Callable[[], None], gone: Callable[[], None]) -> None:
        self._folder = folder
        self._saved = saved
        self._gone = gone
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="saves", daemon=True)

    def __enter__(self) -> Saves:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.is_set():
            if self._folder.is_dir():
                self._watch_one(inode(self._folder))
            if not self._over.is_set():
                self._gone()
                while not self._folder.is_dir() and not self._over.wait(BACK_SECONDS):
                    pass
                if not self._over.is_set():
                    self._saved()

    def _watch_one(self, known: int | None) -> None:
        """Tell of changes until this very folder is gone."""
        with suppress(FileNotFoundError):
            try:
                self._follow(known)
            except FileNotFoundError:
                raise
            except (OSError, RuntimeError):  # a limit of the system, on folders or on watchers
                self._follow(known, polling=True)

    def _follow(self, known: int | None, *, polling: bool | None = None) -> None:
        """Tell of changes as long as the folder is this one; the environment says how, or `polling` does."""
        from watchfiles import watch

        changes = watch(
            self._folder,
            debounce=TOGETHER_MS,
            step=STEP_MS,
            stop_event=self._over,
            rust_timeout=LOOK_MS,
            force_polling=polling,
            yield_on_timeout=True,
            raise_interrupt=False,
        )
        is_new = True  # the first word comes without a change too: from then on nothing is missed
        for change in changes:
            if inode(self._folder) != known:
                return
            if change or is_new:
                self._saved()
            is_new = False


def inode(folder: Path) -> int | None:
    """Return what tells a folder from another one of its name; None where there is none."""
    try:
        return folder.stat().st_ino
    except OSError:
        return None
