"""Change"""

import time
from datetime import UTC, datetime, timedelta

from backroad.checks import answer, anything, hint, problem, requires

CHANGES = {
    "title": "Coffee",
    "description": "Black",
    "status": "doing",
    "priority": 1,
    "due_at": "2026-04-01T08:00:00.000Z",
    "tags": ["b", "c"],
}
FULL = {
    "title": "Tea",
    "description": "Green",
    "status": "todo",
    "priority": 4,
    "due_at": "2026-03-01T08:00:00.000Z",
    "tags": ["a", "b"],
}


def create(service, **members):
    """Create a task; return its path and the task."""
    created = service.post("/v1/tasks", json={"title": "Tea", **members})
    assert created == answer(201)
    return f"/v1/tasks/{created.json['id']}", created.json


def wait():
    """Let the next change be of another millisecond."""
    time.sleep(0.005)


@hint(
    "PATCH changes the members that are in the body; the others stay as they are",
    "'title' in body asks whether it was sent; body.get('title') cannot tell that from null",
    "update(tasks).where(tasks.c.id == …).values({name: value for name, value in body.items()})",
)
@requires("location_leads_to_the_task")
def test_patch_changes_what_is_sent(service):
    """PATCH changes each member alone, keeps the others, and answers the task

    Clients send the one field that somebody edited; a PATCH that resets the others destroys their work
    """
    for name, value in CHANGES.items():
        path, task = create(service, **FULL)
        expected = {**task, name: value, "updated_at": anything}
        changed = service.patch(path, json={name: value})
        assert changed == answer(200, expected)
        assert service.get(path) == answer(200, changed.json)
    path, task = create(service, **FULL)
    several = {"title": "Coffee", "tags": ["c"]}
    assert service.patch(path, json=several) == answer(200, {**task, **several, "updated_at": anything})
    for name, value in {"title": "TEA", "description": "green", "tags": ["b", "a"]}.items():
        path, task = create(service, **FULL)
        changed = service.patch(path, json={name: value})
        assert changed == answer(200, {**task, name: value, "updated_at": anything})


@hint(
    "An empty text and an empty list are values like others",
    "if body.get('description'): is not entered for '' and [], which are false in Python",
    "if 'description' in body: …",
)
@requires("patch_changes_what_is_sent")
def test_patch_takes_empty_values(service):
    """PATCH with "" and [] empties description and tags

    Whoever deletes a text and saves expects it to be gone, not to come back
    """
    path, task = create(service, **FULL)
    emptied = {**task, "description": "", "updated_at": anything}
    assert service.patch(path, json={"description": ""}) == answer(200, emptied)
    emptied = {**emptied, "tags": []}
    assert service.patch(path, json={"tags": []}) == answer(200, emptied)
    assert service.get(path) == answer(200, emptied)


@hint(
    "null is a value that was sent: it clears due_at",
    "'due_at' in body is true for null, body.get('due_at') is None with and without it",
    "if 'due_at' in body: changes['due_at'] = body['due_at']",
)
@requires("patch_changes_what_is_sent")
def test_patch_null_clears_due_at(service):
    """PATCH with "due_at": null clears it, PATCH without due_at keeps it

    Absent and null mean different things in a merge patch; mixing them up is its best known mistake
    """
    path, task = create(service, **FULL)
    kept = {**task, "priority": 1, "updated_at": anything}
    assert service.patch(path, json={"priority": 1}) == answer(200, kept)
    cleared = {**kept, "due_at": None}
    assert service.patch(path, json={"due_at": None}) == answer(200, cleared)
    assert service.get(path) == answer(200, cleared)


@hint(
    "PUT sets the whole task: what is not sent gets the value that POST would give it",
    "One function fills in the defaults, for POST and for PUT",
    "values = {**DEFAULTS, **body}, then update(tasks).where(…).values(values)",
)
@requires("location_leads_to_the_task")
def test_put_replaces_everything(service):
    """PUT with only a title resets the other members, PUT with all sets all

    PUT says: this is the task now. What an old value of a member not sent is kept for, nobody can tell
    """
    path, task = create(service, **FULL)
    defaults = {"description": "", "status": "todo", "priority": 3, "due_at": None, "tags": []}
    expected = {**task, **defaults, "title": "Coffee", "updated_at": anything}
    replaced = service.put(path, json={"title": "Coffee"})
    assert replaced == answer(200, expected)
    assert service.get(path) == answer(200, replaced.json)
    expected = {**expected, **CHANGES}
    assert service.put(path, json=CHANGES) == answer(200, expected)
    assert service.get(path) == answer(200, expected)


@hint(
    "PUT and PATCH of a task that there is not are a 404",
    "rowcount of an UPDATE is 0 when no row has the id; or look with SELECT first",
    "abort(404) when there is no row; no INSERT outside of POST",
)
@requires("put_replaces_everything", "patch_changes_what_is_sent")
def test_changes_create_nothing(service):
    """PUT and PATCH of an unknown or deleted task are a 404 and create nothing

    A late retry must not bring back what somebody has deleted
    """
    path, _ = create(service)
    assert service.delete(path) == answer(204)
    before = total(service)
    for unknown in (path, "/v1/tasks/abc", "/v1/tasks/0"):
        assert service.put(unknown, json={"title": "Coffee"}) == problem(404, "not_found")
        assert service.patch(unknown, json={"title": "Coffee"}) == problem(404, "not_found")
        assert service.get(unknown) == problem(404, "not_found")
    assert {"tasks in the list": total(service)} == {"tasks in the list": before}


