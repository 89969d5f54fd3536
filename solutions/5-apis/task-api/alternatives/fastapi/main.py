"""The same service with FastAPI, pydantic and SQLAlchemy's ORM, on any database."""

import hashlib
import json
import math
import os
import re
from contextlib import asynccontextmanager
from typing import Annotated, Any

import uvicorn
from fastapi import Depends, FastAPI, HTTPException, Request, Response
from pydantic import ValidationError
from sqlalchemy.orm.exc import StaleDataError
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.routing import Match

from listing import Listing
from problems import Refusal, fault, problem
from schemas import Patch, Whole, faults_of
from store import DuplicateKey, Store, Task, find

MAX_BYTES, MAX_DEPTH = 1_048_576, 64
JSON, MERGE_PATCH = "application/json", "application/merge-patch+json"


@asynccontextmanager
async def lifespan(app: FastAPI):
    app.state.store = Store(os.environ.get("DATABASE_URL") or "sqlite:///app.db")
    yield
    app.state.store.close()


app = FastAPI(title="task-api", lifespan=lifespan)


@app.exception_handler(StarletteHTTPException)
async def refused(request: Request, error: StarletteHTTPException) -> Response:
    answer = problem(error.status_code)
    if error.status_code == 405:
        # Starlette names the methods of the first route of a path only.
        routes = [route for route in app.routes if route.matches(request.scope)[0] is not Match.NONE]
        methods = {method for route in routes for method in getattr(route, "methods", None) or ()}
        answer.headers["Allow"] = ", ".join(sorted(methods))
    return answer


@app.exception_handler(Refusal)
async def explained(_request: Request, error: Refusal) -> Response:
    return problem(error.status, error.faults, error.code)


@app.exception_handler(Exception)
async def crashed(_request: Request, _error: Exception) -> Response:
    return problem(500)  # Starlette raises the error again after this, and uvicorn logs it


# What comes in


def json_body(*media_types: str) -> Any:
    """Return a dependency that reads the body; FastAPI's own takes any media type, NaN and 100 MB."""

    async def read(request: Request) -> dict[str, Any]:
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() not in media_types:
            raise HTTPException(415)
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > MAX_BYTES:
                raise HTTPException(413)
        try:
            value = json.loads(body.decode(), parse_constant=finite, parse_float=finite)
        except (ValueError, RecursionError):
            raise HTTPException(400) from None
        if is_deeper(value, MAX_DEPTH):
            raise HTTPException(400)
        if not isinstance(value, dict):
            raise Refusal(422, [fault("", "type")])
        # pydantic cannot name a member in its errors that is no UTF-8.
        if odd := [name for name in value if re.search("[\ud800-\udfff]", name)]:
            raise Refusal(422, [fault(name, "unknown_field") for name in odd])
        return value

    return Depends(read)


def finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number


def is_deeper(value: object, levels: int) -> bool:
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    return inside is not None and (levels == 0 or any(is_deeper(item, levels - 1) for item in inside))


def store_of(request: Request) -> Store:
    kept: Store = request.app.state.store
    return kept


Body = Annotated[dict[str, Any], json_body(JSON)]
PatchBody = Annotated[dict[str, Any], json_body(JSON, MERGE_PATCH)]
Kept = Annotated[Store, Depends(store_of)]


# What goes out


def tag_of(task: Task) -> str:
    return '"' + hashlib.blake2s(f"{task.id} {task.updated_at}".encode(), digest_size=12).hexdigest() + '"'


def shown(task: Task, status: int = 200, **headers: str) -> Response:
    headers = {"ETag": tag_of(task), **headers}
    return Response(json.dumps(task.as_json()), status, headers, media_type=JSON)


def listed(header: str) -> set[str]:
    return set(re.findall(r'(?:W/)?"[^"]*"|\*', header))


def demand(request: Request, task: Task | None) -> Task:
    """Return the task if it is there, in the version that the caller knows."""
    if task is None:
        raise HTTPException(404)
    wanted = request.headers.get("if-match")
    if wanted is not None and not listed(wanted) & {"*", tag_of(task)}:
        raise HTTPException(412)
    return task


# The paths. Functions without async run in a pool of threads, so that one may wait for the database.


@app.api_route("/healthz", methods=["GET", "HEAD"])
def health() -> dict[str, str]:
    return {"status": "ok"}


@app.api_route("/v1/tasks", methods=["GET", "HEAD"])
def index(request: Request, store: Kept) -> dict[str, Any]:
    listing = Listing.of(request.query_params.multi_items())
    tasks, total = store.page(listing)
    page = {"limit": listing.limit, "offset": listing.offset, "total": total}
    return {"items": [task.as_json() for task in tasks], "page": page}


@app.post("/v1/tasks")
def create(request: Request, body: Body, store: Kept) -> Response:
    key = request.headers.get("idempotency-key")
    if key is not None and re.fullmatch("[!-~]{1,64}", key) is None:
        raise Refusal(400, [fault("Idempotency-Key", "format")], "invalid_parameter")
    try:
        values = Whole.model_validate(body).values()
        task = store.add(values, key, json.dumps(body, sort_keys=True))
    except ValidationError as error:
        raise Refusal(422, faults_of(error)) from None
    except DuplicateKey:
        raise Refusal(422, None, "idempotency_key_reused") from None
    return shown(task, 201, Location=str(request.url_for("show", task_id=task.id)))


@app.api_route("/v1/tasks/{task_id}", methods=["GET", "HEAD"])
def show(request: Request, task_id: str, store: Kept) -> Response:
    with store.session() as session:
        task = find(session, task_id)
        if task is None:
            raise HTTPException(404)
        known = listed(request.headers.get("if-none-match", ""))
        if known & {"*", tag_of(task), f"W/{tag_of(task)}"}:
            return Response(status_code=304, headers={"ETag": tag_of(task)})
        return shown(task)


@app.put("/v1/tasks/{task_id}")
def replace(request: Request, task_id: str, body: Body, store: Kept) -> Response:
    return change(request, task_id, Whole, body, store)


@app.patch("/v1/tasks/{task_id}")
def patch(request: Request, task_id: str, body: PatchBody, store: Kept) -> Response:
    return change(request, task_id, Patch, body, store)


def change(
    request: Request, task_id: str, model: type[Patch], body: dict[str, Any], store: Store
) -> Response:
    def work(session: Any) -> Task:
        task = demand(request, find(session, task_id))
        try:
            task.set(model.model_validate(body).values())
        except ValidationError as error:
            raise Refusal(422, faults_of(error)) from None
        return task

    return shown(until_alone(store, work))


@app.delete("/v1/tasks/{task_id}", status_code=204)
def delete(request: Request, task_id: str, store: Kept) -> Response:
    until_alone(store, lambda session: session.delete(demand(request, find(session, task_id))))
    return Response(status_code=204)


def until_alone(store: Store, work: Any) -> Any:
    """Do some work in a transaction; do it again when somebody else has written meanwhile."""
    while True:
        try:
            with store.session.begin() as session:
                return work(session)
        except StaleDataError:
            continue


if __name__ == "__main__":
    uvicorn.run(app, host=os.environ.get("HOST", "127.0.0.1"), port=int(os.environ.get("PORT", "8000")))
