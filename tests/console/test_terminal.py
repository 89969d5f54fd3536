"""Where screens go."""

from __future__ import annotations

import io
import os

import pytest

from backroad.console.live import progress
from backroad.console.rows import Span, Style, row
from backroad.console.terminal import Terminal, terminal
from backroad.report import Result, Verdict


class Screen(io.StringIO):
    """A text stream that says it is a terminal."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        """Say yes."""
        return True


@pytest.mark.parametrize(
    ("stream", "environ", "colour"),
    [
        pytest.param(Screen(), {}, True, id="a terminal has colours"),
        pytest.param(Screen(), {"NO_COLOR": "1"}, False, id="NO_COLOR is obeyed"),
        pytest.param(Screen(), {"NO_COLOR": ""}, True, id="an empty NO_COLOR says nothing"),
        pytest.param(Screen(), {"TERM": "dumb"}, False, id="a dumb terminal has none"),
        pytest.param(io.StringIO(), {}, False, id="a pipe has none"),
    ],
)
def test_colour(stream: io.StringIO, environ: dict[str, str], colour: bool) -> None:
    """Colour is for terminals whose owner has not said no."""
    found = terminal(stream, environ)
    found.show([row(Span("x", Style.GOOD))])
    assert found.colour is colour
    assert ("\x1b[" in stream.getvalue()) is colour


@pytest.mark.parametrize(("asked", "given"), [("20", 40), ("72", 72), ("300", 100)])
def test_width(asked: str, given: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Screens are made for 40 to 100 columns."""
    monkeypatch.setenv("COLUMNS", asked)
    assert terminal(io.StringIO(), {}).width == given


@pytest.mark.parametrize(("asked", "given"), [("7", 20), ("20", 20), ("300", 300), ("4000", 300)])
def test_whole_width(asked: str, given: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is no prose may use nearly all that there is."""
    monkeypatch.setenv("COLUMNS", asked)
    assert terminal(io.StringIO(), {}).whole == given


@pytest.mark.skipif(os.name != "posix", reason="needs a pipe that breaks")
def test_reader_that_has_gone() -> None:
    """When the reader has gone, writing goes on into nothing."""
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "w", encoding="utf-8") as stream:
        out = Terminal(stream)
        out.write("a\n")
        out.write("b\n" * 100_000)


@pytest.mark.parametrize(("live", "said"), [(True, True), (False, False)])
def test_progress_is_for_terminals(live: bool, said: bool) -> None:
    """A line of progress is shown on a terminal only, and wiped away at the end."""
    stream = Screen()
    with progress(Terminal(stream, is_live=live), "greeter", 2) as tick:
        tick(Result("a", "A", 1, False, Verdict.FAILED))
    assert ("greeter  1 of 2, 1 red" in stream.getvalue()) is said
    assert stream.getvalue().endswith("\r\x1b[K") is said


@pytest.mark.parametrize(("live", "seen"), [(True, "::error::x"), (False, "\\u003a:error::x")])
def test_commands_for_a_log(live: bool, seen: str) -> None:
    """Where no person looks on, a name cannot be a command to the system that runs the build."""
    stream = io.StringIO()
    Terminal(stream, is_live=live).show([row("::error::x")])
    assert stream.getvalue() == f"{seen}\n"
