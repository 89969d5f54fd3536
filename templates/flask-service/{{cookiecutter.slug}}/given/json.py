"""Strict JSON: what is no JSON, too big or too deep is refused before a view sees it.

``request.get_json()`` is more generous than a contract can be: it lets NaN and 1e999 through, reads
UTF-16, and answers a body of 100,000 brackets with a 500.

The module is called ``given.json``; ``import json`` still means Python's own.
"""

from __future__ import annotations

import json
import math
from typing import Any, NoReturn

from flask import abort, request
from werkzeug.exceptions import RequestEntityTooLarge

from given.problems import Fault, problem

MEDIA_TYPE = "application/json"
MAX_BYTES = 1_048_576
MAX_DEPTH = 64


def read_object(*media_types: str) -> dict[str, Any]:
    """Return the JSON object that the request carries; anything else ends the request with a 422."""
    value = read_json(*media_types)
    if not isinstance(value, dict):
        fault = Fault("", "type", "the body must be a JSON object")
        abort(problem(422, errors=[fault]))
    return value


def read_json(*media_types: str) -> Any:
    """Return the JSON value that the request carries, or end the request with 415, 413 or 400.

    The media type must be one of ``media_types``; when none is given, application/json.
    """
    if request.mimetype not in (media_types or (MEDIA_TYPE,)):
        abort(problem(415, detail=f"send {MEDIA_TYPE}"))
    try:
        return parse(read_body())
    except RequestEntityTooLarge:
        abort(problem(413, detail=f"at most {MAX_BYTES} bytes"))
    except (ValueError, RecursionError):  # ValueError: UTF-8, JSON, NaN, a number of 5,000 digits
        abort(problem(400, detail="the body is not valid JSON in UTF-8"))


def read_body() -> bytes:
    """Return the body; Werkzeug stops reading at the limit, also when the length was not announced."""
    request.max_content_length = MAX_BYTES
    return request.get_data()


def parse(body: bytes) -> Any:
    """Return the value of a JSON text in UTF-8; a ValueError or RecursionError says that it is none."""
    value = json.loads(body.decode(), parse_constant=refuse, parse_float=finite)
    if is_deeper(value, MAX_DEPTH):
        raise ValueError(f"nested deeper than {MAX_DEPTH} levels")
    return value


def refuse(name: str) -> NoReturn:
    """Refuse NaN, Infinity and -Infinity, which Python's parser takes and JSON does not have."""
    raise ValueError(f"{name} is not JSON")


def finite(digits: str) -> float:
    """Return the number; 1e999 is JSON, but no number that a program can hold."""
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError(f"{digits} is out of range")
    return number


def is_deeper(value: object, levels: int) -> bool:
    """Whether lists and objects nest deeper than so many levels."""
    if isinstance(value, dict):
        value = list(value.values())
    if not isinstance(value, list):
        return False
    return levels == 0 or any(is_deeper(item, levels - 1) for item in value)
