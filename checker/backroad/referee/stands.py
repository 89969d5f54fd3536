"""What is kept ready for an exercise between its runs, and what makes it stale."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from functools import cache
from pathlib import Path
from typing import IO

from backroad.plan import Plan
from backroad.referee.forked import Forked, ForkServer, Unborn, end_by_itself
from backroad.referee.planfile import plan_to_json
from backroad.referee.preloaded import Preloaded
from backroad.referee.preloads import preloads
from backroad.referee.scratch import temporary_folder
from backroad.referee.summons import (
    REFEREE,
    Caller,
    Summoned,
    file_for_complaints,
    line_of,
    referee_environment,
    start_referee,
)
from backroad.referee.walls import PACKAGE

INSTALLED = ("site-packages", "dist-packages")


class Stand(ABC):
    """What is kept ready for one exercise, as it was when the stand was made."""

    def __init__(self, plan: Plan) -> None:
        self.stamp = stamp_of(plan)
        self.seconds: dict[str, float] = {}  # how long checks took, for runs in parts
        self._held = ExitStack()
        self._folder = self._held.enter_context(temporary_folder("backroad-stand-"))

    @abstractmethod
    def start(self, scratch: Path) -> tuple[Caller, IO[bytes]]:
        """Start a referee, as `session.start_referee` does; raises Unborn where what was ready has ended."""

    @abstractmethod
    def refill(self, plan: Plan) -> None:
        """Get ready for the next run, now that one is over; one that is closed does not."""

    def close(self) -> None:
        """End what is kept ready; runs under way go on."""
        self._held.close()


class Forking(Stand):
    """A paused session, and a process that forks what it needs, for any number of runs."""

    def __init__(self, plan: Plan, *, spare: bool) -> None:
        super().__init__(plan)
        self._subjects = Preloaded(plan, self._folder, spare=spare)
        self._forks, self._session = self._start_session(plan, spare=spare)

    def start(self, scratch: Path) -> tuple[Forked, IO[bytes]]:
        """Fork a referee; raises Unborn where the session has ended."""
        complaints = file_for_complaints()
        plan, to_plan = os.pipe()
        from_events, events = os.pipe()
        try:
            environment = referee_environment(scratch)
            process = self._forks.fork(environment, [plan, events, complaints.fileno()])
        except Unborn:
            os.close(to_plan)
            os.close(from_events)
            complaints.close()
            raise
        finally:
            os.close(plan)
            os.close(events)
        process.stdin, process.stdout = os.fdopen(to_plan, "wb"), os.fdopen(from_events, "rb")
        return process, complaints

    def refill(self, plan: Plan) -> None:
        """Nothing: both processes fork their spares by themselves."""

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
        if process.stdin is not None:
            with suppress(BrokenPipeError), process.stdin as stdin:
                stdin.write(line_of(plan_to_json(whole(plan))))
        return ForkServer(ours), process

    def close(self) -> None:
        """End both processes; runs under way go on."""
        self._forks.control.close()
        end_by_itself(self._session)
        self._subjects.close()
        super().close()


class SingleUse(Stand):
    """One referee that waits with its subject for the next run: where nothing forks, each run takes one."""

    def __init__(self, plan: Plan) -> None:
        super().__init__(plan)
        self._ready: Summoned | None = None
        self._closed = False
        self._lock = threading.Lock()

    def start(self, scratch: Path) -> tuple[Caller, IO[bytes]]:
        """Tell the one that waits of its run; the next ones until `refill` are started anew."""
        with self._lock:
            ready, self._ready = self._ready, None
        if ready is None:
            return start_referee(scratch)
        try:
            ready.tell(referee_environment(scratch))
        except OSError:
            ready.dismiss()
            raise Unborn from None
        return ready.process, ready.complaints

    def refill(self, plan: Plan) -> None:
        """Have a referee wait, if none does."""
        with self._lock:
            if self._ready is None and not self._closed:
                self._ready = Summoned("--waiting", *preloads(plan), folder=self._folder)
                with suppress(OSError):
                    self._ready.tell(plan_to_json(whole(plan)))

    def close(self) -> None:
        """End the one that waits."""
        with self._lock:
            self._closed, ready, self._ready = True, self._ready, None
        if ready is not None:
            ready.dismiss()
        super().close()


def whole(plan: Plan) -> Plan:
    """Return the plan of all checks in their order, which those of any run are chosen from."""
    return plan.but(names=(), stages=(), shuffle=False)


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
