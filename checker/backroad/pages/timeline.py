"""What was done when: by day, the newest first, older days by month in a line each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from backroad.events import EventKind
from backroad.pages.past import Past, Told
from backroad.pages.wording import counted, day_text

RECENT_DAYS = 10
MOST_LINES = 8  # exercises of one day
MOST_MONTHS = 12

RARE = {
    EventKind.COMPARED: "compared with the reference",
    EventKind.SPOILED: "the reference shown before green",
    EventKind.RESET: "back to the starter",
    EventKind.UNDONE: "an earlier state restored",
    EventKind.UPDATED: "brought to a newer kit",
}


@dataclass(frozen=True)
class Line:
    """One exercise on one day."""

    slug: str
    name: str
    is_green: bool
    span: str
    words: str


@dataclass(frozen=True)
class Day:
    """One day with what was done, the latest first; `more` counts exercises that are left out."""

    iso: str
    label: str
    lines: tuple[Line, ...]
    more: int

    @property
    def brief(self) -> str:
        """The day in one line."""
        named = ", ".join(f"{line.name}{' ✓' * line.is_green}" for line in self.lines)
        return f"{named} and {counted(self.more, 'more exercise')}" if self.more else named


@dataclass(frozen=True)
class Month:
    """The days of a month, a line each."""

    label: str
    days: tuple[Day, ...]
    runs: int


@dataclass(frozen=True)
class Timeline:
    """The last days in full, the months before them, and how many days are older than those."""

    days: tuple[Day, ...]
    months: tuple[Month, ...]
    older: int


def timeline(told: Sequence[Told], pasts: dict[str, Past], today: date) -> Timeline:
    """Fold what happened, oldest first, into days."""
    by_day = [(day, list(group)) for day, group in groupby(reversed(told), key=lambda one: one.at.date())]
    recent = tuple(_day(day, group, pasts, today) for day, group in by_day[:RECENT_DAYS])
    older = by_day[RECENT_DAYS:]
    months = [
        _month(list(group), pasts, today)
        for _, group in groupby(older, key=lambda one: (one[0].year, one[0].month))
    ]
    shown = tuple(months[:MOST_MONTHS])
    return Timeline(recent, shown, len(older) - sum(len(month.days) for month in shown))


def _month(days: Sequence[tuple[date, Sequence[Told]]], pasts: dict[str, Past], today: date) -> Month:
    first = days[0][0]
    runs = sum(one.run is not None for _, told in days for one in told)
    made = tuple(_day(day, told, pasts, today) for day, told in days)
    return Month(f"{first:%B} {first.year}", made, runs)


def _day(day: date, told: Sequence[Told], pasts: dict[str, Past], today: date) -> Day:
    """Return a day, given what happened on it, newest first."""
    groups: dict[str, list[Told]] = {}
    for one in told:
        groups.setdefault(one.slug, []).append(one)
    lines = [_line(slug, group[::-1], pasts[slug], day) for slug, group in list(groups.items())[:MOST_LINES]]
    return Day(day.isoformat(), day_text(day, today), tuple(lines), max(len(groups) - MOST_LINES, 0))


def _line(slug: str, told: Sequence[Told], past: Past, day: date) -> Line:
    is_green = any(one.run.is_green for one in told if one.run)
    first, last = f"{told[0].at:%H:%M}", f"{told[-1].at:%H:%M}"
    span = first if first == last else f"{first} to {last}"
    return Line(slug, past.name, is_green, span, ", ".join(_words(told, past, day)))


def _words(told: Sequence[Told], past: Past, day: date) -> Iterator[str]:
    """Yield what was done with an exercise on a day."""
    kinds = Counter([one.kind for one in told])
    greens = [one.run.green for one in told if one.run]
    if kinds[EventKind.SCAFFOLDED]:
        yield "begun"
    if greens:
        yield counted(len(greens), "run")
        yield f"{'up to ' * (len(greens) > 1)}{max(greens)} of {past.most} checks green"
    if past.first_green and past.first_green.date() == day:
        yield "all core checks green for the first time"
    if kinds[EventKind.HINTED]:
        yield counted(kinds[EventKind.HINTED], "hint")
    yield from (said for kind, said in RARE.items() if kinds[kind])
