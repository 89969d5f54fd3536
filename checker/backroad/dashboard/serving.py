"""The server: a port of this machine alone, a thread a request, and an end that leaves nothing behind."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from backroad.dashboard.application import make_app
from backroad.dashboard.desk import Desk
from backroad.dashboard.guard import HEADERS, Guard
from backroad.dashboard.rooms import Rooms
from backroad.errors import stop
from backroad.practice import Practice

HOST = "127.0.0.1"
ENDINGS = ("SIGINT", "SIGTERM", "SIGHUP")


def serve(practice: Practice, folder: Path, port: int, ready: Callable[[Guard], None]) -> None:
    """Serve the dashboard until KeyboardInterrupt; `ready` is called with the guard, who knows the address.

    `folder` is where new workspaces are made; port 0 takes a free one. Raises BackroadError where the port
    is taken.
    """
    with listening(port) as taken, heeded_once() as end:
        guard = Guard(taken.getsockname()[1])
        with practice.warm(lambda text: rooms.tell(text), spare=True) as engine:
            rooms = Rooms(practice, engine)
            desk = Desk(practice, guard, rooms, folder)
            desk.road.standings()  # a long journal is read before somebody waits for the map
            app = make_app(desk)
            try:
                with _server(app, taken) as server:
                    ready(guard)
                    server.serve_forever()
                    raise KeyboardInterrupt  # which is the way it ends, and which werkzeug keeps to itself
            finally:
                end()
                desk.close()


@contextmanager
def heeded_once() -> Iterator[Callable[[], None]]:
    """Give what has further requests to end ignored for the rest of the `with`.

    An impatient second Ctrl-C would leave behind what the first is about to end.
    """
    numbers = [getattr(signal, name) for name in ENDINGS if hasattr(signal, name)]
    known = {number: signal.getsignal(number) or signal.SIG_DFL for number in numbers}

    def ignore() -> None:
        with suppress(ValueError):  # not the main thread: somebody else's program
            for number in numbers:  # SIG_IGN would be passed on to a referee that is just being started
                signal.signal(number, lambda *_: None)

    try:
        yield ignore
    finally:
        with suppress(ValueError):
            for number, handler in known.items():
                signal.signal(number, handler)


def listening(port: int) -> socket.socket:
    """Return a socket that listens on a port of this machine; stops at one that is taken."""
    taken = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        if os.name == "posix":  # on Windows it would take the port from whoever has it
            taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind((HOST, port))
        taken.listen(128)
    except (OSError, OverflowError) as error:
        taken.close()
        why = getattr(error, "strerror", None) or str(error)
        remedy = "choose another one, or leave --port out to get a free one"
        raise stop(f"--port {port}", f"cannot be listened on: {why}", remedy) from None
    return taken


class Handler(WSGIRequestHandler):
    """Says nothing of every request; errors are told on the page and by Flask's log."""

    def log_request(self, *_: object) -> None:
        """Say nothing."""

    def send_error(self, code: int, _message: str | None = None, _explain: str | None = None) -> None:
        """Refuse what is no request, sealed as any answer; as it may hold the secret, it is not repeated."""
        self.request_version = self.protocol_version  # of a line that cannot be read it would be 0.9
        self.send_response(code)
        for name, value in {**HEADERS, "Content-Length": "0", "Connection": "close"}.items():
            self.send_header(name, value)
        self.end_headers()


def _server(app: Callable[..., object], taken: socket.socket) -> BaseWSGIServer:
    host, port = taken.getsockname()[:2]
    descriptor = taken.fileno()
    return make_server(host, port, app, threaded=True, request_handler=Handler, fd=descriptor)  # type: ignore[arg-type]
