"""A small service: it greets, echoes, adds up and counts.

README.md says what each path answers; the TODOs below are its steps, in order.
`backroad check` tells how far you are.
"""

import os

from flask import Flask


def create_app(config=None):
    """Return the service; a function, so that a test can make one with settings of its own."""
    app = Flask(__name__)
    app.config.update(config or {})

    @app.get("/healthz")
    def health():
        # A view that returns a dict answers 200 with JSON.
        return {"status": "ok"}

    # Stage 1
    # TODO 1: GET /v1/hello answers {"message": "Hello, World!"}, or greets the ?name=… it is given.
    #         from flask import request; request.args is a dictionary of what stands behind the "?".

    # Stage 2
    # TODO 2: GET /v1/echo/<text> answers the text, its length and the text reversed.
    #         A route "/v1/echo/<text>" gives its view a parameter called text.

    # TODO 3: POST /v1/sum answers the sum of the numbers in the body, and how many there are.
    #         from given.json import read_object; read_object() returns the body as a dictionary.

    # TODO 4: answer every error with a problem body, also the one of /v1/boom below.
    #         app.register_error_handler(), HTTPException of werkzeug.exceptions,
    #         and from_error() of given.problems.

    @app.get("/v1/boom")
    def boom():
        raise RuntimeError("this view fails on purpose")

    # TODO 5: refuse names that are blank or too long, and parameters that you do not know.
    #         from given.query import Query

    # TODO 6: refuse numbers that are none; see Fault and problem() in given/problems.py.

    # Stage 3
    # TODO 7: GET /v1/counter shows a number, POST /v1/counter adds one, also when many do so at once.
    #         from threading import Lock

    return app


if __name__ == "__main__":
    # PORT comes from whoever starts the service: the checks, a platform, or you in a terminal.
    create_app().run(host=os.environ.get("HOST", "127.0.0.1"), port=int(os.environ.get("PORT", "8000")))
