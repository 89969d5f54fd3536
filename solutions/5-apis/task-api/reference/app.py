"""The service: its settings, its database, its error bodies. What it answers is in views.py."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from flask import Flask
from werkzeug.exceptions import HTTPException

from given.database import make_engine
from given.problems import from_error
from store import Store
from views import views


def create_app(config: Mapping[str, Any] | None = None) -> Flask:
    """Return the service; it makes its tables when the database has none."""
    app = Flask(__name__)
    app.config.update(config or {})
    app.config["STORE"] = Store(make_engine())
    app.register_error_handler(HTTPException, from_error)
    app.register_blueprint(views)
    return app


if __name__ == "__main__":
    create_app().run(host=os.environ.get("HOST", "127.0.0.1"), port=int(os.environ.get("PORT", "8000")))
