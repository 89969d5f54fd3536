"""Runs that start warm: one paused session and one preloaded process for subjects, for each exercise."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache, partial
from pathlib import Path
from typing import IO

from backroad.plan import Plan
from backroad.referee.forked import Forked, ForkServer, Unborn, can_fork, end_by_itself
from backroad.referee.parts import RunPart, parts_of, run_in_parts
from backroad.referee.planfile import plan_to_json
from backroad.referee.preloaded import Preloaded
from backroad.referee.scratch import remove_folder
from backroad.referee.session import REFEREE, Answer, Brake, OnResult, referee_environment, run
from backroad.referee.supplies import space_of
from backroad.referee.walls import PACKAGE
from backroad.report import Report
from backroad.subject.namespaces import Space

MOST = 4
INSTALLED = ("site-packages", "dist-packages")


class Engine:
    """Judges plans as `run` does, without the start-up; use it in a `with`.

    Whatever cannot start warm starts cold: the verdicts are the same. With `spare`, the next run of each
    exercise is kept forked ahead: quicker for one run now and then, dearer for many in a row. Of `most`
    exercises something is kept ready, those that were asked for last.
    """

    def __init__(
        self,
        notice: Callable[[str], None] = lambda _: None,
        *,
        spare: bool = False,
        most: int = MOST,
    ) -> None:
        self._notice = notice
        self._most = most
        self._spare = spare
        self._stands: dict[tuple[Path, Space], Stand] = {}
        self._lock = threading.Lock()

    def run(
        self,
        plan: Plan,
        on_result: OnResult | None = None,
        seconds: float | None = None,
        brake: Brake | None = None,
        answer: Answer = lambda _: None,
    ) -> Report:
        """Judge a plan; raises KitFault as `run` does."""
        cold = partial(run, seconds=seconds)
        if can_fork() and not plan.in_process:
            for _ in range(2):
                stand = self._stand(plan)
                warm = partial(cold, start=stand.start)
                try:
                    return judged(plan, warm, on_result, brake, answer, stand.seconds)
                except Unborn:
                    self._forget(stand)
                    self._notice(f"{plan.exercise}: what was kept ready has ended; it starts anew")
            self._notice(f"{plan.exercise}: the warm start does not work here; each run starts anew")
        return judged(plan, cold, on_result, brake, answer, {})

    def _stand(self, plan: Plan) -> Stand:
        """Return what is ready for the plan's exercise; what is stale is replaced."""
        with self._lock:
            key = plan.checks, space_of(plan)
            stand = self._stands.pop(key, None)
            stamp = stamp_of(plan)
            if stand is not None and stand.stamp != stamp:
                stand.close()
                stand = None
            if stand is None:
                stand = Stand(plan, stamp, spare=self._spare)
            self._stands[key] = stand  # last in the row: it was asked for last
            while len(self._stands) > self._most:
                self._stands.pop(next(iter(self._stands))).close()
            return stand

    def _forget(self, stand: Stand) -> None:
        """Let go of what does not answer any more."""
        with self._lock:
            stand.close()
            for key, known in list(self._stands.items()):
                if known is stand:
                    del self._stands[key]

    def close(self) -> None:
        """End everything that was kept ready."""
        with self._lock:
            for stand in self._stands.values():
                stand.close()
            self._stands.clear()

    def __enter__(self) -> Engine:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def judged(
    plan: Plan,
    how: RunPart,
    on_result: OnResult | None,
    brake: Brake | None,
    answer: Answer,
    seconds: dict[str, float],
) -> Report:
    """Judge a plan in this way, in as many parts as pay off; see `run_in_parts`."""
    if (count := parts_of(plan)) > 1:
        return run_in_parts(plan, count, how, on_result, brake, seconds)
    return how(plan, on_result, brake=brake, answer=answer)


class Stand:
    """What is kept ready for one exercise: a paused session, and a process that forks what it needs."""

    def __init__(self, plan: Plan, stamp: tuple[object, ...], *, spare: bool) -> None:
        self.stamp = stamp
        self.seconds: dict[str, float] = {}  # how long checks took, for runs in parts
        self._folder = Path(tempfile.mkdtemp(prefix="backroad-stand-")).resolve()
        self._subjects = Preloaded(plan, self._folder, spare=spare)
        self._forks, self._session = self._start_session(plan, spare=spare)

    def start(self, scratch: Path, complaints: IO[bytes]) -> Forked:
        """Fork a referee; raises Unborn where the session has ended."""
        plan, to_plan = os.pipe()
        from_events, events = os.pipe()
        try:
            environment = referee_environment(scratch)
            process = self._forks.fork(environment, [plan, events, complaints.fileno()])
        except Unborn:
            os.close(to_plan)
            os.close(from_events)
            raise
        finally:
            os.close(plan)
            os.close(events)
        process.stdin, process.stdout = os.fdopen(to_plan, "wb"), os.fdopen(from_events, "rb")
        return process

    def _start_session(self, plan: Plan, *, spare: bool) -> tuple[ForkServer, subprocess.Popen[bytes]]:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        passed = [theirs.fileno(), self._subjects.control.fileno()]
        with theirs:
            process = subprocess.Popen(
                [sys.executable, "-P", str(REFEREE), "--paused", *map(str, passed), str(int(spare))],
                env=referee_environment(self._folder),
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=passed,
                start_new_session=True,
            )
        whole = plan.but(names=(), stages=(), shuffle=False)
        if process.stdin is not None:
            with suppress(BrokenPipeError), process.stdin as stdin:
                stdin.write(json.dumps(plan_to_json(whole)).encode("ascii") + b"\n")
        return ForkServer(ours), process

    def close(self) -> None:
        """End both processes; runs under way go on."""
        self._forks.control.close()
        end_by_itself(self._session)
        self._subjects.close()
        remove_folder(self._folder)


def stamp_of(plan: Plan) -> tuple[object, ...]:
    """Return what changes when an exercise's checks, the kit or an installed package does."""
    probes = [plan.probes] if plan.probes is not None else []
    installed = [Path(entry) for entry in sys.path if entry.endswith(INSTALLED)]
    checks = [plan.checks] if plan.measures else plan.checks.glob("*.py")
    return frozenset(plan.order), *stamps([*checks, *probes, *kit_paths(), *installed])


@cache
def kit_paths() -> tuple[Path, ...]:
    """Return the kit's files, and its folders, whose time changes when a file comes or goes."""
    files = list(PACKAGE.rglob("*.py"))
    return (*{file.parent for file in files}, *files)


def stamps(paths: list[Path]) -> Iterator[tuple[str, int, int]]:
    """Yield path, time of change and size of what is there."""
    for path in paths:
        with suppress(OSError):
            state = path.stat()
            yield str(path), state.st_mtime_ns, state.st_size
