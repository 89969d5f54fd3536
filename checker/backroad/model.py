"""The values of the content: the roadmap, exercises with their checks, solutions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from pathlib import Path


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
    fresh: bool = False
    """Whether it has a subject, a service and databases of its own, so that it may run beside others."""


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
    disk: int = 512
    files: int = 10_000
    processes: int = 64


@dataclass(frozen=True)
class Points:
    """What green checks are worth where somebody is graded: by stage number, by name of a check."""

    stages: Mapping[int, float] = field(default_factory=dict)
    checks: Mapping[str, float] = field(default_factory=dict)


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
    points: Points = field(default_factory=Points)

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
