"""The server: its port, what reaches it, and an end that leaves nothing behind."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest

from backroad.dashboard.guard import HEADER, HEADERS
from backroad.dashboard.serving import HOST, heeded_once, listening
from backroad.errors import BackroadError, ExitCode

from ..browser.dashboard import Dashboard
from ..cli.conftest import PROGRAM

SECONDS = 5.0  # of a busy machine; on a quiet one it takes half a second
ENDLESS = "VERSION = 1\n\n\ndef hello(name='world'):\n    while True:\n        pass\n"


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder for temporary files of whatever is started."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    return folder


@pytest.fixture
def served(road: Path, tmp_path: Path, temporary: Path) -> Iterator[Dashboard]:
    """A dashboard in a process of its own."""
    assert temporary.is_dir()
    with Dashboard(tmp_path, road) as dashboard:
        yield dashboard


class Visit:
    """A connection to a dashboard, with its secret."""

    def __init__(self, dashboard: Dashboard) -> None:
        parts = urlsplit(dashboard.address)
        self.port = parts.port or 0
        self.path = parts.path
        self._connection = http.client.HTTPConnection(HOST, self.port, timeout=20)

    def ask(self, method: str, path: str) -> http.client.HTTPResponse:
        """Ask for something below the secret."""
        self._connection.request(method, f"{self.path}{path}", headers={HEADER: self.path.strip("/")})
        return self._connection.getresponse()

    def raw(self, text: str) -> bytes:
        """Send bytes as they are; return what comes back."""
        with socket.create_connection((HOST, self.port), timeout=20) as connection:
            connection.sendall(text.encode("latin-1"))
            return b"".join(iter(lambda: connection.recv(65_536), b""))


def test_a_taken_port_is_said() -> None:
    """A port that somebody has is told with its option, the reason and the remedy."""
    with listening(0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(BackroadError) as caught:
            listening(port)
    (problem,) = caught.value.problems
    assert problem.where == f"--port {port}"
    assert "in use" in problem.what
    assert "--port" in problem.remedy


def command(port: object, place: Path) -> subprocess.CompletedProcess[str]:
    """Run the command with a port."""
    words = [sys.executable, "-c", PROGRAM, "serve", "--no-browser", "--port", str(port)]
    environ = {**os.environ, "BACKROAD_HOME": str(place / "home"), "PYTHONUTF8": "1"}
    return subprocess.run(
        words, cwd=place, env=environ, capture_output=True, encoding="utf-8", timeout=60, check=False
    )


def test_a_taken_port_ends_the_command(tmp_path: Path) -> None:
    """The command says so on standard error, and that it is the user's to put right."""
    with listening(0) as taken:
        port = taken.getsockname()[1]
        ended = command(port, tmp_path)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith(f"backroad: --port {port}: cannot be listened on: ")
    assert "choose another one" in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize("port", [-1, 65_536, "x"])
def test_no_port(tmp_path: Path, port: object) -> None:
    """What is no port is told before anything starts."""
    ended = command(port, tmp_path)
    assert (ended.returncode, ended.stdout) == (2, "")


def test_it_answers_this_machine_alone() -> None:
    """A free port is taken for 127.0.0.1, and for no other address of the machine."""
    with listening(0) as taken:
        host, port = taken.getsockname()
        assert (host, port > 0) == ("127.0.0.1", True)


def test_what_reaches_it(served: Dashboard) -> None:
    """Requests that no browser sends are refused one by one, and the next one is answered."""
    visit = Visit(served)
    page, host = visit.path, f"{HOST}:{visit.port}"
    refused = {
        f"GET http://evil.example{page} HTTP/1.1\r\nHost: {host}\r\n\r\n": b"421",
        f"GET http://evil.example:{visit.port}{page} HTTP/1.1\r\n\r\n": b"421",
        f"GET {page} HTTP/1.1\r\n\r\n": b"421",
        f"GET {page} HTTP/1.0\r\n\r\n": b"421",
        f"GET {page} HTTP/1.1\r\nHost: {host}\r\nHost: evil.example\r\n\r\n": b"421",
        f"GET {page} HTTP/1.1\r\nHost: evil.example\r\nHost: {host}\r\n\r\n": b"421",
        f"GET {page} HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\nOrigin: null\r\n\r\n": b"403",
        f"GET /{page}../.. HTTP/1.1\r\nHost: {host}\r\n\r\n": b"308 404",
        f"GET {page}assets/../../../../etc/passwd HTTP/1.1\r\nHost: {host}\r\n\r\n": b"404",
        f"POST {page}exercise/greeter/start HTTP/1.1\r\nHost: {host}\r\nContent-Length: 0\r\n\r\n": b"403",
        f"POST {page}exercise/greeter/start HTTP/1.1\r\nHost: {host}\r\nContent-Length: -1\r\n\r\n": b"403",
        f"POST {page}exercise/greeter/start HTTP/1.1\r\nHost: {host}\r\nTransfer-Encoding: x\r\n\r\n": b"403",
        "nonsense\r\n\r\n": b"400 HTTP",
        f"GET /{'x' * 70_000} HTTP/1.1\r\nHost: {host}\r\n\r\n": b"414",
    }
    for request, codes in refused.items():
        said = visit.raw(request)
        assert any(code in said.partition(b"\r\n")[0] for code in codes.split()), (request[:99], said[:99])
        assert page.strip("/").encode() not in said or b"Location" in said
        assert b"root:x:0" not in said
    assert visit.ask("GET", "").status == 200
    assert not list(served.folder.iterdir())


