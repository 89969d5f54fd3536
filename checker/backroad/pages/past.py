"""What happened with one exercise: its runs, its hints, how long it took, told from the journal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

from backroad.events import Entry, Event, EventKind
from backroad.glyphs import one_line
from backroad.model import Exercise
from backroad.progress import NOTHING, Standing, State, is_due, standings

PAUSE = timedelta(minutes=30)  # a longer silence between two entries is no work on the exercise
LONGEST = 80


class Run(NamedTuple):
    """One run of the checks: how many passed of those that ran. A tuple, for there are thousands."""

    at: datetime
    green: int
    of: int
    is_whole: bool
    passed: bool

    @property
    def is_green(self) -> bool:
        """Whether every core check ran and passed."""
        return self.is_whole and self.passed


class Told(NamedTuple):
    """An event with its time where the learner is, and the run if it is one. A tuple for the same reason."""

    at: datetime
    kind: EventKind
    slug: str
    run: Run | None


@dataclass(frozen=True)
class Past:
    """One exercise as it went; `work` is the time to the first green, or until now, without long pauses."""

    slug: str
    title: str
    minutes: int
    state: State
    due: bool
    began: datetime
    seen: datetime
    first_green: datetime | None
    work: timedelta
    tries: int
    runs: tuple[Run, ...]
    hints: tuple[datetime, ...]
    spoiled: bool

    @property
    def name(self) -> str:
        """The slug as it may be shown, whoever wrote it into the journal."""
        return one_line(self.slug)[:LONGEST]

    @property
    def to_green(self) -> timedelta | None:
        """The time by the clock from the beginning to the first green run."""
        return None if self.first_green is None else self.first_green - self.began

    @cached_property
    def most(self) -> int:
        """How many checks there are, as far as the runs show."""
        return max((run.of for run in self.runs), default=0)

    @cached_property
    def best(self) -> int:
        """How many checks were green at a time, at most."""
        return max((run.green for run in self.runs), default=0)


def local(entries: Iterable[Entry], zone: tzinfo | None = None) -> list[Told]:
    """Return what happened with its times in a zone; None is that of this machine."""
    return [told_of(entry.at.astimezone(zone), entry.event) for entry in entries]


def told_of(at: datetime, event: Event) -> Told:
    """Return one event; a journal may hold runs of a kit that told less of them."""
    if event.kind is not EventKind.CHECKED:
        return Told(at, event.kind, event.slug, None)
    verdicts = (event.data.get("verdicts") or {}).values()
    passed = [*verdicts].count("PASSED")
    run = Run(at, passed, len(verdicts), bool(event.data.get("whole")), bool(event.data.get("passed")))
    return Told(at, event.kind, event.slug, run)


def past_of(
    entries: Sequence[Entry], exercise: Exercise, kit: str, now: datetime, zone: tzinfo | None = None
) -> Past | None:
    """Return the past of one exercise, whose entries these are; None where there are none."""
    if not entries:
        return None
    standing = standings(entries, kit).get(exercise.slug, NOTHING)
    return past(exercise.slug, local(entries, zone), standing, now, exercise)


def past(
    slug: str, told: Sequence[Told], standing: Standing, now: datetime, exercise: Exercise | None = None
) -> Past:
    """Fold what happened with one exercise, oldest first; one that the road has lost keeps its slug."""
    green = standing.first_green
    until = [one.at for one in told if green is None or one.at <= green]
    gaps = (then - before for before, then in pairwise(until))
    runs = tuple(one.run for one in told if one.run)
    return Past(
        slug=slug,
        title=one_line(exercise.title)[:LONGEST] if exercise else "",
        minutes=exercise.minutes if exercise else 0,
        state=standing.state,
        due=is_due(standing, now),
        began=told[0].at,
        seen=told[-1].at,
        first_green=next((one.at for one in told if one.at == green), green),
        work=sum((gap for gap in gaps if gap <= PAUSE), timedelta()),
        tries=sum(green is None or run.at <= green for run in runs),
        runs=runs,
        hints=tuple(one.at for one in told if one.kind is EventKind.HINTED),
        spoiled=any(one.kind is EventKind.SPOILED for one in told),
    )
