"""One HTTP exchange with a deadline, and what is told of it: the request as sent, a curl line, the reply."""

from __future__ import annotations

import http.client
import json
import shlex
import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from backroad.referee.deadline import Deadline
from backroad.referee.evidence import Evidence, Trouble
from backroad.report import Verdict

MAX_BODY = 8 * 2**20
MAX_SHOWN = 300
CHUNK = 2**16
UNSET = object()
LEAST = 0.05  # seconds that a socket is given at least; 0 would make it non-blocking
CURL_PORT = 8000
MAX_VALUE = 40
MakeSocket = Callable[[], socket.socket]
USUAL = ("accept", "accept-encoding", "connection", "content-length", "host", "user-agent")


class Headers(Mapping[str, str]):
    """A reply's headers, found whatever their case; repeated ones are joined by a comma."""

    def __init__(self, pairs: Sequence[tuple[str, str]] = ()) -> None:
        self.pairs = tuple(pairs)

    def __getitem__(self, name: str) -> str:
        found = [value for key, value in self.pairs if key.lower() == name.lower()]
        if not found:
            raise KeyError(name)
        return ", ".join(found)

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys(key.lower() for key, _ in self.pairs))

    def __len__(self) -> int:
        return len({key.lower() for key, _ in self.pairs})

    def __repr__(self) -> str:
        return repr(dict(self))


@dataclass(frozen=True)
class Request:
    """A request as it is sent; the path with its query, percent-encoded."""

    method: str
    path: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None

    def __str__(self) -> str:
        told = [f"{self.method} {self.path}", *map(shown_header, filter(is_telling, self.headers))]
        return "   ".join([*told, shown_body(self.body)] if self.body else told)

    @property
    def curl(self) -> str:
        """The command that repeats the exchange with a service started by `backroad run`."""
        parts = ["curl", "-i"] if self.method != "HEAD" else ["curl", "-I"]
        if self.method not in ("GET", "HEAD"):
            parts += ["-X", self.method]
        parts.append(shlex.quote(f"localhost:{CURL_PORT}{self.path}"))
        for name, value in self.headers:
            parts += ["-H", shlex.quote(f"{name}: {value}")]
        if self.body:
            parts += ["-d", shlex.quote(shown_body(self.body))]
        return " ".join(parts)


