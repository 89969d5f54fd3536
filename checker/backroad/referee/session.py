"""Asks the referee's process for a report, and ends it on every way out."""

from __future__ import annotations

import json
import os
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from backroad import __version__
from backroad.content.layers import Tree
from backroad.errors import KitFault, Problem
from backroad.model import Exercise, Kind
from backroad.plan import Plan
from backroad.referee import endings
from backroad.referee.forked import let_go
from backroad.referee.planfile import plan_to_json
from backroad.referee.scratch import run_folder, temporary_folder
from backroad.referee.servers import configured, version_of
from backroad.referee.summons import GRACE_SECONDS, Caller, dismiss, line_of, start_referee
from backroad.report import Report, Result, report_from_json, result_from_json

ISSUES = "report it with the lines above"
OnResult = Callable[[Result], None]
Answer = Callable[[str], object]  # what a run asks, to what it is told; see `asking`


@contextmanager
def plan_for(exercise: Exercise, tree: Tree, **choices: Any) -> Iterator[Plan]:
    """Lay a tree out in a temporary folder for the time of the `with`, and plan its run."""
    with temporary_folder("backroad-tree-") as folder:
        root = folder / exercise.module
        tree.write(root)
        yield plan_of(exercise, root, submission=tree.digest(), service=tree.service(), **choices)


def plan_of(
    exercise: Exercise, root: Path, *, environ: Mapping[str, str] = os.environ, **choices: Any
) -> Plan:
    """Return the plan of a run over a folder that is there; `environ` may name database servers."""
    probes = exercise.folder / "probes.py"
    servers = {need: url for need, url in configured(environ).items() if need in exercise.needs}
    return Plan(
        exercise=exercise.slug,
        kind=exercise.kind,
        module=exercise.module,
        checks=exercise.folder / "checks",
        tree=root,
        probes=probes if exercise.kind is Kind.MODULE and probes.is_file() else None,
        limits=exercise.limits,
        order=exercise.checks,
        reference=exercise.solution / "reference",
        secret=(exercise.solution.parents[1], exercise.folder.parents[1]),
        kit=__version__,
        needs=exercise.needs,
        environment=exercise.environment,
        servers=servers,
        served_by=tuple(version_of(need, url) for need, url in servers.items()),
        **choices,
    )


def run(
    plan: Plan,
    on_result: OnResult | None = None,
    seconds: float | None = None,
    start: Start | None = None,
    brake: Brake | None = None,
    answer: Answer = lambda _: None,
) -> Report:
    """Judge a plan in a referee process; raises KitFault when the kit itself is broken.

    `seconds` ends the whole run: in-process, no deadline reaches the learner's code. `start` starts the
    process, see `start_referee`. `brake` ends the run from another thread.
    `answer` returns the answer to what the run asks: once it may time something, or which check is next.
    """
    brake = brake or Brake()
    # Held here and not by the referee: whatever becomes of that process, the folder goes.
    with run_folder(plan) as scratch:
        process, complaints = (start or start_referee)(scratch)
        brake.hold(process)
        clock = threading.Timer(seconds or 0, brake.pull)
        if seconds is not None:
            clock.start()
        try:
            report = listen(process, plan, on_result or (lambda _: None), complaints, answer)
        except (KitFault, ValueError):  # ValueError: half a line, of a referee that was killed
            if not brake.is_pulled:
                raise
        else:
            if not brake.is_pulled:
                return report
        finally:
            clock.cancel()
            end(process)
            complaints.close()
    over = f"the checks took longer than {seconds:g} s" if seconds is not None else "the run was ended"
    raise Overdue(Problem(plan.exercise, over))


Start = Callable[[Path], tuple[Caller, IO[bytes]]]


class Overdue(KitFault):
    """A run was ended because its time was over, or because nobody wants its report any more."""


class Brake:
    """Ends a run from another thread: politely, so that it clears up, then for certain."""

    def __init__(self) -> None:
        self.is_pulled = False
        self._process: Caller | None = None
        self._deeds: list[Callable[[], None]] = []
        self._lock = threading.Lock()

    def on_pull(self, deed: Callable[[], None]) -> None:
        """Do this too when it is pulled; at once, where it is pulled already."""
        with self._lock:
            self._deeds.append(deed)
        if self.is_pulled:
            deed()

    def hold(self, process: Caller) -> None:
        """Know the process of the run; one that comes too late is ended at once."""
        with self._lock:
            self._process = process
        if self.is_pulled:
            self.pull()

    def pull(self) -> None:
        """End the run, whether it has begun or not."""
        with self._lock:
            self.is_pulled, process, deeds = True, self._process, [*self._deeds]
        for deed in deeds:
            deed()
        if process is not None:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(GRACE_SECONDS)
            endings.end(process)


def listen(
    process: Caller,
    plan: Plan,
    on_result: OnResult,
    complaints: IO[bytes],
    answer: Answer,
) -> Report:
    """Send the plan and read events until the report."""
    if process.stdin is None or process.stdout is None:
        raise AssertionError("the referee was started without pipes")
    with suppress(BrokenPipeError):
        process.stdin.write(line_of(plan_to_json(plan)))
        process.stdin.flush()
    for line in process.stdout:
        event = json.loads(line)
        if "result" in event:
            on_result(result_from_json(event["result"]))
        elif "asks" in event:
            told = line_of(answer(event["asks"]))
            with suppress(BrokenPipeError):
                process.stdin.write(told)
                process.stdin.flush()
        elif "report" in event:
            return report_from_json(event["report"])
        else:
            raise fault(plan, str(event.get("fault")))
    _ = process.pid  # raises Unborn where nobody was there to fork
    code = process.wait()
    complaints.seek(0)
    said = complaints.read().decode("utf-8", "replace")
    raise fault(plan, said or f"the referee ended with code {code}")


def fault(plan: Plan, said: str) -> KitFault:
    """Return the error for a run that the kit itself broke."""
    return KitFault(Problem(plan.exercise, f"the checks could not be run\n{said.rstrip()}", ISSUES))


def end(process: Caller) -> None:
    """End a referee, and what it was forked with."""
    dismiss(process)
    let_go(process, GRACE_SECONDS)
