"""What a dashboard answers, looked at closely."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

from werkzeug.datastructures import Headers
from werkzeug.wrappers import Response

from backroad.dashboard.guard import HEADERS

DEADLINE = 60  # seconds, for a machine with much to do


def assert_sealed(headers: Headers) -> None:
    """Every answer tells the browser what it may not do."""
    for name, value in HEADERS.items():
        if name == "Cache-Control":
            assert headers[name] in (value, "private, no-cache")
        else:
            assert headers[name] == value


def until(holds: Callable[[], Any], what: str) -> Any:
    """Wait until something is so; return it."""
    deadline = time.monotonic() + DEADLINE
    while not (found := holds()):
        assert time.monotonic() < deadline, f"this never came: {what}"
        time.sleep(0.01)
    return found


def scenes(answer: Response) -> Iterator[dict[str, Any]]:
    """Yield what an open stream of an exercise tells."""
    for part in answer.response:
        text = part.decode() if isinstance(part, bytes) else str(part)
        if text.startswith("event: scene\ndata: "):
            found: dict[str, Any] = json.loads(text.partition("data: ")[2])
            yield found
