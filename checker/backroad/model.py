"""The values that everything speaks of: exercises and their checks, verdicts and reports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from enum import IntEnum, StrEnum
from pathlib import Path
from typing import Any

REPORT_FORMAT = 1


class Kind(StrEnum):
    """How the checks reach the subject."""

    MODULE = "module"
    SERVICE = "service"


class Level(IntEnum):
    """How strongly the subject was locked in on this machine."""

    NONE = 0
    PROCESS = 1
    SANDBOX = 2
    NAMESPACES = 3


@dataclass(frozen=True)
class Check:
    """One pytest test as it stands in the source; nothing of it was imported."""

    name: str
    sentence: str
    why: str
    stage: int
    stretch: bool
    requires: tuple[str, ...]
    hints: tuple[str, ...]
    file: Path
    line: int


@dataclass(frozen=True)
class Stage:
    """A contiguous group of checks: one file `checks/test_<number>_<name>.py`."""

    number: int
    name: str
    title: str
    stretch: bool
    file: Path
    checks: tuple[Check, ...]


class Need(StrEnum):
    """What the checks of an exercise have to be given besides the learner's code."""

    SQL = "sql"
    DOCUMENTS = "documents"


@dataclass(frozen=True)
class Limits:
    """What the subject may use; times in seconds, sizes in MiB."""

    call: float = 2.0
    check: float = 10.0
    start: float = 15.0
    memory: int = 1024
    output: int = 32
    file: int = 64
    processes: int = 64


@dataclass(frozen=True)
class Exercise:
    """One task: what a learner sees (`folder`) and what proves it (`solution`).

    `template` is the cookiecutter template's folder, the one that holds `cookiecutter.json`.
    """

    slug: str
    step: str
    folder: Path
    solution: Path
    template: Path
    title: str
    summary: str
    kind: Kind
    minutes: int
    difficulty: int
    teaches: tuple[str, ...]
    requires: tuple[str, ...]
    after: tuple[str, ...]
    # A sequence and not a tuple: the roadmap gives one that reads the check files on first use.
    stages: Sequence[Stage]
    limits: Limits = Limits()
    needs: tuple[Need, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def module(self) -> str:
        """The name of the module that is due: the slug in snake case."""
        return self.slug.replace("-", "_")

    @property
    def checks(self) -> tuple[Check, ...]:
        """All checks in learning order."""
        return tuple(check for stage in self.stages for check in stage.checks)


@dataclass(frozen=True)
class Step:
    """One step of the roadmap: a folder of exercises."""

    name: str
    title: str
    exercises: tuple[Exercise, ...]

    @property
    def number(self) -> int:
        """The step's place on the road, counted from 1."""
        return int(self.name.split("-", 1)[0])


@dataclass(frozen=True)
class Route:
    """A suggested path through the roadmap."""

    name: str
    title: str
    exercises: tuple[str, ...]


@dataclass(frozen=True)
class Roadmap:
    """The ordered steps of the curriculum."""

    steps: tuple[Step, ...]
    routes: tuple[Route, ...] = ()

    @property
    def exercises(self) -> tuple[Exercise, ...]:
        """All exercises in the order of the road."""
        return tuple(exercise for step in self.steps for exercise in step.exercises)


@dataclass(frozen=True)
class Edit:
    """Replace `find`, which occurs exactly once in `file`, by `replace`."""

    file: str
    find: str
    replace: str


@dataclass(frozen=True)
class Mutant:
    """A known wrong solution: edits of the reference, and the checks that must catch it."""

    name: str
    story: str
    caught_by: tuple[str, ...]
    edits: tuple[Edit, ...]


@dataclass(frozen=True)
class Equivalent:
    """A generated mutant that is no wrong solution, and the reason."""

    mutant: str
    reason: str


@dataclass(frozen=True)
class Solution:
    """What proves an exercise: the reference, other right designs, wrong ones, the author's notes."""

    reference: Path
    alternatives: tuple[Path, ...]
    mutants: tuple[Mutant, ...]
    equivalents: tuple[Equivalent, ...]
    notes: Path


@dataclass(frozen=True)
class ServiceCommand:
    """How to start a service: `[service]` of a workspace's `backroad.toml`.

    `store` names the only database that the service can use, where it is "sqlite".
    """

    start: str = "python app.py"
    ready_path: str = "/healthz"
    store: str = ""


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


@dataclass(frozen=True)
class Place:
    """A line of the learner's code; `file` is relative to the submission, `source` is the line's text."""

    file: str
    line: int
    source: str = ""
    function: str = ""


@dataclass(frozen=True)
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
    """Return one entry of `checks`; a field without content is null."""
    entry = {key: (value if value not in ((), "") else None) for key, value in asdict(result).items()}
    entry["verdict"] = str(result.verdict)
    return entry


def result_from_json(entry: dict[str, Any]) -> Result:
    """Return the result that `result_to_json` wrote."""
    known = {key: value for key, value in entry.items() if key in Result.__dataclass_fields__}
    known["verdict"] = Verdict(known["verdict"])
    known["where"] = Place(**known["where"]) if known.get("where") else None
    known["frames"] = tuple(Place(**frame) for frame in known.get("frames") or ())
    for key in ("did", "ran"):
        known[key] = tuple(known.get(key) or ())
    return Result(**known)


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


@dataclass(frozen=True)
class Plan:
    """One run: which checks judge which tree, and how.

    `servers` holds the URLs of the user's own database servers, `served_by` what these say they are;
    what has none is served by the kit.
    """

    exercise: str
    kind: Kind
    module: str
    checks: Path
    tree: Path
    submission: str
    probes: Path | None = None
    service: ServiceCommand = ServiceCommand()
    limits: Limits = Limits()
    names: tuple[str, ...] = ()
    stages: tuple[int, ...] = ()
    seed: int = 0
    shuffle: bool = False
    in_process: bool = False
    fail_fast: bool = False
    max_level: Level = Level.NAMESPACES
    secret: tuple[Path, ...] = ()
    kit: str = ""
    needs: tuple[Need, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    servers: Mapping[Need, str] = field(default_factory=dict, repr=False)
    served_by: tuple[str, ...] = ()
    cache: Path | None = None
    order: tuple[Check, ...] = field(default=(), repr=False)

    def but(self, **changes: Any) -> Plan:
        """Return a copy with other values."""
        return replace(self, **changes)


class EventKind(StrEnum):
    """What the journal remembers."""

    SCAFFOLDED = "SCAFFOLDED"
    CHECKED = "CHECKED"
    HINTED = "HINTED"
    COMPARED = "COMPARED"
    SPOILED = "SPOILED"
    STORED = "STORED"
    RESET = "RESET"
    UNDONE = "UNDONE"
    UPDATED = "UPDATED"


@dataclass(frozen=True)
class Event:
    """Something that happened to an exercise; `data` is a JSON object whose keys the kind decides."""

    kind: EventKind
    slug: str
    workspace: Path | None = None
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Entry:
    """An event as the journal holds it: numbered in the order of writing, with its time in UTC."""

    number: int
    at: datetime
    event: Event
