"""Starts the document server in a process of its own, and ends it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from backroad.errors import KitFault, Problem

SECONDS_TO_END = 3
ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Address:
    """Where a document server listens."""

    port: int

    def url(self, database: str) -> str:
        """Return what drivers connect to."""
        return f"mongodb://127.0.0.1:{self.port}/{database}"


@contextmanager
def document_server() -> Iterator[Address]:
    """Run a document server for the time of a `with`; it ends with this process, too."""
    process = _start()
    try:
        yield _address(process)
    finally:
        _end(process)


def _start() -> subprocess.Popen[bytes]:
    # The folder is named, so that no other installation of the kit is found first.
    code = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r}); from backroad.documents.__main__ import main; main()"
    )
    return subprocess.Popen(
        [sys.executable, "-P", "-c", code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )


def _address(process: subprocess.Popen[bytes]) -> Address:
    line = process.stdout.readline() if process.stdout else b""
    with suppress(ValueError, KeyError):
        return Address(json.loads(line)["port"])
    raise KitFault(
        Problem("document server", "it ended before it listened", "run `python -m backroad.documents`")
    )


def _end(process: subprocess.Popen[bytes]) -> None:
    try:
        process.communicate(timeout=SECONDS_TO_END)  # closes its input, which ends it
    except (OSError, subprocess.TimeoutExpired):
        process.kill()
        process.communicate()
