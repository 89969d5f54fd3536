"""One HTTP exchange with a deadline, over a real socket."""

from __future__ import annotations

import http.client
import re
import shlex
import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from backroad.referee import http as module
from backroad.referee.deadline import Deadline
from backroad.referee.evidence import Trouble
from backroad.referee.http import Headers, Reply, Request, exchange, shown_body
from backroad.report import Verdict

Serve = Callable[..., int]
OK = b"HTTP/1.1 200 OK\r\nContent-Type: Application/JSON; charset=utf-8\r\n"


def whole_request(link: socket.socket) -> bytes:
    """Return a request with its body: who hangs up on half of it resets the connection."""
    received = link.recv(2**20)
    head, _, body = received.partition(b"\r\n\r\n")
    length = re.search(rb"Content-Length: (\d+)", head)
    while length and len(body) < int(length[1]) and (part := link.recv(2**20)):
        received, body = received + part, body + part
    return received


def within(seconds: float) -> Deadline:
    """Return a deadline that nothing puts off."""
    return Deadline(seconds, tuple)


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Answer one connection with these bytes, piece by piece, and keep what was asked."""
    servers: list[socket.socket] = []
    done = threading.Event()

    def start(
        *pieces: bytes, pause: float = 0.0, keep_open: bool = False, asked: list[bytes] | None = None
    ) -> int:
        server = socket.create_server(("127.0.0.1", 0))
        servers.append(server)

        def work() -> None:
            link, _ = server.accept()
            with link:
                received = whole_request(link)
                if asked is not None:
                    asked.append(received)
                for piece in pieces:
                    try:
                        link.sendall(piece)
                    except OSError:
                        return
                    done.wait(pause)
                if keep_open:
                    done.wait(20)

        threading.Thread(target=work, daemon=True).start()
        return int(server.getsockname()[1])

    yield start
    done.set()
    for server in servers:
        server.close()


def test_a_reply_is_read_whole(serve: Serve) -> None:
    """Status, type, headers in any case, and body."""
    port = serve(OK + b"X-One: a\r\nx-one: b\r\n\r\n" + b'{"a": "\xc3\xab"}')
    reply = exchange(port, Request("GET", "/"), within(5))
    assert (reply.status, reply.media_type, reply.json) == (200, "application/json", {"a": "ë"})
    assert reply.headers["x-ONE"] == "a, b"
    assert reply.headers.get("nothing") is None


def test_the_path_goes_out_as_written(serve: Serve) -> None:
    """Nothing is quoted anew; only what was asked for is sent, and the connection is to close."""
    asked: list[bytes] = []
    port = serve(OK + b"\r\n", asked=asked)
    exchange(port, Request("PUT", "/a%2Fb?q=%C3%AB&x=+", (("X-Name", "ë"),), b"body"), within(5))
    head = asked[0].split(b"\r\n")
    assert head[0] == b"PUT /a%2Fb?q=%C3%AB&x=+ HTTP/1.1"
    assert {b"X-Name: \xc3\xab", b"Content-Length: 4", b"Connection: close"} <= set(head)
    assert not any(line.lower().startswith(b"accept-encoding") for line in head)


@pytest.mark.parametrize(
    "pieces",
    [
        [],
        [OK],
        [OK + b"Content-Length: 10\r\n\r\n123"],
        [OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nab"],
    ],
    ids=["nothing", "half-a-head", "half-a-body", "half-a-chunk"],
)
def test_silence_ends_at_the_deadline(serve: Serve, pieces: list[bytes]) -> None:
    """A server that stops talking costs the time given and no more."""
    port = serve(*pieces, keep_open=True)
    begin = time.monotonic()
    with pytest.raises(TimeoutError):
        exchange(port, Request("GET", "/"), within(0.3))
    assert 0.25 < time.monotonic() - begin < 3


@pytest.mark.parametrize("head", [b"Content-Length: 1000\r\n\r\n", b"X-Slow: "], ids=["body", "head"])
def test_bytes_that_drip_do_not_prolong_the_time(serve: Serve, head: bytes) -> None:
    """All reads together have one deadline."""
    port = serve(OK + head, *[b"x"] * 50, pause=0.05)
    begin = time.monotonic()
    with pytest.raises(TimeoutError):
        exchange(port, Request("GET", "/"), within(0.4))
    assert time.monotonic() - begin < 2


def test_an_endless_answer_is_a_limit(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """A body past the limit is not read to its end."""
    monkeypatch.setattr(module, "MAX_BODY", 2**18)
    port = serve(OK + b"\r\n", *[b"x" * 2**16] * 50)
    with pytest.raises(Trouble) as caught:
        exchange(port, Request("GET", "/big"), within(5))
    assert caught.value.evidence.verdict is Verdict.LIMIT
    assert caught.value.evidence.did == ("GET /big",)


@pytest.mark.parametrize(
    "answer", [b"", b"hello\r\n\r\n", b"HTTP/1.1 abc\r\n\r\n", OK + b"Content-Length: 5\r\n\r\nab"]
)
def test_a_broken_answer_raises(serve: Serve, answer: bytes) -> None:
    """What is no HTTP is an exception that the service's client explains."""
    with pytest.raises((OSError, http.client.HTTPException)):
        exchange(serve(answer), Request("GET", "/"), within(5))


