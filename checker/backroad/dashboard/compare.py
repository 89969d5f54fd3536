"""Yours beside the reference: closed until green, then a table that fills in while the other designs run."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from flask import (
    Blueprint,
    Response,
    get_template_attribute,
    jsonify,
    render_template,
    request,
    stream_with_context,
)
from flask import url_for as address_of

from backroad.comparison import compare
from backroad.content import layers
from backroad.dashboard.comparing import YOURS, Comparing, Scene
from backroad.dashboard.desk import Desk
from backroad.dashboard.exercise import known
from backroad.model import Exercise
from backroad.pages.comparison import ComparisonView, Side, comparison_view
from backroad.practice.beginning import last_workspace
from backroad.practice.comparing import notes_of
from backroad.practice.looking import chosen, spoil
from backroad.practice.showing import my_side
from backroad.report import Verdict


def pages(desk: Desk) -> Blueprint:
    """Return the blueprint of the comparison."""
    blueprint = Blueprint("compare", __name__, url_prefix="/exercise/<slug>/compare")

    def comparing(slug: str) -> Comparing:
        exercise = known(desk, slug)
        return desk.comparisons.of(last_workspace(desk.practice, slug), exercise)

    @blueprint.get("/")
    def show(slug: str) -> str:
        one = comparing(slug)
        return render_template("comparing.html", **_values(desk, one, request.args.get("with")))

    @blueprint.get("/live")
    def live(slug: str) -> Response:
        events = _events(desk, comparing(slug), request.args.get("with"))
        return Response(stream_with_context(events), content_type="text/event-stream")

    @blueprint.post("/spoil")
    def show_anyway(slug: str) -> Response:
        spoil(desk.practice, comparing(slug).scene.mine)
        return jsonify(problems=[])

    return blueprint


def _values(desk: Desk, one: Comparing, other: str | None) -> dict[str, Any]:
    name, scene = chosen(one.look, other), one.scene
    exercise = one.look.exercise
    values = {
        "exercise": exercise,
        "scene": scene,
        "shown": name,
        "words": words_of(scene, exercise),
        "live": "" if scene.is_over else _address("live", exercise, name),
        "red": 0,
        "core": 0,
        "view": None,
    }
    if scene.mine is not None and scene.mine.is_closed:
        core = [check.name for check in exercise.checks if not check.stretch]
        red = [check for check in core if scene.mine.run["verdicts"].get(check) != Verdict.PASSED]
        return {**values, "red": len(red), "core": len(core)}
    return values if scene.is_closed else {**values, "view": view_of(desk, one, scene, name)}


def view_of(desk: Desk, one: Comparing, scene: Scene, shown: str) -> ComparisonView:
    """Return the page as far as it is known: a design that waits has its files, and a word on what runs."""
    assert scene.mine is not None
    exercise, given = one.look.exercise, layers.start(one.look.exercise)
    sides = [my_side(scene.mine)]
    for name, column in one.look.columns.items():
        beside = compare(one.look.tree, one.look.designs[name], given) if name == shown else None
        link = _address("show", exercise, name)
        found = scene.found.get(name)
        if found is not None:
            sides.append(Side(found.column, found.run["verdicts"], beside, link))
        else:
            sides.append(Side(column, {}, beside, link, _waiting(scene, name)))
    return comparison_view(exercise, sides, shown, notes_of(scene.mine), desk.practice.kit)


def _waiting(scene: Scene, name: str) -> str:
    if scene.is_over:
        return "has not run"
    return "its checks run" if scene.doing == name else "waits for its turn"


def words_of(scene: Scene, exercise: Exercise) -> str:
    """Return what is being done, in a sentence."""
    if scene.is_over or not scene.doing:
        return ""
    whose = "yours as it is now" if scene.doing == YOURS else scene.doing
    return f"The checks run on {whose}: {scene.done} of {len(exercise.checks)}"


def _events(desk: Desk, one: Comparing, other: str | None) -> Iterator[str]:
    """Yield what is being done, the tables whenever a design is through, and the end."""
    name = chosen(one.look, other)
    was_closed, through = one.scene.is_closed, -1
    for scene in one.scenes():
        if scene is None:
            yield ":\n\n"
            continue
        if was_closed and scene.mine is not None:
            yield _event("again", {})
            return
        yield _event("doing", {"words": words_of(scene, one.look.exercise), "trouble": scene.trouble})
        if not scene.is_closed and (len(scene.found) != through or scene.is_over):
            through = len(scene.found)
            yield _event("tables", _tables(view_of(desk, one, scene, name)))
    yield _event("over", {})


def _tables(view: ComparisonView) -> dict[str, str]:
    return {part: get_template_attribute("comparison.html", part)(view) for part in ("measures", "matrix")}


def _event(kind: str, values: dict[str, Any]) -> str:
    return f"event: {kind}\ndata: {json.dumps(values)}\n\n"


def _address(page: str, exercise: Exercise, design: str) -> str:
    values: dict[str, Any] = {"slug": exercise.slug, "with": design}
    return address_of(f"compare.{page}", **values)
