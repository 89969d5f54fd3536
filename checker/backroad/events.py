"""What happens to an exercise, and the journal's entries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any


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