@dataclass(frozen=True)
class Reply:
    """What came back; `raised` is filled in when the service's log shows an exception."""

    status: int
    headers: Headers
    body: bytes
    request: Request
    raised: Any = field(default=None, compare=False)

    @property
    def media_type(self) -> str:
        """The Content-Type without its parameters, in lower case; empty when there is none."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def text(self) -> str:
        """The body as UTF-8."""
        return self.body.decode("utf-8", "replace")

    @property
    def json(self) -> Any:
        """The body as JSON; the check fails where it is none."""
        try:
            return json.loads(self.body, parse_constant=_no_constant)
        except (ValueError, RecursionError):
            raise Trouble(self.evidence("a body in JSON")) from None

    def evidence(self, expected: str, got: str | None = None, message: str | None = None) -> Evidence:
        """Return the failure of this exchange."""
        return Evidence(
            Verdict.FAILED,
            self.raised.said if self.raised else message,
            expected=expected,
            got=str(self) if got is None else got,
            frames=self.raised.frames if self.raised else (),
            did=(str(self.request),),
            again=self.request.curl,
        )

    def __str__(self) -> str:
        said = f"{self.status}  {self.media_type or 'no Content-Type'}"
        return f"{said}  {shown_body(self.body)}" if self.body else said

    __repr__ = __str__


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def is_telling(header: tuple[str, str]) -> bool:
    """Whether a header of a request is one that the answer depends on."""
    name, value = header
    return name.lower() not in USUAL and (name.lower(), value) != ("content-type", "application/json")


def shown_header(header: tuple[str, str]) -> str:
    """Return a header as it is sent, a long value cut."""
    name, value = header
    return f"{name}: {value if len(value) <= MAX_VALUE else value[: MAX_VALUE - 1] + '…'}"


def shown_body(body: bytes | None) -> str:
    """Return a body as one readable line, cut when it is long."""
    text = (body or b"").decode("utf-8", "replace")
    try:
        data = json.loads(text)
        if len(text) <= CHUNK:
            text = json.dumps(data, ensure_ascii=False)
    except (ValueError, RecursionError):
        pass
    text = " ".join(text.split())
    return text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}… ({len(body or b''):,} bytes)"


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


class DeadlineSocket(socket.socket):
    """A socket whose reads together end at a deadline, however slowly the bytes drip in."""

    deadline: Deadline

    def recv_into(self, *args: Any, **kwargs: Any) -> int:
        """Receive within what is left of the time."""
        while wait := self.deadline.wait:
            self.settimeout(wait)
            with suppress(TimeoutError):
                return super().recv_into(*args, **kwargs)
        raise TimeoutError


class Connection(http.client.HTTPConnection):
    """A connection to the service that keeps a total deadline."""

    def __init__(self, port: int, deadline: Deadline, made: MakeSocket) -> None:
        super().__init__("127.0.0.1", port, timeout=deadline.seconds)
        self._deadline = deadline
        self._made = made

    def connect(self) -> None:
        """Connect, with the deadline on the socket."""
        self.sock = connected(self.port, self._deadline, self._made)


def connected(port: int, deadline: Deadline, made: MakeSocket = socket.socket) -> DeadlineSocket:
    """Return a socket that is connected to the service and keeps the deadline."""
    plain = made()
    plain.settimeout(max(LEAST, deadline.left))
    try:
        plain.connect(("127.0.0.1", port))
    except BaseException:
        plain.close()
        raise
    sock = DeadlineSocket(fileno=plain.detach())
    sock.deadline = deadline
    sock.settimeout(max(LEAST, deadline.left))
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return sock


def exchange(port: int, request: Request, deadline: Deadline, made: MakeSocket = socket.socket) -> Reply:
    """Send a request and return the reply; raises OSError, HTTPException, TimeoutError or Trouble."""
    connection = Connection(port, deadline, made)
    try:
        _send(connection, request)
        with connection.getresponse() as response:
            body = _read(response, request)
            return Reply(response.status, Headers(response.getheaders()), body, request)
    finally:
        connection.close()


def exchange_raw(port: int, data: bytes, deadline: Deadline, made: MakeSocket = socket.socket) -> bytes:
    """Send bytes as they are; return what came back until the service hung up or the time was over."""
    received = bytearray()
    with connected(port, deadline, made) as link, suppress(OSError):
        with suppress(BrokenPipeError, ConnectionResetError):
            link.sendall(data)
        part = bytearray(CHUNK)
        while count := link.recv_into(part):
            received += part[:count]
    return bytes(received)


def _send(connection: Connection, request: Request) -> None:
    names = {name.lower() for name, _ in request.headers}
    connection.putrequest(request.method, request.path, skip_accept_encoding=True)
    for name, value in request.headers:
        connection.putheader(name, value.encode("utf-8"))
    if request.body is not None and not names & {"content-length", "transfer-encoding"}:
        connection.putheader("Content-Length", str(len(request.body)))
    connection.putheader("Connection", "close")
    try:
        connection.endheaders(request.body)
    except (BrokenPipeError, ConnectionResetError):
        return  # a service may answer 413 and hang up before it has read all


def _read(response: http.client.HTTPResponse, request: Request) -> bytes:
    parts: list[bytes] = []
    while part := response.read(CHUNK):
        parts.append(part)
        if len(parts) * CHUNK > MAX_BODY:
            message = f"the answer is larger than {MAX_BODY // 2**20} MiB"
            raise Trouble(Evidence(Verdict.LIMIT, message, did=(str(request),), again=request.curl))
    if response.length:  # what its Content-Length promised and never came
        raise http.client.IncompleteRead(b"".join(parts), response.length)
    return b"".join(parts)
