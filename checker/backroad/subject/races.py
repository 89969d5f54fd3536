"""Calls that race: one thread each, let go together."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

from backroad.subject.recording import Race

TOGETHER_SECONDS = 5.0


class Outcome:
    """What one racing call gave, or raised."""

    def __init__(self) -> None:
        self.value: Any = None
        self.error: BaseException | None = None


def run_race(calls: Sequence[Callable[[], Any]]) -> list[Outcome]:
    """Make all calls at once, with a pause before each statement to a database; returns their outcomes."""
    outcomes = [Outcome() for _ in calls]
    start = threading.Barrier(len(calls)) if calls else None

    def work(call: Callable[[], Any], outcome: Outcome) -> None:
        try:
            if start is not None:
                start.wait(TOGETHER_SECONDS)
            outcome.value = call()
        except BaseException as error:
            outcome.error = error

    threads = [
        threading.Thread(target=work, args=pair, daemon=True) for pair in zip(calls, outcomes, strict=True)
    ]
    Race.running = True
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        Race.running = False
    return outcomes
