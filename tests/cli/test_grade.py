"""`backroad grade` from the outside: a class in a folder becomes a gradebook in another one."""

from __future__ import annotations

import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pytest
from tests.cli.conftest import PROGRAM, RIGHT, Kit

DRAWN = '''"""Says it politely"""
from backroad.checks import hint


@hint("a", "b", "c")
def test_greets_anybody(subject, rng):
    """Any name is greeted

    Somebody would be left out.
    """
    name = str(rng.random())
    assert subject.hello(name) == f"hello {name}"
'''
WRONG = RIGHT.replace("'hello '", "'bye '")


@pytest.fixture
def handed(tmp_path: Path) -> Path:
    """A class of three."""
    for name, text in {"ann": RIGHT, "bob": WRONG, "cem": RIGHT + "\n"}.items():
        (tmp_path / "class" / name).mkdir(parents=True)
        (tmp_path / "class" / name / "greeter.py").write_text(text, encoding="utf-8")
    return tmp_path / "class"


def points(out: Path) -> dict[str, str]:
    """Return what the gradebook says."""
    with (out / "gradebook.csv").open(encoding="utf-8-sig", newline="") as file:
        return {row["id"]: row["points"] for row in csv.DictReader(file)}


def test_a_class_is_graded(kit: Kit, handed: Path, tmp_path: Path) -> None:
    """One command makes the gradebook, says what came of it, and where everything is."""
    ended = kit("grade", handed, "--exercise", "greeter")
    assert ended.returncode == 0, ended.stderr
    assert "passed" in ended.stdout
    assert "2 of 3" in ended.stdout
    assert "grades/report.html" in ended.stdout
    assert points(tmp_path / "grades") == {"ann": "3", "bob": "1", "cem": "3"}
    again = kit("grade", handed, "--exercise", "greeter")
    assert "3 had been graded already" in again.stdout
    assert points(tmp_path / "grades") == {"ann": "3", "bob": "1", "cem": "3"}


def test_scripts_read_json(kit: Kit, handed: Path, tmp_path: Path) -> None:
    """--json says all that a script needs; a hand-in that somebody has to look at is exit code 1."""
    (handed / "evil.zip").write_bytes(b"none")
    ended = kit("grade", handed, "--exercise", "greeter", "--out", tmp_path / "out", "--json", "--workers", 1)
    assert ended.returncode == 1, ended.stderr
    told = json.loads(ended.stdout)
    assert (told["graded"], told["passed"], told["grades"]["bob"]) == (4, 2, 1)
    assert "is no archive" in told["trouble"]["evil"]
    assert all(Path(file).exists() for file in told["files"])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("nothing", "--exercise", "greeter"), "nothing: there is no such folder or archive"),
        (("class", "--exercise", "greter"), "there is no such exercise; did you mean greeter"),
        (("class",), "Missing option '--exercise'"),
        (("class", "--exercise", "greeter", "--workers", "0"), "0 is not in the range"),
        (
            ("class", "--exercise", "greeter", "--scheduler", "tcp://127.0.0.1:9"),
            "no scheduler answers",
        ),
        (("class", "--exercise", "greeter", "--out", "class/ann/greeter.py"), "is a file"),
    ],
)
def test_what_cannot_be_graded(words: tuple[str, ...], said: str, kit: Kit, handed: Path) -> None:
    """A wrong word is answered with what is wrong, at once, and with exit code 2."""
    ended = kit("grade", *words, cwd=handed.parent)
    assert ended.returncode == 2, ended.stdout
    assert said in ended.stderr
    assert "Traceback" not in ended.stderr


def test_another_exercises_folder(kit: Kit, handed: Path) -> None:
    """The grades of one exercise are never mixed with those of another."""
    assert kit("grade", handed, "--exercise", "greeter").returncode == 0
    ended = kit("grade", handed, "--exercise", "parting")
    assert ended.returncode == 2
    assert "holds grades of greeter" in ended.stderr


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written(kit: Kit, handed: Path, tmp_path: Path) -> None:
    """An output folder without permission is said before anything runs."""
    (tmp_path / "out").mkdir(mode=0o500)
    ended = kit("grade", handed, "--exercise", "greeter", "--out", tmp_path / "out")
    assert ended.returncode == 2
    assert "--out" in ended.stderr


def test_a_seed_makes_chance_repeatable(kit: Kit, content: Path, handed: Path, tmp_path: Path) -> None:
    """With the same seed everybody is asked the same again, with another one something else."""
    own = shutil.copytree(content, tmp_path / "content")
    check = own / "exercises" / "1-basics" / "greeter" / "checks" / "test_2_polite.py"
    check.write_text(DRAWN, encoding="utf-8")
    asked = []
    for number, seed in enumerate((7, 7, 8)):
        out = tmp_path / f"out{number}"
        words = ("grade", handed, "--exercise", "greeter", "--seed", seed, "--out", out)
        assert kit(*words, BACKROAD_CONTENT=str(own)).returncode == 0
        told = json.loads((out / "reports" / "bob.json").read_text("utf-8"))["report"]
        assert told["seed"] == seed
        asked.append([one["did"] for one in told["checks"] if one["name"] == "greets_anybody"])
    assert asked[0] == asked[1] != asked[2]
    assert asked[0] != [None]


