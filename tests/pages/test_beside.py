"""Files side by side: every line is there, in its block, with what differs marked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from backroad.comparison import FilePair, compare
from backroad.pages.beside import BlockKind, File, file_view

EQUAL = "".join(f"x{number} = {number}\n" for number in range(20))


@dataclass(frozen=True)
class Files:
    """A tree in memory."""

    files: Mapping[str, bytes]

    def read(self, name: str) -> bytes:
        """Return a file's bytes."""
        return self.files[name]


def pair(mine: str | bytes | None, theirs: str | bytes | None, name: str = "app.py") -> FilePair:
    """Return the comparison of one file; None where a side has none."""
    sides = (text.encode() if isinstance(text, str) else text for text in (mine, theirs))
    left, right = (Files({} if side is None else {name: side}) for side in sides)
    return compare(left, right).files[0]


def view(mine: str | bytes | None, theirs: str | bytes | None) -> File:
    """Return the view of one file."""
    return file_view(pair(mine, theirs), "f", "yours", "reference")


def test_blocks() -> None:
    """Changed lines stand between equal ones, and longer equal stretches are folded."""
    shown = view(f"{EQUAL}a = 1\n{EQUAL}", f"{EQUAL}a = 2\nb = 3\n{EQUAL}")
    assert [(block.kind, len(block.rows)) for block in shown.blocks] == [
        ("folded", 17), ("same", 3), ("changed", 2), ("same", 3), ("folded", 17),
    ]  # fmt: skip
    assert (shown.mine, shown.theirs) == (1, 2)


def test_every_line_is_there() -> None:
    """What is folded keeps its lines, with the numbers that they have on each side."""
    shown = view(f"{EQUAL}a = 1\n{EQUAL}", f"{EQUAL}{EQUAL}")
    rows = [row for block in shown.blocks for row in block.rows]
    assert [left.number for left, _ in rows if left] == list(range(1, 42))
    assert [right.number for _, right in rows if right] == list(range(1, 41))
    assert all(left.code == right.code for left, right in rows if left and right)


def test_words_are_marked() -> None:
    """Within a changed line the words that differ are marked, in the colour that they have anyway."""
    ((mine, theirs),) = view("def first(x): return 1\n", "def other(x): return 1\n").blocks[0].rows
    assert mine is not None
    assert theirs is not None
    assert '<mark class="f">first</mark>(x)' in mine.code
    assert '<mark class="f">other</mark>(x)' in theirs.code


def test_a_mark_within_a_span() -> None:
    """A text that differs in a word is marked in that word alone."""
    ((mine, _),) = view('s = "one two three"\n', 's = "one six three"\n').blocks[0].rows
    assert mine is not None
    assert mine.code.endswith(
        '<span class="s">&#34;one </span><mark class="s">two</mark><span class="s"> three&#34;</span>'
    )


def test_a_file_of_one_side() -> None:
    """A file that one side has alone is shown once, and whose it is."""
    shown = view(None, "a = 1\nb = 2\n")
    assert (shown.owner, shown.mine, shown.theirs) == ("reference", 0, 2)
    assert [block.kind for block in shown.blocks] == [BlockKind.ALONE]
    assert view("a = 1\n", None).owner == "yours"


def test_no_text() -> None:
    """What is no text, or too long, is said instead of shown."""
    assert view(b"\xff\0", "a\n").note == "not a text"
    assert view("a\n" * 5_000, "a\n").note.startswith("more than")


def test_hostile_lines() -> None:
    """Tags and control characters are text, in file names too."""
    shown = file_view(pair("<script>\x1b\n", "<b>\n", "<i>\u202e.py"), "f", "yours", "reference")
    assert shown.name == "<i>\\u202e.py"
    ((mine, _),) = shown.blocks[0].rows
    assert mine is not None
    assert "&lt;" in mine.code
    assert "<script>" not in mine.code
    assert "\x1b" not in mine.code


def test_indentation_is_counted() -> None:
    """A line that is broken goes on where it begins, as far as the styles go."""
    shown = view(None, "a\n    b\n" + " " * 100 + "c\n")
    assert [row[0].indent for row in shown.blocks[0].rows if row[0]] == [0, 1, 6]
