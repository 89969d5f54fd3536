"""The same service with FastAPI: pydantic checks the body, one event loop serves everybody."""

import json
import math
import os
from functools import partial
from typing import Annotated, Any

import uvicorn
from fastapi import FastAPI, HTTPException, Request, Response
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.routing import Match

MAX_BYTES = 1_048_576
MAX_DEPTH = 64

CODES = {
    400: "malformed_request",
    404: "not_found",
    405: "method_not_allowed",
    413: "payload_too_large",
    415: "unsupported_media_type",
    422: "validation_failed",
    500: "internal_error",
}
FIELD_CODES = {
    "missing": "required",
    "too_long": "too_many",
    "too_short": "too_short",
    "greater_than_equal": "too_small",
    "less_than_equal": "too_large",
    "extra_forbidden": "unknown_field",
}

app = FastAPI(title="hello-service")
# FastAPI's @app.get() answers no HEAD; this one does.
get = partial(app.api_route, methods=["GET", "HEAD"])

Integer = Annotated[int, Field(ge=-(2**63), le=2**63 - 1)]


class Numbers(BaseModel):
    """The body of /v1/sum; strict, so that neither true nor "2" nor 2.0 becomes an integer."""

    model_config = ConfigDict(strict=True, extra="forbid")
    numbers: Annotated[list[Integer], Field(min_length=1, max_length=1_000)]


def problem(status: int, faults: list[dict[str, str]] | None = None, code: str | None = None) -> Response:
    """Return a problem body; json.dumps() writes ASCII, so that no text of the caller can break it."""
    body: dict[str, Any] = {"title": CODES[status], "status": status, "code": code or CODES[status]}
    if faults:
        body["errors"] = faults
    return Response(json.dumps(body), status, media_type="application/problem+json")


def fault(field: str, code: str, message: str) -> dict[str, str]:
    return {"field": field, "code": code, "message": message}


@app.exception_handler(StarletteHTTPException)
async def refused(request: Request, error: StarletteHTTPException) -> Response:
    answer = problem(error.status_code)
    if error.status_code == 405:
        # Starlette names the methods of the first route of a path only.
        answer.headers["Allow"] = ", ".join(sorted(methods_of(request)))
    return answer


def methods_of(request: Request) -> set[str]:
    routes = [route for route in app.routes if route.matches(request.scope)[0] is not Match.NONE]
    return {method for route in routes for method in getattr(route, "methods", None) or ()}


@app.exception_handler(Exception)
async def crashed(_request: Request, _error: Exception) -> Response:
    return problem(500)  # Starlette raises the error again after this, and uvicorn logs it


@get("/healthz")
async def health() -> dict[str, str]:
    return {"status": "ok"}


@get("/v1/hello")
async def hello(request: Request) -> Any:
    name = request.query_params.get("name", "World").strip(" \t\r\n")
    unknown = [key for key in request.query_params if key != "name"]
    faults = [fault(key, "unknown_field", "is not a parameter here") for key in unknown]
    if not name:
        faults.append(fault("name", "blank", "must not be empty"))
    if len(name) > 50:
        faults.append(fault("name", "too_long", "must have at most 50 characters"))
    if faults:
        return problem(400, faults, "invalid_parameter")
    return {"message": f"Hello, {name}!"}


@get("/v1/echo/{text}")
async def echo(text: str) -> dict[str, str | int]:
    return {"text": text, "length": len(text), "reversed": text[::-1]}


@app.post("/v1/sum")
async def add_up(request: Request) -> Any:
    value = await json_body(request)
    if not isinstance(value, dict):
        return problem(422, [fault("", "type", "must be an object")])
    try:
        numbers = Numbers.model_validate(value).numbers
    except ValidationError as error:
        return problem(422, [fault_of(details) for details in error.errors()])
    return {"sum": sum(numbers), "count": len(numbers)}


async def json_body(request: Request) -> Any:
    """Return the body's value; FastAPI's own parsing would take any media type, NaN and 100 MB."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
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
    return value


def finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number


def is_deeper(value: object, levels: int) -> bool:
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    return inside is not None and (levels == 0 or any(is_deeper(item, levels - 1) for item in inside))


def fault_of(details: Any) -> dict[str, str]:
    """Translate one of pydantic's errors: ("numbers", 1) is written numbers[1]."""
    first, *indexes = details["loc"]
    field = str(first) + "".join(f"[{index}]" for index in indexes)
    return fault(field, FIELD_CODES.get(details["type"], "type"), "is wrong")


clicks = 0


@get("/v1/counter")
async def show_counter() -> dict[str, int]:
    return {"value": clicks}


@app.post("/v1/counter", status_code=201)
async def click() -> dict[str, int]:
    # No lock: one thread runs all of it, and nothing else runs before the next await.
    global clicks
    clicks += 1
    return {"value": clicks}


@get("/v1/boom")
async def boom() -> None:
    raise RuntimeError("on purpose")


if __name__ == "__main__":
    uvicorn.run(app, host=os.environ.get("HOST", "127.0.0.1"), port=int(os.environ.get("PORT", "8000")))
