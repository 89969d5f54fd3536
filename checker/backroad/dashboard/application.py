"""The app: one blueprint a page, every one below the secret, errors as pages or as JSON."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, Response, g, has_request_context, jsonify, render_template, request
from werkzeug.exceptions import HTTPException, InternalServerError
from werkzeug.routing import RequestRedirect

from backroad.dashboard import assets, compare, exercise, history, map
from backroad.dashboard.desk import Desk
from backroad.dashboard.packing import packed
from backroad.errors import BackroadError, ExitCode
from backroad.glyphs import visible

PAGES = (assets.pages, map.pages, exercise.pages, compare.pages, history.pages)


class Dashboard(Flask):
    """A Flask whose log does not hold the secret, which stands in every path."""

    def log_exception(self, exc_info: Any) -> None:
        """Say which page failed, and how."""
        self.logger.error("%s failed", request.endpoint, exc_info=exc_info)


def make_app(desk: Desk) -> Flask:
    """Return the dashboard as a WSGI application."""
    app = Dashboard("backroad.dashboard", static_folder=None, template_folder=None)
    desk.practice.on_warning = _heard
    desk.guard.watch(app)
    app.jinja_loader = None
    app.jinja_options = {"undefined": desk.assets.environment.undefined}
    app.jinja_env.loader = desk.assets.environment.loader
    app.jinja_env.autoescape = True
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals["kit"] = desk.practice.kit
    app.jinja_env.globals["notices"] = lambda: list(g.get("notices", {}))
    for pages in PAGES:
        blueprint: Blueprint = pages(desk)
        app.register_blueprint(blueprint, url_prefix=f"/<secret>{blueprint.url_prefix or ''}")
    app.jinja_env.globals["pages_there"] = frozenset(app.view_functions)
    app.after_request(packed)
    app.register_error_handler(BackroadError, _stopped)
    app.register_error_handler(HTTPException, _refused)
    return app


def _stopped(error: BackroadError) -> tuple[Any, int]:
    """Say what the user has to change, or that the kit is at fault."""
    code = 500 if error.code is ExitCode.KIT_AT_FAULT else 409
    return _told([str(problem) for problem in error.problems], code)


def _refused(error: HTTPException) -> tuple[Any, int] | Response:
    """Say why something is not answered."""
    if isinstance(error, InternalServerError):
        return _told(["this is a bug in backroad; the terminal shows more of it"], 500)
    if isinstance(error, RequestRedirect):  # to the same address with a slash
        return Response("", error.code, {"Location": error.new_url})
    code = error.code or 500
    if request.view_args is None or code in (403, 404, 421):  # whoever asks may not know the secret
        kept = [(name, value) for name, value in error.get_headers() if name == "Allow"]
        return Response(
            f"{code}: {error.description}\n", code, kept, content_type="text/plain; charset=utf-8"
        )
    return _told([error.description or error.name], code)


def _heard(text: str) -> None:
    """Keep a word beside the matter for the page that is being made."""
    if has_request_context():
        g.setdefault("notices", {})[visible(text)] = None


def _told(said: list[str], code: int) -> tuple[Any, int]:
    problems = [visible(problem) for problem in said]
    if request.method == "POST":
        return jsonify(problems=problems), code
    return render_template("trouble.html", problems=problems, code=code), code
