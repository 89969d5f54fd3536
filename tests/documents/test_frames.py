"""The wire protocol, and bytes that are not of it."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator
from typing import Any

import bson
import pytest
from pymongo import MongoClient

from backroad.documents import Address

OP_MSG, OP_QUERY = 2013, 2004
PING = {"ping": 1, "$db": "admin"}


@pytest.fixture
def link(server: Address) -> Iterator[socket.socket]:
    """A plain connection to the server."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=5) as connected:
        yield connected


def frame(payload: bytes, code: int = OP_MSG, length: int | None = None) -> bytes:
    """Return a message of these bytes."""
    return struct.pack("<iiii", 16 + len(payload) if length is None else length, 7, 0, code) + payload


def op_msg(body: dict[str, Any], flags: int = 0, rest: bytes = b"") -> bytes:
    """Return a command as a message."""
    return frame(struct.pack("<I", flags) + b"\0" + bson.encode(body) + rest)


def answer(link: socket.socket) -> dict[str, Any]:
    """Return the next answer's body."""
    length, _, to, code = struct.unpack("<iiii", received(link, 16))
    data = received(link, length - 16)
    assert to == 7
    return bson.decode(data[5:] if code == OP_MSG else data[20:])


def received(link: socket.socket, size: int) -> bytes:
    """Return exactly so many bytes."""
    data = b""
    while len(data) < size:
        part = link.recv(size - len(data))
        assert part, "the server hung up"
        data += part
    return data


def test_an_old_greeting_is_answered_in_the_old_way(link: socket.socket) -> None:
    """`OP_QUERY` is for the greeting; anything else by it is error 352."""
    head = struct.pack("<i", 0) + b"admin.$cmd\0" + struct.pack("<ii", 0, -1)
    link.sendall(frame(head + bson.encode({"isMaster": 1, "helloOk": True}), OP_QUERY))
    assert answer(link)["ismaster"] is True
    link.sendall(frame(head + bson.encode({"ping": 1}), OP_QUERY))
    assert answer(link)["code"] == 352


def test_sections_checksums_and_silence(link: socket.socket) -> None:
    """Documents come in a sequence, a checksum may follow, and `moreToCome` asks for no answer."""
    documents = b"".join(bson.encode({"_id": n}) for n in range(3))
    section = b"documents\0" + documents
    sequence = b"\x01" + struct.pack("<i", 4 + len(section)) + section
    insert = {"insert": "c", "$db": "frames", "writeConcern": {"w": 0}}
    link.sendall(op_msg(insert, flags=2, rest=sequence))
    link.sendall(op_msg({"count": "c", "$db": "frames"}, flags=1, rest=b"\1\2\3\4"))
    assert answer(link)["n"] == 3
    link.sendall(op_msg({**PING, "$readPreference": {"mode": "primaryPreferred"}}, flags=1 << 16))
    assert answer(link)["ok"] == 1.0


def test_messages_may_come_in_pieces(link: socket.socket) -> None:
    """One byte at a time, or two messages at once."""
    for byte in op_msg(PING):
        link.sendall(bytes([byte]))
    assert answer(link)["ok"] == 1.0
    link.sendall(op_msg(PING) + op_msg(PING))
    assert answer(link)["ok"] == answer(link)["ok"] == 1.0


def deep(levels: int) -> bytes:
    """Return a document of so many levels."""
    heads = (struct.pack("<i", 5 + 8 * level) + b"\3a\0" for level in range(levels, 0, -1))
    return b"".join(heads) + b"\5\0\0\0\0" + b"\0" * levels


def nested(levels: int) -> dict[str, Any]:
    """Return a command with a word of so many levels."""
    word: dict[str, Any] = {}
    for _ in range(levels):
        word = {"a": word}
    return {**PING, "a": word}


def fault(body: bytes) -> bytes:
    """Return a message around a body that may be no document."""
    return frame(b"\0\0\0\0\0" + body)


BROKEN: dict[str, bytes] = {
    "four gigabytes": struct.pack("<Iiii", 0xFFFFFFFF, 7, 0, OP_MSG) + b"x" * 100,
    "too large": frame(b"", length=60_000_000),
    "too short": frame(b"", length=3),
    "unknown kind": frame(b"\0\0\0\0", code=1234),
    "HTTP": b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "unknown flag": op_msg(PING, flags=8),
    "unknown section": frame(b"\0\0\0\0\x09" + bson.encode(PING)),
    "no section": frame(b"\0\0\0\0"),
    "two bodies": op_msg(PING, rest=b"\0" + bson.encode(PING)),
    "section that ends too late": frame(b"\0\0\0\0\0\xff\xff\xff\x7f"),
    "sequence without a name": frame(b"\0\0\0\0\1\x09\0\0\0xxxxx"),
    "query without a name": frame(b"\0\0\0\0abc", OP_QUERY),
    "query that is cut": frame(b"\0\0\0\0a.$cmd\0\0\0\0\0\0\0\0\0\xff\0\0\0", OP_QUERY),
}


@pytest.mark.parametrize("data", BROKEN.values(), ids=BROKEN)
def test_what_is_no_message_ends_the_connection(link: socket.socket, server: Address, data: bytes) -> None:
    """The server hangs up, and others notice nothing."""
    link.sendall(data)
    assert link.recv(1) == b""
    with MongoClient[dict[str, Any]](server.url("x")) as client:
        assert client.admin.command("ping")["ok"] == 1.0


UNDECODABLE: dict[str, tuple[bytes, int]] = {
    "garbage": (struct.pack("<i", 13) + b"\x77a\0garb\0\0", 22),
    "too many levels": (deep(100_000), 22),
    "many levels": (bson.encode(nested(300)), 15),
    "no text": (bson.encode({**PING, "a": "xy"}).replace(b"xy\0", b"\xff\xfe\0"), 22),
    "an empty command": (bson.encode({}), 59),
    "no database": (bson.encode({"ping": 1}), 73),
}


@pytest.mark.parametrize(("body", "code"), UNDECODABLE.values(), ids=UNDECODABLE)
def test_what_is_no_command_is_answered(link: socket.socket, body: bytes, code: int) -> None:
    """Broken documents in a whole message get an error, and the connection goes on."""
    link.sendall(fault(body))
    assert answer(link)["code"] == code
    link.sendall(op_msg(PING))
    assert answer(link)["ok"] == 1.0


def test_half_a_message_holds_nobody_up(link: socket.socket, server: Address) -> None:
    """A connection that stops in the middle of a message waits alone."""
    link.sendall(op_msg(PING)[:20])
    with MongoClient[dict[str, Any]](server.url("x")) as client:
        assert client.admin.command("ping")["ok"] == 1.0
