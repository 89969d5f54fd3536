"""A task manager: tasks are created, listed, changed and deleted over HTTP.

README.md says what each path answers; the TODOs below are its steps, in order.
`backroad check` tells how far you are. The table is in tables.py.
"""

import os

from flask import Flask
from werkzeug.exceptions import HTTPException

from given.database import make_engine
from given.problems import from_error
from tables import metadata


def create_app(config=None):
    """Return the service; it makes its tables when the database has none."""
    app = Flask(__name__)
    app.config.update(config or {})
    app.register_error_handler(HTTPException, from_error)
    engine = make_engine()  # of the database that DATABASE_URL names
    metadata.create_all(engine)

    @app.get("/healthz")
    def health():
        return {"status": "ok"}

    # Stage 1: Create, read, delete
    # TODO 1: POST /v1/tasks stores a task with this title and answers 201 with all ten members.
    #         body = read_object() of given.json; insert() of sqlalchemy; format_time(now()) of given.times.
    # TODO 2: POST takes the other members as well; what is not sent has its default.
    # TODO 3: GET /v1/tasks/<task_id> answers the task, or a 404: abort(404).
    # TODO 4: GET /v1/tasks answers the list in its envelope, the latest first.
    # TODO 5: DELETE /v1/tasks/<task_id> answers 204 and no body: return "", 204

    # Stage 2: Change
    # TODO 6: PATCH /v1/tasks/<task_id> changes the members that are sent, and no others.
    # TODO 7: PUT /v1/tasks/<task_id> sets every member: what is not sent gets its default.
    # TODO 8: completed_at follows the status; updated_at changes when something else does.

    # Stage 3: Refuse
    # TODO 9: a function that takes the body and returns clean values and a list of Fault of given.problems.
    #         POST, PUT and PATCH use it; abort(problem(422, errors=faults)) when there are faults.

    # Stage 4: Search
    # TODO 10: filters, one after the other: status, priority_min, priority_max, tag, q, due_…, overdue.
    #          query = Query("status", "limit", …) of given.query; select(tasks).where(…)
    # TODO 11: sort, limit, offset; then refuse what is wrong.

    # Stage 5: Change safely
    # TODO 12: a column `version` that every change raises, and an ETag that shows it.
    # TODO 13: If-Match; and UPDATE … WHERE id = … AND version = …, so that no change is lost.

    return app


if __name__ == "__main__":
    # PORT comes from whoever starts the service: the checks, a platform, or you in a terminal.
    create_app().run(host=os.environ.get("HOST", "127.0.0.1"), port=int(os.environ.get("PORT", "8000")))
