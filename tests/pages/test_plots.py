"""The runs of one exercise as pictures."""

from __future__ import annotations

import re
from datetime import UTC, date

import pytest

from backroad.events import Entry
from backroad.pages.past import Past, past_of
from backroad.pages.plots import (
    HEIGHT,
    MOST_BARS,
    MOST_ROWS,
    SPARK_BARS,
    WIDTH,
    attempts,
    shared,
    spark,
)

from .pasts import BEGIN, KIT, K, exercise, run, scaffolded, story

TODAY = date(2026, 3, 20)


def past(entries: list[Entry]) -> Past:
    """Return the past of exercise a."""
    found = past_of(entries, exercise("a"), KIT, BEGIN, UTC)
    assert found is not None
    return found


def many(count: int, apart: float = 5) -> Past:
    """Return a past of many runs, of which the last is green."""
    return past(story(*((place * apart, run(4 if place == count - 1 else 1)) for place in range(count))))


def test_attempts() -> None:
    """Every run is a bar, as high as checks were green, and says so in words."""
    drawn = attempts(past(story((0, run(1)), (5, run(2, 2, whole=False)), (1500, run(4)))), TODAY)
    assert [(bar.look, bar.height) for bar in drawn.bars] == [("red", 30), ("wait", 60), ("green", 120)]
    assert [bar.words for bar in drawn.bars] == [
        "run 1, 2 March, 09:00: 1 of 4 checks green",
        "run 2, 2 March, 09:05: 2 of 2 checks green, some checks only",
        "run 3, 3 March, 10:00: 4 of 4 checks green",
    ]
    assert [day.text for day in drawn.days] == ["2 Mar", "3 Mar"]
    assert drawn.words == (
        "3 runs from 2 March to 3 March, with up to 4 of 4 checks green."
        " All core checks were green at run 3, on 3 March."
    )


@pytest.mark.parametrize("count", [1, 2, 59, 60, 61, 1000])
def test_attempts_fit(count: int) -> None:
    """However many runs there are, the bars are few, none lost, and all of them within the picture."""
    drawn = attempts(many(count, 400), TODAY)
    assert len(drawn.bars) == min(count, MOST_BARS)
    assert all(bar.x >= 0 and bar.x + bar.width <= WIDTH + 0.1 for bar in drawn.bars)
    assert all(bar.y >= 0 and bar.y + bar.height <= HEIGHT + 0.1 for bar in drawn.bars)
    assert re.search(rf"\b{count}, ", drawn.bars[-1].words)
    assert drawn.bars[-1].look == "green"
    assert len(drawn.rows) <= MOST_ROWS
    assert len(drawn.rows) + drawn.left_out == len({one.at.date() for one in many(count, 400).runs})


def test_hints_stand_before_the_run_they_helped() -> None:
    """Hints are marked below the bar that came next, several as one."""
    hint = (K.HINTED, {"check": "c", "rung": 1})
    drawn = attempts(past(story((0, run(1)), (1, hint), (2, hint), (3, run(4)), (9, hint))), TODAY)
    assert [mark.text for mark in drawn.hints] == ["2 hints", "1 hint"]
    assert drawn.bars[0].x + drawn.bars[0].width <= drawn.hints[0].x <= drawn.bars[1].x


def test_no_runs() -> None:
    """An exercise that was begun only has an empty picture."""
    drawn = attempts(past(story((0, scaffolded()))), TODAY)
    assert (drawn.bars, drawn.first_green, drawn.words) == ((), None, "No run yet.")


def test_spark() -> None:
    """The small picture has a stroke a run, few in any case, sorted by what became of it."""
    drawn = spark(past(story((0, run(2)), (5, run(4)))))
    assert drawn.paths == {"red": "M5 24v-12", "green": "M15 24v-24"}
    assert spark(many(1000)).paths["red"].count("M") == SPARK_BARS - 1


def test_shared() -> None:
    """Groups are even, and nothing is lost or told twice."""
    runs = many(100).runs
    groups = list(shared(runs, 7))
    assert [one for group in groups for one in group] == list(runs)
    assert {len(group) for group in groups} == {14, 15}
