"""The messages between referee and subject: length-prefixed JSON, values by copy, the rest by reference.

Exact built-in types cross by copy, and so do subclasses that keep their base's behaviour (an `IntEnum`,
a named tuple): what crosses is then the base's data, taken by the base's own methods. Everything else is
a reference, so an object that claims to equal everything never reaches the referee as a value.
Nothing here executes, imports or unpickles what it reads.
"""

from __future__ import annotations

import importlib
import json
import math
import struct
import sys
from binascii import a2b_base64, b2a_base64
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

VERSION = 1
MAX_FRAME = 32 * 2**20
MAX_DEPTH = 100  # a level of a dict takes five frames here, of a thousand that Python allows
MAX_ITEMS = 2_000_000
SMALL_INT = 2**63
MAX_INT_BITS = 400_000
HEADER = struct.Struct(">I")

AS_IS = frozenset({str, bool, type(None)})  # the same in Python and in JSON
SCALARS = AS_IS | {int, float}

Refer = Callable[[Any], dict[str, Any]]
Resolve = Callable[[dict[str, Any]], Any]

# Made once: json.dumps and json.loads with options make one for every message.
WRITE = json.JSONEncoder(separators=(",", ":"), allow_nan=False).encode
READ = json.JSONDecoder().decode


class WireError(Exception):
    """A message that the other side should not have sent."""


class TooBig(Exception):
    """A value that may not cross: too large, too deep, or endless."""


def pack(message: dict[str, Any]) -> bytes:
    """Return the frame of a message: four bytes of length (big-endian), then ASCII JSON."""
    body = WRITE(message).encode("ascii")
    if len(body) > MAX_FRAME:
        raise TooBig(f"{len(body):,} bytes where at most {MAX_FRAME:,} may cross")
    return HEADER.pack(len(body)) + body


class Unpacker:
    """Cuts a byte stream into messages; raises WireError for whatever is none."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[dict[str, Any]]:
        """Yield the messages that `data` completes."""
        self._buffer += data
        while len(self._buffer) >= HEADER.size:
            (length,) = HEADER.unpack_from(self._buffer)
            if length > MAX_FRAME:
                raise WireError(f"a frame of {length:,} bytes")
            if len(self._buffer) < HEADER.size + length:
                return
            body = bytes(self._buffer[HEADER.size : HEADER.size + length])
            del self._buffer[: HEADER.size + length]
            yield parse(body)


def parse(body: bytes) -> dict[str, Any]:
    """Return the message of one frame."""
    try:
        message = READ(body.decode("utf-8", "surrogatepass"))
    except (ValueError, RecursionError) as error:
        raise WireError(f"a frame that is no message ({type(error).__name__})") from None
    if not isinstance(message, dict):
        raise WireError("a frame that holds no object")
    return message


class Encoder:
    """Turns values into JSON; `refer` gives the reference of what may not be copied."""

    def __init__(self, refer: Refer) -> None:
        self._refer = refer
        self._left = MAX_ITEMS

    def encode(self, value: Any, depth: int = 0) -> Any:
        """Return the JSON for a value; raises TooBig."""
        kind = type(value)
        if value is None or kind is bool or kind is str:
            return value
        if kind is int:
            return value if -SMALL_INT <= value < SMALL_INT else big_int(value)
        if depth > MAX_DEPTH:
            raise TooBig(f"a value nested deeper than {MAX_DEPTH} levels")
        writer = WRITERS.get(kind)
        if writer is not None:
            return writer(self, value, depth + 1)
        if kind is getattr(sys.modules.get("uuid"), "UUID", None):
            return {"UUID": str(value)}
        base = faithful_base(kind)
        if base is not None:
            return self.encode(BASE_DATA[base](value), depth)
        return self._refer(value)

    def many(self, values: Iterable[Any], depth: int) -> list[Any]:
        """Return the JSON for each value."""
        encode = self.encode
        encoded = [
            value
            if (kind := type(value)) in AS_IS or (kind is int and -SMALL_INT <= value < SMALL_INT)
            else encode(value, depth)
            for value in values
        ]
        self._left -= len(encoded)
        if self._left < 0:
            raise TooBig(f"more than {MAX_ITEMS:,} items")
        return encoded

    def pairs(self, items: Iterable[tuple[Any, Any]], depth: int) -> list[list[Any]]:
        """Return the JSON for the items of a dict."""
        return [self.many(pair, depth) for pair in items]


def big_int(value: int) -> dict[str, str]:
    """Return the tagged form of an integer that does not fit in 64 bits."""
    if value.bit_length() > MAX_INT_BITS:
        raise TooBig(f"an integer of {value.bit_length():,} bits")
    return {"int": hex(value)}


KEPT = ("__eq__", "__ne__", "__lt__", "__hash__", "__getitem__", "__iter__", "__len__", "__contains__")
BASE_DATA: dict[type, Callable[[Any], Any]] = {
    int: int.__int__,
    str: lambda text: str.__getitem__(text, slice(None)),
    float: float.__float__,
    tuple: lambda items: tuple(tuple.__iter__(items)),
}
BASES = {id(base): base for base in BASE_DATA}
MRO = type.__dict__["__mro__"].__get__
DICT = type.__dict__["__dict__"].__get__


def faithful_base(kind: type) -> type | None:
    """Return the built-in type whose comparisons and iteration `kind` keeps unchanged, if there is one."""
    for parent in mro(kind):
        base = BASES.get(id(parent))  # by identity: a metaclass may have an `__eq__` of its own
        if base is not None:
            return base if keeps(kind, base) else None
    return None


def keeps(kind: type, base: type) -> bool:
    """Return whether a class has its base's own comparisons and iteration."""
    own = [DICT(parent) for parent in mro(kind) if parent is not base and parent is not object]
    if not any(name in names for names in own for name in KEPT):
        return True
    return all(method(kind, name) is method(base, name) for name in KEPT)


