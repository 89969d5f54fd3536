"""Two trees side by side."""

from __future__ import annotations

import pytest

from backroad.comparison import Contender, Fold, Pair, compare, line_count, side_by_side, table, written
from backroad.content.trees import File, Tree


def tree(files: dict[str, bytes]) -> Tree:
    """Return a tree of files."""
    return Tree({name: File(content) for name, content in files.items()})


def spoken(rows: tuple[Pair | Fold, ...]) -> list[str]:
    """Return rows as short texts: `mine|theirs`, `=` for equal ones, `…n` for folds."""
    return [
        f"…{entry.lines}" if isinstance(entry, Fold)
        else f"={entry.mine.text}" if entry.same and entry.mine
        else f"{entry.mine.text if entry.mine else ''}|{entry.theirs.text if entry.theirs else ''}"
        for entry in rows
    ]  # fmt: skip


NINE = "".join(f"{number}\n" for number in range(9))


@pytest.mark.parametrize(
    ("mine", "theirs", "rows"),
    [
        pytest.param("a\n", "a\n", ["=a"], id="one equal line is not worth a fold"),
        pytest.param("a\n", "b\n", ["a|b"], id="a changed line"),
        pytest.param("a\nb\n", "a\n", ["=a", "b|"], id="a line only mine has"),
        pytest.param("", "a\n", ["|a"], id="a line only theirs has"),
        pytest.param(
            NINE + "x\n", NINE + "y\n", ["…6", "=6", "=7", "=8", "x|y"], id="equal lines above are folded"
        ),
        pytest.param(
            "x\n" + NINE, "y\n" + NINE, ["x|y", "=0", "=1", "=2", "…6"], id="equal lines below are folded"
        ),
    ],
)
def test_rows(mine: str, theirs: str, rows: list[str]) -> None:
    """Lines stand beside what they became; equal stretches are folded to three lines of context."""
    assert spoken(side_by_side(mine, theirs)) == rows


def test_line_numbers() -> None:
    """Each line keeps the number it has in its own file."""
    last = side_by_side(NINE + "x\n", "new\n" + NINE + "y\n")[-1]
    assert isinstance(last, Pair)
    assert (last.mine and last.mine.number, last.theirs and last.theirs.number) == (10, 11)


def test_what_nobody_wrote_is_left_out() -> None:
    """The kit's own files, and what is unchanged as given on both sides, are not compared."""
    given = tree({"config.py": b"X = 1\n", "app.py": b"TODO\n"})
    furniture = {
        "README.md": b"mine",
        ".vscode/settings.json": b"{}",
        "given/json.py": b"changed",
        "app.db": b"\0",
    }
    mine = tree({"config.py": b"X = 1\n", "app.py": b"a\n\nb\n", **furniture})
    theirs = tree({"config.py": b"X = 1\n", "app.py": b"c\n"})
    found = compare(mine, theirs, given)
    assert [pair.name for pair in found.files] == ["app.py"]
    assert (found.my_lines, found.their_lines) == (2, 1)
    assert written(mine, given) == ["app.py"]
    assert line_count(mine, given) == 2


@pytest.mark.parametrize(
    ("content", "note"),
    [
        pytest.param(b"\0\1", "not a text", id="binary"),
        pytest.param(b"\xff\xfe", "not a text", id="another encoding"),
        pytest.param(b"x\n" * 5_000, "more than 4,000 lines", id="too long to lay side by side"),
    ],
)
def test_what_cannot_be_shown_says_so(content: bytes, note: str) -> None:
    """A file that is no text, or endless, is named and not shown."""
    (pair,) = compare(tree({"a.py": content}), tree({"a.py": b"x\n"})).files
    assert (pair.rows, pair.note) == ((), note)


def test_windows_line_ends_are_no_difference() -> None:
    """A file saved with CRLF differs in no row."""
    (pair,) = compare(tree({"a.py": b"\xef\xbb\xbfa\r\nb\r\n"}), tree({"a.py": b"a\nb\n"})).files
    assert all(isinstance(entry, Fold) or entry.same for entry in pair.rows)


def test_control_characters_are_shown() -> None:
    """A file cannot move the cursor of whoever compares it."""
    (pair,) = compare(tree({"a\x1b.py": b"\x1b[2J\n"}), tree({})).files
    assert pair.name == "a\\x1b.py"
    assert spoken(pair.rows) == ["\\x1b[2J|"]


def test_python_comes_first() -> None:
    """Python files stand above others, the outer folders above the inner ones."""
    mine = tree({"z.py": b"1", "b/a.py": b"1", "a.txt": b"1"})
    assert [pair.name for pair in compare(mine, tree({})).files] == ["z.py", "b/a.py", "a.txt"]


def test_table_leaves_out_empty_rows() -> None:
    """A measure that nobody has is no row."""
    rows = table([Contender("yours", 10, "3/3"), Contender("node", 0, missing="node is not on this machine")])
    assert [(row.title, row.cells) for row in rows] == [("checks", ("3/3", "")), ("lines", ("10", ""))]
