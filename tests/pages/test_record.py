"""A history for scripts."""

from __future__ import annotations

import json
from datetime import UTC, timedelta

from backroad.pages.history import history
from backroad.pages.record import to_json

from .pasts import BEGIN, KIT, K, roadmap, run, scaffolded, story


def test_json() -> None:
    """Scripts get every run and every hint with its time."""
    hint = (K.HINTED, {"check": "c1", "rung": 1})
    entries = story((0, scaffolded()), (10, run(1)), (12, hint), (25, run(4)))
    view = history(entries, roadmap("a"), KIT, BEGIN + timedelta(days=1), UTC)
    told = json.loads(json.dumps(to_json(view)))
    (one,) = told["exercises"]
    assert (told["format"], one["slug"], one["state"], one["seconds_to_green"]) == (1, "a", "done", 1500)
    assert [(each["green"], each["of"]) for each in one["runs"]] == [(1, 4), (4, 4)]
    assert one["hints"] == ["2026-03-02T09:12:00+00:00"]
