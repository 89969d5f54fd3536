"""Paragraphs on a page of limited width and length."""

from __future__ import annotations

import shlex

import pytest

from backroad.console.layout import clipped, lay, lay_mistake, shared, shell_lines
from backroad.console.rows import row, text_of
from backroad.feedback import Keep, Mistake, Paragraph, mistake
from backroad.report import Place, Result, Verdict


@pytest.mark.parametrize(
    ("wants", "floors", "room", "shares"),
    [
        pytest.param([2, 3], [1, 1], 10, [2, 3], id="room for all"),
        pytest.param([9, 9], [1, 1], 6, [3, 3], id="shared evenly"),
        pytest.param([1, 9], [1, 1], 6, [1, 5], id="what one does not need the other gets"),
        pytest.param([5, 5], [5, 2], 3, [5, 2], id="nobody gets less than its floor"),
    ],
)
def test_shared(wants: list[int], floors: list[int], room: int, shares: list[int]) -> None:
    """Rows are shared out fairly."""
    assert shared(wants, floors, room) == shares


@pytest.mark.parametrize(
    ("keep", "marked", "shown"),
    [
        pytest.param(Keep.HEAD, 0, ["0", "1", "… 8 more lines"], id="the beginning"),
        pytest.param(Keep.TAIL, 0, ["… 8 lines before", "8", "9"], id="the end"),
        pytest.param(Keep.MARK, 5, ["5", "6", "… 8 more lines, above and below"], id="around what differs"),
        pytest.param(Keep.MARK, 0, ["0", "1", "… 8 more lines"], id="what differs is at the beginning"),
        pytest.param(
            Keep.MARK, 9, ["8", "9", "… 8 more lines, above and below"], id="what differs is at the end"
        ),
    ],
)
def test_clipped(keep: Keep, marked: int, shown: list[str]) -> None:
    """The most telling rows stay, and the others are counted."""
    rows = [row(str(number)) for number in range(10)]
    assert [text_of(line) for line in clipped(rows, 3, keep, marked)] == shown


COMMANDS = [
    "curl -i localhost:8000/healthz",
    "curl -i -X PATCH localhost:8000/v1/tasks/7 -H 'Content-Type: application/json' -d '{\"title\": null}'",
    "curl -i 'localhost:8000/v1/hello?name=a%20b' -H 'Accept: */*' --data-binary $'a\\x00'",
    """curl -d '{"a": "it'\\''s"}' localhost""",
]


@pytest.mark.parametrize("width", [80, 66, 36])
@pytest.mark.parametrize("command", COMMANDS)
def test_command_can_be_pasted(command: str, width: int) -> None:
    """A command broken over lines means the same to a shell."""
    broken = "\n".join(shell_lines(command, width))
    assert shlex.split(broken.replace("\\\n", "")) == shlex.split(command)


def test_endless_command_is_not_shown() -> None:
    """A request of kilobytes is no line to paste; --all has it."""
    command = f"curl -d '{'x' * 5_000}' localhost"
    assert shell_lines(command, 66, room=20) == ["a request of 5,020 characters; --all shows it"]
    assert shell_lines(command, 66)[0].startswith("curl -d")


@pytest.mark.parametrize("width", [40, 80])
def test_room_is_kept(width: int) -> None:
    """However much there is to say, a mistake stays within its room and keeps every label."""
    huge = "word " * 200_000
    told = Result(
        "a", "A sentence", 1, False, Verdict.RAISED, did=(huge,), expected=huge, got=huge + "!", message=huge,
        where=Place("a.py", 1, huge), ran=(huge, huge), again=f"curl {huge}", why="a reason",
    )  # fmt: skip
    rows = [text_of(line) for line in lay_mistake(mistake(told), width, 30)]
    assert len(rows) <= 30
    for label in ("did", "expected", "got", "raised", "a.py:1", "ran", "again", "why", "a reason"):
        assert any(label in line for line in rows), label


def test_difference_is_pointed_at() -> None:
    """In a long line the difference is pointed at from below."""
    text = "a" * 50 + "b" + "a" * 50
    rows = [text_of(line) for line in lay(Paragraph("got", text, mark=(50, 51), point=True), 80).rows(9)]
    assert rows[1].index("^") == rows[0].index("b")


def test_marks_follow_the_break() -> None:
    """What differs is marked on the row where it stands, whatever was broken before it."""
    text = "word " * 40 + "HERE " + "word " * 5
    at = text.index("HERE")
    rows = lay(Paragraph("got", text, mark=(at, at + 4)), 80).rows(9)
    marked = [span.text for line in rows for span in line if span.style.value == "mark"]
    assert marked == ["HERE"]


def test_narrow_labels_stand_above() -> None:
    """On a narrow page labels stand above their text."""
    told = Mistake("a", "A sentence", Verdict.FAILED, (Paragraph("got", "1"),))
    assert [text_of(line).rstrip() for line in lay_mistake(told, 40)] == [" ✗ A sentence", "   got", "    1"]
