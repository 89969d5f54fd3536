"""A pytest session that waits before its first check, and is forked for each run.

Configuration, collection and the rewriting of assertions are done once. A run gets the same pipes as a
referee that was started for it: the plan on standard input, results on another one.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import socket
import sys
import threading
import traceback
from contextlib import suppress
from dataclasses import dataclass
from typing import BinaryIO

import pytest

from backroad.referee import endings
from backroad.referee.asking import Asking
from backroad.referee.bench import Bench
from backroad.referee.court import (
    CheckCache,
    ShortTexts,
    conclude,
    end_with_caller,
    extras,
    pytest_arguments,
    stop,
    take_up,
    tell,
    teller,
)
from backroad.referee.forked import ForkServer
from backroad.referee.mongo import MongoServer
from backroad.referee.planfile import plan_from_json
from backroad.referee.plugin import Referee
from backroad.referee.readying import look_up, prepare, server_ahead
from backroad.subject.confinement import adopt_orphans
from backroad.subject.forking import Forks
from backroad.subject.forkserver import require_one_thread


def main(control: str, forks: str, spare: str) -> None:
    """Prepare the session of the plan on standard input, and fork for each order on the control socket."""
    plan = plan_from_json(json.loads(sys.stdin.buffer.readline()))
    server = ForkServer(socket.socket(fileno=int(forks)))
    referee = Referee(Bench(plan))
    pause = Pause(referee, socket.socket(fileno=int(control)), server, spare=bool(int(spare)))
    prepare(plan)
    plugins = [referee, CheckCache(plan), ShortTexts(), pause, *extras(referee, pause.asking)]
    code = int(pytest.main(pytest_arguments(plan), plugins=plugins))
    if pause.run is None:
        sys.exit("\n".join(referee.faults) or f"pytest ended with code {code}")
    pause.run.finish(referee, code)


@dataclass
class Run:
    """One fork of the session: whom to tell, and what to clear up."""

    bench: Bench
    events: BinaryIO
    leash: int

    def finish(self, referee: Referee, code: int) -> None:
        """Clear up, tell the report, and leave at once."""
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        ended = 0
        try:
            self.bench.close()
            conclude(referee, code, self.events)
        except BaseException:
            traceback.print_exc()
            ended = 1
        endings.end_everything()
        with suppress(OSError):
            self.events.flush()
            sys.stderr.flush()
            os.write(self.leash, b"%d\n" % ended)
        os._exit(ended)


class Pause:
    """Stops pytest before the first check; only forks go on."""

    def __init__(self, referee: Referee, control: socket.socket, forks: ForkServer, *, spare: bool) -> None:
        self.run: Run | None = None
        self.asking = Asking()
        self._spare = spare
        self._referee = referee
        self._control = control
        self._mongo: MongoServer | None = None
        self._forks = forks

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> None:
        """Serve until nobody can ask any more; returns in a fork, where pytest goes on as if nothing was."""
        if self._referee.faults:
            return
        require_one_thread()
        look_up(session.items)
        gc.collect()
        gc.freeze()
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        message = Forks(self._control, spare=self._spare, born=lambda _: self._start_ahead()).message()
        if message is None:
            if self._mongo is not None:
                self._mongo.close()
            os._exit(0)
        self._control.close()
        self.run = self._begun(json.loads(message[0]), *message[1])
        self._referee.take(self.run.bench, teller(self.run.events))
        self._referee.pytest_collection_modifyitems(session.items)

    def _start_ahead(self) -> None:
        """Start the document server of the run that this fork is for; in a spare, long before it."""
        self._mongo = server_ahead(self._referee.plan)

    def _begun(self, order: dict[str, str], plan: int, events: int, complaints: int, leash: int) -> Run:
        """Make this fork look like a referee that was started, and begin its run."""
        os.write(leash, b"%d %d\n" % (os.getpid(), os.getpid()))
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGTERM, stop)
        os.setsid()
        adopt_orphans()
        for source, target in ((plan, 0), (complaints, 2)):
            os.dup2(source, target)
            os.close(source)
        take_up(order)
        caller = os.fdopen(0, "rb", closefd=False)
        bench = Bench(plan_from_json(json.loads(caller.readline())), self._forks, self._mongo)
        run = Run(bench, os.fdopen(events, "wb"), leash)
        self.asking.put = lambda what: tell(run.events, asks=what)
        threading.Thread(target=end_with_caller, args=(caller, self.asking), daemon=True).start()
        run.bench.launch_ahead()
        return run
