"""The stages of an exercise in order."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from backroad.content.stages import LazyStages, load_stages, read_stages
from backroad.errors import BackroadError


@pytest.fixture
def checks(kit: Path) -> Path:
    """The check files of the one exercise."""
    return kit / "exercises/1-basics/greeter/checks"


def told(checks: Path) -> list[str]:
    """Return the problems without the folder they are in."""
    return [str(problem).replace(f"{checks}/", "") for problem in read_stages(checks)[1]]


def test_stages_come_in_the_order_of_their_numbers(checks: Path) -> None:
    """Stages are sorted by number, 10 after 2, with their checks in the order of the file."""
    for number in range(3, 11):
        text = (checks / "test_1_hello.py").read_text().replace("greets", f"greets_{number}")
        (checks / f"test_{number}_more.py").write_text(text.replace("says_hello", f"says_{number}"))
    (checks / "test_2_hardening.py").rename(checks / "test_11_hardening.py")
    (checks / "test_10_more.py").rename(checks / "test_2_more.py")
    (checks / "test_11_hardening.py").rename(checks / "test_10_hardening.py")
    stages = load_stages(checks)
    assert [stage.number for stage in stages] == list(range(1, 11))
    assert [check.name for check in stages[0].checks] == ["says_hello", "greets_by_name"]
    assert stages[-1].stretch


def test_stages_are_read_on_first_use(checks: Path) -> None:
    """Nothing is read before somebody looks, and then once; a copy in another process reads again."""
    lazy = LazyStages(checks)
    text = (checks / "test_1_hello.py").read_text()
    (checks / "test_1_hello.py").write_text(text.replace("Says hello", "Greets"))
    assert lazy[0].title == "Greets"
    (checks / "test_1_hello.py").write_text(text)
    assert lazy[0].title == "Greets"
    assert (len(lazy), lazy[1:]) == (2, tuple(lazy)[1:])
    assert pickle.loads(pickle.dumps(LazyStages(checks))) == load_stages(checks)


def test_broken_checks_speak_on_first_use(checks: Path) -> None:
    """What is wrong with check files is raised where they are first needed."""
    (checks / "test_1_hello.py").write_text("def")
    lazy = LazyStages(checks)
    with pytest.raises(BackroadError, match="is no valid Python"):
        len(lazy)


@pytest.mark.parametrize(
    ("renames", "said"),
    [
        ({"test_1_hello": "test_2_hello"}, ["test_2_hardening.py: is stage 2 where 1 is due"]),
        ({"test_2_hardening": "test_3_hardening"}, ["test_3_hardening.py: is stage 3 where 2 is due"]),
        (
            {
                "test_1_hello": "test_4_hello",
                "test_2_hardening": "test_1_hardening",
                "test_4_hello": "test_2_hello",
            },
            ["test_1_hardening.py: the stage hardening is not the last; give it the highest number"],
        ),
    ],
    ids=["none is 1", "a gap", "hardening first"],
)
def test_stages_are_numbered_from_one_with_hardening_last(
    checks: Path, renames: dict[str, str], said: list[str]
) -> None:
    """Numbers are contiguous from 1 and the hardening stage is the last."""
    for old, new in renames.items():
        (checks / f"{old}.py").rename(checks / f"{new}.py")
    assert [line for line in told(checks) if said[0] in line]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            '@requires("says_hello")',
            '@requires("says_helo")',
            "requires says_helo, which is no check; did you mean",
        ),
        ('@requires("says_hello")', '@requires("greets_by_name")', "which does not come before it"),
        ('@requires("says_hello")', '@requires("takes_long_names")', "which does not come before it"),
        ("test_says_hello", "test_takes_long_names", "has the name of test_1_hello.py:"),
    ],
    ids=["unknown", "itself", "later", "same name"],
)
def test_requirements_name_earlier_checks(checks: Path, old: str, new: str, said: str) -> None:
    """Names are unique in an exercise, and a check requires only checks before it."""
    file = checks / "test_1_hello.py"
    file.write_text(file.read_text().replace(old, new))
    assert any(said in line for line in told(checks)), told(checks)


def test_an_exercise_has_a_core_stage(checks: Path, tmp_path: Path) -> None:
    """An exercise without checks, or with hardening alone, is told."""
    (checks / "test_1_hello.py").unlink()
    assert any("holds no core stage" in line for line in told(checks))
    assert any("holds no core stage" in line for line in told(tmp_path / "nowhere"))


def test_one_broken_file_does_not_hide_another(checks: Path) -> None:
    """All files are read before anything is said."""
    for file in checks.iterdir():
        file.write_text("def")
    assert sum("is no valid Python" in line for line in told(checks)) == 2
