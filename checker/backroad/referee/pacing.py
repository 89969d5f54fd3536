"""How long one request takes, with as little of ours as can be within the time."""

from __future__ import annotations

import socket
import time
from http.client import BadStatusLine

from backroad.referee.http import CHUNK, MAX_BODY, MakeSocket, Request

END_OF_HEAD = b"\r\n\r\n"
LENGTH = b"\r\ncontent-length:"


def wire_form(request: Request, port: int) -> bytes:
    """Return a request as bytes, which asks the service to hang up after its answer."""
    lines = [f"{request.method} {request.path} HTTP/1.1", f"Host: 127.0.0.1:{port}", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in request.headers]
    if request.body is not None:
        lines.append(f"Content-Length: {len(request.body)}")
    return "\r\n".join(lines).encode() + END_OF_HEAD + (request.body or b"")


def seconds_of(port: int, data: bytes, limit: float, made: MakeSocket) -> tuple[float, int]:
    """Return the seconds from connecting to the last byte, and the status; raises OSError as sockets do."""
    with made() as link:
        link.settimeout(limit)
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        begin = time.perf_counter()
        link.connect(("127.0.0.1", port))
        link.sendall(data)
        head = receive(link, begin + limit)
        return time.perf_counter() - begin, status_of(head)


def receive(link: socket.socket, end: float) -> bytes:
    """Return the first part of an answer once it is whole: hung up, or as long as it said."""
    received = bytearray()
    due: int | None = None
    while due is None or len(received) < due:
        part = link.recv(CHUNK)
        if not part:
            break
        received += part
        if due is None:
            due = whole_length(received)
        if time.perf_counter() > end or len(received) > MAX_BODY:
            raise TimeoutError
    return bytes(received[:CHUNK])


def whole_length(received: bytearray) -> int | None:
    """Return how long an answer will be in all, where its head says that."""
    head, found, _ = received.partition(END_OF_HEAD)
    _, told, rest = head.lower().partition(LENGTH)
    length = rest.partition(b"\r\n")[0].strip()
    return len(head) + len(found) + int(length) if found and told and length.isdigit() else None


def status_of(head: bytes) -> int:
    """Return the status of an answer."""
    words = head[:64].split(None, 2)
    if len(words) < 2 or not words[0].startswith(b"HTTP/") or not words[1].isdigit():
        raise BadStatusLine(head[:64].decode("latin-1"))
    return int(words[1])
