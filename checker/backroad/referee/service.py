"""The client of a learner's running service: requests as checks write them, and what silence means."""

from __future__ import annotations

import http.client
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any, TypeVar

from backroad.model import Level
from backroad.plan import Plan
from backroad.referee import endings, silence, unready
from backroad.referee.deadline import Deadline
from backroad.referee.evidence import Evidence, Trouble
from backroad.referee.forked import ForkServer
from backroad.referee.http import UNSET, Reply, Request, exchange, exchange_raw, make_request
from backroad.referee.pacing import seconds_of, wire_form
from backroad.referee.parallel import in_parallel
from backroad.referee.recorder import Recorder
from backroad.referee.refusing import settings_text, wait_for_refusal
from backroad.referee.servicelog import exception_in, read_log
from backroad.referee.starting import (
    PROBE_SECONDS,
    Running,
    Settings,
    has_family,
    is_listening,
    launch,
    log_size,
)
from backroad.referee.stores import Store
from backroad.referee.supplies import Supplies
from backroad.report import Verdict

T = TypeVar("T")
POLL = 0.005
DEBUG_SECONDS = 3600.0


class Service:
    """The client of one running service; what checks call."""

    def __init__(
        self,
        plan: Plan,
        recorder: Recorder,
        env: Settings | None = None,
        supplies: Supplies | None = None,
        store: Store | None = None,
        forks: ForkServer | None = None,
    ) -> None:
        self._plan = plan
        self._recorder = recorder
        self._env = dict(env or {})
        self._supplies = supplies or Supplies(plan, recorder)
        self._shares_store = store is not None
        self._store = store
        self._forks = forks
        self._running: Running | None = None
        self._last_log = ""
        self._seconds = DEBUG_SECONDS if plan.in_process else plan.limits.call

    def launch(self) -> None:
        """Start the process; it gets ready while something else is done."""
        self._running = launch(self._plan, self._settings(), self._supplies, self._forks)

    @property
    def store(self) -> Store | None:
        """Its database, new and empty when it is asked for first; None where the exercise needs none."""
        if self._store is None:
            self._store = self._supplies.store()
        return self._store

    def _settings(self) -> dict[str, str | None]:
        """Return what its environment holds beside the usual."""
        return {**self._supplies.settings(self.store), **self._env}

    def start(self) -> None:
        """Start the service if it is not running, and wait until it listens and answers."""
        if self._running is None:
            self.launch()
        self._wait_ready(self._live)

    @property
    def _live(self) -> Running:
        if self._running is None:
            raise Trouble(Evidence(Verdict.DIED, "the service is not running"))
        return self._running

    def _wait_ready(self, running: Running) -> None:
        """Return once the service answers; raises Trouble with the cause when it will not."""
        seconds = DEBUG_SECONDS if self._plan.in_process else self._plan.limits.start
        deadline = Deadline(seconds, running.family)
        look_elsewhere = time.monotonic() + PROBE_SECONDS
        while not is_listening(running.port, running.made):
            if not has_family(running.process):
                raise Trouble(unready.crashed(self._plan, running.process.returncode, self.log))
            if time.monotonic() > look_elsewhere:
                look_elsewhere = time.monotonic() + PROBE_SECONDS
                elsewhere = unready.wrong_port(self._plan, running.process.pid, running.port)
                if elsewhere is not None:
                    raise Trouble(elsewhere)
            if not deadline.left:
                raise Trouble(unready.never_listened(self._plan, running.port, self.log))
            deadline.pause(POLL)
        self._first_answer(running, deadline)
        if running.process.poll():
            raise Trouble(unready.crashed(self._plan, running.process.returncode, self.log))
        if running.process.returncode == 0:
            raise Trouble(unready.in_background(self._plan))

    def _first_answer(self, running: Running, deadline: Deadline) -> None:
        """Ask once; or again, where one process listens for another that still starts, as a reloader does."""
        request = Request("GET", self._plan.service.ready_path)
        with suppress(OSError, http.client.HTTPException):
            while True:
                try:
                    exchange(running.port, request, Deadline(self._seconds, running.family), running.made)
                    return
                except TimeoutError:
                    if not deadline.left or not unready.is_shared(running):
                        raise Trouble(unready.never_answers(self._hung(request, running))) from None

    def request(
        self,
        method: str,
        path: str,
        params: Mapping[str, Any] | None = None,
        *,
        json: Any = UNSET,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        content_type: str | None = None,
    ) -> Reply:
        """Send one request and return the reply. `path` goes out as written, `params` are encoded."""
        request = make_request(method, path, params, json, body, headers, content_type)
        self._recorder.did(str(request))
        running = self._live
        before = log_size(running.log)
        with self._answering(request, running, before):
            reply = exchange(running.port, request, Deadline(self._seconds, running.family), running.made)
        self._note_exception(reply, running, before)
        return reply

    def seconds_of(self, request: Request) -> tuple[float, int]:
        """Send one request without ceremony; return how long its answer took, and the status."""
        live = self._live
        with self._answering(request, live, log_size(live.log)):
            return seconds_of(live.port, wire_form(request, live.port), self._seconds, live.made)

    @contextmanager
    def _answering(self, request: Request, running: Running, before: int) -> Iterator[None]:
        """Turn what goes wrong in an exchange into Trouble with its evidence."""
        try:
            yield
        except TimeoutError:
            raise Trouble(self._hung(request, running)) from None
        except (OSError, http.client.HTTPException) as error:
            raise Trouble(self._broken(request, running, error, before)) from None

    def _note_exception(self, reply: Reply, running: Running, before: int) -> None:
        """Keep with a 5xx what the log says of it."""
        if reply.status >= 500:
            found = exception_in(read_log(running.log, before), self._plan.tree)
            if found is not None:
                object.__setattr__(reply, "raised", found)
            self._recorder.server_error = reply.evidence("", got=str(reply.status))

    def get(self, path: str, params: Mapping[str, Any] | None = None, **more: Any) -> Reply:
        """Send a GET."""
        return self.request("GET", path, params, **more)

    def head(self, path: str, params: Mapping[str, Any] | None = None, **more: Any) -> Reply:
        """Send a HEAD."""
        return self.request("HEAD", path, params, **more)

    def options(self, path: str, **more: Any) -> Reply:
        """Send an OPTIONS."""
        return self.request("OPTIONS", path, **more)

    def post(self, path: str, params: Mapping[str, Any] | None = None, **more: Any) -> Reply:
        """Send a POST."""
        return self.request("POST", path, params, **more)

    def put(self, path: str, **more: Any) -> Reply:
        """Send a PUT."""
        return self.request("PUT", path, **more)

    def patch(self, path: str, **more: Any) -> Reply:
        """Send a PATCH."""
        return self.request("PATCH", path, **more)

    def delete(self, path: str, **more: Any) -> Reply:
        """Send a DELETE."""
        return self.request("DELETE", path, **more)

    def raw(self, data: bytes) -> bytes:
        """Send bytes as they are and return all that comes back until the service hangs up."""
        self._recorder.did(f"sent {data[:80]!r}")
        running = self._live
        return exchange_raw(running.port, data, Deadline(self._seconds, running.family), running.made)

    def parallel(self, count: int, function: Callable[[int], T]) -> list[T]:
        """Run `function(0)` … `function(count - 1)` in threads released together; returns their results."""
        return in_parallel(count, function)

    @contextmanager
    def another(self, env: Settings | None = None) -> Iterator[Service]:
        """Run a second process of the same command on another port for the time of the `with`."""
        settings = settings_text(env or {})
        did = f"started {self._plan.service.start} once more, on another port{settings}"
        settings_of_both = {**self._env, **(env or {})}
        other = Service(self._plan, self._recorder, settings_of_both, self._supplies, self.store, self._forks)
        try:
            with self._recorder.during(did):
                try:
                    other.start()
                except Trouble as trouble:
                    raise Trouble(trouble.evidence.but(did=(did,))) from None
                yield other
        finally:
            other.stop()

    def refuses_to_start(
        self, env: Settings | None = None, unset: Sequence[str] = (), seconds: float = 5.0
    ) -> str:
        """Start one more process, which has to end by itself with an error; returns what it said."""
        changed = {**(env or {}), **dict.fromkeys(unset)}
        did = f"started {self._plan.service.start} once more{settings_text(changed)}"
        self._recorder.did(did)
        settings = {**self._settings(), **changed}
        return wait_for_refusal(launch(self._plan, settings, self._supplies, self._forks), seconds, did)

    def restart(self) -> None:
        """Stop the service as a platform would, and start it again in the same environment."""
        self._recorder.did("restarted the service")
        self.stop()
        self.start()

    @property
    def counts(self) -> tuple[int, int]:
        """How many connections of Python's sqlite3 were listened to so far, and their statements."""
        return self._live.counts()

    @property
    def port(self) -> int:
        """The port it was given."""
        return self._live.port

    @property
    def log(self) -> str:
        """All it wrote to stdout and stderr; after its end, what the last process wrote."""
        return read_log(self._running.log) if self._running is not None else self._last_log

    @property
    def level(self) -> Level | None:
        """How strongly the process is locked in."""
        return self._running.level if self._running is not None else None

    @property
    def is_alive(self) -> bool:
        """Whether its process still runs."""
        return self._running is not None and self._running.process.poll() is None

    def stop(self) -> bool:
        """Stop it with SIGTERM, then SIGKILL after five seconds; returns whether it obeyed."""
        return self._end(endings.TERM_SECONDS)

    def kill(self) -> None:
        """End it at once."""
        self._end(0)

    def _end(self, grace: float) -> bool:
        running, self._running = self._running, None
        if running is None:
            return True
        obeyed = endings.end(running.process, grace=grace)
        self._last_log = read_log(running.log)
        running.let_go()
        return obeyed

    def discard(self) -> None:
        """End it at once, and drop the database that it had for itself."""
        self.kill()
        if self._store is not None and not self._shares_store:
            self._supplies.drop(self._store)
            self._store = None

    def _hung(self, request: Request, running: Running) -> Evidence:
        """Return the evidence of an exchange without an answer; the service is ended."""
        found = silence.hung(self._plan, running, request, self._seconds)
        self.kill()
        return found

    def _broken(self, request: Request, running: Running, error: Exception, before: int) -> Evidence:
        """Return the evidence of a connection that broke; what is left of a service that died is ended."""
        found = silence.broken(self._plan, running, request, error, before)
        if found.verdict is Verdict.DIED:
            self.kill()
        return found
