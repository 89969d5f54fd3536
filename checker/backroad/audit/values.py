"""What an audit found, as values that every face renders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from backroad.errors import ExitCode, Problem

AUDIT_FORMAT = 1
ENOUGH = 0.95


@dataclass(frozen=True)
class Part:
    """One thing that was proven, or not: what is said of it, and its problems."""

    name: str
    said: str
    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()
    is_kit_fault: bool = False


@dataclass(frozen=True)
class Survivor:
    """A generated mutant that no check caught; `reason` where the author says why that is right."""

    mutant: str
    before: str
    after: str
    reason: str = ""


@dataclass(frozen=True)
class Score:
    """How many of the audit's own mutants were caught."""

    made: int
    caught: int
    survivors: tuple[Survivor, ...] = ()

    @property
    def explained(self) -> int:
        """How many survivors are no mistakes, for a reason that is given."""
        return sum(bool(survivor.reason) for survivor in self.survivors)

    @property
    def share(self) -> float:
        """The share caught of those that are mistakes."""
        mistakes = self.made - self.explained
        return self.caught / mistakes if mistakes else 1.0

    @property
    def share_of_all(self) -> float:
        """The share caught of all that were made."""
        return self.caught / self.made if self.made else 1.0


@dataclass(frozen=True)
class Audit:
    """Everything found out about one exercise; without a slug, about the content around the exercises."""

    slug: str
    parts: tuple[Part, ...]
    score: Score | None = None
    runs: int = 0
    seconds: float = field(default=0.0, compare=False)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """All problems of all parts."""
        return tuple(problem for part in self.parts for problem in part.problems)

    @property
    def is_clean(self) -> bool:
        """Whether there is no problem."""
        return not self.problems

    def to_json(self) -> dict[str, Any]:
        """Return the object that `audit --json` writes for an exercise."""
        return {
            "slug": self.slug,
            "clean": self.is_clean,
            "runs": self.runs,
            "seconds": round(self.seconds, 1),
            "parts": [asdict(part) for part in self.parts],
            "generated": None if self.score is None else _score_to_json(self.score),
        }


def _score_to_json(score: Score) -> dict[str, Any]:
    shares = {"share": round(score.share, 4), "share_of_all": round(score.share_of_all, 4)}
    return {**asdict(score), "explained": score.explained, **shares}


def audits_to_json(audits: Sequence[Audit]) -> dict[str, Any]:
    """Return the object that `audit --json` writes."""
    clean = all(audit.is_clean for audit in audits)
    return {"format": AUDIT_FORMAT, "clean": clean, "exercises": [audit.to_json() for audit in audits]}


def exit_code(audits: Sequence[Audit]) -> ExitCode:
    """Return what the audits mean to a script."""
    if any(part.is_kit_fault for audit in audits for part in audit.parts):
        return ExitCode.KIT_AT_FAULT
    return ExitCode.PASSED if all(audit.is_clean for audit in audits) else ExitCode.FAILED
