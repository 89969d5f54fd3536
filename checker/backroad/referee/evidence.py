"""What is known of a failure, and the exceptions that carry it to the plugin."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from backroad.report import Place, Verdict

MAX_LINE = 200
MAX_SOURCE = 2**20


@dataclass(frozen=True)
class Evidence:
    """The verdict of a check that is not green, and what shows it."""

    verdict: Verdict
    message: str | None = None
    expected: str | None = None
    got: str | None = None
    frames: tuple[Place, ...] = ()
    remedy: str | None = None
    did: tuple[str, ...] = ()
    again: str | None = None
    output: str | None = None

    @property
    def where(self) -> Place | None:
        """The innermost of the learner's own frames."""
        return self.frames[-1] if self.frames else None

    def but(self, **changes: Any) -> Evidence:
        """Return a copy with other values."""
        return replace(self, **changes)


class Trouble(BaseException):
    """Ends a check with its evidence; no `except Exception` in a check may swallow it."""

    def __init__(self, evidence: Evidence) -> None:
        super().__init__(evidence.message or str(evidence.verdict))
        self.evidence = evidence


class Unusable(Exception):
    """Trouble in a fixture: pytest keeps its books right only for an Exception there."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(str(trouble))
        self.evidence = trouble.evidence


class Blocked(Trouble):
    """The check was not run because another one is not green."""

    def __init__(self, requirement: str) -> None:
        super().__init__(Evidence(Verdict.BLOCKED, message=requirement))


def not_plain(proxy: object, due: str) -> Trouble:
    """Return the failure of an object that stands where a plain value is due."""
    return Trouble(Evidence(Verdict.FAILED, "expected a plain value", expected=due, got=repr(proxy)))


def places(frames: Any, tree: Path) -> tuple[Place, ...]:
    """Return the frames that a subject told, with the lines read from the submission by ourselves."""
    found = []
    for frame in frames if isinstance(frames, list) else []:
        match frame:
            case [str(file), int(line), str(function)]:
                found.append(Place(file, line, source_line(tree, file, line), function[:MAX_LINE]))
    return tuple(found)


def source_line(tree: Path, file: str, line: int) -> str:
    """Return one line of the submission's source without its indentation, or nothing."""
    path = tree / file
    if ".." in Path(file).parts or Path(file).is_absolute():
        return ""
    try:
        if path.stat().st_size > MAX_SOURCE:
            return ""
        lines = path.read_bytes().decode("utf-8", "replace").splitlines()
    except (OSError, ValueError):  # ValueError: a name that no file can have
        return ""
    return lines[line - 1].strip()[:MAX_LINE] if 0 < line <= len(lines) else ""
