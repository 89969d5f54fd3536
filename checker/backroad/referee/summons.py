"""Starts a referee's process, which may be before there is a run for it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, Protocol

from backroad.referee import endings
from backroad.referee.endings import Process

REFEREE = Path(__file__).resolve().parent / "__main__.py"
GRACE_SECONDS = 8.0
DROPPED = ("PYTEST_", "PYTHON", "COVERAGE_", "COV_")
TEMPORARY = ("TMPDIR", "TEMP", "TMP")
KEPT = ("PYTHONUSERBASE", "PYTHONUTF8")


class Caller(Process, Protocol):
    """A referee's process as the one who asks sees it."""

    stdin: IO[bytes] | None
    stdout: IO[bytes] | None


class Summoned:
    """A referee's process that has started and does not know its run yet; `words` choose how it gets ready.

    What it needs takes a while to import: whoever can, summons it before the run is planned.
    """

    def __init__(self, *words: str, folder: Path | None = None) -> None:
        self._is_told = False
        self.complaints = file_for_complaints()
        self.process = subprocess.Popen(
            [sys.executable, "-P", str(REFEREE), *words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.complaints,
            env=referee_environment(folder),
            start_new_session=True,
        )

    def tell(self, told: dict[str, Any]) -> None:
        """Write a line for it; raises OSError where it has ended."""
        if self.process.stdin is None or self.process.poll() is not None:
            raise BrokenPipeError
        self._is_told = True
        self.process.stdin.write(line_of(told))
        self.process.stdin.flush()

    def start(self, scratch: Path) -> tuple[Caller, IO[bytes]]:
        """Tell it the folder of its run; returns it with the file that its complaints go to."""
        with suppress(OSError):  # it has ended: whoever listens to it tells why
            self.tell(referee_environment(scratch))
        return self.process, self.complaints

    def dismiss(self) -> None:
        """End it and all it started: there is no run for it."""
        if not self._is_told:
            self.process.kill()  # it has started nothing, and would first import all it needs
        dismiss(self.process)
        self.complaints.close()


def start_referee(scratch: Path) -> tuple[Caller, IO[bytes]]:
    """Start an interpreter for one run in a folder; returns it with the file that its complaints go to."""
    return Summoned().start(scratch)


def dismiss(process: Caller) -> None:
    """Close the referee's input, which ends it and all it started; insist if it does not."""
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with suppress(OSError):
                pipe.close()
    try:
        endings.wait(process, GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        endings.end(process)


def file_for_complaints() -> IO[bytes]:
    """Return a file that goes when it is closed."""
    return tempfile.TemporaryFile()


def line_of(told: object) -> bytes:
    """Return a line of JSON."""
    return json.dumps(told).encode("ascii") + b"\n"


def referee_environment(scratch: Path | None) -> dict[str, str]:
    """Return the environment without what would configure pytest or Python from outside."""
    kept = {name: value for name, value in os.environ.items() if name in KEPT or not name.startswith(DROPPED)}
    temporary = {} if scratch is None else {name: str(scratch) for name in TEMPORARY}
    return kept | {"PYTHONDONTWRITEBYTECODE": "1"} | temporary
