"""One run: which checks judge which tree, and how."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from backroad.model import Check, Kind, Level, Limits, Need, ServiceCommand


@dataclass(frozen=True)
class Plan:
    """One run: which checks judge which tree, and how.

    `servers` holds the URLs of the user's own database servers, `served_by` what these say they are;
    what has none is served by the kit. With `measures`, `checks` is a file of work that is measured.
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
