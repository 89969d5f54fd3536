"""Messages between referee and subject: what crosses, what is refused, and that no bytes do harm."""

from __future__ import annotations

import json
import math
import random
import struct
import uuid
from collections import OrderedDict, defaultdict, namedtuple
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum, IntEnum, StrEnum
from typing import Any

import pytest

from backroad import wire
from backroad.wire import Decoder, Encoder, TooBig, Unpacker, WireError, pack

Point = namedtuple("Point", "x y")


class Colour(IntEnum):
    """An int with a name."""

    RED = 1


class Word(StrEnum):
    """A text with a name."""

    YES = "yes"


class Plain(Enum):
    """Neither int nor text."""

    ONE = 1


class Liar(int):
    """An int that equals everything."""

    def __eq__(self, other: object) -> bool:
        return True

    def __hash__(self) -> int:
        return 0


class LiarText(str):
    """A text that is in everything."""

    def __contains__(self, part: object) -> bool:
        return True


class LiarList(list[int]):
    """A list that equals everything."""

    def __eq__(self, other: object) -> bool:
        return True


class LyingMeta(type):
    """A class of classes that shows the methods of int whoever asks."""

    def __getattribute__(cls, name: str) -> Any:
        return getattr(int, name) if name.startswith("__") else type.__getattribute__(cls, name)


class Chameleon(metaclass=LyingMeta):
    """Claims to be an int."""

    __class__ = int  # type: ignore[assignment]


class ShownAs(int):
    """An int whose own methods tell another number."""

    def __int__(self) -> int:
        return 42

    def __str__(self) -> str:
        return "42"

    __repr__ = __str__


class Refs:
    """References as numbers, in order."""

    def __init__(self) -> None:
        self.held: list[Any] = []

    def refer(self, value: Any) -> dict[str, Any]:
        """Return the next number."""
        self.held.append(value)
        return {"ref": len(self.held) - 1}

    def resolve(self, told: dict[str, Any]) -> Any:
        """Return what was referred to."""
        return self.held[told["ref"]]


def crossed(value: Any) -> Any:
    """Return a value as it arrives on the other side."""
    refs = Refs()
    frame = pack({"ok": Encoder(refs.refer).encode(value)})
    (message,) = Unpacker().feed(frame)
    return Decoder(refs.resolve).decode(message["ok"])


def is_referred(value: Any) -> bool:
    """Return whether a value goes by reference."""
    refs = Refs()
    return Encoder(refs.refer).encode(value) == {"ref": 0} and refs.held[0] is value


def same(one: Any, other: Any) -> bool:
    """Compare type and content."""
    if type(one) is int:
        return type(other) is int and one == other
    return type(one) is type(other) and repr(one) == repr(other)


VALUES: dict[str, Any] = {
    "none": None,
    "true": True,
    "false": False,
    "zero": 0,
    "minus": -1,
    "64-bit": 2**63 - 1,
    "past-64-bit": 2**63,
    "below-64-bit": -(2**63) - 1,
    "huge": 1 << 399_000,
    "minus-huge": -(1 << 20_000),
    "float": 0.1,
    "minus-zero": -0.0,
    "nan": math.nan,
    "inf": math.inf,
    "minus-inf": -math.inf,
    "smallest": 5e-324,
    "text": "Zoë \0 \u2028 \U0001f600",
    "lone-surrogate": "\ud800 and \udfff",
    "empty-text": "",
    "bytes": bytes(range(256)),
    "bytearray": bytearray(b"\xff\0"),
    "list": [1, [2, [3]], []],
    "tuple": (1, (2,), ()),
    "dict": {"a": 1, 2: "b", (3, 4): [5], None: True, True: 1.5},
    "dict-of-tags": {"tuple": [1], "ref": 5, "int": "0x1"},
    "set": {1},
    "frozenset": frozenset({"x"}),
    "nested-sets": {frozenset({1})},
    "datetime": datetime(2024, 2, 29, 12, 30, 1, 5),
    "aware": datetime(2024, 2, 29, tzinfo=UTC),
    "date": date(1, 1, 1),
    "time": time(23, 59, 59, 999_999),
    "timedelta": timedelta(days=-1, microseconds=1),
    "decimal": Decimal("1.10"),
    "decimal-nan": Decimal("NaN"),
    "uuid": uuid.UUID(int=7),
    "slice": slice(1, None, -1),
    "not-implemented": NotImplemented,
}


@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
def test_values_cross_by_copy(value: Any) -> None:
    """What is exactly of a built-in type arrives with its type and content."""
    assert same(crossed(value), value)


def test_all_kinds_cross_nested() -> None:
    """Values keep their kinds inside other values."""
    values = [value for value in VALUES.values() if type(value) is not int]
    assert same(crossed(values), values)


