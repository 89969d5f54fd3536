"""An exercise: what it asks, how to begin, and its checks as they run."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from flask import Blueprint, Response, abort, jsonify, render_template, stream_with_context, url_for
from markupsafe import Markup

from backroad.console.road import story
from backroad.dashboard.desk import Desk
from backroad.dashboard.editor import editor_address
from backroad.dashboard.history import history_of
from backroad.dashboard.rooms import Room, Scene
from backroad.dashboard.rooms import told as problems_of
from backroad.dashboard.telling import telling, verdicts
from backroad.errors import BackroadError
from backroad.glyphs import visible
from backroad.model import Exercise
from backroad.pages.markdown import render
from backroad.practice.beginning import begin, written
from backroad.practice.hints import climb
from backroad.progress import NOTHING, Standing, next_exercise


@dataclass(frozen=True)
class View:
    """The page of an exercise; `folder` is empty where there is no workspace yet.

    `trouble` says why one that is there cannot be worked in.
    """

    exercise: Exercise
    readme: Markup
    standing: Standing
    story: str
    before: dict[str, bool]
    folder: str = ""
    begun: str = ""
    file: str = ""
    address: str = ""
    attempts: str = ""
    trouble: str = ""


def pages(desk: Desk) -> Blueprint:
    """Return the blueprint of an exercise."""
    blueprint = Blueprint("exercise", __name__, url_prefix="/exercise/<slug>")

    @blueprint.get("/")
    def show(slug: str) -> str:
        return render_template("exercise.html", view=view_of(desk, known(desk, slug)))

    @blueprint.post("/start")
    def start(slug: str) -> Response:
        exercise = known(desk, slug)
        with desk.making:  # begun in another tab, or the terminal, it is gone on with
            workspace = desk.workspace(exercise) or begin(desk.practice, exercise, desk.folder / slug)
        return jsonify(folder=visible(str(workspace.root)))

    @blueprint.post("/check")
    def check(slug: str) -> Response:
        desk.room(known(desk, slug)).check()
        return jsonify(problems=[])

    @blueprint.post("/hint/<name>")
    def hint(slug: str, name: str) -> Response:
        exercise = known(desk, slug)
        found = next((one for one in exercise.checks if one.name == name), None)
        if found is None:
            abort(404, f"{slug} has no such check")
        room = desk.room(exercise)
        climb(room.practice, room.workspace, found)
        room.look_again()
        return jsonify(problems=[])

    @blueprint.get("/events")
    def events(slug: str) -> Response:
        shown = told(desk, desk.room(known(desk, slug)))
        return Response(stream_with_context(shown), content_type="text/event-stream")

    return blueprint


def known(desk: Desk, slug: str) -> Exercise:
    """Return an exercise of the road; anything else is not found."""
    try:
        return desk.practice.exercise(slug)
    except BackroadError as error:
        abort(404, str(error))


def view_of(desk: Desk, exercise: Exercise) -> View:
    """Return the page of an exercise as the learner's folder is now."""
    found = desk.road.standings()
    standing = found.get(exercise.slug, NOTHING)
    text = (exercise.folder / "README.md").read_text(encoding="utf-8")
    readme = render(text.partition("\n")[2] if text.startswith("# ") else text, level=1)
    before = {slug: found.get(slug, NOTHING).state.is_done for slug in exercise.requires}
    planned = desk.spoken(desk.folder / exercise.slug)
    try:
        workspace = desk.workspace(exercise)
    except BackroadError as error:
        return View(exercise, readme, standing, "", before, trouble=visible(problems_of(error)))
    if workspace is None:
        return View(exercise, readme, standing, "", before, begun=planned)
    first = next((name for name in written(workspace) if name.endswith(".py")), "README.md")
    address = editor_address(workspace.root / first, 1, desk.practice.environ)
    told = story(standing, desk.practice.now())
    folder = desk.spoken(workspace.root)
    past = Markup(attempts(desk, exercise))  # rendered by a template
    return View(exercise, readme, standing, told, before, folder, planned, visible(first), address, past)


def told(desk: Desk, room: Room) -> Iterator[str]:
    """Yield server-sent events: the scene whenever it changes (HTML Living Standard, 9.2)."""
    last, seen = "", room.scene.report
    for scene in room.scenes():
        if scene is None:
            yield ": still here\n\n"
            continue
        html = fragment(desk, room, scene)
        data = {"running": scene.running, "verdicts": verdicts(scene.results)}
        if html != last:
            data["html"] = last = html
        if scene.report is not None and scene.report is not seen:
            seen = scene.report
            data["past"] = attempts(desk, room.exercise)
        yield f"event: scene\ndata: {json.dumps(data)}\n\n"


def attempts(desk: Desk, exercise: Exercise) -> str:
    """Return the picture of all runs so far as HTML; nothing where there was none."""
    past = history_of(desk, exercise.slug)
    if past.only is None or not past.only.runs:
        return ""
    address = url_for("history.exercise", slug=exercise.slug)
    return render_template("attempts.html", plot=past.plot(past.only), address=address)


def fragment(desk: Desk, room: Room, scene: Scene) -> str:
    """Return what is told of a scene as HTML."""
    upcoming = next_exercise(desk.practice.roadmap, desk.road.standings()) if scene.report else None
    return render_template(
        "telling.html", told=telling(room, scene), room=room, scene=scene, upcoming=upcoming
    )
