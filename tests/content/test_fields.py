"""Typed reading of TOML tables."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from backroad.content.fields import Table, parse_table, read_table
from backroad.errors import Problem

Ask = Callable[[Table], object]


def asked(text: str, ask: Ask) -> tuple[object, list[str]]:
    """Return the answer to one question, and the problems as people read them."""
    problems: list[Problem] = []
    table = parse_table(text, "a.toml", problems)
    assert table is not None
    return ask(table), list(map(str, problems))


@pytest.mark.parametrize(
    ("text", "ask", "answer"),
    [
        ("key = 'x'", lambda t: t.text("key"), "x"),
        ("", lambda t: t.text("key", "usual"), "usual"),
        ("key = ''", lambda t: t.raw("key"), ""),
        ("key = 3", lambda t: t.whole("key"), 3),
        ("", lambda t: t.whole("key", default=4), 4),
        ("key = 3", lambda t: t.number("key", 1.0), 3.0),
        ("key = 0.5", lambda t: t.number("key", 1.0), 0.5),
        ("", lambda t: t.number("key", 2.5), 2.5),
        ("key = ['a', 'b']", lambda t: t.texts("key"), ("a", "b")),
        ("key = []", lambda t: t.texts("key"), ()),
        ("key = 'b'", lambda t: t.choice("key", ["a", "b"]), "b"),
        ("[key]\na = 1", lambda t: t.table("key").whole("a"), 1),
        ("[[key]]\na = 1\n[[key]]\na = 2", lambda t: [e.whole("a") for e in t.tables("key")], [1, 2]),
        ("", lambda t: t.tables("key"), []),
        (
            "[a]\nx = 1\n[b]\nx = 2",
            lambda t: [(n, e.whole("x")) for n, e in t.members()],
            [("a", 1), ("b", 2)],
        ),
    ],
)
def test_a_right_value_is_handed_out(text: str, ask: Ask, answer: object) -> None:
    """A value of the type asked for comes back, and nothing is said."""
    assert asked(text, ask) == (answer, [])


@pytest.mark.parametrize(
    ("text", "ask", "answer", "said"),
    [
        ("", lambda t: t.text("key"), "", "a.toml: key: is missing; add it: a string"),
        (
            "key = 3",
            lambda t: t.text("key"),
            "",
            "a.toml: key: is a whole number, not a string; write it in quotes",
        ),
        ("key = ' '", lambda t: t.text("key"), " ", "a.toml: key: is empty; say it in a few words"),
        ("key = true", lambda t: t.whole("key"), 1, "a.toml: key: is a boolean, not a whole number"),
        ("key = 0", lambda t: t.whole("key"), 0, "a.toml: key: is 0; write a whole number above 0"),
        (
            "key = 6",
            lambda t: t.whole("key", high=5),
            6,
            "a.toml: key: is 6; write a whole number from 1 to 5",
        ),
        ("key = '1'", lambda t: t.number("key", 2.0), 1.0, "a.toml: key: is a string, not a number"),
        ("key = -1", lambda t: t.number("key", 2.0), -1.0, "a.toml: key: is -1; write a number above 0"),
        ("key = inf", lambda t: t.number("key", 2.0), float("inf"), "a.toml: key: is inf; write"),
        ("key = 2020-01-01", lambda t: t.text("key"), "", "a.toml: key: is a date or time, not a string"),
        ("key = 'a'", lambda t: t.texts("key"), (), "a.toml: key: is a string, not an array"),
        (
            "key = ['a', 1]",
            lambda t: t.texts("key"),
            ("a",),
            "a.toml: key: entry 2 is a whole number, not a string",
        ),
        ("key = ['a', 'a']", lambda t: t.texts("key"), ("a",), "a.toml: key: names a more than once"),
        (
            "key = 'modul'",
            lambda t: t.choice("key", ["module"]),
            "",
            "modul is not known; did you mean module?",
        ),
        ("key = [1]", lambda t: t.tables("key"), [], "a.toml: key: entry 1 is a whole number, not a table"),
        ("[key]\na = 'x'", lambda t: t.table("key").whole("a"), 1, "a.toml: key.a: is a string"),
        ("[[key]]\na = 'x'", lambda t: t.tables("key")[0].whole("a"), 1, "a.toml: key 1.a: is a string"),
    ],
)
def test_a_wrong_value_is_told_and_reading_goes_on(text: str, ask: Ask, answer: object, said: str) -> None:
    """A wrong or missing value is a problem with place and remedy; an empty one of its type comes back."""
    got, problems = asked(text, ask)
    assert got == answer
    assert len(problems) == 1
    assert said in problems[0]


def test_keys_nobody_asked_for_are_problems() -> None:
    """Unknown keys are told with the nearest key asked for."""

    def ask(table: Table) -> None:
        table.text("title")
        table.done()

    _, problems = asked("title = 'x'\ntitel = 'x'", ask)
    assert problems == ["a.toml: titel: is no known key; did you mean title?"]


def test_text_that_is_no_toml_is_placed() -> None:
    """Broken TOML is told with line and column."""
    problems: list[Problem] = []
    assert parse_table("a = 1\nb = ?", "a.toml", problems) is None
    assert "line 2" in str(problems[0])


@pytest.mark.parametrize(
    ("content", "said"),
    [(None, "is missing"), (b"a = '\xff'", "byte 5 is not UTF-8")],
    ids=["no file", "not UTF-8"],
)
def test_a_file_that_cannot_be_read_is_a_problem(tmp_path: Path, content: bytes | None, said: str) -> None:
    """A file that is missing or no UTF-8 is told by its path."""
    if content is not None:
        (tmp_path / "a.toml").write_bytes(content)
    problems: list[Problem] = []
    assert read_table(tmp_path / "a.toml", problems) is None
    assert problems[0].where == str(tmp_path / "a.toml")
    assert said in problems[0].what


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path: Path) -> None:
    """A file saved with a byte order mark reads like one without."""
    (tmp_path / "a.toml").write_bytes(b"\xef\xbb\xbfkey = 'x'\r\n")
    table = read_table(tmp_path / "a.toml", [])
    assert table is not None
    assert table.text("key") == "x"
