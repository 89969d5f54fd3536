"""Why a submission cannot be judged at all, in words."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from backroad.plan import Plan
from backroad.referee.unreadable import missing_file, missing_name, remedy_for, shadowed

NEAR = {
    "wrong-case": ({"Thing.py": ""}, "Thing.py"),
    "one-folder-too-deep": ({"src/thing.py": ""}, "src/thing.py"),
    "similar": ({"thingy.py": "", "zzz.py": ""}, "thingy.py"),
    "other": ({"main.py": ""}, "main.py"),
    "in-given": ({"given/thing.py": ""}, None),
    "nothing": ({"README.md": ""}, None),
}


@pytest.fixture
def lacking(plan: Callable[..., Plan]) -> Callable[[dict[str, str]], Plan]:
    """Make the plan of a submission with these files only."""

    def make(files: dict[str, str]) -> Plan:
        return plan(files)

    return make


@pytest.mark.parametrize("name", NEAR)
def test_a_missing_file_names_the_nearest(lacking: Callable[[dict[str, str]], Plan], name: str) -> None:
    """What was expected where, and what was found instead."""
    files, nearest = NEAR[name]
    found = missing_file(lacking(files))
    assert found is not None
    assert found.message == "thing.py is not there"
    assert found.got == (f"the nearest is {nearest}" if nearest else "no Python file")
    assert found.remedy == ("rename or move it to thing.py" if nearest else "write your code in thing.py")


@pytest.mark.parametrize("file", ["thing.py", "thing/__init__.py"])
def test_a_file_that_is_there_is_fine(lacking: Callable[[dict[str, str]], Plan], file: str) -> None:
    """A module or a package of the right name."""
    assert missing_file(lacking({file: ""})) is None


def test_many_names_are_cut(plan: Callable[..., Plan]) -> None:
    """Of many names the first are told; a module without any says so."""
    found = missing_name(plan(""), "f", [f"name{number}" for number in range(20)])
    assert str(found.got).endswith("name7 …")
    assert missing_name(plan(""), "f", []).got == "it has no public name"
    assert missing_name(plan(""), "f", "not a list").remedy is None


def test_a_hidden_standard_module_is_suspected(plan: Callable[..., Plan], tmp_path: Path) -> None:
    """An import error beside a file called random.py is explained by it."""
    made = plan({"thing.py": "", "random.py": ""})
    assert shadowed(made.tree) == "random"
    assert str(remedy_for(made, "ImportError", "x")).startswith("random.py has the name of a module")
    assert shadowed(tmp_path) is None


def test_bytes_of_another_encoding_have_a_remedy(plan: Callable[..., Plan]) -> None:
    """A file that is not UTF-8 should be saved as such."""
    assert remedy_for(plan(""), "SyntaxError", "'utf-8' codec can't decode byte") == "save the file as UTF-8"
    assert remedy_for(plan(""), "ValueError", "x") is None
