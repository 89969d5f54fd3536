"""The same service with nothing but Python: http.server, a table of routes, a thread for each request."""

from __future__ import annotations

import json
import math
import os
import re
import sys
import traceback
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

MAX_BYTES = 1_048_576
MAX_DEPTH = 64
WHITE_SPACE = " \t\r\n"

CODES = {
    400: "malformed_request",
    404: "not_found",
    405: "method_not_allowed",
    413: "payload_too_large",
    415: "unsupported_media_type",
    422: "validation_failed",
    500: "internal_error",
}


class Problem(Exception):
    """An error answer."""

    def __init__(self, status: int, *faults: tuple[str, str], code: str = "", allow: str = "") -> None:
        super().__init__(status)
        self.status = status
        self.headers = {"Allow": allow} if allow else {}
        self.body: dict[str, Any] = {
            "title": HTTPStatus(status).phrase,
            "status": status,
            "code": code or CODES[status],
        }
        if faults:
            self.body["errors"] = [{"field": f, "code": c, "message": f"is wrong: {c}"} for f, c in faults]


class Counter:
    """A number that several threads may raise at the same time."""

    def __init__(self) -> None:
        self.value = 0
        self.lock = Lock()

    def increment(self) -> int:
        with self.lock:
            self.value += 1
            return self.value


def hello(query: str) -> dict[str, Any]:
    pairs = parse_qsl(query, keep_blank_values=True)
    faults = [(name, "unknown_field") for name, _ in pairs if name != "name"]
    name = dict(pairs).get("name", "World").strip(WHITE_SPACE)
    if not 1 <= len(name) <= 50:
        faults.append(("name", "too_long" if name else "blank"))
    if faults:
        raise Problem(400, *faults, code="invalid_parameter")
    return {"message": f"Hello, {name}!"}


def echo(text: str) -> dict[str, Any]:
    return {"text": text, "length": len(text), "reversed": text[::-1]}


def add_up(body: object) -> dict[str, Any]:
    if not isinstance(body, dict):
        raise Problem(422, ("", "type"))
    faults = [(name, "unknown_field") for name in body if name != "numbers"] + list_faults(body)
    if faults:
        raise Problem(422, *faults)
    return {"sum": sum(body["numbers"]), "count": len(body["numbers"])}


def list_faults(body: dict[str, Any]) -> list[tuple[str, str]]:
    match body:
        case {"numbers": []}:
            return [("numbers", "too_short")]
        case {"numbers": list(numbers)} if len(numbers) > 1_000:
            return [("numbers", "too_many")]
        case {"numbers": list(numbers)}:
            codes = [(f"numbers[{i}]", number_code(number)) for i, number in enumerate(numbers)]
            return [(field, code) for field, code in codes if code]
        case {"numbers": None}:
            return [("numbers", "null")]
        case {"numbers": _}:
            return [("numbers", "type")]
    return [("numbers", "required")]


def number_code(number: object) -> str:
    if not isinstance(number, int) or isinstance(number, bool):
        return "type"
    if number.bit_length() > 63 and number != -(2**63):
        return "too_large" if number > 0 else "too_small"
    return ""


def parse(body: bytes) -> Any:
    value = json.loads(body.decode(), parse_constant=finite, parse_float=finite)
    layer, depth = [value], 0
    while layer := [inner for outer in layer for inner in inside(outer)]:
        depth += 1
        if depth > MAX_DEPTH:
            raise ValueError("too deep")
    return value


def inside(value: object) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values()) or [None]
    return (value or [None]) if isinstance(value, list) else []


def finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number


def boom() -> dict[str, Any]:
    raise RuntimeError("on purpose")


class Handler(BaseHTTPRequestHandler):
    """Finds the view of a request and writes its answer."""

    protocol_version = "HTTP/1.1"
    timeout = 5  # of an idle connection
    counter = Counter()

    def routes(self) -> list[tuple[str, dict[str, Callable[..., dict[str, Any]]]]]:
        return [
            (r"/healthz", {"GET": lambda: {"status": "ok"}}),
            (r"/v1/hello", {"GET": lambda: hello(urlsplit(self.path).query)}),
            (r"/v1/echo/([^/]+)", {"GET": lambda text: echo(unquote(text))}),
            (r"/v1/sum", {"POST": lambda: add_up(self.json())}),
            (r"/v1/counter", {"GET": lambda: {"value": self.counter.value}, "POST": self.click}),
            (r"/v1/boom", {"GET": boom}),
        ]

    def click(self) -> dict[str, Any]:
        return {"value": self.counter.increment()}

    def json(self) -> Any:
        if self.headers.get_content_type() != "application/json" or "Content-Type" not in self.headers:
            raise Problem(415)
        length = int(self.headers.get("Content-Length", "0"))
        if length > MAX_BYTES:
            raise Problem(413)
        try:
            return parse(self.rfile.read(length))
        except (ValueError, RecursionError):
            raise Problem(400) from None

    def answer(self) -> tuple[int, dict[str, Any]]:
        method = "GET" if self.command == "HEAD" else self.command
        for pattern, views in self.routes():
            match = re.fullmatch(pattern, urlsplit(self.path).path)
            if match and method in views:
                return (201 if views[method] == self.click else 200), views[method](*match.groups())
            if match:
                raise Problem(405, allow=", ".join(views))
        raise Problem(404)

    def serve(self) -> None:
        try:
            status, body = self.answer()
            self.write(status, "application/json", body, {})
        except Problem as refused:
            self.write(refused.status, "application/problem+json", refused.body, refused.headers)
        except Exception:
            traceback.print_exc(file=sys.stderr)
            crashed = Problem(500)
            self.write(500, "application/problem+json", crashed.body, {})

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = serve

    def write(self, status: int, media_type: str, body: dict[str, Any], headers: dict[str, str]) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        # A body that was refused may still be on its way: nothing else can be read from this connection.
        self.close_connection = True
        everything = {"Content-Type": media_type, "Content-Length": str(len(data)), "Connection": "close"}
        for name, value in {**everything, **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)


if __name__ == "__main__":
    address = (os.environ.get("HOST", "127.0.0.1"), int(os.environ.get("PORT", "8000")))
    ThreadingHTTPServer(address, Handler).serve_forever()
