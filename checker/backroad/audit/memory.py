"""What earlier audits found out, in one file an exercise under the kit's home: a second audit is quick.

A run is known by the digest of everything that decides it: the tree, the exercise's checks, the kit, Python.
Lines are added as runs end, so that an audit which was stopped goes on where it was. Whoever cannot write
there audits without a memory.
"""

from __future__ import annotations

import hashlib
import json
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from backroad.content.folders import read_folder
from backroad.model import Exercise
from backroad.workspace.disk import write_whole

PACKAGE = Path(__file__).resolve().parents[1]
# What judges; the faces and the audit itself change no verdict.
_JUDGES = ("checks.py", "model.py", "report.py", "plan.py", "wire.py", "subject", "referee")


class Memory:
    """Outcomes of earlier runs by their key; without a file, of this audit alone."""

    def __init__(self, file: Path | None, salt: str, is_fresh: bool = False) -> None:
        self._file = file
        self._salt = salt
        self._lock = threading.Lock()
        self._known: dict[str, Any] = {} if is_fresh else _read(file)
        self._used: set[str] = set()

    def recall(self, key: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """Return what a run said, if one was made and nothing that decides it has changed."""
        name = self._name(key)
        with self._lock:
            self._used.add(name)
            found: Mapping[str, Any] | None = self._known.get(name)
            return found

    def keep(self, key: Mapping[str, Any], outcome: Mapping[str, Any]) -> None:
        """Remember what a run said."""
        name = self._name(key)
        with self._lock:
            self._known[name] = outcome
            self._used.add(name)
            if self._file is not None:
                with suppress(OSError):
                    self._file.parent.mkdir(parents=True, exist_ok=True)
                    with self._file.open("a", encoding="utf-8") as stream:
                        stream.write(json.dumps([name, outcome]) + "\n")

    def forget_others(self) -> None:
        """Forget what this audit did not ask for: runs of solutions and checks that are no more."""
        lines = [json.dumps([name, self._known[name]]) for name in sorted(self._used & self._known.keys())]
        if self._file is not None and self._file.parent.is_dir():
            with suppress(OSError):
                write_whole(self._file, "".join(f"{line}\n" for line in lines).encode())

    def _name(self, key: Mapping[str, Any]) -> str:
        return hashlib.sha256(f"{self._salt}{json.dumps(key, sort_keys=True)}".encode()).hexdigest()


def _read(file: Path | None) -> dict[str, Any]:
    known: dict[str, Any] = {}
    with suppress(OSError, UnicodeDecodeError):
        for line in file.read_text(encoding="utf-8").splitlines() if file else ():
            with suppress(ValueError, TypeError):  # the last line of an audit that was killed
                name, outcome = json.loads(line)
                known[name] = outcome
    return known


def salt_of(exercise: Exercise, package: Path = PACKAGE) -> str:
    """Return the digest of what judges an exercise: its checks, its limits, the kit, Python."""
    digest = hashlib.sha256(f"{sys.version}{exercise.kind}{exercise.limits}{exercise.needs}".encode())
    digest.update(repr(sorted(exercise.environment.items())).encode())
    digest.update(read_folder(exercise.folder / "checks").digest().encode())
    files = [file for name in _JUDGES for file in (package / name, *sorted((package / name).rglob("*.py")))]
    for file in (exercise.folder / "probes.py", *files):
        if file.is_file():
            digest.update(file.read_bytes())
    return digest.hexdigest()
