"""Pages in fewer bytes."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator

import pytest
from flask import Flask, Response

from backroad.dashboard.packing import packed

LONG = "<p>a line</p>" * 1_000


def ask(answer: Response, accepted: str = "gzip, deflate, br") -> Response:
    """Return the answer as somebody gets it."""
    app = Flask(__name__)
    app.add_url_rule("/", view_func=lambda: answer)
    app.after_request(packed)
    got = app.test_client().get("/", headers={"Accept-Encoding": accepted})
    return Response(got.get_data(), got.status_code, got.headers)


def test_a_page_is_packed() -> None:
    """A long page is a tenth of its size on the way, and the same at its end."""
    got = ask(Response(LONG))
    assert got.headers["Content-Encoding"] == "gzip"
    assert len(got.get_data()) < len(LONG) / 10
    assert gzip.decompress(got.get_data()).decode() == LONG


def bits() -> Iterator[str]:
    """Yield a page bit by bit."""
    yield LONG


@pytest.mark.parametrize(
    ("answer", "accepted"),
    [
        (Response(LONG), "identity"),
        (Response("<p>short</p>"), "gzip"),
        (Response(LONG, mimetype="text/event-stream"), "gzip"),
        (Response(bits()), "gzip"),
    ],
    ids=["not asked for", "short", "events", "sent bit by bit"],
)
def test_the_rest_is_not(answer: Response, accepted: str) -> None:
    """Whoever cannot unpack gets it plain, and so does whoever waits for each bit."""
    assert "Content-Encoding" not in ask(answer, accepted).headers


def test_events_are_packed_one_by_one() -> None:
    """Each event can be read when it is sent; one that is told again costs hardly anything."""
    event = "".join(f"<td>{number}</td>" for number in range(1_000))
    left: list[str] = []

    def events() -> Iterator[str]:
        try:
            while True:
                yield event
        finally:
            left.append("the reader")

    app = Flask(__name__)
    app.add_url_rule("/", view_func=lambda: Response(events(), mimetype="text/event-stream"))
    app.after_request(packed)
    got = app.test_client().get("/", headers={"Accept-Encoding": "gzip"}, buffered=False)
    sent = iter(got.response)
    unpacker = zlib.decompressobj(16 + zlib.MAX_WBITS)
    sizes = []
    for _ in range(3):
        some = next(sent)
        assert isinstance(some, bytes)
        sizes.append(len(some))
        assert unpacker.decompress(some).decode() == event
    assert sizes[2] < sizes[0] / 5
    got.close()
    assert left == ["the reader"]
