"""One run: which checks judge which tree, and how."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from backroad.model import Check, Kind, Level, Limits, Need, ServiceCommand
from backroad.report import Result

CORE_FIRST = "the core stages"


@dataclass(frozen=True)
class Plan:
    """One run: which checks judge which tree, and how.

    `servers` holds the URLs of the user's own database servers, `served_by` what these say they are;
    what has none is served by the kit. With `measures`, `checks` is a file of work that is measured.
    With `in_parts`, fresh checks may run beside others. `part` is 0 for a run of all that is wanted; from 1
    on the run is one of several, each handed its checks.
    """

    exercise: str
    kind: Kind
    module: str
    checks: Path
    tree: Path
    submission: str
    probes: Path | None = None
    reference: Path | None = None
    service: ServiceCommand = field(default_factory=ServiceCommand)
    limits: Limits = field(default_factory=Limits)
    names: tuple[str, ...] = ()
    stages: tuple[int, ...] = ()
    seed: int = 0
    shuffle: bool = False
    in_process: bool = False
    fail_fast: bool = False
    measures: bool = False
    in_parts: bool = False
    part: int = 0
    max_level: Level = Level.NAMESPACES
    secret: tuple[Path, ...] = ()
    kit: str = ""
    needs: tuple[Need, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    servers: Mapping[Need, str] = field(default_factory=dict, repr=False)
    served_by: tuple[str, ...] = ()
    cache: Path | None = None
    order: tuple[Check, ...] = field(default=(), repr=False)

    def wants(self, check: Check) -> bool:
        """Return whether a check is to be judged."""
        by_name = not self.names or check.name in self.names
        return by_name and (not self.stages or check.stage in self.stages)

    def asks_for(self, check: Check) -> bool:
        """Return whether a check was asked for by its name or its stage."""
        return check.name in self.names or check.stage in self.stages

    def blocker(self, check: Check, known: Iterable[Result]) -> str | None:
        """Return what stands before a check: one it requires that is not green, or the core's red ones."""
        red = {result.name: result for result in known if not result.passed}
        for name in check.requires:
            if name in red:
                return name
        waits = check.stretch and not self.asks_for(check)
        return CORE_FIRST if waits and not all(result.stretch for result in red.values()) else None

    def but(self, **changes: Any) -> Plan:
        """Return a copy with other values."""
        return replace(self, **changes)
