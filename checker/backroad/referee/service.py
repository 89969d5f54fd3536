"""A learner's service as a running process: started on a free port, asked over HTTP, ended with its family."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlencode

from backroad.model import Level, Plan, Verdict
from backroad.referee import endings, unready
from backroad.referee.evidence import Evidence, Trouble
from backroad.referee.http import Reply, Request, exchange
from backroad.referee.launch import LAUNCHER, clean_environment, remove_folder
from backroad.referee.recorder import Recorder
from backroad.referee.servicelog import exception_in, read_log, stack_in
from backroad.referee.walls import walls

T = TypeVar("T")
POLL = 0.005
PROBE_SECONDS = 1.0
LAST_WORDS = 0.5
DEBUG_SECONDS = 3600.0
UNSET = object()


@dataclass
class Running:
    """One started process of the service."""

    process: subprocess.Popen[bytes]
    port: int
    scratch: Path
    log: Path
    level: Level
    obeyed: bool = field(default=True)


class Service:
    """The client of one running service; what checks call."""

    def __init__(self, plan: Plan, recorder: Recorder, env: Mapping[str, str] | None = None) -> None:
        self._plan = plan
        self._recorder = recorder
        self._env = dict(env or {})
        self._running: Running | None = None
        self._seconds = DEBUG_SECONDS if plan.in_process else plan.limits.call

    def launch(self) -> None:
        """Start the process; it gets ready while something else is done."""
        self._running = launch(self._plan, self._env)

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
        deadline = time.monotonic() + (DEBUG_SECONDS if self._plan.in_process else self._plan.limits.start)
        look_elsewhere = time.monotonic() + PROBE_SECONDS
        while not is_listening(running.port):
            if running.process.poll() is not None and not has_family(running.process):
                raise Trouble(unready.crashed(self._plan, running.process.returncode, self.log))
            if time.monotonic() > look_elsewhere:
                look_elsewhere = time.monotonic() + PROBE_SECONDS
                elsewhere = unready.wrong_port(self._plan, running.process.pid, running.port)
                if elsewhere is not None:
                    raise Trouble(elsewhere)
            if time.monotonic() > deadline:
                raise Trouble(unready.never_listened(self._plan, running.port, self.log))
            time.sleep(POLL)
        self._first_answer(running)

    def _first_answer(self, running: Running) -> None:
        request = Request("GET", self._plan.service.ready_path)
        with suppress(OSError, http.client.HTTPException):
            try:
                exchange(running.port, request, self._seconds)
            except TimeoutError:
                raise Trouble(unready.never_answers(self._hung(request, running))) from None

    # What checks call

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
        try:
            reply = exchange(running.port, request, self._seconds)
        except TimeoutError:
            raise Trouble(self._hung(request, running)) from None
        except (OSError, http.client.HTTPException) as error:
            raise Trouble(self._broken(request, running, error)) from None
        self._note_exception(reply, running, before)
        return reply

    def _note_exception(self, reply: Reply, running: Running, before: int) -> None:
        """Keep with a 5xx what the log says of it."""
        if reply.status >= 500:
            found = exception_in(read_log(running.log, before), self._plan.tree)
            if found is not None:
                object.__setattr__(reply, "raised", found)

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
        received = b""
        with socket.create_connection(("127.0.0.1", self._live.port), self._seconds) as link:
            deadline = time.monotonic() + self._seconds
            with suppress(OSError):
                link.sendall(data)
            with suppress(OSError):
                while part := link.recv(2**16):
                    received += part
                    link.settimeout(max(0.05, deadline - time.monotonic()))
        return received

    def parallel(self, count: int, function: Callable[[int], T]) -> list[T]:
        """Run `function(0)` … `function(count - 1)` in threads released together; returns their results."""
        return in_parallel(count, function)

    @contextmanager
    def another(self, env: Mapping[str, str] | None = None) -> Iterator[Service]:
        """Run a second process of the same command on another port for the time of the `with`."""
        self._recorder.did(f"started {self._plan.service.start} once more, on another port")
        other = Service(self._plan, self._recorder, {**self._env, **(env or {})})
        try:
            other.start()
            yield other
        finally:
            other.stop()

    def restart(self) -> None:
        """Stop the service as a platform would, and start it again in the same environment."""
        self._recorder.did("restarted the service")
        self.stop()
        self.start()

    @property
    def port(self) -> int:
        """The port it was given."""
        return self._live.port

    @property
    def log(self) -> str:
        """All it wrote to stdout and stderr."""
        return read_log(self._live.log) if self._running is not None else ""

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
        running, self._running = self._running, None
        if running is None:
            return True
        obeyed = endings.end(running.process, grace=endings.TERM_SECONDS)
        remove_folder(running.scratch)
        return obeyed

    def kill(self) -> None:
        """End it at once."""
        running, self._running = self._running, None
        if running is not None:
            endings.end(running.process)
            remove_folder(running.scratch)

    # What silence means

    def _hung(self, request: Request, running: Running) -> Evidence:
        """Return the evidence of an exchange without an answer; asks Python services for their stack."""
        frames = stack_in(ask_for_stack(running), self._plan.tree)
        self.kill()
        return Evidence(
            Verdict.HUNG,
            f"no answer within {self._seconds:g} s",
            frames=frames,
            did=(str(request),),
            again=request.curl,
        )

    def _broken(self, request: Request, running: Running, error: Exception) -> Evidence:
        """Return the evidence of a connection that broke: the process ended, or hung up without an answer."""
        with suppress(subprocess.TimeoutExpired):
            running.process.wait(LAST_WORDS)
        code = running.process.poll()
        shown = {"did": (str(request),), "again": request.curl}
        if code is None:
            words = str(error) or type(error).__name__
            return Evidence(
                Verdict.FAILED, expected="an HTTP answer", got=f"the connection broke: {words}", **shown
            )
        log = read_log(running.log)
        found = exception_in(log, self._plan.tree)
        self.kill()
        message = f"the service ended {unready.exit_words(code)} during the request"
        frames = found.frames if found else ()
        return Evidence(Verdict.DIED, message, frames=frames, output=unready.last_lines(log), **shown)


def launch(plan: Plan, env: Mapping[str, str]) -> Running:
    """Start the service's command on a free port, in its own session, locked in."""
    scratch = Path(tempfile.mkdtemp(prefix="backroad-"))
    log = scratch.with_name(scratch.name + ".out")
    port = free_port()
    environment = clean_environment(scratch, plan.seed) | {
        "PORT": str(port),
        "HOST": "127.0.0.1",
        "PYTHONFAULTHANDLER": "1",
        "PYTHONUNBUFFERED": "1",
        **env,
    }
    if plan.in_process or os.name != "posix":
        process = launch_plainly(plan, environment, log)
        return Running(process, port, scratch, log, Level.NONE if plan.in_process else Level.PROCESS)
    limits = walls(
        plan.tree,
        scratch,
        [plan.checks, *plan.secret],
        plan.limits,
        service=True,
        max_level=plan.max_level,
    )
    process, level = launch_confined(plan, environment, log, {**limits, "connect": [port]})
    return Running(process, port, scratch, log, level)


