"""Yours beside the reference: closed until green, then a table that fills in while the other designs run."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, jsonify, render_template, request, stream_with_context, url_for
from flask import get_template_attribute as part_of

from backroad.comparison import Comparison, compare
from backroad.content import layers
from backroad.dashboard.comparing import WORK, YOURS, Comparing, Scene
from backroad.dashboard.desk import Desk
from backroad.dashboard.exercise import known
from backroad.model import Exercise
from backroad.pages.comparison import ComparisonView, Side, comparison_view
from backroad.practice.comparing import REFERENCE, notes_of
from backroad.practice.looking import Look, chosen, spoil
from backroad.practice.showing import my_side
from backroad.report import Verdict

CALLED = {YOURS: "yours, as it is now", REFERENCE: "the reference"}


@dataclass(frozen=True)
class View:
    """The page: the comparison, or how many core checks are red while it is closed; `live` fills it in."""

    exercise: Exercise
    scene: Scene
    words: str
    live: str
    red: int = 0
    core: int = 0
    comparison: ComparisonView | None = None


def pages(desk: Desk) -> Blueprint:
    """Return the blueprint of the comparison."""
    blueprint = Blueprint("compare", __name__, url_prefix="/exercise/<slug>/compare")

    def comparing(slug: str) -> Comparing:
        exercise = known(desk, slug)
        return desk.comparisons.of(desk.last_workspace(exercise), exercise)

    @blueprint.get("/")
    def show(slug: str) -> str:
        one = comparing(slug)
        name = chosen(one.look, request.args.get("with"))
        return render_template("comparing.html", view=view_of(desk, one.look, one.scene, name))

    @blueprint.get("/live")
    def live(slug: str) -> Response:
        one = comparing(slug)
        told = events(desk, one, chosen(one.look, request.args.get("with")))
        return Response(stream_with_context(told), content_type="text/event-stream")

    @blueprint.post("/spoil")
    def show_anyway(slug: str) -> Response:
        spoil(desk.practice, comparing(slug).scene.mine)
        return jsonify(problems=[])

    return blueprint


def view_of(desk: Desk, look: Look, scene: Scene, name: str) -> View:
    """Return the page as far as it is known, yours beside the design of this name."""
    exercise, mine = look.exercise, scene.mine
    words = words_of(scene)
    live = "" if scene.is_over else _address("live", exercise, name)
    if mine is None:
        return View(exercise, scene, words, live)
    core = [check.name for check in exercise.checks if not check.stretch]
    red = sum(mine.run["verdicts"].get(check) != Verdict.PASSED for check in core)
    if mine.is_closed:
        return View(exercise, scene, words, live, red, len(core))
    beside = compare(look.tree, look.designs[name], layers.start(exercise))
    whole = comparison_of(desk, look, scene, name, {name: beside}, notes_of(mine))
    return View(exercise, scene, words, live, red, len(core), whole)


def comparison_of(
    desk: Desk, look: Look, scene: Scene, name: str, beside: Mapping[str, Comparison], notes: str = ""
) -> ComparisonView:
    """Return the comparison as far as it is known; what was measured comes when all designs are through."""
    assert scene.mine is not None  # whose side is there first
    sides = [my_side(scene.mine), *others(look, scene, beside)]
    measurement = scene.measurement
    if measurement is None:
        return comparison_view(look.exercise, sides, name, notes, desk.practice.kit)
    columns = [measurement.column(side.column) for side in sides]
    rows, remarks = measurement.rows(columns), measurement.remarks(columns)
    return comparison_view(look.exercise, sides, name, notes, desk.practice.kit, rows, remarks)


def others(look: Look, scene: Scene, shown: Mapping[str, Comparison]) -> Iterator[Side]:
    """Yield the other designs; one that has not run has a word on what it waits for."""
    for name, column in look.columns.items():
        link = _address("show", look.exercise, name)
        found = scene.found.get(name)
        if found is None:
            yield Side(column, {}, shown.get(name), link, _waiting(scene, name))
        else:
            yield Side(found.column, found.run["verdicts"], shown.get(name), link)


def words_of(scene: Scene) -> str:
    """Return what is being done, in a sentence."""
    if scene.is_over or not scene.doing:
        return ""
    if scene.doing == WORK:
        return "All designs do the same work, in turns, and are measured"
    return f"The checks run on {CALLED.get(scene.doing, scene.doing)}"


def events(desk: Desk, one: Comparing, name: str) -> Iterator[str]:
    """Yield what is being done, the tables whenever a design is through, and the end.

    A page that was closed, or waited for the learner's own run, is told to come again.
    """
    was_closed, before = one.scene.is_closed, None
    for scene in one.scenes():
        if scene is None:
            yield ": still here\n\n"
            continue
        if was_closed and scene.mine is not None:
            yield _event("again", {})
            return
        yield _event("doing", _doing(scene))
        now = scene.doing, len(scene.found), scene.is_over
        if scene.mine is not None and not scene.is_closed and now != before:
            before = now
            yield _event("tables", _tables(comparison_of(desk, one.look, scene, name, {})))
    yield _event("over", {})


def _doing(scene: Scene) -> dict[str, Any]:
    count = {"done": scene.done, "all": scene.all}
    return {"words": words_of(scene), "trouble": scene.trouble, **count}


def _tables(view: ComparisonView) -> dict[str, str]:
    return {part: part_of("comparison.html", part)(view) for part in ("measures", "matrix")}


def _event(kind: str, values: Mapping[str, Any]) -> str:
    return f"event: {kind}\ndata: {json.dumps(values)}\n\n"


def _waiting(scene: Scene, name: str) -> str:
    if scene.is_over:
        return "has not run"
    return "its checks run" if scene.doing == name else "waits for its turn"


def _address(page: str, exercise: Exercise, design: str) -> str:
    values: dict[str, Any] = {"slug": exercise.slug, "with": design}
    return url_for(f"compare.{page}", **values)
