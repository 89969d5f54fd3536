"""The beginning of an exercise, and where it is gone on with."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from backroad.errors import BackroadError
from backroad.events import EventKind
from backroad.practice import Practice
from backroad.practice.beginning import begin, last_folder, last_workspace, written


@pytest.fixture
def practice(tmp_path: Path) -> Practice:
    """A learner's kit with a home of its own, which keeps what it is warned of."""
    return Practice(None, {"BACKROAD_HOME": str(tmp_path / "home")})


def slug_of(practice: Practice) -> str:
    """Return the first exercise of the road."""
    return practice.roadmap.exercises[0].slug


def test_begun(practice: Practice, tmp_path: Path) -> None:
    """A new workspace stands in the journal, and is the one to go on with."""
    slug = slug_of(practice)
    assert last_folder(practice, slug) is None
    workspace = begin(practice, practice.exercise(slug), tmp_path / "one")
    assert [entry.event.kind for entry in practice.entries(slug)] == [EventKind.SCAFFOLDED]
    assert last_workspace(practice, slug) == workspace


def test_the_last_that_is_there(practice: Practice, tmp_path: Path) -> None:
    """Of several folders the one worked in last counts, as long as it is there."""
    exercise = practice.exercise(slug_of(practice))
    one, two = (begin(practice, exercise, tmp_path / name) for name in ("one", "two"))
    assert last_workspace(practice, exercise.slug) == two
    shutil.rmtree(two.root)
    assert last_workspace(practice, exercise.slug) == one
    shutil.rmtree(one.root)
    with pytest.raises(BackroadError, match=f"backroad scaffold {exercise.slug} makes it"):
        last_workspace(practice, exercise.slug)


def test_without_a_journal(practice: Practice, tmp_path: Path) -> None:
    """Where nothing can be remembered the workspace is made all the same, and it is said."""
    said: list[str] = []
    practice.on_warning = said.append
    (tmp_path / "home").write_text("a file", encoding="utf-8")
    root = begin(practice, practice.exercise(slug_of(practice)), tmp_path / "one").root
    assert (root / "backroad.toml").is_file()
    assert len(said) == 1
    assert "not noted in the journal" in said[0]


def test_what_was_written(practice: Practice, tmp_path: Path) -> None:
    """The README comes first, then where the first thing is to be done, then modules, then the rest."""
    workspace = begin(practice, practice.exercise(slug_of(practice)), tmp_path / "one")
    for name, text in {"aa.py": "", "zz.py": "# TODO 1: this", ".hidden.py": "", "data.txt": ""}.items():
        (workspace.root / name).write_text(text, encoding="utf-8")
    (workspace.root / "folder.py").mkdir()
    names = written(workspace)
    assert names[0] == "README.md"
    assert names.index("aa.py") < names.index("data.txt")
    assert {"folder.py/", "zz.py"} < set(names)
    assert ".hidden.py" not in names


def test_written_nowhere(practice: Practice, tmp_path: Path) -> None:
    """A workspace that is gone is told with its path."""
    workspace = begin(practice, practice.exercise(slug_of(practice)), tmp_path / "one")
    shutil.rmtree(workspace.root)
    with pytest.raises(BackroadError, match="one"):
        written(workspace)
