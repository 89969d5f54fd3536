"""A small service: it greets, echoes, adds up and counts."""

from __future__ import annotations

import os
from collections.abc import Mapping
from threading import Lock
from typing import Any

from flask import Flask, abort
from werkzeug.exceptions import HTTPException

from given.json import read_object
from given.problems import Fault, from_error, problem
from given.query import Query

LONGEST_NAME = 50
MOST_NUMBERS = 1_000
SMALLEST, LARGEST = -(2**63), 2**63 - 1


def create_app(config: Mapping[str, Any] | None = None) -> Flask:
    """Return a new service with a counter of its own."""
    app = Flask(__name__)
    app.config.update(config or {})
    counter = Counter()

    # HTTPException is enough: when a view crashes, Flask logs the traceback and hands the handler a 500.
    # A handler for Exception would have to do the logging itself.
    app.register_error_handler(HTTPException, from_error)

    @app.get("/healthz")
    def health() -> dict[str, Any]:
        return {"status": "ok"}

    @app.get("/v1/hello")
    def hello() -> dict[str, Any]:
        query = Query("name")
        name = query.text("name", "World", longest=LONGEST_NAME)
        query.finish()
        return {"message": f"Hello, {name}!"}

    @app.get("/v1/echo/<text>")
    def echo(text: str) -> dict[str, Any]:
        return {"text": text, "length": len(text), "reversed": text[::-1]}

    @app.post("/v1/sum")
    def add_up() -> dict[str, Any]:
        numbers = numbers_of(read_object())
        return {"sum": sum(numbers), "count": len(numbers)}

    @app.get("/v1/counter")
    def show_counter() -> dict[str, Any]:
        return {"value": counter.value}

    @app.post("/v1/counter")
    def click() -> tuple[dict[str, Any], int]:
        return {"value": counter.increment()}, 201

    @app.get("/v1/boom")
    def boom() -> dict[str, Any]:
        raise RuntimeError("this view fails on purpose")

    return app


class Counter:
    """A number that several threads may raise at the same time."""

    def __init__(self) -> None:
        self.value = 0
        self._lock = Lock()

    def increment(self) -> int:
        """Add one and return the new value, which no other call returns."""
        with self._lock:
            self.value += 1
            return self.value


def numbers_of(body: dict[str, Any]) -> list[int]:
    """Return the numbers to add up, or end the request with all that is wrong with its body."""
    faults = [Fault(name, "unknown_field", "is not known here") for name in body if name != "numbers"]
    faults += list_faults(body)
    if faults:
        abort(problem(422, errors=faults))
    numbers: list[int] = body["numbers"]
    return numbers


def list_faults(body: dict[str, Any]) -> list[Fault]:
    """Return what is wrong with the list of numbers, or else with the numbers in it."""
    numbers = body.get("numbers")
    if "numbers" not in body:
        return [Fault("numbers", "required", "is missing")]
    if numbers is None:
        return [Fault("numbers", "null", "must not be null")]
    if not isinstance(numbers, list):
        return [Fault("numbers", "type", "must be a list")]
    if not numbers:
        return [Fault("numbers", "too_short", "must hold at least one number")]
    if len(numbers) > MOST_NUMBERS:
        return [Fault("numbers", "too_many", f"must hold at most {MOST_NUMBERS} numbers")]
    found = (number_fault(f"numbers[{index}]", number) for index, number in enumerate(numbers))
    return [fault for fault in found if fault]


def number_fault(field: str, number: object) -> Fault | None:
    """Return what is wrong with one number of the list."""
    # type() and not isinstance(): True is an instance of int as well.
    if type(number) is not int:
        return Fault(field, "type", "must be an integer")
    if number < SMALLEST:
        return Fault(field, "too_small", "must fit into 64 bits")
    if number > LARGEST:
        return Fault(field, "too_large", "must fit into 64 bits")
    return None


if __name__ == "__main__":
    create_app().run(host=os.environ.get("HOST", "127.0.0.1"), port=int(os.environ.get("PORT", "8000")))
