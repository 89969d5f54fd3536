"""What a run asks of whoever wanted it: a question among its results, the answer as a line on its input."""

from __future__ import annotations

import json
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any

TURN, CHECK = "turn", "check"


class Asking:
    """The questions of one run as its referee sees them."""

    def __init__(self, put: Callable[[str], None] = lambda _: None) -> None:
        self.put = put
        self._answers: SimpleQueue[Any] = SimpleQueue()

    def ask(self, what: str) -> Any:
        """Ask for a turn or a check, and return what comes of it when it comes."""
        self.put(what)
        return self._answers.get()

    def hear(self, line: bytes) -> None:
        """Take an answer; called by whoever reads what the asking side writes."""
        self._answers.put(json.loads(line))
