"""The same service with Flask and sqlite3 alone: SQL as text, and a lock around each write."""

import json
import os
import re
import sqlite3
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from urllib.parse import unquote, urlsplit

from flask import Flask, abort, jsonify, make_response, request
from werkzeug.exceptions import HTTPException

from given.json import read_object
from given.problems import Fault, from_error, problem
from given.query import WHITE_SPACE, Query
from given.times import format_time, now, parse_time

SCHEMA = """
CREATE TABLE IF NOT EXISTS task (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    title TEXT NOT NULL,
    description TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('todo', 'doing', 'done')),
    priority INTEGER NOT NULL CHECK (priority BETWEEN 1 AND 5),
    due_at INTEGER,
    tags TEXT NOT NULL CHECK (json_valid(tags)),
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    completed_at INTEGER
);
CREATE TABLE IF NOT EXISTS answered (key TEXT PRIMARY KEY, body TEXT NOT NULL, task INTEGER NOT NULL);
"""
DEFAULTS = {"description": "", "status": "todo", "priority": 3, "due_at": None, "tags": []}
READ_ONLY = {"id", "created_at", "updated_at", "completed_at"}
TIMES = ("due_at", "created_at", "updated_at", "completed_at")
STATUSES = ("todo", "doing", "done")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)
UNFIT = re.compile("[\0\ud800-\udfff]")
SORTS = {
    "created_at": "created_at",
    "updated_at": "updated_at",
    "due_at": "due_at",
    "priority": "priority",
    "title": "lower(title)",
    "status": "instr('todo doing done', status)",
}
FILE = unquote(urlsplit(os.environ.get("DATABASE_URL") or "sqlite:///app.db").path)[1:]

app = Flask(__name__)
app.register_error_handler(HTTPException, from_error)


@contextmanager
def database(mode="DEFERRED"):
    """Give a connection with a transaction; IMMEDIATE locks the database before anything is read."""
    connection = sqlite3.connect(FILE, timeout=10, isolation_level=None)
    connection.row_factory = sqlite3.Row
    try:
        connection.execute(f"BEGIN {mode}")
        yield connection
        connection.execute("COMMIT")
    finally:
        connection.close()  # what was not committed is rolled back


def writing():
    return database("IMMEDIATE")


def millis(moment):
    """Times are stored as milliseconds since 1970."""
    return (moment - EPOCH) // MILLISECOND


def read(body, partial=False):
    """Return the clean values of a body, and the faults."""
    values = {} if partial else dict(DEFAULTS)
    faults = []
    if not partial and "title" not in body:
        faults.append(Fault("title", "required", "is missing"))
    for name, value in body.items():
        if name in READ_ONLY:
            faults.append(Fault(name, "read_only", "is ours"))
        elif name != "title" and name not in DEFAULTS:
            faults.append(Fault(name, "unknown_field", "is not known"))
        elif value is None and name != "due_at":
            faults.append(Fault(name, "null", "must not be null"))
        else:
            values[name] = value
            faults += globals()[f"check_{name}"](values)
    return values, faults


def text_faults(field, value, longest, least=0):
    if UNFIT.search(value):
        return [Fault(field, "characters", "holds what no text should")]
    if len(value) < least:
        return [Fault(field, "blank", "must not be empty")]
    return [Fault(field, "too_long", f"at most {longest} characters")] if len(value) > longest else []


def check_title(values):
    if not isinstance(values["title"], str):
        return [Fault("title", "type", "must be a text")]
    values["title"] = values["title"].strip(WHITE_SPACE)
    return text_faults("title", values["title"], 200, 1)


def check_description(values):
    if not isinstance(values["description"], str):
        return [Fault("description", "type", "must be a text")]
    return text_faults("description", values["description"], 5000)


def check_status(values):
    if not isinstance(values["status"], str):
        return [Fault("status", "type", "must be a text")]
    return [] if values["status"] in STATUSES else [Fault("status", "choice", "is none")]


def check_priority(values):
    value = values["priority"]
    if isinstance(value, bool) or not isinstance(value, int):
        return [Fault("priority", "type", "must be an integer")]
    if 1 <= value <= 5:
        return []
    return [Fault("priority", "too_small" if value < 1 else "too_large", "must be 1 to 5")]


