"""How long one request takes."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import BadStatusLine

import pytest

from backroad.referee.http import Request
from backroad.referee.pacing import seconds_of, wire_form


def hang(over: threading.Event) -> None:
    """Say nothing until it is over."""
    over.wait(20)


WHOLE = b"HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\nok"


@contextmanager
def answering(reply: Callable[[socket.socket], None]) -> Iterator[int]:
    """Answer one connection on a free port."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            link, _ = server.accept()
            with link:
                link.recv(65536)
                reply(link)

        thread = threading.Thread(target=serve)
        thread.start()
        yield server.getsockname()[1]
        thread.join()


def test_a_request_as_bytes() -> None:
    """The request asks the service to hang up, and tells how long its body is."""
    request = Request("POST", "/v1?a=1", (("Content-Type", "application/json"),), b"{}")
    assert wire_form(request, 80).splitlines() == [
        b"POST /v1?a=1 HTTP/1.1",
        b"Host: 127.0.0.1:80",
        b"Connection: close",
        b"Content-Type: application/json",
        b"Content-Length: 2",
        b"",
        b"{}",
    ]


def test_an_answer_ends_where_it_says() -> None:
    """A service that keeps the connection open is not waited for once its answer is whole."""
    over = threading.Event()

    def reply(link: socket.socket) -> None:
        link.sendall(WHOLE)
        over.wait(20)

    with answering(reply) as port:
        seconds, status = seconds_of(port, b"GET / HTTP/1.1\r\n\r\n", 10, socket.socket)
        over.set()
    assert status == 201
    assert 0 < seconds < 10


def test_an_answer_ends_with_the_connection() -> None:
    """Without a length, the end of the connection is the end of the answer."""
    with answering(lambda link: link.sendall(b"HTTP/1.0 200 OK\r\n\r\nsome")) as port:
        assert seconds_of(port, b"x", 10, socket.socket)[1] == 200


def test_no_answer_in_time() -> None:
    """Silence is a timeout, and no HTTP is told as such."""
    over = threading.Event()
    with answering(lambda _: hang(over)) as port:
        with pytest.raises(TimeoutError):
            seconds_of(port, b"x", 0.05, socket.socket)
        over.set()
    with answering(lambda link: link.sendall(b"hello")) as port, pytest.raises(BadStatusLine):
        seconds_of(port, b"x", 10, socket.socket)
