"""What every page needs: the learner's kit, the guard, the rooms, the road."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from backroad.dashboard.comparing import Comparisons
from backroad.dashboard.guard import Guard
from backroad.dashboard.road import Road
from backroad.dashboard.rooms import Room, Rooms
from backroad.glyphs import visible
from backroad.model import Exercise
from backroad.pages import Assets
from backroad.practice import Practice
from backroad.practice.beginning import known_workspace, last_workspace
from backroad.workspace.opening import Workspace


@dataclass
class Desk:
    """One running dashboard."""

    practice: Practice
    guard: Guard
    rooms: Rooms
    folder: Path
    making: threading.Lock = field(default_factory=threading.Lock)  # one workspace at a time
    assets: Assets = field(default_factory=lambda: Assets("backroad.dashboard", "assets"))

    @cached_property
    def road(self) -> Road:
        """How far the learner is."""
        return Road(self.practice)

    @cached_property
    def comparisons(self) -> Comparisons:
        """The comparisons under way."""
        return Comparisons(self.practice, self.rooms)

    def close(self) -> None:
        """End whatever runs."""
        self.comparisons.close()
        self.rooms.close()

    def spoken(self, folder: Path) -> str:
        """Return a folder as its owner would say it, from home on."""
        home = Path(self.practice.environ.get("HOME") or Path.home())
        return visible(f"~/{folder.relative_to(home).as_posix()}" if home in folder.parents else str(folder))

    def room(self, exercise: Exercise) -> Room:
        """Return the room of the exercise's last workspace; stops where there is none."""
        return self.rooms.room(self.last_workspace(exercise), exercise)

    def last_workspace(self, exercise: Exercise) -> Workspace:
        """Return the exercise's last workspace; stops where there is none."""
        return last_workspace(self.practice, exercise.slug, self.folder / exercise.slug)

    def workspace(self, exercise: Exercise) -> Workspace | None:
        """Return the exercise's last workspace, None where there is none; stops where it cannot be opened."""
        return known_workspace(self.practice, exercise.slug, self.folder / exercise.slug)
