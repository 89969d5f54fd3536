"""`backroad check`, end to end."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from xml.etree import ElementTree

import pytest

from .conftest import PROGRAM, RIGHT, Kit


def test_red(kit: Kit, greeter: Path) -> None:
    """A failing check exits with 1 and says what was done, expected and got, and why it matters."""
    ended = kit("check", cwd=greeter)
    assert ended.returncode == 1
    assert "✗ hello(name) greets by name" in ended.stdout
    assert "expected   'hello Ann'" in ended.stdout
    assert "got        None" in ended.stdout
    assert "why        Everybody would get the same letter" in ended.stdout
    assert "1 more wait for this one · backroad hint (3 left) · --all shows everything" in ended.stdout
    assert len(ended.stdout.splitlines()) <= 25


def test_green(kit: Kit, solved: Path) -> None:
    """Green exits with 0, tells the history and what comes next."""
    ended = kit("check", cwd=solved)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "greeter · 3 of 3 · all stages green" in ended.stdout
    assert "1 run · 0 hints" in ended.stdout
    assert ended.stdout.rstrip().endswith("backroad scaffold parting")


@pytest.mark.parametrize(
    "words", [["greeter"], ["./greeter"], ["greeter", "greets"], ["greeter", "--stage", "2"]]
)
@pytest.mark.usefixtures("solved")
def test_folder_from_outside(kit: Kit, words: list[str]) -> None:
    """The workspace can be named by its folder, from anywhere."""
    assert kit("check", *words).returncode == 0


@pytest.mark.usefixtures("solved")
def test_slug_from_anywhere(kit: Kit, tmp_path: Path) -> None:
    """A slug means the last workspace of that exercise."""
    (tmp_path / "elsewhere").mkdir()
    assert kit("check", "greeter", cwd=tmp_path / "elsewhere").returncode == 0


@pytest.mark.parametrize(
    ("words", "names"),
    [
        pytest.param(["has_a_version"], ["has_a_version"], id="one check"),
        pytest.param(["test_has_a_version"], ["has_a_version"], id="as the function is called"),
        pytest.param(["--stage", "2"], ["has_a_version"], id="a stage"),
    ],
)
def test_choice(kit: Kit, greeter: Path, words: list[str], names: list[str]) -> None:
    """Only the checks asked for are run, and only they decide."""
    ended = kit("check", *words, "--json", "-", cwd=greeter)
    assert ended.returncode == 0
    assert [check["name"] for check in json.loads(ended.stdout)["checks"]] == names


@pytest.mark.parametrize(
    ("words", "said"),
    [
        pytest.param(["greet"], "greet: greeter has no such check; did you mean greets", id="a check"),
        pytest.param(["--stage", "7"], "--stage: greeter has no stage 7; it has stages 1 to 2", id="a stage"),
        pytest.param(["--stage", "0"], "has no stage 0", id="no stage"),
        pytest.param(["./nowhere"], "there is no such folder", id="a folder"),
        pytest.param(
            ["pinger"], "pinger: there is no such folder here; backroad scaffold pinger makes it", id="a slug"
        ),
        pytest.param(["--json", "no/such/file"], "no/such/file: there is no such folder", id="a file"),
    ],
)
def test_what_is_unknown(kit: Kit, greeter: Path, words: list[str], said: str) -> None:
    """What is not there is answered with what is, before anything runs."""
    ended = kit("check", *words, cwd=greeter)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert said in ended.stderr


def test_outside_of_a_workspace(kit: Kit) -> None:
    """Where there is no workspace, the way to one is told."""
    ended = kit("check")
    assert ended.returncode == 2
    assert "backroad scaffold" in ended.stderr


def test_files(kit: Kit, greeter: Path, tmp_path: Path) -> None:
    """JSON and JUnit files tell the same verdicts as the screen."""
    ended = kit("check", "--json", tmp_path / "r.json", "--junit", tmp_path / "r.xml", cwd=greeter)
    told = json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))
    suite = ElementTree.parse(tmp_path / "r.xml").getroot()[0]
    assert told["passed"] is False
    assert told["format"] == 1
    assert [check["name"] for check in told["checks"]] == [case.get("name") for case in suite]
    assert "✗ hello(name) greets by name" in ended.stdout


def test_json_to_stdout(kit: Kit, greeter: Path) -> None:
    """With - stdout is the report and nothing else; the screen goes to stderr."""
    ended = kit("check", "--json", "-", cwd=greeter)
    assert ended.returncode == 1
    assert json.loads(ended.stdout)["exercise"] == "greeter"
    assert "✗ hello(name) greets by name" in ended.stderr


def test_everything(kit: Kit, greeter: Path) -> None:
    """--all tells every failure in full."""
    (greeter / "greeter.py").write_text(
        "VERSION = 2\n\n\ndef hello(name=''):\n    print('said')\n", encoding="utf-8"
    )
    ended = kit("check", "--all", cwd=greeter)
    assert ended.stdout.count("expected") == 2
    assert "output     said" in ended.stdout


def test_run_is_remembered(kit: Kit, greeter: Path) -> None:
    """A run is in the journal with the state of the files, so that undo can go back to it."""
    kit("check", cwd=greeter)
    assert "checked" in kit("undo", "--list", cwd=greeter).stdout


def test_journal_out_of_order(kit: Kit, solved: Path, tmp_path: Path) -> None:
    """Without a journal the check runs all the same, with a warning of one line."""
    shutil.rmtree(tmp_path / "home")
    (tmp_path / "home").write_text("a file", encoding="utf-8")
    ended = kit("check", cwd=solved)
    assert ended.returncode == 0
    assert len(ended.stderr.splitlines()) == 1
    assert "this run is not remembered" in ended.stderr


def test_service(kit: Kit, tmp_path: Path) -> None:
    """A service is started, asked and ended."""
    kit("scaffold", "pinger")
    ended = kit("check", cwd=tmp_path / "pinger")
    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_kit_at_fault(kit: Kit, greeter: Path, content: Path, tmp_path: Path) -> None:
    """A check file that breaks by itself is the kit's fault: exit code 3."""
    broken = tmp_path / "broken"
    shutil.copytree(content, broken)
    checks = broken / "exercises/1-basics/greeter/checks/test_1_hello.py"
    checks.write_text(
        checks.read_text(encoding="utf-8") + "\n\nraise RuntimeError('ours')\n", encoding="utf-8"
    )
    ended = kit("check", cwd=greeter, BACKROAD_CONTENT=str(broken))
    assert ended.returncode == 3, ended.stdout
    assert "ours" in ended.stderr