@pytest.mark.parametrize(
    ("value", "plain"),
    [(Colour.RED, 1), (Word.YES, "yes"), (Point(1, (2,)), (1, (2,)))],
    ids=["IntEnum", "StrEnum", "namedtuple"],
)
def test_faithful_subclasses_cross_as_their_base(value: Any, plain: Any) -> None:
    """A subclass that keeps its base's comparisons crosses as the base's data."""
    assert same(crossed(value), plain)
    assert same(crossed([value]), [plain])


@pytest.mark.parametrize(
    "value",
    [
        Liar(3),
        LiarText("a"),
        LiarList([1]),
        Plain.ONE,
        OrderedDict(a=1),
        defaultdict(int),
        object(),
        Liar,
        len,
        2j,
        range(3),
        iter([]),
        Ellipsis,
        ValueError("x"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_all_else_goes_by_reference(value: Any) -> None:
    """What could lie about itself, and what has no copy, never becomes a plain value."""
    assert is_referred(value)


def test_a_liar_in_a_list_goes_by_reference() -> None:
    """A lying element does not hide behind an honest list."""
    refs = Refs()
    assert Encoder(refs.refer).encode([1, Liar(3)]) == [1, {"ref": 0}]


def test_a_lying_metaclass_gains_no_copy() -> None:
    """A class that pretends to have the methods of int is no int."""
    assert is_referred(Chameleon())


def test_the_data_is_the_base_s_own() -> None:
    """What crosses of a subclass is the number it holds, not what its methods tell."""
    assert same(crossed(ShownAs(3)), 3)


def test_depth_is_capped() -> None:
    """A value nested deeper than the limit may not cross, nor one that holds itself."""
    endless: list[Any] = []
    endless.append(endless)
    with pytest.raises(TooBig, match="deeper"):
        Encoder(Refs().refer).encode(endless)


@pytest.mark.parametrize("wrap", [lambda v: [v], lambda v: (v,), lambda v: {"k": v}, lambda v: {0: [v]}])
def test_the_deepest_value_allowed_arrives(wrap: Any) -> None:
    """Whatever may be sent can be read again, of every kind of container."""
    value: Any = 1
    while True:
        try:
            Encoder(Refs().refer).encode(wrap(value))
        except TooBig:
            break
        value = wrap(value)
    assert same(crossed(value), value)


def test_the_number_of_items_is_capped(monkeypatch: pytest.MonkeyPatch) -> None:
    """The items of all containers of a value count together."""
    monkeypatch.setattr(wire, "MAX_ITEMS", 100)
    assert Encoder(Refs().refer).encode([[0] * 49, [0] * 49])
    with pytest.raises(TooBig, match="100 items"):
        Encoder(Refs().refer).encode([[0] * 50, [0] * 50])


def test_the_frame_is_capped(monkeypatch: pytest.MonkeyPatch) -> None:
    """A frame larger than the limit is neither sent nor awaited."""
    monkeypatch.setattr(wire, "MAX_FRAME", 1000)
    with pytest.raises(TooBig, match="1,000"):
        pack({"ok": "x" * 1000})
    with pytest.raises(WireError, match="1,001 bytes"):
        list(Unpacker().feed(struct.pack(">I", 1001)))


def test_integers_are_capped() -> None:
    """An integer of more bits than the limit may not cross."""
    with pytest.raises(TooBig, match="integer"):
        Encoder(Refs().refer).encode(1 << wire.MAX_INT_BITS)


def test_messages_are_cut_out_of_the_stream_wherever_it_breaks() -> None:
    """The same messages come out whether the bytes arrive one by one or all together."""
    frames = b"".join(pack({"n": number, "text": "é" * number}) for number in range(5))
    whole = list(Unpacker().feed(frames))
    unpacker = Unpacker()
    drip = [message for byte in frames for message in unpacker.feed(bytes([byte]))]
    assert drip == whole
    assert [message["n"] for message in whole] == [0, 1, 2, 3, 4]


def frame(body: bytes) -> bytes:
    """Return a frame around any bytes."""
    return struct.pack(">I", len(body)) + body


BAD_FRAMES = {
    "empty": b"",
    "not-json": b"hello",
    "not-utf8": b"\xff\xfe\xfd",
    "utf-16": "{}".encode("utf-16"),
    "list": b"[]",
    "number": b"1",
    "null": b"null",
    "half": b'{"ok": ',
    "two": b"{}{}",
    "deep": b'{"a":' + b"[" * 100_000,
    "huge-int": b'{"a":' + b"9" * 100_000 + b"}",
    "nul": b"\0\0\0\0",
}


@pytest.mark.parametrize("body", BAD_FRAMES.values(), ids=BAD_FRAMES)
def test_what_is_no_message_is_refused(body: bytes) -> None:
    """A frame that holds no JSON object in UTF-8 raises WireError and nothing else."""
    with pytest.raises(WireError):
        list(Unpacker().feed(frame(body)))


BAD_VALUES: dict[str, Any] = {
    "unknown-tag": {"eval": "1"},
    "no-tag": {},
    "two-tags": {"tuple": [], "list": []},
    "tuple-of-number": {"tuple": 5},
    "tuple-of-text": {"tuple": "abc"},
    "tuple-of-dict": {"tuple": {"dict": [[1, 2]]}},
    "set-of-text": {"set": "abc"},
    "set-of-lists": {"set": [[1]]},
    "dict-of-number": {"dict": 5},
    "dict-of-text": {"dict": "ab"},
    "dict-of-triples": {"dict": [[1, 2, 3]]},
    "dict-of-texts": {"dict": ["ab"]},
    "dict-with-a-list-as-key": {"dict": [[[1], 2]]},
    "int-of-words": {"int": "twelve"},
    "int-of-number": {"int": 12},
    "float-of-list": {"float": [1]},
    "bytes-of-number": {"bytes": 5},
    "bad-base64": {"bytes": "a"},
    "not-ascii-base64": {"bytes": "é"},
    "datetime-of-words": {"datetime": "tomorrow"},
    "datetime-of-number": {"datetime": 5},
    "timedelta-of-texts": {"timedelta": ["a"]},
    "timedelta-overflow": {"timedelta": [10**12, 0, 0]},
    "timedelta-infinite": {"timedelta": [math.inf]},
    "decimal-of-words": {"Decimal": "one"},
    "uuid-of-words": {"UUID": "one"},
    "uuid-of-number": {"UUID": 5},
    "uuid-of-nothing": {"UUID": None},
    "slice-of-four": {"slice": [1, 2, 3, 4]},
    "slice-of-none": {"slice": []},
    "unknown-reference": {"ref": 99},
    "reference-of-list": {"ref": [1]},
    "reference-of-words": {"ref": "eval"},
}


@pytest.mark.parametrize("data", BAD_VALUES.values(), ids=BAD_VALUES)
def test_what_is_no_value_is_refused(data: Any) -> None:
    """JSON that no Encoder writes raises WireError and nothing else, at any depth."""
    for whole in (data, [data], {"tuple": [1, data]}):
        with pytest.raises(WireError):
            Decoder(Refs().resolve).decode(whole)


@pytest.mark.parametrize("tag", ["tuple", "set", "frozenset", "dict", "slice"])
def test_a_reference_is_never_unrolled(tag: str) -> None:
    """An object of the subject where items are due is refused, not iterated."""

    class Trap:
        def __iter__(self) -> Any:
            raise AssertionError("asked for its items")

        def keys(self) -> Any:
            raise AssertionError("asked for its keys")

    with pytest.raises(WireError):
        Decoder(lambda _: Trap()).decode({tag: {"ref": 1}})


def shaken(dice: random.Random, depth: int = 0) -> Any:
    """Return random JSON that looks like values."""
    tags = [*wire.CONTAINERS, *wire.READERS, "ref", "other"]
    choices = [None, True, 0, -1, 2**70, 1.5, "", "0x1f", "\ud800", "2024-01-01", "NaN", "a" * 100]
    kind = dice.random()
    if depth > 4 or kind < 0.4:
        return dice.choice(choices)
    if kind < 0.6:
        return [shaken(dice, depth + 1) for _ in range(dice.randrange(4))]
    return {dice.choice(tags): shaken(dice, depth + 1) for _ in range(dice.choice([1, 1, 1, 0, 2]))}


@pytest.mark.parametrize("seed", range(4))
def test_random_values_are_read_or_refused(seed: int) -> None:
    """Whatever JSON comes in: a value or a WireError."""
    dice = random.Random(seed)
    for _ in range(3_000):
        data = json.loads(json.dumps(shaken(dice)))
        try:
            Decoder(Refs().resolve).decode(data)
        except WireError:
            continue


@pytest.mark.parametrize("seed", range(4))
def test_random_bytes_are_read_or_refused(seed: int) -> None:
    """Whatever bytes come in: messages or a WireError."""
    dice = random.Random(seed)
    alphabet = b'{}[]",:0123456789eE-+.ntruefalsNaIiy\\ud8 \xff\x00'
    good = pack({"id": 1, "ok": {"tuple": [1, "é", {"bytes": "AA=="}]}})
    for _ in range(3_000):
        if dice.random() < 0.5:
            data = frame(bytes(dice.choice(alphabet) for _ in range(dice.randrange(40))))
        else:
            spoilt = bytearray(good)
            for _ in range(dice.randrange(1, 4)):
                spoilt[dice.randrange(len(spoilt))] = dice.randrange(256)
            data = bytes(spoilt)
        try:
            assert all(type(message) is dict for message in Unpacker().feed(data))
        except WireError:
            continue
