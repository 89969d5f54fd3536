"""The values of a grading: hand-ins, what each of them got, the gradebook of all."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from backroad.model import Exercise
from backroad.report import Report, Result

# Numbers below 2**63, each once, sorted: 8 bytes each, where a set takes 130, and a class has 600,000.
Prints: TypeAlias = "array[int]"


def prints_of(numbers: Iterable[int] = ()) -> Prints:
    """Return prints."""
    return array("q", sorted(set(numbers)))


@dataclass(frozen=True)
class HandIn:
    """What somebody handed in: `source` is a folder or an archive, `id` is unique in its class.

    `name` is what people call it; both may hold whatever a file's name or a manifest can hold.
    """

    id: str
    name: str
    source: Path


@dataclass(frozen=True)
class Key:
    """What decides a run: the digest of the files that are judged, that of the checks, the seed."""

    submission: str
    checks: str
    seed: int


@dataclass(frozen=True)
class Outcome:
    """What came of one submission: its report, the prints of its code, and why a person has to look."""

    report: Report
    prints: Prints = field(default_factory=prints_of)
    trouble: str = ""


@dataclass(frozen=True)
class Grade:
    """What a hand-in got: its report, and the points that its green checks are worth.

    `trouble` says in a line why a person has to look at it: it could not be read, or it ended its worker.
    `file` is the stem of its files in the output folder.
    """

    id: str
    name: str
    file: str
    report: Report
    points: float
    trouble: str = ""

    @property
    def passed(self) -> bool:
        """Whether every core check is green."""
        return self.report.passed

    def first_failure(self) -> Result | None:
        """The check to talk about first."""
        return self.report.first_failure


@dataclass(frozen=True)
class Likeness:
    """Two hand-ins that share code which the exercise did not give: `share` of the smaller one, 0 to 1."""

    first: str
    second: str
    share: float


@dataclass(frozen=True)
class Gradebook:
    """The grades of a class in the order of their ids; `worth` holds the points of each check by name."""

    exercise: Exercise
    kit: str
    seed: int
    worth: dict[str, float]
    grades: tuple[Grade, ...]
    likenesses: tuple[Likeness, ...] = ()

    @property
    def most(self) -> float:
        """The points of a hand-in without a fault."""
        return sum(self.worth.values())
