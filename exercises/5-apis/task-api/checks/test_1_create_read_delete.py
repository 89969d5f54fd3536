"""Create, read, delete"""

import re
import time
from datetime import UTC, datetime, timedelta
from urllib.parse import urljoin, urlsplit

from backroad.checks import a, answer, anything, fresh, hint, problem, requires

MEMBERS = (
    "id", "title", "description", "status", "priority", "due_at", "tags",
    "created_at", "updated_at", "completed_at",
)  # fmt: skip
ANY_TASK = dict.fromkeys(MEMBERS, anything)
EVERYTHING = {
    "title": "Write report",
    "description": "For the board\n\n- figures\n- plans",
    "status": "doing",
    "priority": 2,
    "due_at": "2026-03-02T17:00:00.000Z",
    "tags": ["work", "q1"],
}


@hint(
    "A new resource is answered with 201 and shown as a whole: all ten members of a task",
    "read_object() of given.json gives the body; engine.begin() and insert(tasks) store a row",
    "return {**row, 'id': str(new_id), 'tags': json.loads(row['tags'])}, 201, where row is what you inserted",
)
def test_create_answers_the_task(service):
    """POST /v1/tasks answers 201 and the new task with its ten members

    Whoever creates something wants to show it at once, with the id and the defaults that only you know
    """
    reply = service.post("/v1/tasks", json={"title": "Tea"})
    assert reply == answer(201, {**ANY_TASK, "id": a(str), "title": "Tea"})


@hint(
    "What the caller leaves out, the service fills in; the contract's table says with what",
    "body.get('priority', 3) and so on; format_time(now()) of given.times is the time as it is printed",
    "created_at and updated_at get the same format_time(now()), completed_at and due_at None, tags []",
)
@requires("create_answers_the_task")
def test_create_fills_in_the_rest(service):
    """A task with a title only gets the defaults, an id and the times of now

    Clients are written against these values; a null where a list is due breaks every loop over it
    """
    before = datetime.now(UTC)
    reply = service.post("/v1/tasks", json={"title": "Tea"})
    after = datetime.now(UTC)
    due = {
        "description": "",
        "status": "todo",
        "priority": 3,
        "due_at": None,
        "tags": [],
        "completed_at": None,
    }
    assert reply == answer(201, {**ANY_TASK, "title": "Tea", **due})
    task = reply.json
    is_id = re.fullmatch("[A-Za-z0-9_-]{1,64}", task["id"])
    assert is_id, f"an id is 1 to 64 of A-Z a-z 0-9 _ -; this one is {task['id']!r}"
    for name in ("created_at", "updated_at"):
        assert before - timedelta(seconds=1) <= moment(name, task) <= after + timedelta(seconds=1)
    assert task["updated_at"] == task["created_at"], "at first updated_at is when it was created"


def moment(name, task):
    """Return the time that a member tells, which has to have the form of the contract."""
    is_time = re.fullmatch(r"[0-9]{4}(-[0-9]{2}){2}T[0-9]{2}(:[0-9]{2}){2}[.][0-9]{3}Z", str(task[name]))
    assert is_time, f"{name} has the form 2026-03-01T09:30:00.123Z; this one is {task[name]!r}"
    return datetime.fromisoformat(task[name])


@hint(
    "Every member of the body goes into its column",
    "The column for tags holds a text: json.dumps() on the way in, json.loads() on the way out",
    "row = {'title': body['title'], 'status': body.get('status', 'todo'), …} for each of the six",
)
@requires("create_answers_the_task")
def test_create_takes_every_member(service):
    """What is sent with POST comes back as it was sent

    A member that is silently dropped is found weeks later, by somebody who needs it
    """
    reply = service.post("/v1/tasks", json=EVERYTHING)
    assert reply == answer(201, {**ANY_TASK, **EVERYTHING})
    reply = service.post("/v1/tasks", json={"title": "Tea", "due_at": None, "tags": ["a"], "priority": 5})
    assert reply == answer(201, {**ANY_TASK, "title": "Tea", "due_at": None, "tags": ["a"], "priority": 5})


@hint(
    "Location is the address of the new task; GET there shows what POST has shown",
    "A view may return (body, 201, {'Location': …}); a route '/v1/tasks/<task_id>' has a parameter task_id",
    "One function makes the JSON of a row, for both views; mappings().first() gives a row or None",
)
@requires("create_answers_the_task")
def test_location_leads_to_the_task(service):
    """Location names the new task, and GET shows it as POST did

    An address that the service tells need not be put together by every client, which often goes wrong
    """
    for body in (EVERYTHING, {"title": "Tea"}):
        created = service.post("/v1/tasks", json=body)
        assert created == answer(201)
        assert "Location" in created.headers
        place = urlsplit(urljoin("http://localhost/v1/tasks", created.headers["Location"]))
        address = f"{place.path}?{place.query}" if place.query else place.path
        assert service.get(address) == answer(200, created.json)
        assert service.get(f"/v1/tasks/{created.json['id']}") == answer(200, created.json)