def test_nobody_listening_is_refused() -> None:
    """A closed port raises at once."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        with pytest.raises(ConnectionRefusedError):
            exchange(probe.getsockname()[1], Request("GET", "/"), within(5))


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"NaN", b'{"a": Infinity}', b"[" * 100_000, b"\xff", b'{"a": 1} x'],
    ids=lambda body: body[:8],
)
def test_a_body_that_is_no_json_fails_the_check(body: bytes) -> None:
    """`.json` is strict; what is none is told with the exchange."""
    reply = Reply(200, Headers([("Content-Type", "application/json")]), body, Request("GET", "/x"))
    with pytest.raises(Trouble) as caught:
        _ = reply.json
    found = caught.value.evidence
    assert (found.verdict, found.expected, found.again) == (
        Verdict.FAILED,
        "a body in JSON",
        "curl -i localhost:8000/x",
    )


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        (Request("GET", "/a?b=1&c=2"), ["curl", "-i", "localhost:8000/a?b=1&c=2"]),
        (Request("HEAD", "/"), ["curl", "-I", "localhost:8000/"]),
        (
            Request("POST", "/x", (("Content-Type", "application/json"),), b'{"a": "it\'s"}'),
            [
                *"curl -i -X POST localhost:8000/x -H".split(),
                "Content-Type: application/json",
                "-d",
                '{"a": "it\'s"}',
            ],
        ),
    ],
    ids=["get", "head", "post"],
)
def test_the_curl_line_repeats_the_request(request_: Request, words: list[str]) -> None:
    """Pasted into a shell it is the same request."""
    assert shlex.split(request_.curl) == words


def test_a_request_reads_with_the_headers_that_matter() -> None:
    """What every request has stays out; a long value is cut."""
    headers = (("Content-Type", "application/json"), ("If-Match", '"7-1"'), ("Accept", "*/*"))
    told = 'PATCH /x   If-Match: "7-1"   {"a": 1}'
    assert str(Request("PATCH", "/x", headers, b'{"a": 1}')) == told
    long = str(Request("GET", "/x", (("Authorization", "Bearer " + "x" * 99),)))
    assert long == "GET /x   Authorization: Bearer " + "x" * 32 + "…"
    assert (
        str(Request("POST", "/x", (("content-type", "text/plain"),))) == "POST /x   content-type: text/plain"
    )


def test_bodies_are_shown_in_one_line() -> None:
    """JSON without escapes, text without line ends, cut when it is long."""
    assert shown_body(b'{"a":\n "\\u00eb"}') == '{"a": "ë"}'
    assert shown_body(b"two\nlines\xff") == "two lines\ufffd"
    assert shown_body(b"x" * 1000).endswith("… (1,000 bytes)")
    assert shown_body(None) == ""


def test_a_reply_reads_as_what_came() -> None:
    """Status, type, body in one line; a reply without a type says so."""
    request = Request("GET", "/")
    assert str(Reply(204, Headers(), b"", request)) == "204  no Content-Type"
    assert str(Reply(200, Headers([("content-type", "text/plain")]), b"hi", request)) == "200  text/plain  hi"
