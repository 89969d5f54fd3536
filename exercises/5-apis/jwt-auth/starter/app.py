"""A service with accounts: register, log in, stay logged in, log out."""

from __future__ import annotations

import os
import sys
from typing import Any

from flask import Flask
from werkzeug.exceptions import HTTPException

from auth import auth
from given.database import make_engine
from given.problems import from_error
from me import me
from settings import BadSetting, Settings, read_settings
from tables import metadata


def create_app(settings: Settings | None = None) -> Flask:
    """Return the service; a BadSetting says why it cannot be."""
    app = Flask(__name__)
    app.config["SETTINGS"] = settings or read_settings()
    app.config["ENGINE"] = make_engine()
    metadata.create_all(app.config["ENGINE"])
    app.register_error_handler(HTTPException, from_error)
    app.register_blueprint(auth)
    app.register_blueprint(me)

    @app.get("/healthz")
    def health() -> dict[str, Any]:
        return {"status": "ok"}

    return app


if __name__ == "__main__":
    try:
        service = create_app()
    except BadSetting as error:
        sys.exit(f"cannot start: {error}")
    service.run(host=os.environ.get("HOST", "127.0.0.1"), port=int(os.environ.get("PORT", "8000")))