def check_due_at(values):
    if values["due_at"] is None:
        return []
    if not isinstance(values["due_at"], str):
        return [Fault("due_at", "type", "must be a text")]
    try:
        values["due_at"] = millis(parse_time(values["due_at"]))
    except ValueError:
        return [Fault("due_at", "format", "must be a time with an offset")]
    return []


def check_tags(values):
    if not isinstance(values["tags"], list):
        return [Fault("tags", "type", "must be a list")]
    faults, tags = [], []
    for index, value in enumerate(values["tags"]):
        field = f"tags[{index}]"
        if not isinstance(value, str):
            faults.append(Fault(field, "type", "must be a text"))
            continue
        tag = value.strip(WHITE_SPACE).lower()
        faults += text_faults(field, tag, 30, 1)
        if tag not in tags:
            tags.append(tag)
    values["tags"] = tags
    if len(tags) > 10:
        faults.append(Fault("tags", "too_many", "at most 10"))
    return faults


def shown(row):
    """Return a row as the caller sees it."""
    task = {**row, "id": str(row["id"]), "tags": json.loads(row["tags"])}
    for name in TIMES:
        task[name] = None if row[name] is None else format_time(EPOCH + row[name] * MILLISECOND)
    return task


def etag(row):
    """A task is never changed twice in one millisecond, see update(): its time names the version."""
    return f"{row['updated_at']:x}.{row['id']}"


def answer(row, status=200, **headers):
    response = make_response(jsonify(shown(row)), status, headers)
    response.set_etag(etag(row))
    return response


def one(connection, task_id):
    """Return the row of a task, or answer 404."""
    known = task_id.isascii() and task_id.isdigit() and len(task_id) < 19
    query = "SELECT * FROM task WHERE id = ?"
    row = connection.execute(query, [int(task_id)]).fetchone() if known else None
    if row is None or str(row["id"]) != task_id:
        abort(problem(404))
    return row


def match(row):
    if request.headers.get("If-Match") is not None and not request.if_match.contains(etag(row)):
        abort(problem(412))


def insert(connection, values):
    moment = millis(now())
    completed = moment if values["status"] == "done" else None
    row = {**values, "tags": json.dumps(values["tags"]), "created_at": moment, "updated_at": moment}
    row["completed_at"] = completed
    columns = ", ".join(row)
    marks = ", ".join(f":{name}" for name in row)
    return connection.execute(f"INSERT INTO task ({columns}) VALUES ({marks})", row).lastrowid


@app.get("/healthz")
def health():
    return {"status": "ok"}


@app.post("/v1/tasks")
def create():
    body = read_object()
    key = request.headers.get("Idempotency-Key")
    if key is not None and not re.fullmatch("[\x21-\x7e]{1,64}", key):
        fault = Fault("Idempotency-Key", "format", "1 to 64 visible characters")
        return problem(400, "invalid_parameter", errors=[fault])
    values, faults = read(body)
    if faults:
        return problem(422, errors=faults)
    canonical = json.dumps(body, sort_keys=True)
    with writing() as connection:
        earlier = connection.execute("SELECT * FROM answered WHERE key = ?", [key]).fetchone()
        if earlier and earlier["body"] != canonical:
            return problem(422, "idempotency_key_reused")
        number = earlier["task"] if earlier else insert(connection, values)
        if key and not earlier:
            connection.execute("INSERT INTO answered VALUES (?, ?, ?)", [key, canonical, number])
        row = one(connection, str(number))
    return answer(row, 201, Location=f"{request.host_url}v1/tasks/{number}")


@app.get("/v1/tasks/<task_id>")
def show(task_id):
    with database() as connection:
        row = one(connection, task_id)
    return answer(row).make_conditional(request)


def update(task_id, partial):
    values, faults = read(read_object(*MEDIA_TYPES[: 1 + partial]), partial)
    with writing() as connection:
        row = one(connection, task_id)
        match(row)
        if faults:
            abort(problem(422, errors=faults))
        if "tags" in values:
            values["tags"] = json.dumps(values["tags"])
        changes = {name: value for name, value in values.items() if value != row[name]}
        if changes:
            changes["updated_at"] = max(millis(now()), row["updated_at"] + 1)
            if "status" in changes:
                changes["completed_at"] = changes["updated_at"] if changes["status"] == "done" else None
            sets = ", ".join(f"{name} = :{name}" for name in changes)
            connection.execute(f"UPDATE task SET {sets} WHERE id = :id", {**changes, "id": row["id"]})
            row = one(connection, task_id)
    return answer(row)