NOISE = [
    pytest.param("GET {page} HTTP/9.9\r\n\r\n", id="another version"),
    pytest.param("{page}\r\n\r\n", id="one word"),
    pytest.param("GET {page} x y HTTP/1.1\r\n\r\n", id="many words"),
    pytest.param("GET {page}" + "x" * 70_000 + " HTTP/1.1\r\n\r\n", id="a long line"),
    pytest.param("GET {page} HTTP/1.1\r\n" + "A: b\r\n" * 200 + "\r\n", id="many headers"),
    pytest.param("GET {page} HTTP/1.1\r\nA: " + "b" * 70_000 + "\r\n\r\n", id="a long header"),
]


@pytest.fixture(scope="module")
def lasting(road: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dashboard]:
    """A dashboard for all tests that leave it as it is."""
    with Dashboard(tmp_path_factory.mktemp("lasting"), road) as dashboard:
        yield dashboard


@pytest.mark.parametrize("noise", NOISE)
def test_no_request(lasting: Dashboard, noise: str) -> None:
    """What is no request is refused, sealed as any answer; it is neither repeated nor written down."""
    visit = Visit(lasting)
    head = visit.raw(noise.replace("{page}", visit.path)).partition(b"\r\n\r\n")[0].decode()
    assert re.match(r"HTTP/1\.\d [45]\d\d ", head), head[:99]
    for name, value in HEADERS.items():
        assert f"\r\n{name}: {value}" in head
    assert visit.path.strip("/") not in head
    assert lasting.errors == ""


def test_where_it_listens(lasting: Dashboard) -> None:
    """It listens on this machine's own address alone."""
    found = psutil.Process(lasting.process.pid).net_connections(kind="inet")
    assert {one.laddr.ip for one in found if one.status == psutil.CONN_LISTEN} == {HOST}


def test_silent_lines(lasting: Dashboard) -> None:
    """Lines on which nobody speaks, or only half a request comes, hold nobody up."""
    visit = Visit(lasting)
    with ExitStack() as stack:
        for number in range(20):
            line = stack.enter_context(socket.create_connection((HOST, visit.port)))
            line.sendall(b"GET /"[: number % 6])
        assert visit.ask("GET", "").status == 200


def test_a_port_of_its_own_choice(served: Dashboard) -> None:
    """Without --port the system chooses one, and what is printed is where it answers."""
    answer = Visit(served).ask("GET", "")
    assert (answer.status, "The road" in answer.read().decode()) == (200, True)


@pytest.mark.skipif(sys.platform != "linux", reason="needs the opener of Linux desktops")
def test_the_browser_is_opened(road: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The browser is given an address that leads to the pages once: command lines are read by others."""
    opener, given = tmp_path / "programs" / "xdg-open", tmp_path / "given"
    opener.parent.mkdir()
    opener.write_text(f'#!/bin/sh\necho "$1" > {given}.new\nmv {given}.new {given}\n', encoding="utf-8")
    opener.chmod(0o755)
    monkeypatch.setenv("PATH", str(opener.parent), prepend=os.pathsep)
    with Dashboard(tmp_path, road, options=()) as dashboard:
        deadline = time.monotonic() + 20
        while not given.exists():
            assert time.monotonic() < deadline, dashboard.errors
            time.sleep(0.02)
        once, secret = (urlsplit(text).path for text in (given.read_text("ascii").strip(), dashboard.address))
        connection = http.client.HTTPConnection(HOST, urlsplit(dashboard.address).port, timeout=20)
        answers = []
        for _ in range(2):
            connection.request("GET", once)
            answer = connection.getresponse()
            answer.read()
            answers.append((answer.status, answer.headers["Location"]))
        assert once != secret
        assert answers == [(303, secret), (404, None)]


def followed(visit: Visit) -> http.client.HTTPResponse:
    """Look at a workspace until the checks run in it; return the open stream."""
    stream = visit.ask("GET", "exercise/greeter/events")
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        line = stream.readline().decode()
        if line.startswith("data: ") and json.loads(line[6:])["running"]:
            return stream
    raise AssertionError("no run has begun")


@pytest.mark.skipif(os.name != "posix", reason="ends processes by signals")
@pytest.mark.parametrize(
    "signals",
    [[signal.SIGINT], [signal.SIGTERM], [signal.SIGINT, signal.SIGINT]],
    ids=["Ctrl-C", "a request to end", "Ctrl-C twice"],
)
def test_ended_during_a_check(served: Dashboard, temporary: Path, signals: list[signal.Signals]) -> None:
    """It ends at once, with its streams; no process and no file of it is left, and no file was changed."""
    assert Visit(served).ask("POST", "exercise/greeter/start").status == 200
    (served.folder / "greeter" / "greeter.py").write_text(ENDLESS, encoding="utf-8")
    before = files(served.folder)
    streams = [followed(Visit(served)) for _ in range(2)]
    begun = time.monotonic()
    for one in signals[1:]:
        served.process.send_signal(one)
        time.sleep(0.05)
    code = served.end(signals[0])
    assert (code, time.monotonic() - begun < SECONDS) == (ExitCode.INTERRUPTED, True)
    assert files(served.folder) == before
    assert list(temporary.iterdir()) == []
    assert served.errors.split("\n") == ["", "backroad: stopped", ""]
    for stream in streams:
        stream.close()


@pytest.mark.skipif(os.name != "posix", reason="ends processes by signals")
def test_what_is_started_at_the_end() -> None:
    """A process that is started while the server ends inherits nothing of that, and can be ended."""
    asked = "import signal; print(*(signal.getsignal(one).name for one in (signal.SIGTERM, signal.SIGHUP)))"
    with heeded_once() as end:
        end()
        told = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert told.stdout.split() == ["SIG_DFL", "SIG_DFL"]


def files(folder: Path) -> dict[str, bytes]:
    """Return what a folder holds."""
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}
