"""Verdicts with their evidence, and the report of a run: the only result type."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from sys import intern
from typing import Any

from backroad.model import Level

REPORT_FORMAT = 1


class Verdict(StrEnum):
    """The outcome of one check."""

    PASSED = "PASSED"
    FAILED = "FAILED"
    RAISED = "RAISED"
    HUNG = "HUNG"
    DIED = "DIED"
    LIMIT = "LIMIT"
    UNREADABLE = "UNREADABLE"
    BLOCKED = "BLOCKED"
    TAMPERED = "TAMPERED"


@dataclass(frozen=True, slots=True)
class Place:
    """A line of the learner's code; `file` is relative to the submission, `source` is the line's text."""

    file: str
    line: int
    source: str = ""
    function: str = ""


@dataclass(frozen=True, slots=True)
class Measured:
    """What a piece of work came to: a number that was counted, or milliseconds of requests round by round.

    `reason` says why there is neither.
    """

    unit: str
    count: float | None = None
    rounds: tuple[tuple[float, ...], ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """The verdict of one check with its evidence; a field without content is None or empty."""

    name: str
    sentence: str
    stage: int
    stretch: bool
    verdict: Verdict
    seconds: float = 0.0
    did: tuple[str, ...] = ()
    expected: str | None = None
    got: str | None = None
    where: Place | None = None
    frames: tuple[Place, ...] = ()
    message: str | None = None
    remedy: str | None = None
    again: str | None = None
    ran: tuple[str, ...] = ()
    output: str | None = None
    why: str | None = None
    measured: Measured | None = None

    @property
    def passed(self) -> bool:
        """Whether this check is green."""
        return self.verdict is Verdict.PASSED


@dataclass(frozen=True)
class Report:
    """All verdicts of one run, in learning order; the only result type."""

    kit: str
    exercise: str
    level: Level
    seconds: float
    submission: str
    results: tuple[Result, ...]
    seed: int = 0
    notes: tuple[str, ...] = ()

    @property
    def core(self) -> tuple[Result, ...]:
        """The results that decide: all but the hardening stage."""
        return tuple(result for result in self.results if not result.stretch)

    @property
    def passed(self) -> bool:
        """Whether every core check of this run is green, and there was one."""
        decisive = self.core or self.results
        return bool(decisive) and all(result.passed for result in decisive)

    @property
    def first_failure(self) -> Result | None:
        """The first result that is not green and not merely blocked, core before hardening."""
        red = [result for result in (*self.core, *self.results) if not result.passed]
        spoken = [result for result in red if result.verdict is not Verdict.BLOCKED]
        return next(iter(spoken or red), None)

    def to_json(self) -> dict[str, Any]:
        """Return the object that `check --json` writes."""
        return {
            "format": REPORT_FORMAT,
            "kit": self.kit,
            "exercise": self.exercise,
            "passed": self.passed,
            "level": int(self.level),
            "seconds": self.seconds,
            "submission": self.submission,
            "seed": self.seed,
            "notes": list(self.notes),
            "checks": [result_to_json(result) for result in self.results],
        }


def result_to_json(result: Result) -> dict[str, Any]:
    """Return one entry of `checks`; a field without content is null. Only work tells what was measured."""
    entry = {key: (value if value not in ((), "") else None) for key, value in asdict(result).items()}
    entry["verdict"] = str(result.verdict)
    if result.measured is None:
        del entry["measured"]
    return entry


def result_from_json(entry: dict[str, Any]) -> Result:
    """Return the result that `result_to_json` wrote; a class shares the texts of its checks."""
    known = {key: value for key, value in entry.items() if key in Result.__dataclass_fields__}
    known |= {key: intern(known[key]) for key in ("name", "sentence")}
    known["verdict"] = Verdict(known["verdict"])
    known["where"] = Place(**known["where"]) if known.get("where") else None
    known["frames"] = tuple(Place(**frame) for frame in known.get("frames") or ())
    known["measured"] = measured_from_json(known["measured"]) if known.get("measured") else None
    for key in ("did", "ran"):
        known[key] = tuple(known.get(key) or ())
    return Result(**known)


def measured_from_json(entry: Mapping[str, Any]) -> Measured:
    """Return what `asdict` made of a measured piece of work."""
    rounds = tuple(tuple(float(one) for one in row) for row in entry.get("rounds") or ())
    return Measured(entry["unit"], entry.get("count"), rounds, entry.get("reason", ""))


def report_from_json(entry: dict[str, Any]) -> Report:
    """Return the report that `Report.to_json` wrote."""
    return Report(
        kit=entry["kit"],
        exercise=entry["exercise"],
        level=Level(entry["level"]),
        seconds=entry["seconds"],
        submission=entry["submission"],
        results=tuple(map(result_from_json, entry["checks"])),
        seed=entry.get("seed", 0),
        notes=tuple(entry.get("notes") or ()),
    )
