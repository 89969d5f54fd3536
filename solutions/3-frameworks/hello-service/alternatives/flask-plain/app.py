"""The same service with Flask alone: nothing of given/, one app for the whole module."""

import json
import os
from queue import SimpleQueue

from flask import Flask, Response, abort, jsonify, request
from werkzeug.exceptions import HTTPException

app = Flask(__name__)
app.config["MAX_CONTENT_LENGTH"] = 1_048_576

CODES = {
    400: "malformed_request",
    404: "not_found",
    405: "method_not_allowed",
    413: "payload_too_large",
    415: "unsupported_media_type",
    422: "validation_failed",
    500: "internal_error",
}


def problem(status, faults=(), code=None):
    """Return a problem body; faults are pairs of a field and its code."""
    errors = [{"field": field, "code": fault, "message": f"is wrong: {fault}"} for field, fault in faults]
    body = {"title": code or CODES[status], "status": status, "code": code or CODES[status]}
    if errors:
        body["errors"] = errors
    return Response(json.dumps(body), status, content_type="application/problem+json")


@app.errorhandler(HTTPException)
def refused(error):
    """Turn Flask's own page into a problem body, and keep headers such as Allow."""
    answer = problem(error.code)
    answer.headers.extend((name, value) for name, value in error.get_headers() if name != "Content-Type")
    return answer


@app.get("/healthz")
def health():
    return jsonify(status="ok")


@app.get("/v1/hello")
def hello():
    faults = [(name, "unknown_field") for name in request.args if name != "name"]
    name = request.args.get("name", "World").strip()
    if not name:
        faults.append(("name", "blank"))
    if len(name) > 50:
        faults.append(("name", "too_long"))
    if faults:
        return problem(400, faults, "invalid_parameter")
    return jsonify(message=f"Hello, {name}!")


@app.get("/v1/echo/<text>")
def echo(text):
    return jsonify(text=text, length=len(text), reversed="".join(reversed(text)))


@app.post("/v1/sum")
def add_up():
    if request.mimetype != "application/json":
        abort(415)
    body = parsed(request.get_data())
    if not isinstance(body, dict):
        return problem(422, [("", "type")])
    faults = [(name, "unknown_field") for name in body if name != "numbers"] + faults_of(body)
    if faults:
        return problem(422, faults)
    return jsonify(sum=sum(body["numbers"]), count=len(body["numbers"]))


def parsed(data):
    try:
        text = data.decode("utf-8")
        if depth(text) > 64:
            abort(400)
        return json.loads(text, parse_constant=not_a_number, parse_float=finite)
    except (ValueError, RecursionError):
        abort(400)


def depth(text):
    """Return how deep brackets nest outside of strings; a loop, so nothing can overflow."""
    deepest = level = 0
    inside = escaped = False
    for character in text:
        if escaped:
            escaped = False
        elif inside and character == "\\":
            escaped = True
        elif character == '"':
            inside = not inside
        elif not inside and character in "[{":
            level += 1
            deepest = max(deepest, level)
        elif not inside and character in "]}":
            level -= 1
    return deepest


def not_a_number(name):
    raise ValueError(name)


def finite(digits):
    number = float(digits)
    if abs(number) == float("inf"):
        raise ValueError(digits)
    return number


def faults_of(body):
    if "numbers" not in body:
        return [("numbers", "required")]
    numbers = body["numbers"]
    if not isinstance(numbers, list):
        return [("numbers", "type")]
    if not numbers:
        return [("numbers", "too_short")]
    if len(numbers) > 1_000:
        return [("numbers", "too_many")]
    return [(f"numbers[{i}]", fault) for i, number in enumerate(numbers) if (fault := fault_of(number))]


def fault_of(number):
    if isinstance(number, bool) or not isinstance(number, int):
        return "type"
    if not -(2**63) <= number < 2**63:
        return "too_large" if number > 0 else "too_small"
    return None


# The number lies in a queue of one: whoever takes it out is alone with it until it is back.
clicks = SimpleQueue()
clicks.put(0)


@app.get("/v1/counter")
def show_counter():
    value = clicks.get()
    clicks.put(value)
    return jsonify(value=value)


@app.post("/v1/counter")
def click():
    value = clicks.get() + 1
    clicks.put(value)
    return jsonify(value=value), 201


@app.get("/v1/boom")
def boom():
    raise RuntimeError("on purpose")


if __name__ == "__main__":
    app.run(host=os.environ.get("HOST", "127.0.0.1"), port=int(os.environ["PORT"]))
