"""The screens of the road: where everything is, what is done, what comes next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from backroad.console.layout import shell_lines
from backroad.console.path import Leg, Stop, path_rows
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
WAITING = Span("◌", Style.DIM)
DUE = Span("↻", Style.MARK)
MEANINGS = (
    (SIGNS[State.STARTED], "under way"),
    (DUE, "due for review"),
    (SIGNS[State.OLDER], "done, with older checks"),
    (SIGNS[State.DONE], "done"),
    (SIGNS[State.GOLD], "done with hardening"),
    (WAITING, "easier after others"),
)
PAGE = (
    24  # rows, beyond which less is told: first what comes before what, then what is done, then what is far
)
UNTOLD, FOLDED, BRIEF = 1, 2, 3


@dataclass(frozen=True)
class Travel:
    """The road and how far somebody is on it."""

    kit: str
    roadmap: Roadmap
    standings: Mapping[str, Standing]
    upcoming: Exercise | None
    command: str
    due: frozenset[str] = frozenset()
    review: str = ""

    def state(self, exercise: Exercise) -> State:
        """How far one exercise is."""
        return self.standings.get(exercise.slug, NOTHING).state

    def is_done(self, exercise: Exercise) -> bool:
        """Whether every core check of an exercise was green once."""
        return self.state(exercise).is_done

    def is_begun(self, exercise: Exercise) -> bool:
        """Whether an exercise is under way or done."""
        return self.state(exercise) is not State.OPEN

    def asks_for(self, exercise: Exercise) -> bool:
        """Whether a done exercise waits for something: its review, or the checks of this kit."""
        return exercise.slug in self.due or self.state(exercise) is State.OLDER

    def missing(self, exercise: Exercise) -> tuple[str, ...]:
        """What an open exercise builds on and is not done yet: advice, no lock."""
        if self.is_begun(exercise):
            return ()
        return tuple(
            slug for slug in exercise.requires if not self.standings.get(slug, NOTHING).state.is_done
        )


def road_screen(travel: Travel, width: int = 80) -> list[Row]:
    """Return the roadmap with progress, and the next command; told in full where that fits on a page."""
    for brevity in (0, UNTOLD, FOLDED, BRIEF):
        rows = _road_rows(travel, width, brevity)
        if len(rows) <= PAGE:
            break
    return rows


def _road_rows(travel: Travel, width: int, brevity: int) -> list[Row]:
    exercises = travel.roadmap.exercises
    done = sum(map(travel.is_done, exercises))
    plural = "" if len(exercises) == 1 else "s"
    title = f" {short_kit(travel.kit)} · {len(exercises)} exercise{plural} on the road, {done} done"
    title += f", {len(travel.due)} due for review" if travel.due else ""
    legs = [_leg(step, travel, brevity) for step in travel.roadmap.steps if step.exercises]
    path = path_rows(legs, width)
    commands = [
        (travel.command, ""),
        *([(travel.review, "solve it again: it is due")] if travel.review else []),
    ]
    commands += [("backroad list", "every exercise")] if brevity >= FOLDED else []
    shown = "".join(map(text_of, path))
    if State.STARTED not in map(travel.state, exercises):
        shown = shown.replace(SIGNS[State.STARTED].text, "")
    legend = _legend(width, shown)
    return [*titled("backroad", title, "", width), EMPTY, *path, EMPTY, *legend, *_next(commands, width)]


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
        rows += _entry(exercise, sign_of(exercise, travel), slug_width, width)
    shown = "".join(sign_of(exercise, travel).text for exercise in chosen)
    rows += [EMPTY, *_legend(width, shown)] if rows else [row(" no exercise fits"), EMPTY]
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


def _leg(step: Step, travel: Travel, brevity: int) -> Leg:
    """Return a step of the path; the briefer, the less is said of steps other than the one under way."""
    is_here = travel.upcoming in step.exercises
    shown = step.exercises
    folded: list[Stop] = []
    if brevity >= FOLDED and not is_here and all(map(travel.is_done, shown)):
        shown = tuple(exercise for exercise in shown if travel.asks_for(exercise))
        folded = _folded(len(step.exercises) - len(shown), SIGNS[State.DONE], "done")
    elif brevity >= BRIEF and not is_here and not any(map(travel.is_begun, shown)):
        folded, shown = _folded(len(shown), SIGNS[State.OPEN], "to come"), ()
    is_told = is_here or brevity < UNTOLD
    return Leg(step_text(step), (*folded, *(_stop(exercise, travel, is_told) for exercise in shown)))


def _folded(count: int, sign: Span, what: str) -> list[Stop]:
    return [Stop(sign, Span(f"{count} {what}", Style.DIM))] if count else []


def _stop(exercise: Exercise, travel: Travel, is_told: bool) -> Stop:
    missing = travel.missing(exercise)
    is_next = exercise == travel.upcoming
    style = Style.TITLE if is_next else Style.DIM if missing else Style.PLAIN
    advice = f"after {', '.join(missing)}" if missing and is_told else ""
    sign = SIGNS[State.STARTED] if is_next else sign_of(exercise, travel)
    return Stop(sign, Span(exercise.slug, style), advice, _aside(exercise, travel))


def sign_of(exercise: Exercise, travel: Travel) -> Span:
    """Return the sign of an exercise, whichever comes next."""
    if exercise.slug in travel.due:
        return DUE
    return WAITING if travel.missing(exercise) else SIGNS[travel.state(exercise)]


def _aside(exercise: Exercise, travel: Travel) -> str:
    if exercise != travel.upcoming:
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


def _legend(width: int, shown: str) -> list[Row]:
    """Explain the signs that are shown beyond the open circle."""
    told = [f"{sign.text} {meaning}" for sign, meaning in MEANINGS if sign.text in shown]
    lines = [line for part in joined(told, width - 1, "   ") for line in wrapped(part, width - 1)]
    rows = [row(Span(f" {line}", Style.DIM)) for line in lines]
    return [*rows, EMPTY] if rows else []


def _next(commands: Sequence[tuple[str, str]], width: int) -> list[Row]:
    """Return the next commands, below their label where they do not fit beside it."""
    if all(columns(command) + 8 <= width for command, _ in commands):
        return next_rows(commands, width)
    lines = [line for command, _ in commands for line in shell_lines(command, width - 1)]
    return [row(Span(" next", Style.DIM)), *(row(" ", Span(line, Style.COMMAND)) for line in lines)]
