"""Comparisons under way: one a workspace, whoever looks at it, each design run once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from backroad.dashboard.rooms import Room, Rooms, told
from backroad.errors import BackroadError, stop
from backroad.events import EventKind
from backroad.model import Exercise
from backroad.practice import Practice
from backroad.practice.comparing import Design, Mine, design, measured, remember
from backroad.practice.looking import Look, look, own_side
from backroad.practice.measuring import Measurement
from backroad.practice.runs import BUG
from backroad.referee.session import Brake, Overdue
from backroad.report import Report, Result
from backroad.workspace.opening import Workspace

YOURS = "yours"
WORK = "the same work"
QUIET_SECONDS = 10.0


@dataclass(frozen=True)
class Scene:
    """How far a comparison is: what is there, what is being done (a design's name, or WORK), how much of it,
    what is in the way.
    """

    mine: Mine | None
    found: Mapping[str, Design]
    doing: str = ""
    done: int = 0
    all: int = 0
    measurement: Measurement | None = None
    trouble: str = ""
    is_over: bool = False
    notices: tuple[str, ...] = ()

    @property
    def is_closed(self) -> bool:
        """Whether the designs are not to be shown yet."""
        return self.mine is None or self.mine.is_closed


@dataclass
class Watched(Practice):
    """A practice whose runs are told check by check."""

    tick: Callable[[int, int], None] = lambda *_: None

    @contextmanager
    def progress(self, _slug: str, checks: int) -> Iterator[Callable[[Result], None]]:
        """Count the checks of a run."""
        count = 0

        def told(_: Result) -> None:
            nonlocal count
            count += 1
            self.tick(count, checks)

        self.tick(0, checks)
        yield told


@dataclass(eq=False)
class Comparing:
    """One comparison of one state of a workspace; it ends when every design is known or it is stopped."""

    practice: Practice
    look: Look
    room: Room
    scene: Scene = field(init=False)
    _brake: Brake = field(default_factory=Brake)
    _thread: threading.Thread | None = None
    _changed: threading.Condition = field(default_factory=threading.Condition)

    def __post_init__(self) -> None:
        self.scene = Scene(self.look.mine, self.look.known)
        kit = self.practice
        self._watched = Watched(
            kit.content_folder, kit.environ, kit.now, kit.kit, kit.engine,
            self._notice, self._brake, lambda done, checks: self._show(done=done, all=checks),
        )  # fmt: skip

    def begin(self) -> None:
        """Run what is not known yet, and all designs at the same work; where it is closed, nothing runs."""
        mine = self.scene.mine
        if mine is not None and mine.is_closed:
            self._show(is_over=True)
            return
        self._thread = threading.Thread(target=self._work, name="comparison")
        self._thread.start()

    def stop(self) -> None:
        """End the run under way, and wait until nothing of it is left."""
        self._brake.pull()
        self.room.look_again()  # whoever waits for it sees the brake
        if self._thread is not None:
            self._thread.join()

    def scenes(self) -> Iterator[Scene | None]:
        """Yield the scene now and whenever it has changed, to the last; None after a while without one."""
        seen: Scene | None = None
        while seen is None or not seen.is_over:
            with self._changed:
                self._changed.wait_for(lambda: self.scene is not seen, QUIET_SECONDS)  # noqa: B023  # called here
                scene = self.scene
            yield None if scene is seen else scene
            seen = scene

    def _work(self) -> None:
        trouble = BUG
        try:
            self._compare()
            trouble = ""
        except Overdue:
            trouble = "the comparison was ended"
        except BackroadError as error:
            trouble = told(error)
        finally:
            self._show(doing="", trouble=trouble, is_over=True)

    def _compare(self) -> None:
        if self.scene.mine is None:
            self._show(doing=YOURS, done=0)
            self._show(mine=own_side(self.look, self._own_report()))
        mine = self.scene.mine
        if mine is None or mine.is_closed:
            return
        try:
            for name, tree in self.look.designs.items():
                if name not in self.scene.found:
                    self._show(doing=name, done=0)
                    one = design(self._watched, self.look.exercise, name, tree, {})
                    self._show(found={**self.scene.found, name: one})
            self._show(doing=WORK, done=0)
            self._show(measurement=measured(self._watched, mine, self._designs()))
        finally:
            # That it was opened before it was earned stands in the journal already.
            found = self._designs()
            remember(self._watched, mine, found, EventKind.COMPARED, self.scene.measurement)

    def _own_report(self) -> Report:
        """Have the room judge the files: there is one run in a workspace, and all who look see it."""
        count = len(self.look.exercise.checks)
        for scene in self.room.scenes():
            if self._brake.is_pulled:
                break
            if scene is None or scene.running:
                self._show(done=len(scene.results) if scene else self.scene.done, all=count)
            elif scene.trouble:
                raise stop("", scene.trouble)
            elif scene.report is not None:
                return scene.report
        raise Overdue

    def _designs(self) -> list[Design]:
        """Return the designs that are through, in the order of the page."""
        return [self.scene.found[name] for name in self.look.designs if name in self.scene.found]

    def _notice(self, text: str) -> None:
        self._show(notices=tuple(dict.fromkeys((*self.scene.notices, text)))[-3:])

    def _show(self, **changes: object) -> None:
        with self._changed:
            self.scene = replace(self.scene, **changes)  # type: ignore[arg-type]  # names of its fields
            self._changed.notify_all()


class Comparisons:
    """The comparisons of a server: of each workspace the last one, ended when its files have changed."""

    def __init__(self, practice: Practice, rooms: Rooms) -> None:
        self._practice = practice
        self._rooms = rooms
        self._last: dict[object, tuple[object, Comparing]] = {}
        self._is_closed = False
        self._lock = threading.Lock()

    def of(self, workspace: Workspace, exercise: Exercise) -> Comparing:
        """Return the comparison of a workspace as it is now: the one under way, or a new one."""
        with self._lock:
            if self._is_closed:
                raise stop("the dashboard", "is being ended", "`backroad serve` starts it again")
            now = look(self._practice, workspace, exercise)
            state = now.tree.digest(), now.spoiled, tuple(tree.digest() for tree in now.designs.values())
            before, comparing = self._last.get(workspace.root, (None, None))
            if comparing is not None and before == state and not _is_stale(comparing.scene, now):
                return comparing
            if comparing is not None:
                comparing.stop()
            comparing = Comparing(self._practice, now, self._rooms.room(workspace, exercise))
            self._last[workspace.root] = state, comparing
            comparing.begin()
            return comparing

    def close(self) -> None:
        """End all comparisons; none begins any more."""
        with self._lock:
            self._is_closed = True
            for _, comparing in self._last.values():
                comparing.stop()
            self._last.clear()


def _is_stale(scene: Scene, now: Look) -> bool:
    """Whether to look anew: something was in the way, or another run of the same files has earned it."""
    earned = now.mine is not None and not now.mine.is_closed
    return bool(scene.trouble) or (scene.is_over and scene.is_closed and earned)
