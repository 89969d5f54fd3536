"""A dashboard in a process of its own, as somebody starts it in an empty folder."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import psutil
from tests.cli.conftest import PROGRAM

ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+/\S+/")
PATIENCE = 60  # seconds


class Dashboard:
    """`backroad serve` with a home of its own; ended, with all its processes, as a `with` is."""

    def __init__(
        self, place: Path, content: Path | None = None, options: Sequence[str] = ("--no-browser",)
    ) -> None:
        self.folder = place / "work"
        self.folder.mkdir()
        self.home = place / "home"
        kept = {name: value for name, value in os.environ.items() if name != "BACKROAD_CONTENT"}
        settings = {"BACKROAD_HOME": str(self.home), "COLUMNS": "200", "PYTHONUTF8": "1"}
        if content is not None:
            settings["BACKROAD_CONTENT"] = str(content)
        self._environ = {**kept, **settings}
        self._errors = place / "errors"
        self._options = options
        self.address = ""

    def __enter__(self) -> Dashboard:
        with self._errors.open("w") as errors:
            self.process = subprocess.Popen(
                [sys.executable, "-c", PROGRAM, "serve", *self._options],
                cwd=self.folder,
                env=self._environ,
                stdout=subprocess.PIPE,
                stderr=errors,
                encoding="utf-8",
            )
        assert self.process.stdout is not None
        said = ""
        while not (found := ADDRESS.search(said)):
            line = self.process.stdout.readline()
            assert line, f"{said}{self.errors}"
            said += line
        self.address = found[0]
        return self

    def __exit__(self, *_: object) -> None:
        self.end(signal.SIGTERM)
        assert self.process.stdout is not None
        self.process.stdout.close()

    @property
    def errors(self) -> str:
        """What it said on standard error."""
        return self._errors.read_text(encoding="utf-8")

    def end(self, how: signal.Signals) -> int:
        """End it; return its code once nothing that it started is there any more."""
        if self.process.poll() is not None:
            return self.process.returncode
        started = psutil.Process(self.process.pid).children(recursive=True)
        self.process.send_signal(how)
        try:
            code = self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise
        _, left = psutil.wait_procs(started, PATIENCE)
        assert left == []
        return code
