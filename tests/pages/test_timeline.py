"""What was done when."""

from __future__ import annotations

from datetime import UTC, timedelta

from backroad.events import Entry
from backroad.pages.history import history
from backroad.pages.timeline import MOST_LINES, MOST_MONTHS, RECENT_DAYS, Timeline

from .pasts import BEGIN, KIT, K, entry, roadmap, run, scaffolded, story


def told(entries: list[Entry]) -> Timeline:
    """Return the timeline of a journal."""
    ordered = sorted(entries, key=lambda one: one.at)
    return history(ordered, roadmap("a", "b"), KIT, BEGIN + timedelta(days=2000), UTC).timeline


def test_a_day() -> None:
    """A day has a line for each exercise, the latest first, with what was done and when."""
    found = told(
        [
            *story((0, scaffolded()), (5, run(1)), (30, (K.HINTED, {})), (65, run(4)), (66, (K.RESET, {}))),
            *story((10, scaffolded()), (70, (K.SPOILED, {})), slug="b"),
        ]
    )
    (day,) = found.days
    assert (day.iso, day.label) == ("2026-03-02", "2 March 2026")
    assert [(line.name, line.is_green, line.span, line.words) for line in day.lines] == [
        ("b", False, "09:10 to 10:10", "begun, the reference shown before green"),
        (
            "a",
            True,
            "09:00 to 10:06",
            "begun, 2 runs, up to 4 of 4 checks green, all core checks green for the first time, 1 hint,"
            " back to the starter",
        ),
    ]
    assert day.brief == "b, a ✓"


def test_older_days_are_folded() -> None:
    """The last days are told in full, those before by month, those of very long ago are counted."""
    days = 3 * 365
    found = told([entry(day * 1440, run(1)) for day in range(days)])
    assert (len(found.days), len(found.months)) == (RECENT_DAYS, MOST_MONTHS)
    assert found.days[0].iso > found.days[-1].iso > found.months[0].days[0].iso
    assert len(found.days) + sum(len(month.days) for month in found.months) + found.older == days
    assert found.months[0].runs == len(found.months[0].days)


def test_a_crowded_day() -> None:
    """A day with very many exercises tells of some and counts the others."""
    found = told([entry(number, scaffolded(), f"x{number}") for number in range(MOST_LINES + 3)])
    assert (len(found.days[0].lines), found.days[0].more) == (MOST_LINES, 3)
    assert found.days[0].brief.endswith("and 3 more exercises")


def test_nothing() -> None:
    """An empty journal has no days."""
    assert told([]) == Timeline((), (), 0)