def launch_confined(
    plan: Plan, environment: dict[str, str], log: Path, limits: dict[str, Any]
) -> tuple[subprocess.Popen[bytes], Level]:
    """Start through the launcher, which locks itself in and then becomes the command."""
    reading, report = os.pipe()
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-P", str(LAUNCHER)],
            cwd=plan.tree,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
            pass_fds=(report,),
            start_new_session=True,
        )
    os.close(report)
    order = {"walls": limits, "command": ["/bin/sh", "-c", plan.service.start], "report": report}
    with suppress(BrokenPipeError), process.stdin or open(os.devnull, "wb") as stdin:
        stdin.write(json.dumps(order).encode() + b"\n")
    told = os.read(reading, 1)
    os.close(reading)
    return process, Level(int(told)) if told.isdigit() else Level.NONE


def launch_plainly(plan: Plan, environment: dict[str, str], log: Path) -> subprocess.Popen[bytes]:
    """Start without walls: for debugging, and where there are none."""
    with log.open("wb") as output:
        return subprocess.Popen(
            plan.service.start,
            shell=True,
            cwd=plan.tree,
            env=environment,
            stdin=None if plan.in_process else subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=os.name == "posix",
        )


def make_request(
    method: str,
    path: str,
    params: Mapping[str, Any] | None,
    data: Any,
    body: bytes | None,
    headers: Mapping[str, str] | None,
    content_type: str | None,
) -> Request:
    """Return the request for what a check said."""
    target = f"{path}?{urlencode(params)}" if params else path
    wanted = dict(headers or {})
    if data is not UNSET:
        body = json.dumps(data).encode("utf-8")
        content_type = content_type or "application/json"
    if content_type is not None:
        wanted.setdefault("Content-Type", content_type)
    return Request(method, target, tuple(wanted.items()), body)


def free_port() -> int:
    """Return a TCP port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def is_listening(port: int) -> bool:
    """Return whether something accepts connections on the port."""
    with socket.socket() as probe:
        probe.settimeout(PROBE_SECONDS)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def has_family(process: subprocess.Popen[bytes]) -> bool:
    """Return whether processes of the service live on although its first one ended."""
    if os.name != "posix":
        return False
    try:
        os.killpg(process.pid, 0)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def log_size(log: Path) -> int:
    """Return the length of the log so far."""
    with suppress(OSError):
        return log.stat().st_size
    return 0


def ask_for_stack(running: Running) -> str:
    """Return what the service's Python processes say of their threads when they are aborted."""
    before = log_size(running.log)
    if not hasattr(signal, "SIGABRT") or os.name != "posix":
        return ""
    endings.signal_group(running.process, signal.SIGABRT)
    with suppress(subprocess.TimeoutExpired):
        running.process.wait(LAST_WORDS)
    return read_log(running.log, before)


def in_parallel(count: int, function: Callable[[int], T]) -> list[T]:
    """Run a function in threads that start together; the first exception is raised again."""
    barrier = threading.Barrier(count)
    results: dict[int, T] = {}
    raised: list[BaseException] = []

    def work(number: int) -> None:
        try:
            barrier.wait()
            results[number] = function(number)
        except BaseException as error:  # noqa: BLE001 - raised again in the caller's thread
            raised.append(error)

    threads = [threading.Thread(target=work, args=(number,), daemon=True) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if raised:
        raise raised[0]
    return [results[number] for number in range(count)]