def total(service):
    """Return how many tasks the list counts."""
    reply = service.get("/v1/tasks")
    assert reply == answer(200)
    return reply.json["page"]["total"]


@hint(
    "updated_at says when the task was last changed, created_at never moves",
    "Every UPDATE sets updated_at as well",
    "values['updated_at'] = format_time(now())",
)
@requires("put_replaces_everything", "patch_changes_what_is_sent")
def test_updated_at_grows(service):
    """A change moves updated_at on; created_at and the id stay

    Programs that copy data ask for what is newer than their last copy; a change that keeps the time is lost
    """
    path, task = create(service)
    earlier = task["updated_at"]
    for method, body in (
        ("PATCH", {"priority": 1}),
        ("PUT", {"title": "Coffee"}),
        ("PATCH", {"tags": ["a"]}),
    ):
        wait()
        before = datetime.now(UTC) - timedelta(milliseconds=2)
        changed = service.request(method, path, json=body)
        assert changed == answer(200)
        assert changed.json["updated_at"] > earlier
        assert changed.json["updated_at"] >= before.isoformat()
        assert changed.json["created_at"] == task["created_at"]
        assert changed.json["id"] == task["id"]
        earlier = changed.json["updated_at"]


@hint(
    "A write that leaves every member as it is, is no change: updated_at stays",
    "Compare the new values with those of the row before you write",
    "changes = {name: value for name, value in values.items() if row[name] != value}, and no UPDATE for {}",
)
@requires("put_replaces_everything", "patch_changes_what_is_sent", "updated_at_grows")
def test_same_values_change_nothing(service):
    """PATCH with {} or present values, and the same PUT again, change nothing

    Clients save forms that nobody has edited; each would look like a change to all who watch updated_at
    """
    path, task = create(service, **FULL)
    for body in ({}, *({name: value} for name, value in FULL.items()), FULL):
        wait()
        assert service.patch(path, json=body) == answer(200, task)
    assert service.put(path, json=FULL) == answer(200, task)
    assert service.get(path) == answer(200, task)
    wait()
    replaced = service.put(path, json=CHANGES)
    assert replaced == answer(200)
    wait()
    assert service.put(path, json=CHANGES) == answer(200, replaced.json)
    assert service.get(path) == answer(200, replaced.json)


@hint(
    "The caller never sends completed_at; it follows from the old status and the new one",
    "Three cases: becomes done → now; stays done → as it was; anything else → null",
    "if 'status' in changes: completed_at = moment if changes['status'] == 'done' else None",
)
@requires("put_replaces_everything", "patch_changes_what_is_sent")
def test_completed_at_follows_status(service):
    """completed_at is set when a task becomes done, stays, and is cleared again

    Reports count what was finished when; a time that moves with every edit makes them all wrong
    """
    path, task = create(service)
    assert task["completed_at"] is None
    wait()
    done = service.patch(path, json={"status": "done"})
    assert done == answer(200)
    completed = done.json["completed_at"]
    assert task["created_at"] < str(completed) <= after_now()
    wait()
    for body in ({"priority": 1}, {"status": "done"}, {"status": "done", "title": "Coffee"}):
        assert service.patch(path, json=body) == answer(200, changed(done.json, body))
        done = service.get(path)
    wait()
    assert service.put(path, json={"title": "Mate", "status": "done"}) == answer(
        200, changed(done.json, {"title": "Mate", "priority": 3, "completed_at": completed})
    )
    for other in ("doing", "todo"):
        assert service.patch(path, json={"status": other}).json["completed_at"] is None
        wait()
        again = service.patch(path, json={"status": "done"})
        assert again == answer(200)
        assert completed < str(again.json["completed_at"]) <= after_now()
    reopened = service.put(path, json={"title": "Tea"})
    assert reopened == answer(200, {**again.json, "title": "Tea", "status": "todo", "completed_at": None,
                                    "updated_at": anything})  # fmt: skip
    assert service.get(path) == answer(200, reopened.json)


def changed(task, body):
    """Return what a task looks like after a change."""
    return {**task, **body, "updated_at": anything}


def after_now():
    """Return the time in a second, as it would be printed."""
    return (datetime.now(UTC) + timedelta(seconds=1)).isoformat()


@hint(
    "A task may be done from the start, and then it was completed when it was created",
    "POST and PUT set completed_at by the same rule as PATCH",
    "completed_at = moment if values['status'] == 'done' else None",
)
@requires("completed_at_follows_status")
def test_tasks_may_start_done(service):
    """POST with status done sets completed_at, and a PUT that finishes does too

    Rules that hold on one of three ways in are found out by those who take the others
    """
    before = (datetime.now(UTC) - timedelta(seconds=1)).isoformat()
    path, task = create(service, status="done")
    assert before <= str(task["completed_at"]) <= after_now()
    assert service.get(path) == answer(200, task)
    path, task = create(service, status="doing")
    assert task["completed_at"] is None
    done = service.put(path, json={"title": "Tea", "status": "done"})
    assert done == answer(200)
    assert before <= str(done.json["completed_at"]) <= after_now()
