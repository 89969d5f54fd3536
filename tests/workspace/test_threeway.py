"""Three versions into one."""

from __future__ import annotations

import hashlib

import pytest

from backroad.workspace.attic import Form, Item
from backroad.workspace.threeway import Fate, Merged, merge_lines, merge_states


@pytest.mark.parametrize(
    ("base", "mine", "theirs", "merged"),
    [
        ("abc", "abc", "abc", "abc"),
        ("abc", "aXc", "abc", "aXc"),
        ("abc", "abc", "aYc", "aYc"),
        ("abc", "aXc", "aXc", "aXc"),
        ("abcde", "aXcde", "abcdY", "aXcdY"),
        ("abcde", "bcde", "abcdeY", "bcdeY"),
        ("abcde", "abcdeX", "Yabcde", "YabcdeX"),
        ("abcde", "ae", "abcdeY", "aeY"),
        ("", "x", "x", "x"),
        ("abc", "aXc", "aYc", None),
        ("abc", "aXc", "ac", None),
        ("abc", "aXbc", "aYbc", None),
        ("abcd", "aXcd", "abYd", None),
        ("", "x", "y", None),
    ],
    ids=[
        *("nothing changed", "mine changed", "theirs changed", "both alike", "far apart", "cut and added"),
        *("added at both ends", "cut within", "both new and alike", "same line", "changed and cut"),
        *("added at one place", "neighbouring lines", "both new"),
    ],
)
def test_lines_are_merged(base: str, mine: str, theirs: str, merged: str | None) -> None:
    """Changes of different places are both taken; changes of one place are left to the learner."""
    texts = ["".join(f"{line}\n" for line in text).encode() for text in (base, mine, theirs)]
    expected = None if merged is None else "".join(f"{line}\n" for line in merged).encode()
    assert merge_lines(*texts) == expected


def test_no_line_end_at_the_end() -> None:
    """The last line may lack its end; lines are never glued together."""
    assert merge_lines(b"a\nb\nc", b"x\nb\nc", b"a\nb\nc\nd\n") == b"x\nb\nc\nd\n"


def test_bytes_are_not_merged() -> None:
    """What is no text is never mixed."""
    assert merge_lines(b"a\n\0\nb\n", b"x\n\0\nb\n", b"a\n\0\ny\n") is None


class Blobs(dict[str, bytes]):
    """Blobs by digest, in memory."""

    def put(self, data: bytes) -> str:
        """Keep and name."""
        digest = hashlib.sha256(data).hexdigest()
        self[digest] = data
        return digest


def merge(
    base: dict[str, str], mine: dict[str, str], theirs: dict[str, str]
) -> tuple[Merged, dict[str, str]]:
    """Merge folders given as text; a name that ends with a slash is a folder."""
    blobs = Blobs()

    def state(texts: dict[str, str]) -> dict[str, Item]:
        return {
            name.rstrip("/"): Item(Form.FOLDER, mode=0o755)
            if name.endswith("/")
            else Item(Form.FILE, blobs.put(text.encode()), 0o644)
            for name, text in texts.items()
        }

    merged = merge_states(state(base), state(mine), state(theirs), blobs.__getitem__, blobs.put)
    texts = {
        name + ("/" if item.form is Form.FOLDER else ""): blobs.get(item.digest, b"").decode()
        for name, item in merged.items.items()
    }
    return merged, texts


@pytest.mark.parametrize(
    ("base", "mine", "theirs", "result", "fate"),
    [
        ("old", "old", "new", "new", Fate.REPLACED),
        (None, None, "new", "new", Fate.ADDED),
        ("old", "old", None, None, Fate.REMOVED),
        ("old", "mine", "old", "mine", None),
        ("old", None, "new", None, Fate.STAYS_REMOVED),
        ("old", "mine", None, "mine", Fate.LEFT),
        (None, "new", "new", "new", None),
        ("1\n2\n3\n", "1\n2\nmine\n", "kit\n2\n3\n", "kit\n2\nmine\n", Fate.MERGED),
        ("old", "mine", "new", "mine", Fate.LEFT),
        (None, "mine", "new", "mine", Fate.LEFT),
    ],
    ids=[
        *("untouched", "new in the kit", "untouched and dropped", "touched, kit unchanged"),
        *("removed by the learner", "touched and dropped", "both alike", "both, apart", "both, at one place"),
        "both added",
    ],
)
def test_the_fate_of_a_file(
    base: str | None, mine: str | None, theirs: str | None, result: str | None, fate: Fate | None
) -> None:
    """Untouched files follow the kit, the learner's own changes stay."""
    texts = [{} if text is None else {"f": text} for text in (base, mine, theirs)]
    merged, found = merge(*texts)
    assert found.get("f") == result
    assert merged.fates.get("f") == fate


def test_a_conflict_lies_beside() -> None:
    """Where both changed one place, the kit's new file is written beside under a free name."""
    merged, texts = merge({"f": "a"}, {"f": "b", "f.new": "the learner's"}, {"f": "c"})
    assert texts == {"f": "b", "f.new": "the learner's", "f.new.new": "c"}
    assert merged.beside == {"f": "f.new.new"}


def test_what_only_the_learner_has_stays() -> None:
    """Files of the learner's own are not looked at."""
    _, texts = merge({}, {"notes.md": "mine", "d/": ""}, {"a/": "", "a/b": "new"})
    assert texts == {"notes.md": "mine", "d/": "", "a/": "", "a/b": "new"}


def test_folders_follow_their_files() -> None:
    """A folder that the kit dropped goes once nothing is in it; one that the learner removed comes back."""
    _, texts = merge({"a/": "", "a/f": "x"}, {"a/": "", "a/f": "x"}, {})
    assert texts == {}
    _, texts = merge({"a/": "", "a/f": "x"}, {"a/": "", "a/f": "x", "a/mine": "y"}, {})
    assert texts == {"a/": "", "a/mine": "y"}
    _, texts = merge({"a/": "", "a/f": "x"}, {}, {"a/": "", "a/f": "x", "a/g": "y"})
    assert texts == {"a/": "", "a/g": "y"}


def test_a_learners_file_in_the_place_of_a_folder() -> None:
    """Where the learner has a file and the kit a folder, the learner's stays and the rest is named."""
    merged, texts = merge({}, {"a": "mine"}, {"a/": "", "a/f": "new"})
    assert texts == {"a": "mine"}
    assert merged.fates == {"a": Fate.LEFT, "a/f": Fate.LEFT}
