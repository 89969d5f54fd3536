"""Rows of styled text."""

from __future__ import annotations

import pytest

from backroad.console.rows import (
    Span,
    Style,
    joined,
    next_rows,
    padded,
    painted,
    row,
    shortened,
    text_of,
    titled,
    wrapped,
)


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        pytest.param("one two three", 8, ["one two", "three"], id="at spaces"),
        pytest.param("abcdefghij", 4, ["abcd", "efgh", "ij"], id="a word that is too long"),
        pytest.param("  one two three", 9, ["  one two", "  three"], id="with the line's own indentation"),
        pytest.param("a\nb", 10, ["a", "b"], id="at newlines"),
        pytest.param("漢字漢字", 4, ["漢字", "漢字"], id="by columns, not by characters"),
        pytest.param("", 10, [""], id="an empty line stays a line"),
    ],
)
def test_wrapped(text: str, width: int, lines: list[str]) -> None:
    """Text is broken where it hurts least."""
    assert [line.rstrip() for line in wrapped(text, width)] == lines


def test_nothing_is_lost_in_breaking() -> None:
    """Every letter of a text is on some line, in its order."""
    text = "x" * 50 + " " + "yz " * 40
    assert "".join("".join(wrapped(text, 13)).split()) == text.replace(" ", "")


def test_colour_only_adds() -> None:
    """The painted text is the plain text, with codes in between."""
    line = row("a ", Span("✗", Style.BAD), Span(" b", Style.DIM))
    coloured = painted([line], colour=True)
    assert "\x1b[" in coloured
    import click

    assert click.unstyle(coloured) == painted([line], colour=False) == "a ✗ b\n"


def test_shortened_and_padded() -> None:
    """A cell has exactly the columns it is given."""
    assert [shortened("abcdef", 4), shortened("abc", 4), padded("漢", 4)] == ["abc…", "abc", "漢  "]


def test_title_breaks_where_there_is_no_room() -> None:
    """What stands at the far end moves below when the title is long."""
    assert [text_of(line) for line in titled("a", " · b", "end", 20)] == ["a · b            end"]
    assert [text_of(line) for line in titled("a", " · b", "end", 9)] == ["a · b", " end"]


def test_reasons_go_first() -> None:
    """On a narrow page a command stays and its reason goes."""
    commands = (("backroad check", "everything that is red"),)
    assert "everything" in text_of(next_rows(commands, 80)[0])
    assert text_of(next_rows(commands, 30)[0]) == " next   backroad check"


def test_parts_are_not_broken() -> None:
    """Parts stand in lines, none of them cut."""
    assert joined(["aaa", "bbb", "ccc"], 9) == ["aaa · bbb", "ccc"]