MEDIA_TYPES = ("application/json", "application/merge-patch+json")


@app.put("/v1/tasks/<task_id>")
def replace(task_id):
    return update(task_id, partial=False)


@app.patch("/v1/tasks/<task_id>")
def patch(task_id):
    return update(task_id, partial=True)


@app.delete("/v1/tasks/<task_id>")
def delete(task_id):
    with writing() as connection:
        row = one(connection, task_id)
        match(row)
        connection.execute("DELETE FROM task WHERE id = ?", [row["id"]])
    return "", 204


@app.get("/v1/tasks")
def index():
    query = Query("status", "priority_min", "priority_max", "tag", "q", "due_before", "due_after", "overdue",
                  "sort", "limit", "offset")  # fmt: skip
    conditions, values = filters(query)
    order = ordering(query)
    limit = query.whole("limit", 20, least=1, most=100)
    offset = query.whole("offset", 0, least=0, most=100_000)
    query.finish()
    source = "FROM task WHERE " + " AND ".join(conditions)
    with database() as connection:
        total = connection.execute(f"SELECT count(*) {source}", values).fetchone()[0]
        page = f"SELECT * {source} ORDER BY {order} LIMIT {limit} OFFSET {offset}"
        items = [shown(row) for row in connection.execute(page, values)]
    return {"items": items, "page": {"limit": limit, "offset": offset, "total": total}}


def filters(query):
    """Return conditions in SQL, and the values for their question marks."""
    found = [
        (f"priority >= {query.whole('priority_min', 1, least=1, most=5)}", []),
        (f"priority <= {query.whole('priority_max', 5, least=1, most=5)}", []),
        *tag_filters(query),
        *search(query),
        *due_filters(query),
    ]
    statuses = query.many("status")
    if statuses:
        found.append((f"status IN ({', '.join('?' * len(statuses))})", statuses))
    if set(statuses) - set(STATUSES):
        query.refuse("status", "choice", "is none")
    return [f"({text})" for text, _ in found], [value for _, values in found for value in values]


def tag_filters(query):
    for tag in query.many("tag"):
        values = {"tags": [tag]}
        for fault in check_tags(values):
            query.refuse("tag", fault.code, fault.message)
        yield "? IN (SELECT value FROM json_each(tags))", values["tags"]


def search(query):
    q = query.one("q")
    if q is not None:
        for fault in text_faults("q", q, 100, 1):
            query.refuse("q", fault.code, fault.message)
        yield "instr(lower(title), lower(?)) + instr(lower(description), lower(?))", [q, q]


def due_filters(query):
    for name, sign in (("due_before", "<"), ("due_after", ">=")):
        values = {"due_at": query.one(name)}
        if values["due_at"] is not None:
            for fault in check_due_at(values):
                query.refuse(name, fault.code, fault.message)
            yield f"due_at {sign} ?", [values["due_at"]]
    overdue = query.one("overdue")
    if overdue not in (None, "true", "false"):
        query.refuse("overdue", "choice", "true or false")
    if overdue:
        late = "coalesce(due_at < ?, 0) AND status <> 'done'"
        yield f"({late}) = {int(overdue == 'true')}", [millis(now())]


def ordering(query):
    sent = query.one("sort")
    keys = ["-created_at"] if sent is None else sent.split(",")
    names = [key.removeprefix("-") for key in keys]
    if set(names) - set(SORTS):
        query.refuse("sort", "choice", f"one of {', '.join(SORTS)}")
    elif len(set(names)) < len(names):
        query.refuse("sort", "duplicate", "each key once")
    elif len(names) > 3:
        query.refuse("sort", "too_many", "three at most")
    down = {True: "DESC", False: "ASC"}
    terms = [f"{SORTS.get(n)} {down[k != n]} NULLS LAST" for k, n in zip(keys, names, strict=True)]
    return ", ".join([*terms, "id"])


with sqlite3.connect(FILE, timeout=10) as setting_up:
    setting_up.executescript(SCHEMA)
setting_up.close()

if __name__ == "__main__":
    app.run(host=os.environ.get("HOST", "127.0.0.1"), port=int(os.environ.get("PORT", "8000")))