@hint(
    "An id that belongs to no task is a 404, whatever it looks like",
    "The id in the path is a text: int() and the database make 12 of 012, too; a pattern does not",
    "abort(404) unless re.fullmatch('[1-9][0-9]{0,8}', task_id), and abort(404) if no row was found",
)
@requires("location_leads_to_the_task")
@fresh
def test_unknown_tasks_are_404(service):
    """GET of a task that there is not is a 404 with a problem body

    Links grow old and people mistype them; a crash for each of them is noise that hides the real ones
    """
    for unknown in ("0", "999999999", "abc", "4" * 40, "7b6f0d3e-6f0c-4b0e-9a57-0d8c3f0f4a11"):
        assert service.get(f"/v1/tasks/{unknown}") == problem(404, "not_found")
    path = new_path(service)
    known = path.rpartition("/")[2]
    for near in (f"0{known}", f"{known}.0", f"{known}e0", f"+{known}", f"%20{known}", f"{known}%20",
                 f"{known}%0A", known.swapcase()):  # fmt: skip
        if near != known:
            assert service.get(f"/v1/tasks/{near}") == problem(404, "not_found")
    assert service.get(path) == answer(200)


@hint(
    "A list comes in an envelope: the items, and what the page tells about itself",
    "order_by(tasks.c.created_at.desc()); select(func.count()).select_from(tasks) counts them",
    "return {'items': [as_json(row) for row in rows], 'page': {'limit': 20, 'offset': 0, 'total': total}}",
)
@requires("create_answers_the_task")
@fresh
def test_list_shows_the_tasks(service):
    """GET /v1/tasks answers the tasks, the latest first, in an envelope

    A bare array has no room for the number of all tasks, and gets none later without breaking its callers
    """
    assert service.get("/v1/tasks") == answer(200, envelope([]))
    tasks = []
    for body in ({"title": "Tea"}, EVERYTHING, {"title": "Tea"}):
        created = service.post("/v1/tasks", json=body)
        assert created == answer(201)
        tasks.insert(0, created.json)
        time.sleep(0.005)  # no two of the same millisecond
    assert service.get("/v1/tasks") == answer(200, envelope(tasks))


def envelope(tasks):
    """Return the first page of a list that has no other."""
    return {"items": tasks, "page": {"limit": 20, "offset": 0, "total": len(tasks)}}


@hint(
    "204 says that it is done and that there is nothing to show",
    "execute(delete(tasks).where(…)).rowcount is 0 when there was none; no id is given a second time",
    "abort(404) if rowcount == 0, else return '', 204; Table(…, sqlite_autoincrement=True)",
)
@requires("location_leads_to_the_task")
def test_delete_then_404(service):
    """DELETE answers 204 without a body; the task is gone for good, the others stay

    A second 204 would tell somebody that they have deleted what another person had deleted before
    """
    path, other = (new_path(service) for _ in range(2))
    reply = service.delete(path)
    assert reply == answer(204)
    assert reply.body == b""
    assert service.get(path) == problem(404, "not_found")
    assert service.delete(path) == problem(404, "not_found")
    assert service.get(other) == answer(200)
    assert service.delete("/v1/tasks/abc") == problem(404, "not_found")
    newest = new_path(service)
    assert service.delete(newest) == answer(204)
    new_path(service)
    assert service.get(newest) == problem(404, "not_found")
    assert service.delete(newest) == problem(404, "not_found")


def new_path(service):
    """Create a task and return its path."""
    created = service.post("/v1/tasks", json={"title": "Tea"})
    assert created == answer(201)
    return f"/v1/tasks/{created.json['id']}"


@hint(
    "Everything has to be in the database that DATABASE_URL names, nothing in a variable of the program",
    "make_engine() of given.database reads DATABASE_URL; begin() commits, connect() alone does not",
    "with engine.begin() as connection: connection.execute(insert(tasks).values(…))",
)
@requires("location_leads_to_the_task")
@fresh
def test_data_survives_a_restart(service, database):
    """After a restart every task is as before, out of DATABASE_URL's database

    Each deployment starts the service anew; what it had in memory or in a file beside it is gone
    """
    created = [service.post("/v1/tasks", json=body) for body in (EVERYTHING, {"title": "Kept 5f2d81"})]
    for reply in created:
        assert reply == answer(201)
    is_kept = b"Kept 5f2d81" in database.at_rest()
    assert is_kept, "a new task has to be in the database that DATABASE_URL names; it is not there"
    service.restart()
    for reply in created:
        assert service.get(f"/v1/tasks/{reply.json['id']}") == answer(200, reply.json)
