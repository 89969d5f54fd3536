"""MongoDB's wire protocol: bytes of a message become a command, an answer becomes bytes."""

from __future__ import annotations

import struct
from dataclasses import dataclass

import bson
from bson.errors import BSONError

from backroad.documents.values import CODEC, Document

HEADER = struct.Struct("<iiii")
OP_REPLY, OP_QUERY, OP_MSG = 1, 2004, 2013
CHECKSUM_PRESENT, MORE_TO_COME = 1, 2
KNOWN_REQUIRED_BITS = CHECKSUM_PRESENT | MORE_TO_COME
LARGEST = 48_000_000 + 2**20
OK_FLAG = 8  # of replies to OP_QUERY: the server can await data


class BrokenFrame(Exception):
    """Bytes that are no message of this protocol; the connection cannot go on."""


class BrokenDocument(Exception):
    """A message whose documents are no BSON; it can be answered."""


@dataclass(frozen=True)
class Header:
    """The first 16 bytes of a message."""

    length: int
    request: int
    code: int

    @property
    def rest(self) -> int:
        """How many bytes follow."""
        return self.length - HEADER.size


@dataclass(frozen=True)
class Message:
    """A command as it was sent."""

    body: Document
    wants_answer: bool = True
    is_legacy: bool = False


def read_header(data: bytes) -> Header:
    """Return a message's header; refuses lengths and kinds that are not spoken here."""
    length, request, _, code = HEADER.unpack(data)
    if not HEADER.size < length <= LARGEST:
        raise BrokenFrame(f"a message of {length} bytes")
    if code not in (OP_MSG, OP_QUERY):
        raise BrokenFrame(f"messages of kind {code} are not known")
    return Header(length, request, code)


def read_message(header: Header, data: bytes) -> Message:
    """Return the command in the bytes behind a header."""
    return _op_msg(data) if header.code == OP_MSG else _op_query(data)


def _op_msg(data: bytes) -> Message:
    flags = _number(data, 0) & 0xFFFFFFFF
    if flags & 0xFFFF & ~KNOWN_REQUIRED_BITS:
        raise BrokenFrame(f"unknown flags {flags:#x}")
    end = len(data) - (4 if flags & CHECKSUM_PRESENT else 0)
    body: Document | None = None
    sequences: Document = {}
    at = 4
    while at < end:
        kind, at = data[at], at + 1
        size = _size(data, at, end)
        if kind == 0 and body is None:
            body = _document(data[at : at + size])
        elif kind == 1:
            name, documents = _sequence(data[at : at + size])
            sequences[name] = documents
        else:
            raise BrokenFrame(f"unexpected section of kind {kind}")
        at += size
    if body is None:
        raise BrokenFrame("a message without a body")
    return Message({**body, **sequences}, wants_answer=not flags & MORE_TO_COME)


def _number(data: bytes, at: int) -> int:
    if at + 4 > len(data):
        raise BrokenFrame("a message that ends too early")
    return int.from_bytes(data[at : at + 4], "little", signed=True)


def _size(data: bytes, at: int, end: int) -> int:
    size = _number(data, at)
    if size < 5 or at + size > end:
        raise BrokenFrame(f"a section of {size} bytes")
    return size


def _document(data: bytes) -> Document:
    try:
        return bson.decode(data, CODEC)
    except (BSONError, ValueError, OverflowError, RecursionError) as error:
        raise BrokenDocument(str(error)) from None


def _sequence(data: bytes) -> tuple[str, list[Document]]:
    """Return the name and the documents of a section of kind 1."""
    end = data.find(b"\0", 4)
    if end < 0:
        raise BrokenFrame("a sequence without a name")
    documents, at = [], end + 1
    while at < len(data):
        size = _size(data, at, len(data))
        documents.append(_document(data[at : at + size]))
        at += size
    return data[4:end].decode("utf-8", "replace"), documents


def _op_query(data: bytes) -> Message:
    end = data.find(b"\0", 4)
    at = end + 1 + 8  # after flags and name: how many to skip, how many to return
    if end < 0:
        raise BrokenFrame("a query without a name")
    body = _document(data[at : at + _size(data, at, len(data))])
    body = body.get("$query", body)
    database = data[4:end].decode("utf-8", "replace").partition(".")[0]
    if not isinstance(body, dict):
        raise BrokenFrame("a query that is no document")
    return Message({**body, "$db": database}, is_legacy=True)


def answer_frame(header: Header, message: Message, answer: bytes) -> bytes:
    """Return the bytes of an answer, in the kind of message that was asked with."""
    if message.is_legacy:
        payload = struct.pack("<iqii", OK_FLAG, 0, 0, 1) + answer
        code = OP_REPLY
    else:
        payload, code = b"\0\0\0\0\0" + answer, OP_MSG
    return HEADER.pack(HEADER.size + len(payload), 0, header.request, code) + payload
