"""What a run asks of whoever wanted it."""

from __future__ import annotations

import json

from backroad.referee.asking import CHECK, TURN, Asking


def test_a_question_has_its_answer() -> None:
    """What is asked goes out on one stream, and the asking goes on with what the other brings."""
    asked: list[str] = []

    def put(what: str) -> None:
        asked.append(what)
        asking.hear(json.dumps({"check": "greets", "blocker": None} if what == CHECK else None).encode())

    asking = Asking(put)
    assert asking.ask(TURN) is None
    assert asking.ask(CHECK) == {"check": "greets", "blocker": None}
    assert asked == [TURN, CHECK]