@pytest.mark.skipif(os.name != "posix", reason="Ctrl-C is sent as a POSIX signal")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted(environment: Mapping[str, str], greeter: Path, number: signal.Signals) -> None:
    """Ctrl-C ends the run with 130 and leaves no process behind."""
    import psutil

    (greeter / "greeter.py").write_text("while True:\n    pass\n", encoding="utf-8")
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, "check"], cwd=greeter, env=environment, stderr=subprocess.PIPE
    )
    try:
        family: list[psutil.Process] = []
        while len(family) < 2:
            assert process.poll() is None
            family = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(number)
        _, said = process.communicate(timeout=30)
    finally:
        process.kill()
    assert process.returncode == 130
    assert b"backroad: stopped" in said
    assert psutil.wait_procs(family, timeout=10)[1] == []


def test_debug_for_scripts(kit: Kit, greeter: Path) -> None:
    """--debug without a terminal gives the same verdicts, from one process."""
    told = json.loads(kit("check", "--debug", "--json", "-", cwd=greeter).stdout)
    assert {check["name"]: check["verdict"] for check in told["checks"]} == {
        "greets": "FAILED",
        "greets_nobody": "BLOCKED",
        "has_a_version": "PASSED",
    }


@pytest.mark.skipif(os.name != "posix", reason="needs a pseudo-terminal")
def test_debug_on_a_terminal(environment: Mapping[str, str], greeter: Path) -> None:
    """On a terminal --debug stops at breakpoints in the learner's own file."""
    stopping = RIGHT.replace("    return", "    breakpoint()\n    return")
    (greeter / "greeter.py").write_text(stopping, encoding="utf-8")
    here, there = os.openpty()
    os.write(here, b"p 'seen', name\nc\n")
    command = [sys.executable, "-c", PROGRAM, "check", "greets", "--debug"]
    ended = subprocess.run(
        command,
        cwd=greeter,
        env=environment,
        stdin=there,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    os.close(here)
    os.close(there)
    assert "('seen', 'Ann')" in ended.stdout
    assert ended.returncode == 0, ended.stdout
