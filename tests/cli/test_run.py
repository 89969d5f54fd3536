"""`backroad run`."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Mapping
from pathlib import Path

import psutil
import pytest

from .conftest import PROGRAM, Kit


def test_module(kit: Kit, greeter: Path) -> None:
    """A module is run as a program, with nothing of the user's environment."""
    (greeter / "greeter.py").write_text(
        "import os\nprint('ran', os.environ.get('SECRET'))\n", encoding="utf-8"
    )
    ended = kit("run", cwd=greeter, SECRET="s")
    assert (ended.returncode, ended.stdout) == (0, "ran None\n")


def test_failing_module(kit: Kit, greeter: Path) -> None:
    """A program that fails ends the command with 1, its traceback shown."""
    (greeter / "greeter.py").write_text("1 / 0\n", encoding="utf-8")
    ended = kit("run", cwd=greeter)
    assert ended.returncode == 1
    assert "ZeroDivisionError" in ended.stderr


@pytest.mark.skipif(os.name != "posix", reason="Ctrl-C is sent as a POSIX signal")
def test_service(kit: Kit, environment: Mapping[str, str], tmp_path: Path) -> None:
    """A service stays up, shows its log, and ends with Ctrl-C, leaving nothing behind."""
    kit("scaffold", "pinger")
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, "run"],
        cwd=tmp_path / "pinger", env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        said = process.stderr.readline() + process.stderr.readline()
        url = re.search(r"http://127\.0\.0\.1:\d+", said)
        assert url, said
        assert process.stdout.readline() == "about to listen\n"
        assert answered(url[0])
        family = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)
    finally:
        process.kill()
    assert process.returncode == 130
    assert psutil.wait_procs(family, timeout=10)[1] == []


def answered(url: str) -> bool:
    """Ask until the service, which is about to listen, answers."""
    for _ in range(1_000):
        try:
            with urllib.request.urlopen(url, timeout=10) as reply:
                return bool(reply.status == 200)
        except ConnectionRefusedError:
            continue
        except urllib.error.URLError as error:
            if not isinstance(error.reason, ConnectionRefusedError):
                raise
    return False


def test_program_that_is_not_there(kit: Kit, tmp_path: Path) -> None:
    """A start command whose program is missing is told with a remedy."""
    kit("scaffold", "pinger")
    settings = tmp_path / "pinger" / "backroad.toml"
    text = settings.read_text(encoding="utf-8").replace("python app.py", "no-such-program app")
    settings.write_text(text, encoding="utf-8")
    ended = kit("run", cwd=tmp_path / "pinger")
    assert ended.returncode == 2
    assert "no-such-program: is not on this machine" in ended.stderr