@pytest.mark.skipif(os.name != "posix", reason="needs signals")
@pytest.mark.parametrize("sent", ["SIGKILL", "SIGINT"])
def test_a_grader_that_is_stopped_goes_on(
    sent: str, environment: Mapping[str, str], kit: Kit, tmp_path: Path
) -> None:
    """Stopped at any moment, the same command goes on: nothing twice, nothing lost."""
    for number in range(12):
        folder = tmp_path / "class" / f"s{number:02}"
        folder.mkdir(parents=True)
        text = f"# {number}\n" + (RIGHT if number % 3 else WRONG)
        (folder / "greeter.py").write_text(text, encoding="utf-8")
    command = ["grade", str(tmp_path / "class"), "--exercise", "greeter", "--workers", "1"]
    for delay in (0.5, 0.9, 1.1):
        with subprocess.Popen(
            [sys.executable, "-c", PROGRAM, *command],
            cwd=tmp_path,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as process:
            time.sleep(delay)
            process.send_signal(getattr(signal, sent))
    ended = kit(*command)
    assert ended.returncode == 0, ended.stderr
    assert points(tmp_path / "grades") == {
        f"s{number:02}": "3" if number % 3 else "1" for number in range(12)
    }


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="needs root to mount a small disk")
def test_a_full_disk(kit: Kit, handed: Path, tmp_path: Path) -> None:
    """Where there is no room left, it is said, and what was graded stays graded."""
    for number in range(40):
        (handed / f"s{number}").mkdir()
        (handed / f"s{number}" / "greeter.py").write_text(f"# {number}\n{RIGHT}", encoding="utf-8")
    small = tmp_path / "small"
    small.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=200k", "tmpfs", str(small)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("mounting is not allowed here")
    try:
        words = ("grade", handed, "--exercise", "greeter", "--out", small / "out")
        ended = kit(*words)
        assert ended.returncode == 2, ended.stdout
        assert "there is no room left to write; free some space" in ended.stderr
        subprocess.run(["mount", "-o", "remount,size=9M", str(small)], check=True)
        ended = kit(*words)
        assert ended.returncode == 0, ended.stderr
        assert "had been graded already" in ended.stdout
        assert len(points(small / "out")) == 43
    finally:
        subprocess.run(["umount", str(small)], check=True)


DOCS = Path(__file__).parents[2] / "docs" / "grading"


@pytest.mark.skipif(os.name != "posix", reason="a script for Gradescope's containers")
@pytest.mark.parametrize(("text", "score"), [(RIGHT, 3), (WRONG, 1), ("def hello(:", 0)])
def test_gradescopes_script(text: str, score: float, environment: Mapping[str, str], tmp_path: Path) -> None:
    """The script in the manual grades what Gradescope puts into its folder, and leaves results there."""
    place = tmp_path / "autograder"
    (place / "submission").mkdir(parents=True)
    (place / "submission" / "greeter.py").write_text(text, encoding="utf-8")
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "backroad").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m backroad "$@"\n')
    (programs / "backroad").chmod(0o755)
    chosen = {"AUTOGRADER": str(place), "EXERCISE": "greeter", "PATH": f"{programs}:{os.environ['PATH']}"}
    subprocess.run([DOCS / "run_autograder"], env={**environment, **chosen}, check=True, timeout=60)
    told = json.loads((place / "results" / "results.json").read_text("utf-8"))
    assert told["score"] == score


def test_classrooms_workflow(kit: Kit, solved: Path) -> None:
    """Each command of the workflow in the manual passes on a right solution, and fails on the starter."""
    yaml = pytest.importorskip("yaml")
    flow = yaml.safe_load((DOCS / "classroom.yml").read_text(encoding="utf-8"))
    steps = flow["jobs"]["checks"]["steps"]
    commands = [step["with"]["command"].split() for step in steps if "command" in step.get("with", {})]
    assert [words[0] for words in commands] == ["backroad"] * len(commands)
    assert [kit(*words[1:], cwd=solved).returncode for words in commands] == [0] * len(commands)
    (solved / "greeter.py").write_text("VERSION = 0\n", encoding="utf-8")
    assert [kit(*words[1:], cwd=solved).returncode for words in commands] == [1] * len(commands)
    ids = [step["id"] for step in steps if "id" in step]
    (report,) = [step for step in steps if "reporter" in step.get("uses", "")]
    assert report["with"]["runners"].split(",") == ids
    assert set(report["env"]) == {f"{name.upper()}_RESULTS" for name in ids}
