"""BSON values: their types, their order across types, and when two of them are the same."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any, Final

import bson
from bson import Binary, Code, DBRef, Decimal128, Int64, MaxKey, MinKey, ObjectId, Regex, Timestamp
from bson.codec_options import CodecOptions

from backroad.documents.failures import bad_value

Document = dict[str, Any]
CODEC: Final[CodecOptions[Document]] = CodecOptions(document_class=dict)


class Missing(Enum):
    """What stands where a document has no such field."""

    MISSING = "missing"
    EMPTY_ARRAY = "the value of an empty array in sort keys and indexes"


MISSING: Final = Missing.MISSING
NUMBERS = (int, float, Decimal128)  # bool is an int in Python, and no number here
UTF8_LIMIT = 16 * 2**20

_NAMES: Final[dict[type, tuple[str, int]]] = {
    float: ("double", 1),
    str: ("string", 2),
    dict: ("object", 3),
    DBRef: ("object", 3),
    list: ("array", 4),
    bytes: ("binData", 5),
    Binary: ("binData", 5),
    ObjectId: ("objectId", 7),
    bool: ("bool", 8),
    datetime: ("date", 9),
    type(None): ("null", 10),
    Regex: ("regex", 11),
    Code: ("javascript", 13),
    int: ("int", 16),
    Timestamp: ("timestamp", 17),
    Int64: ("long", 18),
    Decimal128: ("decimal", 19),
    MinKey: ("minKey", -1),
    MaxKey: ("maxKey", 127),
}
TYPE_NUMBERS: Final = dict(_NAMES.values())

_RANKS: Final[dict[str, int]] = {
    "minKey": 1,
    "null": 5,
    "int": 10,
    "long": 10,
    "double": 10,
    "decimal": 10,
    "string": 15,
    "object": 20,
    "array": 25,
    "binData": 30,
    "objectId": 35,
    "bool": 40,
    "date": 45,
    "timestamp": 47,
    "regex": 50,
    "javascript": 60,
    "maxKey": 127,
}
EMPTY_ARRAY_RANK = 3
_INT32 = 2**31
EPOCH = datetime(1970, 1, 1)


def type_name(value: Any) -> str:
    """Return MongoDB's name for a value's type, `missing` for no value."""
    if value is MISSING:
        return "missing"
    name = _NAMES[type(value)][0]
    return "long" if name == "int" and not -_INT32 <= value < _INT32 else name


def is_number(value: Any) -> bool:
    """Tell numbers from all else; true and false are none."""
    return isinstance(value, NUMBERS) and not isinstance(value, bool)


def is_null(value: Any) -> bool:
    """Tell null and a missing value, which most expressions take alike."""
    return value is None or value is MISSING


def small_whole(value: Any) -> int | None:
    """Return a number that fits in 32 bits and has no fraction, as an int; None for all else."""
    if not is_number(value):
        return None
    number = _exact(value)
    if not -_INT32 <= number < _INT32 or number != int(number):
        return None
    return int(number)


def whole_part(value: Any) -> int | None:
    """Return a number without its fraction; None for what is none, or does not fit in a long."""
    if not is_number(value):
        return None
    number = _exact(value)
    return int(number) if math.isfinite(number) and -(2**63) <= number < 2**63 else None


def whole(operand: Any, message: str) -> int:
    """Return a number that has no fraction, as an int."""
    if not isinstance(operand, (int, float)) or isinstance(operand, bool) or is_nan(operand):
        raise bad_value(message)
    if operand != int(operand):
        raise bad_value(message)
    return int(operand)


def typed(name: str, result: Any, numbers: list[Any]) -> Any:
    """Return a result in the type that MongoDB gives it: a long stays one, a double stays one."""
    if any(isinstance(number, float) for number in numbers) or name in ("$divide", "$sqrt"):
        return float(result) if is_number(result) else result
    if not is_number(result):
        return result
    if abs(result) >= 2**63:
        return float(result)
    return Int64(result) if any(isinstance(number, Int64) for number in numbers) else int(result)


def is_nan(value: Any) -> bool:
    """Tell whether a value is the number that equals no number."""
    if isinstance(value, Decimal128):
        return value.to_decimal().is_nan()
    return isinstance(value, float) and math.isnan(value)


def rank(value: Any) -> int:
    """Return the place of a value's type in the order of types; a missing value stands with null."""
    if isinstance(value, Missing):
        return _RANKS["null"] if value is MISSING else EMPTY_ARRAY_RANK
    return _RANKS[_NAMES[type(value)][0]]


def order(value: Any) -> tuple[Any, ...]:
    """Return a tuple that compares, equals and hashes as the value does in MongoDB."""
    kind = rank(value)
    if isinstance(value, dict):
        return (kind, tuple((rank(part), name, order(part)) for name, part in value.items()))
    if isinstance(value, DBRef):
        return order(dict(value.as_doc()))
    if isinstance(value, list):
        return (kind, tuple(map(order, value)))
    return (kind, *_plain_order(value))


def _plain_order(value: Any) -> tuple[Any, ...]:
    if value is None or isinstance(value, (Missing, MinKey, MaxKey)):
        return ()
    if is_number(value):
        return (0, 0) if is_nan(value) else (1, _exact(value))
    if isinstance(value, bytes):
        return (len(value), getattr(value, "subtype", 0), bytes(value))
    if isinstance(value, Timestamp):
        return (value.time, value.inc)
    if isinstance(value, Regex):
        return (value.pattern, int(value.flags))
    return (value,)


def _exact(number: Any) -> int | float | Decimal:
    return number.to_decimal() if isinstance(number, Decimal128) else number


def same(left: Any, right: Any) -> bool:
    """Tell whether two values are equal in MongoDB's eyes: 1 is 1.0, true is not 1."""
    return order(left) == order(right)


def truthy(value: Any) -> bool:
    """Tell whether an expression's value counts as true: all but false, null, 0 and nothing."""
    if value is None or value is MISSING:
        return False
    if isinstance(value, Decimal128):
        return value.to_decimal() != 0
    return bool(value) if isinstance(value, (bool, int, float)) else True


def encoded(document: Document) -> bytes:
    """Return a document's bytes."""
    return bson.encode(document, codec_options=CODEC)


def depth(value: Any) -> int:
    """Return how many documents and arrays lie inside each other."""
    level, layer = 0, [value]
    while layer := [part for part in layer if isinstance(part, (dict, list))]:
        level += 1
        layer = [inner for part in layer for inner in (part.values() if isinstance(part, dict) else part)]
    return level


def shown(value: Any) -> str:
    """Return a value as MongoDB's messages write it."""
    if isinstance(value, dict):
        inner = ", ".join(f"{name}: {shown(part)}" for name, part in value.items())
        return f"{{ {inner} }}" if inner else "{}"
    if isinstance(value, list):
        return f"[ {', '.join(map(shown, value))} ]" if value else "[]"
    return _shown_plain(value)


def _shown_plain(value: Any) -> str:
    if value is None or value is MISSING:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, ObjectId):
        return f"ObjectId('{value}')"
    return (
        f"new Date({(value - EPOCH) // timedelta(milliseconds=1)})"
        if isinstance(value, datetime)
        else str(value)
    )
