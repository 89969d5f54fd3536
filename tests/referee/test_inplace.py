"""Plain `pytest` in a workspace says what `backroad check` says."""

from __future__ import annotations

import os
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from backroad import referee
from backroad.content import layers
from backroad.content.home import find_content
from backroad.content.roadmap import load_roadmap
from backroad.model import Exercise
from backroad.referee.inplace import plan_in
from backroad.workspace.scaffold import scaffold

# Those without databases: audit compares both ways for every exercise, and takes its time.
EXERCISES = [one for one in load_roadmap(find_content(environ={})).exercises if not one.needs]


def pytest_in(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run plain pytest in a folder, as a learner does."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    # Without a place of its own it removes, before it ends, what earlier runs of these tests have left.
    place = folder.parent / f"{folder.name}-temporary"
    options = ["-q", "-p", "no:cacheprovider", "-p", "no:randomly", f"--basetemp={place}"]
    return subprocess.run(
        [sys.executable, "-m", "pytest", *options, *arguments],
        cwd=folder,
        # Plugins that happen to be installed beside these tests are none of a learner's.
        env=environ | {"PYTHONDONTWRITEBYTECODE": "1", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def plain_verdicts(folder: Path, *arguments: str) -> dict[str, str]:
    """Return the verdicts of plain pytest, from its JUnit file."""
    out = folder.parent / "plain.xml"
    done = pytest_in(folder, f"--junitxml={out}", *arguments)
    assert done.returncode in (0, 1), done.stdout + done.stderr
    found = {}
    for case in ET.parse(out).getroot().iter("testcase"):
        bad = [*case.iter("failure"), *case.iter("error")]
        text = (bad[0].text or "") if bad else "PASSED"
        found[str(case.get("name")).removeprefix("test_")] = text.partition(":")[0]
    return found


@pytest.mark.parametrize("solved", [True, False], ids=["reference", "starter"])
@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.slug)
def test_both_ways_agree(exercise: Exercise, solved: bool, tmp_path: Path) -> None:
    """For reference and starter of every exercise the verdicts in-process are those of two processes."""
    tree = layers.reference(exercise) if solved else layers.start(exercise)
    workspace = scaffold(exercise, tmp_path / "mine")
    if solved:
        (workspace.root / "backroad.toml").unlink()
        tree.write(workspace.root)
        settings = layers.start(exercise).read("backroad.toml")
        (workspace.root / "backroad.toml").write_bytes(
            settings.replace(b"{{ cookiecutter.slug }}", exercise.slug.encode())
        )
    with referee.plan_for(exercise, tree) as plan:
        apart = {result.name: str(result.verdict) for result in referee.run(plan).results}
    assert plain_verdicts(workspace.root) == apart
    assert (set(apart.values()) == {"PASSED"}) is solved


def test_the_learner_s_own_tests_are_run_too(tmp_path: Path) -> None:
    """Files of tests in the workspace are collected beside the checks, and may use anything of pytest."""
    (exercise,) = [exercise for exercise in EXERCISES if exercise.kind == "module"][:1]
    root = scaffold(exercise, tmp_path / "mine").root
    (root / "test_mine.py").write_text(
        f"import {exercise.module} as mine\ndef test_own(tmp_path): assert mine\ndef test_red(): assert 0\n"
    )
    collected = pytest_in(root, "--collect-only").stdout
    assert all(f"::test_{check.name}\n" in collected for check in exercise.checks)
    found = plain_verdicts(root, "-k", "test_own or test_red")
    assert found["own"] == "PASSED"
    assert found["red"] != "PASSED"


def test_a_single_check_can_be_chosen(tmp_path: Path) -> None:
    """`-k` picks checks, as an editor's test panel does."""
    (exercise,) = [exercise for exercise in EXERCISES if exercise.kind == "module"][:1]
    root = scaffold(exercise, tmp_path / "mine").root
    done = pytest_in(root, "-k", exercise.checks[0].name)
    assert "deselected" in done.stdout


@pytest.mark.parametrize(
    "settings",
    ["[exercise]\nslug = 'nothing-such'\n", "[exercise\n", "", "exercise = 3\n", "[exercise]\nslug = 3\n"],
    ids=["unknown", "broken", "empty", "no-table", "no-text"],
)
def test_settings_that_are_none_are_told(tmp_path: Path, settings: str) -> None:
    """A broken backroad.toml stops pytest with its name, and no traceback."""
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = -p backroad.referee.plugin\n")
    (tmp_path / "backroad.toml").write_text(settings)
    done = pytest_in(tmp_path)
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert "backroad.toml" in done.stderr
    assert "Traceback" not in done.stderr + done.stdout


def test_a_declared_store_is_no_mistake(tmp_path: Path) -> None:
    """Every setting that `backroad check` takes is taken here."""
    (exercise,) = [exercise for exercise in EXERCISES if exercise.kind == "service"][:1]
    (tmp_path / "backroad.toml").write_text(
        f'[exercise]\nslug = "{exercise.slug}"\n[service]\nstart = "python x.py"\nstore = "sqlite"\n'
    )
    plan = plan_in(tmp_path)
    assert plan is not None
    assert (plan.service.start, plan.in_process) == ("python x.py", True)


def test_elsewhere_the_plugin_does_nothing(tmp_path: Path) -> None:
    """In a folder that is no workspace pytest is what it always is."""
    (tmp_path / "test_x.py").write_text("def test_x(): pass\n")
    assert plan_in(tmp_path) is None
    assert pytest_in(tmp_path, "-p", "backroad.referee.plugin").returncode == 0
