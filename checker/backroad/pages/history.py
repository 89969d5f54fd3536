"""A learner's history: the journal folded into what people ask of it. No streaks: a pause is no failure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from functools import cached_property

from backroad.events import Entry
from backroad.glyphs import one_line
from backroad.model import Exercise, Roadmap
from backroad.pages.activity import Activity, activity
from backroad.pages.past import Past, Told, local, past
from backroad.pages.plots import Attempts, Spark, attempts, spark
from backroad.pages.rendering import Assets, standalone
from backroad.pages.timeline import Timeline, timeline
from backroad.pages.wording import counted, day_text, lasting, short_day, working
from backroad.progress import NOTHING, Standing, standings

ASSETS = Assets("backroad.pages", "assets")
STYLES = ("base.css", "history.css")
LOST = "No longer on the road"


@dataclass(frozen=True)
class Group:
    """The exercises of a step that were begun."""

    title: str
    pasts: tuple[Past, ...]


@dataclass(frozen=True)
class Row:
    """One exercise in the table: its small pictures and its words; bars end at 100."""

    past: Past
    spark: Spark
    runs: str
    began: str
    took: str
    clock: str
    took_bar: float
    plan_bar: float


@dataclass(frozen=True)
class History:
    """Everything that the journal tells of one learner, or of one exercise of theirs."""

    kit: str
    now: datetime
    groups: tuple[Group, ...]
    told: tuple[Told, ...]
    on_the_road: int
    slug: str = ""

    @cached_property
    def pasts(self) -> dict[str, Past]:
        """The pasts of the exercises in the order of the road."""
        return {past.slug: past for group in self.groups for past in group.pasts}

    @property
    def only(self) -> Past | None:
        """The one exercise, where this is a history of one that was begun."""
        return self.pasts.get(self.slug)

    @property
    def title(self) -> str:
        """What the page is called."""
        return f"History of {one_line(self.slug)}" if self.slug else "History"

    @property
    def today(self) -> date:
        """The day of the page."""
        return self.now.date()

    @property
    def done(self) -> int:
        """How many exercises are done."""
        return sum(past.state.is_done for past in self.pasts.values())

    @property
    def runs(self) -> int:
        """How many runs there were."""
        return sum(len(past.runs) for past in self.pasts.values())

    @property
    def hints(self) -> int:
        """How many hints were read."""
        return sum(len(past.hints) for past in self.pasts.values())

    @property
    def work(self) -> timedelta:
        """How long it took to first green, all together, without long pauses."""
        return sum((past.work for past in self.pasts.values()), timedelta())

    @property
    def looks(self) -> frozenset[str]:
        """Which states occur, for the legend."""
        return frozenset("due" if past.due else str(past.state) for past in self.pasts.values())

    @property
    def spent(self) -> str:
        """The time it took in words."""
        return working(self.work)

    @cached_property
    def longest(self) -> timedelta:
        """The longest of the times to green, taken or planned: the end of all bars."""
        times = [past.work for past in self.pasts.values() if past.first_green]
        plans = [timedelta(minutes=past.minutes) for past in self.pasts.values()]
        return max([*times, *plans, timedelta(minutes=1)])

    def row(self, past: Past) -> Row:
        """Return an exercise as the table shows it."""
        at_run = f", green at run {past.tries}" if past.first_green else ""
        return Row(
            past=past,
            spark=spark(past),
            runs=f"{counted(len(past.runs), 'run')}{at_run}; at most {past.best} of {past.most} checks green",
            began=short_day(past.began, self.today),
            took=working(past.work) if past.first_green else "",
            clock="" if past.to_green is None else lasting(past.to_green),
            took_bar=round(100 * past.work / self.longest, 1) if past.first_green else 0,
            plan_bar=round(100 * timedelta(minutes=past.minutes) / self.longest, 1),
        )

    def plot(self, past: Past) -> Attempts:
        """Return the picture of an exercise's runs."""
        return attempts(past, self.today)

    @property
    def date(self) -> str:
        """The day of the page in words."""
        return f"{day_text(self.today, self.today)} {self.today.year}"

    @cached_property
    def activity(self) -> Activity:
        """The runs over time."""
        runs = [run for past in self.pasts.values() for run in past.runs]
        return activity(runs, self.told[0].at, self.now)

    @cached_property
    def timeline(self) -> Timeline:
        """What was done when."""
        return timeline(self.told, self.pasts, self.today)


def history(
    entries: Sequence[Entry],
    roadmap: Roadmap,
    kit: str,
    now: datetime,
    zone: tzinfo | None = None,
    slug: str = "",
) -> History:
    """Fold a journal, oldest entry first; with `slug`, its entries are those of one exercise."""
    return folded(local(entries, zone), standings(entries, kit), roadmap, kit, now.astimezone(zone), slug)


def folded(
    told: Sequence[Told],
    found: Mapping[str, Standing],
    roadmap: Roadmap,
    kit: str,
    now: datetime,
    slug: str = "",
) -> History:
    """Fold what happened, whose standings are known; all times are in the zone of the learner."""
    by_slug: dict[str, list[Told]] = {}
    for one in told:
        by_slug.setdefault(one.slug, []).append(one)
    known = {exercise.slug: exercise for exercise in roadmap.exercises}
    pasts = {
        slug: past(slug, events, found.get(slug, NOTHING), now, known.get(slug))
        for slug, events in by_slug.items()
    }
    return History(kit, now, tuple(_groups(roadmap, known, pasts)), tuple(told), len(known), slug)


def _groups(roadmap: Roadmap, known: Mapping[str, Exercise], pasts: Mapping[str, Past]) -> Iterator[Group]:
    for step in roadmap.steps:
        begun = tuple(pasts[exercise.slug] for exercise in step.exercises if exercise.slug in pasts)
        if begun:
            yield Group(one_line(f"{step.number} {step.title}"), begun)
    lost = tuple(past for slug, past in pasts.items() if slug not in known)
    if lost:
        yield Group(LOST, lost)


def history_page(view: History, command: str) -> str:
    """Return one file that needs nothing else; `command` is what to type next."""
    style = "\n".join(map(ASSETS.text, STYLES))
    values = {"view": view, "command": one_line(command)}
    return standalone(ASSETS, "history-page.html", style, "", values)
