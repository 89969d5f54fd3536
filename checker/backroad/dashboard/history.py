"""What was done when, and the way back to any earlier state of a workspace.

A browser names an exercise, a folder by a key that the journal knows, and a state among those there are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from flask import Blueprint, Response, abort, jsonify, render_template, request, url_for

from backroad.dashboard.desk import Desk
from backroad.dashboard.states import (
    PAGE,
    Changed,
    Place,
    Shown,
    changed,
    known,
    place_of,
    places,
    present_workspace,
    shown,
)
from backroad.events import Entry
from backroad.pages.history import History, folded
from backroad.pages.wording import day_text
from backroad.workspace.history import undo

MOST = 1_000_000  # a number in an address that is larger is none of ours


@dataclass(frozen=True)
class View:
    """The states of one workspace: a page of them, and what the last restore did."""

    slug: str
    place: Place
    states: Sequence[Shown]
    count: int
    skip: int
    now: datetime
    changed: Changed | None
    left: int
    is_same: bool

    @property
    def older(self) -> int | None:
        """Where the next page begins, if there is one."""
        return self.skip + PAGE if self.skip + PAGE < self.count else None

    def when(self, at: datetime) -> str:
        """Return a time in words, where the learner is."""
        here = at.astimezone(self.now.tzinfo)
        return f"{day_text(here, self.now)}, {here:%H:%M}"


def pages(desk: Desk) -> Blueprint:
    """Return the blueprint of the history."""
    blueprint = Blueprint("history", __name__, url_prefix="/history")

    @blueprint.get("/")
    def show() -> str:
        return render_template("past.html", view=history_of(desk), link=address, places=())

    @blueprint.get("/<slug>/")
    def exercise(slug: str) -> str:
        entries = entries_of(desk, slug)
        found = [place_of(key, folder) for key, folder in places(entries).items()]
        view, is_known = history_of(desk, slug), slug in slugs(desk)
        return render_template("past.html", view=view, link=None, places=found, is_known=is_known)

    @blueprint.get("/<slug>/<key>/")
    def states(slug: str, key: str) -> str:
        return render_template("states.html", view=states_of(desk, slug, key, folder_of(desk, slug, key)))

    @blueprint.post("/<slug>/<key>/restore")
    def restore(slug: str, key: str) -> Response:
        folder = folder_of(desk, slug, key)
        state = _asked()
        with desk.practice.archive() as archive:
            workspace = present_workspace(archive, folder, slug)
            done = undo(archive, workspace, known(archive, workspace, state))
        return jsonify(number=done.entry.number if done.entry else 0, left=len(done.left))

    return blueprint


def address(slug: str) -> str:
    """Return where the history of an exercise is."""
    return url_for("history.exercise", slug=slug)


def history_of(desk: Desk, slug: str = "") -> History:
    """Return the history of everything, or of one exercise."""
    told = [one for one in desk.road.told() if slug in ("", one.slug)]
    practice = desk.practice
    now = practice.now().astimezone()
    return folded(told, desk.road.standings(), practice.roadmap, practice.kit, now, slug)


def entries_of(desk: Desk, slug: str) -> list[Entry]:
    """Return what the journal tells of an exercise; one that nobody knows is not found."""
    entries = desk.practice.entries(slug)
    if not entries and slug not in slugs(desk):
        abort(404, "there is no such exercise")
    return entries


def slugs(desk: Desk) -> set[str]:
    """Return the exercises of the road."""
    return {exercise.slug for exercise in desk.practice.roadmap.exercises}


def folder_of(desk: Desk, slug: str, key: str) -> Path:
    """Return the folder that the journal knows by a key."""
    folder = places(entries_of(desk, slug)).get(key)
    if folder is None:
        abort(404, "the journal knows no such folder of this exercise")
    return folder


def states_of(desk: Desk, slug: str, key: str, folder: Path) -> View:
    """Return the states of a workspace as it is now."""
    number, skip, left = (_number(name) for name in ("after", "from", "left"))
    with desk.practice.archive() as archive:
        workspace = present_workspace(archive, folder, slug)
        found, count = shown(archive, workspace, skip)
        done = changed(archive, folder, number) if number else None
    here = desk.practice.now().astimezone()
    is_same = "after" in request.args and number == 0
    return View(slug, place_of(key, folder), found, count, skip, here, done, left, is_same)


def _asked() -> object:
    """Return the state that is asked for, None where the body is none of ours."""
    try:
        told = request.get_json(silent=True)
    except RecursionError:
        return None
    return told.get("state") if isinstance(told, dict) else None


def _number(name: str) -> int:
    return max(0, min(request.args.get(name, 0, type=int), MOST))
