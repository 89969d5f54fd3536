"""How much was run when."""

from __future__ import annotations

from datetime import UTC, timedelta

import pytest

from backroad.pages.activity import MOST_COLUMNS, activity
from backroad.pages.past import past_of
from backroad.pages.plots import HEIGHT

from .pasts import BEGIN, KIT, exercise, run, story


@pytest.mark.parametrize(
    ("days", "unit"), [(0, "day"), (79, "day"), (200, "week"), (900, "month"), (9000, "year")]
)
def test_activity(days: int, unit: str) -> None:
    """Time is divided as finely as few enough columns allow, and every run is in one of them."""
    found_past = past_of(
        story(*((day * 1440, run(4 if day % 2 else 1)) for day in range(0, days + 1, 10))),
        exercise("a"),
        KIT,
        BEGIN,
        UTC,
    )
    assert found_past is not None
    runs = found_past.runs
    found = activity(runs, BEGIN, BEGIN + timedelta(days=days))
    assert found.unit == unit
    assert len(found.columns) <= MOST_COLUMNS
    assert sum(column.runs for column in found.columns) == len(runs)
    assert max(sum(bar.height for bar in column.bars) for column in found.columns) == HEIGHT
