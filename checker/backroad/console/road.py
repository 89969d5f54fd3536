"""The screens of the road: where everything is, what is done, what comes next."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from backroad.console.rows import (
    EMPTY,
    NARROW,
    Row,
    Span,
    Style,
    joined,
    next_rows,
    padded,
    row,
    shortened,
    text_of,
    titled,
    wrapped,
)
from backroad.glyphs import columns
from backroad.model import Exercise, Roadmap, Step
from backroad.progress import NOTHING, Standing, State

SIGNS = {
    State.OPEN: Span("○"),
    State.STARTED: Span("●", Style.MARK),
    State.OLDER: Span("◐", Style.GOOD),
    State.DONE: Span("✓", Style.GOOD),
    State.GOLD: Span("★", Style.GOOD),
}
MEANINGS = {
    State.STARTED: "under way",
    State.OLDER: "done, with older checks",
    State.DONE: "done",
    State.GOLD: "done with hardening",
}


@dataclass(frozen=True)
class Travel:
    """The road and how far somebody is on it."""

    kit: str
    roadmap: Roadmap
    standings: Mapping[str, Standing]
    upcoming: Exercise | None
    command: str

    def state(self, exercise: Exercise) -> State:
        """How far one exercise is."""
        return self.standings.get(exercise.slug, NOTHING).state


def road_screen(travel: Travel, width: int = 80) -> list[Row]:
    """Return the roadmap with progress, and the next command."""
    exercises = travel.roadmap.exercises
    done = sum(travel.state(exercise).is_done for exercise in exercises)
    plural = "" if len(exercises) == 1 else "s"
    title = f" {short_kit(travel.kit)} · {len(exercises)} exercise{plural} on the road, {done} done"
    steps = [step for step in travel.roadmap.steps if step.exercises]
    rows = [*titled("backroad", title, "", width), EMPTY]
    for step in steps:
        rows += _step_rows(step, travel, width)
    rows += [EMPTY, *_legend(travel, width)]
    return [*rows, *next_rows(((travel.command, ""),), width)]


def list_screen(travel: Travel, chosen: Sequence[Exercise], width: int = 80) -> list[Row]:
    """Return the chosen exercises, one line each, and the next command."""
    rows: list[Row] = []
    names = {step.name: step for step in travel.roadmap.steps}
    slug_width = max((columns(exercise.slug) for exercise in chosen), default=0)
    last = ""
    for exercise in chosen:
        if exercise.step != last:
            rows += [EMPTY] * bool(rows) + [row(Span(f" {step_text(names[exercise.step])}", Style.TITLE))]
            last = exercise.step
        rows += _entry(exercise, SIGNS[travel.state(exercise)], slug_width, width)
    rows += [EMPTY, *_legend(travel, width)] if rows else [row(" no exercise fits"), EMPTY]
    return [*rows, *next_rows(((travel.command if rows else "backroad list", ""),), width)]


def step_text(step: Step) -> str:
    """Return a step's number and its name in plain words."""
    return f"{step.number} {step.name.split('-', 1)[1].replace('-', ' ')}"


def short_kit(kit: str) -> str:
    """Return a version without a trailing zero patch."""
    return kit.removesuffix(".0") if kit.count(".") > 1 else kit


def ago(then: datetime, now: datetime) -> str:
    """Return how long ago something was, in the largest unit that fits."""
    seconds = max((now - then).total_seconds(), 0)
    for size, unit in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        count = int(seconds // size)
        if count:
            return f"{count} {unit}{'s' * (count != 1)} ago"
    return "just now"


def story(standing: Standing, now: datetime) -> str:
    """Return how it came to green: since when, in how many runs, with how many hints."""
    if standing.began is None:
        return ""
    runs = f"{standing.attempts} run{'s' * (standing.attempts != 1)}"
    hints = f"{standing.hints} hint{'s' * (standing.hints != 1)}"
    return f"begun {ago(standing.began, now)} · {runs} · {hints}"


def _step_rows(step: Step, travel: Travel, width: int) -> Iterator[Row]:
    label = f" {padded(step_text(step), 16)}"
    current: list[Span] = [Span(label)]
    for exercise in step.exercises:
        entry = [_sign(exercise, travel), Span(f" {exercise.slug}")]
        aside = _aside(exercise, travel)
        needed = columns(text_of((*current, *entry))) + (columns(aside) + 2 if aside else 0)
        if len(current) > 1 and needed > width:
            yield tuple(current)
            current = [Span(" " * columns(label))]
        current += entry
        if aside:
            yield from _pointed(current, aside, width)
            current = [Span(" " * columns(label))]
        else:
            current.append(Span("  "))
    if len(current) > 1:
        yield tuple(current)


def _pointed(current: list[Span], aside: str, width: int) -> Iterator[Row]:
    gap = max(2, 42 - columns(text_of(tuple(current))))
    gap = min(gap, width - columns(text_of(tuple(current))) - columns(aside))
    if gap >= 1:
        yield (*current, Span(" " * gap), Span(aside, Style.MARK))
    else:
        yield tuple(current)
        yield row(Span(" " * max(width - columns(aside), 0) + aside, Style.MARK))


def _sign(exercise: Exercise, travel: Travel) -> Span:
    is_next = travel.upcoming is not None and exercise.slug == travel.upcoming.slug
    return SIGNS[State.STARTED] if is_next else SIGNS[travel.state(exercise)]


def _aside(exercise: Exercise, travel: Travel) -> str:
    if travel.upcoming is None or exercise.slug != travel.upcoming.slug:
        return ""
    if travel.state(exercise) is State.STARTED:
        return "← you are here"
    begun = any(standing.state is not State.OPEN for standing in travel.standings.values())
    return f"← {'next' if begun else 'start here'} ({exercise.minutes} min)"


def _entry(exercise: Exercise, sign: Span, slug_width: int, width: int) -> Iterator[Row]:
    cost = f"{exercise.minutes:>4} min  {'●' * exercise.difficulty}{'○' * (5 - exercise.difficulty)}"
    if width < NARROW:
        yield row("  ", sign, f" {exercise.slug}")
        yield from (row(f"    {line}") for line in wrapped(exercise.title, width - 4))
        yield row(Span(f"   {cost}", Style.DIM))
        return
    title_width = width - slug_width - len(cost) - 8
    title = padded(shortened(exercise.title, title_width), title_width)
    yield row("  ", sign, f" {padded(exercise.slug, slug_width)}  {title}  ", Span(cost, Style.DIM))


def _legend(travel: Travel, width: int) -> list[Row]:
    """Explain the signs that are in use beyond the open circle."""
    states: Iterable[State] = {travel.state(exercise) for exercise in travel.roadmap.exercises}
    told = [f"{SIGNS[state].text} {MEANINGS[state]}" for state in MEANINGS if state in states]
    rows = [row(Span(f" {line}", Style.DIM)) for line in joined(told, width - 1, "   ")]
    return [*rows, EMPTY] if rows else []
