"""Styles, scripts and the sign of the pages: a fixed list of files."""

from __future__ import annotations

import hashlib
from functools import cache

from flask import Blueprint, Response, abort, request

from backroad.dashboard.desk import Desk

KINDS = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
STYLES = ("base.css", "code.css", "layout.css", "map.css", "exercise.css")
SCRIPTS = ("page.js", "map.js", "exercise.js", "comparing.js", "states.js")
SERVED = {
    "page.css": STYLES,
    "compare.css": ("comparison.css",),
    "history.css": ("history.css", "states.css"),
    "icon.svg": ("icon.svg",),
    **{name: (name,) for name in SCRIPTS},
}


def pages(desk: Desk) -> Blueprint:
    """Return the blueprint; a browser asks again each time and hears that nothing changed."""
    blueprint = Blueprint("assets", __name__)

    @cache
    def content(name: str) -> tuple[bytes, str]:
        data = "\n".join(map(desk.assets.text, SERVED[name])).encode()
        return data, hashlib.sha256(data).hexdigest()[:16]

    @blueprint.get("/assets/<name>")
    def file(name: str) -> Response:
        if name not in SERVED:
            abort(404, "there is no such file")
        data, tag = content(name)
        answer = Response(data, content_type=f"{KINDS[name.rsplit('.', 1)[1]]}; charset=utf-8")
        answer.headers["Cache-Control"] = "private, no-cache"
        answer.set_etag(tag)
        answer.make_conditional(request)
        return answer

    return blueprint
