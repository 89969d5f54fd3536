"""Single keys from the terminal, which is left as it was found."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

WAIT_SECONDS = 0.1


@contextmanager
def keys(pressed: Callable[[str], None]) -> Iterator[bool]:
    """Call `pressed` with every key for the time of the `with`; yields whether there are any keys here.

    Ctrl-C stays what it is. Only where a terminal can be asked for single keys: not on Windows, not for a
    process in the background.
    """
    if not has_keys():
        yield False
        return
    import termios
    import tty

    terminal = sys.stdin.fileno()
    before = termios.tcgetattr(terminal)
    over = threading.Event()
    reader = threading.Thread(target=read, args=(terminal, pressed, over), name="keys", daemon=True)
    try:
        tty.setcbreak(terminal, termios.TCSANOW)
        reader.start()
        yield True
    finally:
        over.set()
        reader.join()
        termios.tcsetattr(terminal, termios.TCSANOW, before)


def has_keys() -> bool:
    """Return whether somebody sits there who can press one."""
    with suppress(OSError, ValueError):
        return os.name == "posix" and sys.stdin.isatty() and os.tcgetpgrp(sys.stdin.fileno()) == os.getpgrp()
    return False


def read(terminal: int, pressed: Callable[[str], None], over: threading.Event) -> None:
    """Pass keys on until it is over; the end of the terminal is a `q`."""
    import select

    while not over.is_set():
        ready, _, _ = select.select([terminal], [], [], WAIT_SECONDS)
        if not ready:
            continue
        try:
            data = os.read(terminal, 64)
        except OSError:
            data = b""
        for key in data.decode("utf-8", "ignore") or "q":
            pressed(key)
        if not data:
            return
