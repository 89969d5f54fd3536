"""What a learner has reached: a fold over the journal's entries, nothing else is ever stored."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from backroad.events import Entry, EventKind
from backroad.model import Exercise, Roadmap
from backroad.report import Report, Verdict


class State(StrEnum):
    """How far an exercise is; OLDER is done, but with the checks of another version of the kit."""

    OPEN = "open"
    STARTED = "started"
    OLDER = "older"
    DONE = "done"
    GOLD = "gold"

    @property
    def is_done(self) -> bool:
        """Whether every core check was green once."""
        return self in (State.OLDER, State.DONE, State.GOLD)


@dataclass(frozen=True)
class Standing:
    """Where a learner stands with one exercise."""

    state: State = State.OPEN
    attempts: int = 0
    hints: int = 0
    began: datetime | None = None
    seen: datetime | None = None
    first_green: datetime | None = None
    last_green: datetime | None = None
    reviews: int = 0
    workspace: Path | None = None
    last: Mapping[str, Any] | None = None
    done_with: str = ""
    gold_with: str = ""


NOTHING = Standing()
_NEVER = datetime.min.replace(tzinfo=UTC)

# Days after which something learnt is practised again; the last one repeats. The best gap grows with the time
# for which something is to be remembered: it was 20 to 40 % of a week and 5 to 10 % of a year, and a gap too
# long cost less than one too short (Cepeda, Vul, Rohrer, Wixted, Pashler 2008, "Spacing effects in learning:
# a temporal ridgeline of optimal retention", Psychological Science 19, 1095-1102). So: a week to keep it for
# a month, a month to keep it for a season, then every season.
REVIEW_DAYS = (7, 30, 90)


def summary(report: Report, exercise: Exercise) -> dict[str, Any]:
    """Return what the journal keeps of a check run."""
    seen = {result.name: str(result.verdict) for result in report.results}
    core = [check.name for check in exercise.checks if not check.stretch]
    stretch = [check.name for check in exercise.checks if check.stretch]
    whole = set(core) <= set(seen)
    gold = (
        whole and bool(stretch) and all(seen.get(check.name) == Verdict.PASSED for check in exercise.checks)
    )
    first = report.first_failure
    return {
        "kit": report.kit,
        "digest": report.submission,
        "level": int(report.level),
        "seconds": report.seconds,
        "whole": whole,
        "passed": report.passed,
        "gold": gold,
        "first": first.name if first else None,
        "verdicts": seen,
    }


def standings(entries: Iterable[Entry], kit: str) -> dict[str, Standing]:
    """Return the standing of every exercise that the journal speaks of."""
    found: dict[str, Standing] = {}
    for entry in entries:
        slug = entry.event.slug
        found[slug] = after(found.get(slug, NOTHING), entry, kit)
    return found


def after(standing: Standing, entry: Entry, kit: str) -> Standing:
    """Return the standing once `entry` has happened."""
    event = entry.event
    changes: dict[str, Any] = {"seen": entry.at}
    if standing.began is None:
        changes["began"] = entry.at
    if event.workspace is not None:
        changes["workspace"] = event.workspace
    if standing.state is State.OPEN:
        changes["state"] = State.STARTED
    if event.kind is EventKind.HINTED:
        changes["hints"] = standing.hints + 1
    elif event.kind is EventKind.CHECKED:
        changes |= _checked(standing, entry, kit)
    return Standing(**{**vars(standing), **changes})  # half the time of replace(), ten thousand times over


def is_due(standing: Standing, now: datetime) -> bool:
    """Whether a done exercise is due for review: long enough ago was it green last."""
    if not standing.state.is_done or standing.last_green is None:
        return False
    return now - standing.last_green >= timedelta(
        days=REVIEW_DAYS[min(standing.reviews, len(REVIEW_DAYS) - 1)]
    )


def next_exercise(roadmap: Roadmap, found: Mapping[str, Standing]) -> Exercise | None:
    """Return the exercise to do next: one under way, else the first open one that nothing stands before."""
    todo = [exercise for exercise in suggested(roadmap) if not _state(found, exercise.slug).is_done]
    ready = [exercise for exercise in todo if all(_state(found, s).is_done for s in exercise.requires)]
    under_way = [exercise for exercise in todo if _state(found, exercise.slug) is State.STARTED]
    latest = sorted(under_way, key=lambda exercise: found[exercise.slug].seen or _NEVER, reverse=True)
    return next(iter([*latest, *ready, *todo]), None)


def suggested(roadmap: Roadmap) -> Sequence[Exercise]:
    """Return all exercises: those of the first suggested path, then the others along the road."""
    known = {exercise.slug: exercise for exercise in roadmap.exercises}
    first = [known[slug] for route in roadmap.routes[:1] for slug in route.exercises if slug in known]
    return [*first, *(exercise for exercise in roadmap.exercises if exercise not in first)]


def hints_given(entries: Iterable[Entry], check: str) -> int:
    """Return how many rungs of a check's ladder have been read."""
    return len(
        {
            entry.event.data["rung"]
            for entry in entries
            if entry.event.kind is EventKind.HINTED and entry.event.data["check"] == check
        }
    )


def _checked(standing: Standing, entry: Entry, kit: str) -> dict[str, Any]:
    """Return what a run changes; a journal may hold runs of a kit that told less of them."""
    data = entry.event.data
    changes: dict[str, Any] = {"attempts": standing.attempts + 1, "last": data}
    if not data.get("whole"):
        return changes
    if data.get("passed"):
        return changes | _green(standing, entry, kit)
    if standing.state is State.OLDER and data.get("kit") == kit:
        changes["state"] = State.STARTED
    return changes


def _green(standing: Standing, entry: Entry, kit: str) -> dict[str, Any]:
    used = entry.event.data.get("kit", "")
    gold_with = used if entry.event.data.get("gold") else standing.gold_with
    state = State.OLDER
    if used == kit:
        state = State.GOLD if gold_with == kit else State.DONE
    elif standing.done_with == kit:
        state = standing.state
    return {
        "state": state,
        "first_green": standing.first_green or entry.at,
        "last_green": entry.at,
        # Green again before it is due begins the same interval anew: three evenings in a row are no spacing.
        "reviews": standing.reviews + is_due(standing, entry.at),
        "done_with": used,
        "gold_with": gold_with,
    }


def _state(found: Mapping[str, Standing], slug: str) -> State:
    return found.get(slug, NOTHING).state
