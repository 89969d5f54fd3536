"""Any text becomes harmless to a screen, and stays readable."""

from __future__ import annotations

import json

import pytest

from backroad.glyphs import columns, commandless, encodable, one_line, visible


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("plain ä 漢 ✓", "plain ä 漢 ✓", id="letters of every script stay"),
        pytest.param("a\nb", "a\nb", id="newlines stay"),
        pytest.param("\tx", "    x", id="tabs become spaces"),
        pytest.param("\x1b[2J", "\\x1b[2J", id="escape sequences are shown"),
        pytest.param("a\rb", "a\\rb", id="carriage returns cannot hide what came before"),
        pytest.param("\x9b31m\x7f\x00", "\\x9b31m\\x7f\\x00", id="controls of one byte are shown"),
        pytest.param("\ud800", "\\ud800", id="lone surrogates are shown"),
        pytest.param("\u202egnp", "\\u202egnp", id="marks that turn text round are shown"),
        pytest.param("\u200b\ufeff\u2028", "\\u200b\\ufeff\\u2028", id="what is invisible is shown"),
        pytest.param("\U000e0041", "\\U000e0041", id="tags are shown"),
    ],
)
def test_visible(text: str, shown: str) -> None:
    """Whatever could move a cursor, or lie, is shown escaped."""
    assert visible(text) == shown


def test_one_line() -> None:
    """A sentence for one line has neither newlines nor runs of spaces."""
    assert one_line("a\n  b\tc") == "a b c"


@pytest.mark.parametrize(
    ("text", "encoding", "written"),
    [
        pytest.param("✓ ✗ · … →", "utf-8", "✓ ✗ · … →", id="what can be written is written"),
        pytest.param("✓✗·○●★…→←", "ascii", "+x-o*#...-><-", id="signs become plain signs"),
        pytest.param("ä", "ascii", "\\xe4", id="letters become escapes"),
        pytest.param("✓", "no-such-encoding", "+", id="an unknown encoding counts as ASCII"),
    ],
)
def test_encodable(text: str, encoding: str, written: str) -> None:
    """A stream that knows few characters gets plain signs, never an error."""
    assert encodable(text, encoding) == written


def test_columns() -> None:
    """Wide characters take two columns, combining ones none."""
    assert [columns(text) for text in ("abc", "漢字", "e\u0301", "✓")] == [3, 4, 1, 1]


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("::error::x", r"\u003a:error::x"),
        ("ok\n  ::set-output name=a::b", "ok\n  \\u003a:set-output name=a::b"),
        ("x ##[error]y ##vso[task.z]", r"x \u0023#[error]y \u0023#vso[task.z]"),
        ("std::vector, # [1], ## title", "std::vector, # [1], ## title"),
    ],
    ids=["at the start", "after blanks", "anywhere", "none"],
)
def test_commands_of_build_logs(text: str, seen: str) -> None:
    """What the log of a build would execute is escaped, all else stays."""
    assert commandless(text) == seen


def test_json_keeps_its_meaning() -> None:
    """JSON without commands says what it said."""
    told = {"##[error]": "::x::", "a": ["##vso[b]"]}
    text = commandless(json.dumps(told, indent=1))
    assert "##" not in text
    assert json.loads(text) == told
