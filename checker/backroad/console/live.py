"""One line that shows how far long work is; on a terminal only, and gone afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from backroad.console.terminal import Terminal
from backroad.report import Result

CLEAR = "\r\x1b[K"


@contextmanager
def progress(terminal: Terminal, title: str, total: int) -> Iterator[Callable[[Result], None]]:
    """Yield what to call with every result."""
    done: list[Result] = []

    def tick(result: Result) -> None:
        done.append(result)
        red = sum(not one.passed for one in done)
        failed = f", {red} red" if red else ""
        _say(terminal, f"{title}  {len(done)} of {total}{failed}")

    _say(terminal, f"{title}  starting")
    try:
        yield tick
    finally:
        _say(terminal, "")


def _say(terminal: Terminal, text: str) -> None:
    if terminal.is_live:
        terminal.write(f"{CLEAR}{text[: terminal.width - 1]}")
