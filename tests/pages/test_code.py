"""Colours of source texts: whole, in bounded time."""

from __future__ import annotations

import time

import pytest

from backroad.pages.code import MOST, Span, code_html, highlight

SOURCE = '''# first
@app.get("/x")
def view(name):
    """Says

    hello"""
    return 1.5 if name is None else f"{name}"
'''
HOSTILE = {
    "lines of one blank": " \n" * 30_000,
    "blanks": "match" + " " * 60_000,
    "open quotes": "'" * 60_000,
    "open triple quotes": "'''" * 20_000,
    "backslashes": "\\" * 60_000,
    "quotes and backslashes": "'\\" * 30_000,
    "open comments": "/*" * 30_000,
    "stars": "/" + "*" * 60_000,
    "decorators": "@a." * 20_000,
    "digits": "1_" * 30_000,
    "dashes": "<!" + "-" * 60_000,
}


def test_kinds() -> None:
    """Comments, decorators, keywords, names that are defined, texts over lines and numbers have classes."""
    lines = highlight("a/b.py", SOURCE)
    assert lines[:3] == [
        [Span("# first", "c")],
        [Span("@app.get", "f"), Span("("), Span('"/x"', "s"), Span(")")],
        [Span("def", "k"), Span(" "), Span("view", "f"), Span("(name):")],
    ]
    assert lines[3:6] == [[Span("    "), Span('"""Says', "s")], [], [Span('    hello"""', "s")]]
    assert [span.text for span in lines[6] if span.kind == "v"] == ["1.5", "None"]


@pytest.mark.parametrize(
    "name", ["x.py", "x.js", "x.sql", "sh", "x.toml", "json", "x.html", "x.txt", "Makefile"]
)
@pytest.mark.parametrize("text", [SOURCE, "a\r\nb\x0bc\n\n", "", "\n", "x", "'open\n/* open\n<!-- open"])
def test_nothing_is_lost(name: str, text: str) -> None:
    """In every language the spans of a line are the line, and the lines are those that Python counts."""
    assert ["".join(span.text for span in line) for line in highlight(name, text)] == text.splitlines()


@pytest.mark.parametrize("name", ["x.py", "x.js", "x.sql", "x.html"])
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_time_is_linear(name: str, text: str) -> None:
    """What makes other scanners try again and again takes no longer than its length."""
    begun = time.perf_counter()
    highlight(name, text)
    assert time.perf_counter() - begun < 1.5


def test_a_huge_text_has_no_colours() -> None:
    """More than anybody writes is shown as it is."""
    assert highlight("x.py", "None\n" * (MOST // 5 + 1))[0] == [Span("None")]


def test_html_is_escaped() -> None:
    """What a learner wrote stays text in every kind of span."""
    shown = code_html("x.py", "# <b>\n'<i>' < name")
    assert shown == (
        '<span class="c"># &lt;b&gt;</span>\n<span class="s">&#39;&lt;i&gt;&#39;</span> &lt; name'
    )
