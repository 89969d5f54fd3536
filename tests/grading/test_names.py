"""Names of files for hand-ins whose own names may be anything."""

from __future__ import annotations

import pytest

from backroad.grading.names import file_stems, is_safe, marked


@pytest.mark.parametrize("identity", ["ann", "ann.b-2_C", "_x", "7"])
def test_plain_names_stay(identity: str) -> None:
    """What every system can hold is kept."""
    assert file_stems([identity]) == {identity: identity}


@pytest.mark.parametrize(
    "identity",
    [
        "../../etc/passwd",
        "a/b",
        "-rf",
        ".hidden",
        "a\nb",
        "\u202eevil",
        "con",
        "NUL.json",
        "x" * 4096,
        "é",
        "a.",
        "",
    ],
    ids=repr,
)
def test_odd_names_are_made_plain(identity: str) -> None:
    """Everything else gets a plain name with a digest, which every system can hold."""
    stem = file_stems([identity])[identity]
    assert is_safe(stem)
    assert stem != identity
    assert len(stem) < 80


def test_names_that_are_one_on_some_disks() -> None:
    """Two ids never get the same file, not even where case is ignored."""
    stems = file_stems(["Ann", "ann", "a/b", "a:b"])
    assert len({stem.casefold() for stem in stems.values()}) == 4


def test_nobody_takes_the_file_of_another() -> None:
    """An id that is just what another one is made into gets a file of its own."""
    stems = file_stems(["é", marked("é"), marked("é").upper(), marked("é", 0)])
    assert len({stem.casefold() for stem in stems.values()}) == 3
