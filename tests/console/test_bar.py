"""The bar of long work."""

from __future__ import annotations

import io

from backroad.console.bar import bar
from backroad.console.terminal import Terminal


def test_a_pipe_sees_nothing() -> None:
    """What is no terminal gets no bar."""
    stream = io.StringIO()
    with bar(Terminal(stream), "thing", 2) as tick:
        tick("a run")
    assert stream.getvalue() == ""


def test_a_terminal_sees_how_far_it_is() -> None:
    """A terminal is told title and count."""
    stream = io.StringIO()
    with bar(Terminal(stream, is_live=True), "thing", 2) as tick:
        tick("a run")
        tick("another run")
    assert "thing" in stream.getvalue()
    assert "2/2" in stream.getvalue()
