"""The command line as a whole: help, errors, exit codes, start-up."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner

from backroad import __version__
from backroad.cli import main
from backroad.cli.endings import code_of
from backroad.errors import KitFault, Problem, stop

from .conftest import PROGRAM, Kit


def test_version(kit: Kit) -> None:
    """--version says which kit this is."""
    assert kit("--version").stdout == f"backroad {__version__}\n"


def test_bare_command_shows_the_road(kit: Kit) -> None:
    """Without a command: the road, and the next command to type."""
    ended = kit()
    assert ended.returncode == 0
    assert "3 exercises on the road, 0 done" in ended.stdout
    assert ended.stdout.rstrip().endswith("next   backroad scaffold greeter")


def test_unknown_command_names_the_nearest(kit: Kit) -> None:
    """A slip of the finger is answered with the nearest commands."""
    ended = kit("chek")
    assert ended.returncode == 2
    assert "there is no command chek; did you mean check?" in ended.stderr
    assert ended.stdout == ""


def test_every_command_has_help() -> None:
    """Every command says what it is for, in one sentence at least."""
    from click import Context, Option

    context = Context(main)
    for name in main.list_commands(context):
        command = main.get_command(context, name)
        assert command is not None
        assert command.help, name
        assert [one.name for one in command.params if isinstance(one, Option) and not one.help] == [], name


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        pytest.param(
            stop("a.toml", "is wrong", "do this"), 2, "backroad: a.toml: is wrong; do this\n", id="user"
        ),
        pytest.param(KitFault(Problem("x", "broke")), 3, "backroad: x: broke\n", id="kit"),
        pytest.param(KeyboardInterrupt(), 130, "backroad: stopped\n", id="interrupted"),
        pytest.param(OSError(28, "No space", "/f"), 2, "backroad: /f: there is no room left", id="disk full"),
        pytest.param(
            PermissionError(13, "Denied", "/f"), 2, "backroad: /f: permission denied", id="permission"
        ),
        pytest.param(stop("\x1b[2J", "no"), 2, "backroad: \\x1b[2J: no\n", id="control characters"),
        pytest.param(ZeroDivisionError("oh"), 3, "Traceback", id="a bug"),
    ],
)
def test_every_end_has_a_code(
    error: BaseException, code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """One place maps what went wrong to words on stderr and an exit code."""

    def fails() -> None:
        raise error

    assert code_of(fails) == code
    captured = capsys.readouterr()
    assert captured.err.startswith(said)
    assert captured.out == ""


def test_a_bug_is_told_as_one(capsys: pytest.CaptureFixture[str]) -> None:
    """A bug prints all of its traceback, and says whose it is."""
    code_of(lambda: 1 / 0)
    said = capsys.readouterr().err
    assert "ZeroDivisionError: division by zero" in said
    assert "this is a bug in backroad" in said


def test_content_option(content: Path, tmp_path: Path) -> None:
    """--content chooses the folder of the exercises."""
    result = CliRunner(env={"BACKROAD_HOME": str(tmp_path)}).invoke(main, ["--content", str(content), "list"])
    assert result.exit_code == 0
    assert "greeter" in result.output


def test_content_that_is_none(kit: Kit, tmp_path: Path) -> None:
    """A folder without exercises is refused with a remedy."""
    ended = kit("--content", tmp_path, "list")
    assert ended.returncode == 2
    assert "holds no exercises/roadmap.toml" in ended.stderr


@pytest.mark.skipif(os.name != "posix", reason="needs a pipe that breaks")
def test_broken_pipe_is_quiet(environment: Mapping[str, str], tmp_path: Path) -> None:
    """A reader that has seen enough is no error."""
    read, write = os.pipe()
    os.close(read)
    command = [sys.executable, "-c", PROGRAM, "list"]
    ended = subprocess.run(
        command, stdout=write, stderr=subprocess.PIPE, env=environment, cwd=tmp_path, timeout=60, check=False
    )
    os.close(write)
    assert (ended.returncode, ended.stderr) == (0, b"")


def test_signs_for_a_terminal_that_knows_few(kit: Kit) -> None:
    """Where the encoding has no signs, plain ones are written."""
    ended = kit(PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert ended.returncode == 0
    assert ended.stdout.isascii()
    assert "o parting" in ended.stdout


def test_list_starts_lean(environment: Mapping[str, str], tmp_path: Path) -> None:
    """`backroad list` imports none of the heavy libraries."""
    heavy = [
        "pytest",
        "_pytest",
        "cookiecutter",
        "flask",
        "sqlalchemy",
        "rich",
        "pygments",
        "jinja2",
        "psutil",
        "httpx",
    ]
    program = (
        "import sys\nfrom backroad.cli import main\n"
        "try:\n    main(['list'], prog_name='backroad')\nexcept SystemExit:\n    pass\n"
        f"print([name for name in {heavy} if name in sys.modules], file=sys.stderr)"
    )
    command = [sys.executable, "-c", program]
    ended = subprocess.run(
        command, env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.stderr == "[]\n"
