"""The paths: what comes in, what goes out. The rules of a task are in fields.py."""

from __future__ import annotations

import re
from typing import Any

from flask import Blueprint, Response, abort, current_app, jsonify, request

from fields import Form, read_form
from given.json import MEDIA_TYPE, read_object
from given.problems import problem
from listing import read_listing
from retries import digest, read_key
from store import KeyTaken, Store
from tables import Task

MERGE_PATCH = "application/merge-patch+json"

views = Blueprint("tasks", __name__)


@views.get("/healthz")
def health() -> dict[str, str]:
    return {"status": "ok"}


@views.get("/v1/tasks")
def list_tasks() -> dict[str, Any]:
    listing = read_listing()
    found, total = store().page(listing)
    page = {"limit": listing.limit, "offset": listing.offset, "total": total}
    return {"items": [representation(task) for task in found], "page": page}


@views.post("/v1/tasks")
def create_task() -> Response:
    body = read_object()
    key = read_key()
    fields = read_form(body).clean()
    try:
        task = there(store().add_once(fields, digest(key), digest(body)) if key else store().add(fields))
    except KeyTaken:
        return problem(422, "idempotency_key_reused")
    response = answer(task, 201)
    response.headers["Location"] = f"/v1/tasks/{task['id']}"
    return response


@views.get("/v1/tasks/<task_id>")
def show_task(task_id: str) -> Response:
    task = find(task_id)
    if request.if_none_match.contains_weak(tag(task)):
        return answer(task, 304)
    return answer(task)


@views.put("/v1/tasks/<task_id>")
def replace_task(task_id: str) -> Response:
    return answer(write(task_id, read_form(read_object())))


@views.patch("/v1/tasks/<task_id>")
def patch_task(task_id: str) -> Response:
    return answer(write(task_id, read_form(read_object(MEDIA_TYPE, MERGE_PATCH), partial=True)))


@views.delete("/v1/tasks/<task_id>")
def delete_task(task_id: str) -> tuple[str, int]:
    while not store().remove(find_expected(task_id)):
        pass
    return "", 204


def store() -> Store:
    kept: Store = current_app.config["STORE"]
    return kept


def write(task_id: str, form: Form) -> Task:
    """Return the task with new values; when another writer is faster, look at the task again."""
    while True:
        task = find_expected(task_id)
        # What is wrong with the body is said last: after "there is none", and after "it has changed".
        changed = store().change(task, form.clean())
        if changed:
            return changed


def find_expected(task_id: str) -> Task:
    """Return a task in the version that the caller wants to write to, or end the request with a 412."""
    task = find(task_id)
    if "If-Match" in request.headers and tag(task) not in request.if_match:
        abort(problem(412))
    return task


def find(task_id: str) -> Task:
    """Return the task of an id in a path; whatever has not the form of our ids belongs to no task."""
    is_id = re.fullmatch("[1-9][0-9]{0,8}", task_id)
    return there(store().find(int(task_id)) if is_id else None)


def there(task: Task | None) -> Task:
    """Return the task, or end the request with a 404 when there is none."""
    if task is None:
        abort(problem(404))
    return task


def tag(task: Task) -> str:
    """Return what stands between the quotes of the ETag."""
    return f"{task['id']}-{task['version']}"


def representation(task: Task) -> dict[str, Any]:
    """Return a task as callers see it."""
    members = {name: value for name, value in task.items() if name != "version"}
    return {**members, "id": str(task["id"])}


def answer(task: Task, status: int = 200) -> Response:
    """Return a task with its ETag; a 304 carries the ETag alone."""
    response = Response() if status == 304 else jsonify(representation(task))
    response.status_code = status
    response.set_etag(tag(task))
    return response