def mro(kind: type) -> tuple[type, ...]:
    """Return the real ancestry of a class, whatever its metaclass says."""
    found: tuple[type, ...] = MRO(kind)
    return found


def method(kind: type, name: str) -> Any:
    """Return what instances of a class have under a name; `getattr` would ask the metaclass too."""
    return next((DICT(parent)[name] for parent in mro(kind) if name in DICT(parent)), None)


WRITERS: dict[type, Callable[[Encoder, Any, int], Any]] = {
    float: lambda _, value, __: value if math.isfinite(value) else {"float": repr(value)},
    list: lambda encoder, value, depth: encoder.many(value, depth),
    tuple: lambda encoder, value, depth: {"tuple": encoder.many(value, depth)},
    dict: lambda encoder, value, depth: {"dict": encoder.pairs(value.items(), depth)},
    set: lambda encoder, value, depth: {"set": encoder.many(value, depth)},
    frozenset: lambda encoder, value, depth: {"frozenset": encoder.many(value, depth)},
    bytes: lambda _, value, __: {"bytes": b2a_base64(value, newline=False).decode("ascii")},
    bytearray: lambda _, value, __: {"bytearray": b2a_base64(value, newline=False).decode("ascii")},
    datetime: lambda _, value, __: {"datetime": datetime.isoformat(value)},
    date: lambda _, value, __: {"date": date.isoformat(value)},
    time: lambda _, value, __: {"time": time.isoformat(value)},
    timedelta: lambda _, value, __: {"timedelta": [value.days, value.seconds, value.microseconds]},
    Decimal: lambda _, value, __: {"Decimal": str(value)},
    slice: lambda encoder, value, depth: {
        "slice": encoder.many((value.start, value.stop, value.step), depth)
    },
    type(NotImplemented): lambda _, __, ___: {"NotImplemented": None},
}


class Decoder:
    """Turns JSON back into values; `resolve` gives the object of a reference."""

    def __init__(self, resolve: Resolve) -> None:
        self._resolve = resolve

    def decode(self, data: Any) -> Any:
        """Return the value; raises WireError for JSON that no Encoder writes."""
        try:
            return self._read(data)
        except (
            TypeError,
            ValueError,
            ArithmeticError,
            LookupError,
            AttributeError,
            RecursionError,
        ) as error:
            raise WireError(f"a value that is none ({type(error).__name__})") from None

    def _read(self, data: Any) -> Any:
        if type(data) in SCALARS:
            return data
        if isinstance(data, list):
            return [item if type(item) in SCALARS else self._read(item) for item in data]
        if not isinstance(data, dict):
            return data
        if "ref" in data:
            return self._resolve(data)
        ((tag, content),) = data.items()
        if tag in CONTAINERS:
            return CONTAINERS[tag](self._items(content))
        return READERS[tag](content)

    def _items(self, content: Any) -> list[Any]:
        """Return the items of a container: nothing but a list, for an object's own would be asked for."""
        if not isinstance(content, list):
            raise TypeError
        return [self._read(item) for item in content]


def pair(item: Any) -> list[Any]:
    """Return an item of a dict; nothing but a list is one."""
    if not isinstance(item, list):
        raise TypeError
    return item


CONTAINERS: dict[str, Callable[[Any], Any]] = {
    "tuple": tuple,
    "slice": lambda parts: slice(*parts),
    "dict": lambda pairs: dict(map(pair, pairs)),
    "set": set,
    "frozenset": frozenset,
}
READERS: dict[str, Callable[[Any], Any]] = {
    "int": lambda text: int(text, 16),
    "float": float,
    "bytes": a2b_base64,
    "bytearray": lambda text: bytearray(a2b_base64(text)),
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
    "time": time.fromisoformat,
    "timedelta": lambda parts: timedelta(*parts),
    "Decimal": Decimal,
    "UUID": lambda text: importlib.import_module("uuid").UUID(text),
    "NotImplemented": lambda _: NotImplemented,
}
