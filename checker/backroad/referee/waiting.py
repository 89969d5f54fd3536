"""A referee for one run that gets ready before the run is known: for systems where nothing can be forked.

Its standard input is a line with a plan to get ready for, later one with the environment of its run, and from
there on what any referee is told.
"""

from __future__ import annotations

import signal
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import BinaryIO

import pytest

from backroad.model import Kind
from backroad.plan import Plan
from backroad.referee import court
from backroad.referee.asking import Asking
from backroad.referee.bench import Bench
from backroad.referee.launch import SEED, Started, start_subject
from backroad.referee.planfile import plan_from_json
from backroad.referee.plugin import Referee
from backroad.referee.readying import look_up, prepare, server_ahead
from backroad.referee.supplies import space_of
from backroad.wire import pack


def main(*modules: str) -> None:
    """Get ready, with these modules loaded on the learner's side, then judge the run and leave at once."""
    court.serve(partial(judge, modules))


def judge(modules: Sequence[str], events: BinaryIO) -> None:
    """Judge the run that this process is for, once it is known; tells nothing where there comes none."""
    waiting = Waiting(plan_from_json(court.next_line()), modules, events)
    try:
        code = int(pytest.main(court.pytest_arguments(waiting.plan), plugins=waiting.plugins()))
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        waiting.close()
    if waiting.has_begun or (waiting.referee.faults and court.next_line()):
        court.conclude(waiting.referee, code, events)


class Waiting:
    """Stops pytest before the first check until the run is known; the learner's side waits as well."""

    def __init__(self, plan: Plan, modules: Sequence[str], events: BinaryIO) -> None:
        self.plan = plan
        self.has_begun = False
        self._events = events
        self._asking = Asking()
        self._mongo = server_ahead(plan)
        self._subject = subject_ahead(plan, modules) if plan.kind is Kind.MODULE else None
        self._bench = Bench(plan)
        self.referee = Referee(self._bench)
        prepare(plan)

    def plugins(self) -> list[object]:
        """Return the parts of the session."""
        own = [self.referee, court.CheckCache(self.plan), court.ShortTexts(), self]
        return [*own, *court.extras(self.referee, self._asking)]

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool | None:
        """Wait until somebody asks, and let pytest go on as if nothing was; or end where nobody will."""
        if self.referee.faults:
            return None
        look_up(session.items)
        environment = court.next_line()
        if not environment:
            return True
        self._begin(environment, plan_from_json(court.next_line()))
        self.referee.take(self._bench, court.teller(self._events))
        self.referee.pytest_collection_modifyitems(session.items)
        return None

    def _begin(self, environment: Mapping[str, str], plan: Plan) -> None:
        """Make this process one that was started for the run."""
        self.has_begun = True
        court.take_up(environment)
        if self._subject is not None and plan.seed != SEED:
            self._subject.end()
            self._subject = None
        self._bench = Bench(plan, mongo=self._mongo, ahead=self._subject)
        self._asking.put = lambda what: court.tell(self._events, asks=what)
        court.listen(self._asking)
        self._bench.launch_ahead()

    def close(self) -> None:
        """End what was started, whether a run has taken it or not."""
        self._bench.close()
        if not self.has_begun and self._subject is not None:
            self._subject.end()
        if not self.has_begun and self._mongo is not None:
            self._mongo.close()


def subject_ahead(plan: Plan, modules: Sequence[str]) -> Started:
    """Start a process for the learner's code before that is known, and have it import modules."""
    nowhere = Path(tempfile.gettempdir())
    started = start_subject(nowhere, SEED, space=space_of(plan), limits=plan.limits)
    with suppress(OSError):  # somebody has ended it already; the run will start another one
        started.link.sendall(pack({"modules": list(modules)}))
    return started
