"""One room a workspace: everybody who looks at it hears of the same run."""

from __future__ import annotations

import copy
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from backroad.errors import BackroadError, stop
from backroad.model import Exercise
from backroad.practice import Practice
from backroad.practice.runs import Runs
from backroad.referee.engine import Engine
from backroad.report import Report, Result
from backroad.workspace.opening import Workspace
from backroad.workspace.saves import Saves

QUIET_SECONDS = 10.0
NOTICES = 3


@dataclass(frozen=True)
class Scene:
    """What there is to see in a room: how far the run is, the last report, what is in the way."""

    running: bool = False
    results: tuple[Result, ...] = ()
    report: Report | None = None
    trouble: str = ""
    notices: tuple[str, ...] = ()


@dataclass(eq=False)
class Room:
    """A workspace that is looked at: judged on request and after every save."""

    practice: Practice
    workspace: Workspace
    exercise: Exercise
    engine: Engine
    scene: Scene = Scene()
    _runs: Runs = field(init=False)
    _saves: Saves = field(init=False)
    _changed: threading.Condition = field(default_factory=threading.Condition)
    _looking: int = 0
    _is_closed: bool = False

    def __post_init__(self) -> None:
        self.practice = copy.copy(self.practice)
        self.practice.on_warning = self.notice
        self._runs = Runs(self.engine, self.practice, self.workspace, self.exercise, {}, self._hear)
        self._saves = Saves(self.workspace.root, self._saved, self._runs.lose)
        self._saves.__enter__()

    def check(self, *, always: bool = True) -> None:
        """Judge the workspace as it is now; a run under way ends first."""
        self._runs.begin(always=always)

    def notice(self, text: str) -> None:
        """Say something beside the matter, once a run."""
        with self._changed:
            if text not in self.scene.notices:  # else whoever shows a scene, and says so again, never ends
                self._show(lambda scene: replace(scene, notices=(*scene.notices, text)[-NOTICES:]))

    def look_again(self) -> None:
        """Have the scene told once more: something beside it has changed."""
        self._show(lambda scene: replace(scene))

    def scenes(self) -> Iterator[Scene | None]:
        """Yield the scene now and whenever it has changed; None after a while without one, to be sent on.

        What was saved while nobody looked is judged. Whoever reads slowly misses what was overtaken: every
        scene is whole.
        """
        seen: Scene | None = None
        with self._changed:
            self._looking += 1
        try:
            self.check(always=False)  # after it is known that somebody looks: no save comes between
            while (scene := self._after(seen)) is not None:
                yield None if scene is seen else scene
                seen = scene
        finally:
            with self._changed:
                self._looking -= 1

    def _after(self, seen: Scene | None) -> Scene | None:
        """Wait a while for another scene than `seen`; None once the room is closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._is_closed or self.scene is not seen, QUIET_SECONDS)
            return None if self._is_closed else self.scene

    def close(self) -> None:
        """End the run under way and let everybody go."""
        self._saves.__exit__()
        self._runs.close()
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()

    def _saved(self) -> None:
        """Judge what was saved, if somebody looks; else whoever looks next has it judged."""
        if self._looking:
            self.check(always=False)

    def _hear(self, event: tuple[str, Any]) -> None:
        kind, what = event
        changes: dict[str, Callable[[Scene], Scene]] = {
            "began": lambda scene: replace(scene, running=True, results=(), trouble="", notices=()),
            "told": lambda scene: replace(scene, running=True, results=what, trouble=""),
            "report": lambda scene: replace(
                scene, running=False, results=what.results, report=what, trouble=""
            ),
            "trouble": lambda scene: replace(scene, running=False, report=None, trouble=told(what)),
        }
        self._show(changes[kind])

    def _show(self, changed: Callable[[Scene], Scene]) -> None:
        with self._changed:
            self.scene = changed(self.scene)
            self._changed.notify_all()


class Rooms:
    """The rooms of a server, each opened when somebody first looks, all closed with it."""

    def __init__(self, practice: Practice, engine: Engine) -> None:
        self._practice = practice
        self._engine = engine
        self._rooms: dict[tuple[object, ...], Room] = {}
        self._is_closed = False
        self._lock = threading.Lock()

    def room(self, workspace: Workspace, exercise: Exercise) -> Room:
        """Return the room of a workspace as its settings are now; stops where all are closed."""
        key = workspace.root, workspace.slug
        with self._lock:
            if self._is_closed:
                raise stop("the dashboard", "is being ended", "`backroad serve` starts it again")
            room = self._rooms.get(key)
            if room is None or room.workspace != workspace:
                if room is not None:
                    room.close()
                room = self._rooms[key] = Room(self._practice, workspace, exercise, self._engine)
            return room

    def tell(self, text: str) -> None:
        """Say something to everybody who looks; waits for nobody, for a run that is ended may say it."""
        for room in tuple(self._rooms.values()):
            room.notice(text)

    def close(self) -> None:
        """Close all rooms; none is opened any more."""
        with self._lock:
            self._is_closed = True
            for room in self._rooms.values():
                room.close()
            self._rooms.clear()


def told(error: BackroadError) -> str:
    """Return an error's problems as one text."""
    return "; ".join(map(str, error.problems))
