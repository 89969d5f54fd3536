"""A bar that shows how far long work is; on a terminal only, and gone afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from backroad.console.terminal import Terminal
from backroad.glyphs import one_line


@contextmanager
def bar(terminal: Terminal, title: str, total: int) -> Iterator[Callable[[str], None]]:
    """Yield what to call whenever one of `total` things is done, with the name of that thing."""
    if not terminal.is_live:
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    speed = TextColumn("{task.fields[speed]}")
    columns = (TextColumn(title), BarColumn(), MofNCompleteColumn(), speed, TimeRemainingColumn())
    now = TextColumn("{task.description}")
    console = Console(
        file=terminal.stream, force_terminal=True, no_color=not terminal.colour, width=terminal.width
    )
    with Progress(*columns, now, console=console, transient=True) as progress:
        task = progress.add_task("", total=total or None, speed="")

        def tick(name: str) -> None:
            progress.update(
                task, advance=1, description=one_line(name)[:30], speed=rate(progress.tasks[0].speed)
            )

        yield tick


def rate(speed: float | None) -> str:
    """Return how many things are done in a second, or in a minute where that says more."""
    if not speed:
        return ""
    return f"{speed:.1f}/s" if speed >= 1 else f"{60 * speed:.1f}/min"
