"""Opens what somebody else may be changing meanwhile."""

from __future__ import annotations

import os


def open_at_once(path: str, flags: int) -> int:
    """Open without waiting: a file may have become a pipe or a link since it was looked at."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0))
