"""Runs of one workspace, one at a time: a new one ends the one before, whoever asks for it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from backroad.content.layers import submission
from backroad.errors import BackroadError, stop
from backroad.practice.checking import keep, mention_restored, note
from backroad.referee import plan_for
from backroad.referee.session import Brake, Overdue

if TYPE_CHECKING:
    from backroad.content.trees import Tree
    from backroad.model import Exercise
    from backroad.practice.practice import Practice
    from backroad.referee.engine import Engine
    from backroad.report import Result
    from backroad.workspace.opening import Workspace

GONE = "is not there any more; it is judged again when it is back"
BUG = "this is a bug in backroad; the terminal shows more of it"


@dataclass
class Runs:
    """The run under way, if any: a new one ends the one before."""

    engine: Engine
    practice: Practice
    workspace: Workspace
    exercise: Exercise
    choices: dict[str, Any]
    put: Callable[[tuple[str, Any]], None]
    _brake: Brake | None = None
    _thread: threading.Thread | None = None
    _judged: str = ""
    _is_closed: bool = False
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def begin(self, *, always: bool) -> None:
        """Judge what the workspace holds now; a save that changed nothing is none."""
        with self._lock:  # of two who ask at once, the later one has the files of later
            if self._is_closed:
                return
            try:
                tree = submission(self.exercise, self.workspace.root)
            except BackroadError as error:
                self._hold(error)
                return
            digest = tree.digest()
            if digest == self._judged and not always:
                return
            self.stop()
            self._judged = digest
            self._brake = Brake()
            self.put(("began", None))
            mention_restored(self.practice, tree)
            self._thread = threading.Thread(target=self._judge, args=(tree, self._brake), name="run")
            self._thread.start()

    def is_due(self) -> bool:
        """Return whether the workspace holds something else than what was judged last."""
        try:
            return submission(self.exercise, self.workspace.root).digest() != self._judged
        except BackroadError:
            return True

    def stop(self) -> None:
        """End the run under way, and wait until nothing of it is left."""
        with self._lock:
            if self._brake is not None and self._thread is not None:
                if self._thread.is_alive():
                    self._brake.pull()
                self._thread.join()
            self._brake = self._thread = None

    def close(self) -> None:
        """End the run under way; none begins any more."""
        with self._lock:
            self._is_closed = True
            self.stop()

    def lose(self) -> None:
        """The workspace is gone: nothing is judged until it is back, and then in any case."""
        with self._lock:
            self._hold(stop(str(self.workspace.root), GONE))

    def _hold(self, error: BackroadError) -> None:
        self.stop()
        self._judged = ""
        self.put(("trouble", error))

    def _judge(self, tree: Tree, brake: Brake) -> None:
        done: list[Result] = []

        def told(result: Result) -> None:
            done.append(result)
            if not brake.is_pulled:
                self.put(("told", tuple(done)))

        ending: tuple[str, Any] | None = "trouble", stop("", BUG)
        try:
            state = keep(self.practice, self.workspace)
            kept = self.practice.cache
            with plan_for(self.exercise, tree, in_parts=True, cache=kept, **self.choices) as plan:
                report = self.engine.run(plan, told, brake=brake)
            note(self.practice, self.workspace, self.exercise, report, state)
            ending = "report", report
        except Overdue:
            ending = None
        except BackroadError as error:
            ending = "trouble", error
        finally:
            if ending is not None:
                self.put(ending)
