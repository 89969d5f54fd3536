"""A history for scripts."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from backroad.pages.history import History
from backroad.pages.past import Past, Run

FORMAT = 1


def to_json(view: History) -> dict[str, Any]:
    """Return a history as JSON has it; fields may be added, never renamed."""
    steps = {past.slug: group.title for group in view.groups for past in group.pasts}
    exercises = [_exercise(past, steps[past.slug]) for past in view.pasts.values()]
    return {"format": FORMAT, "kit": view.kit, "exercises": exercises}


def _exercise(past: Past, step: str) -> dict[str, Any]:
    return {
        "slug": past.slug,
        "step": step,
        "title": past.title or None,
        "state": past.state,
        "due": past.due,
        "began": past.began.isoformat(),
        "seen": past.seen.isoformat(),
        "first_green": _iso(past.first_green),
        "seconds_to_green": past.to_green.total_seconds() if past.to_green is not None else None,
        "seconds_of_work": past.work.total_seconds(),
        "spoiled": past.spoiled,
        "hints": [at.isoformat() for at in past.hints],
        "runs": [_run(run) for run in past.runs],
    }


def _run(run: Run) -> dict[str, Any]:
    return {
        "at": run.at.isoformat(),
        "green": run.green,
        "of": run.of,
        "whole": run.is_whole,
        "passed": run.passed,
    }


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
