"""What the referee's tests share: small submissions, small checks, real processes."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from backroad import referee
from backroad.content.stages import read_stages
from backroad.model import Kind, Level, Limits, ServiceCommand
from backroad.plan import Plan
from backroad.referee.host import Host, Subject
from backroad.referee.recorder import Recorder
from backroad.referee.service import Service
from backroad.report import Report

# Roomy times: a busy machine is no failure. Tests of deadlines bring their own.
ROOMY = Limits(call=10, check=60, start=30, memory=512, output=1, file=1)
SERVER = """
import json, os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        body = json.dumps(self.answer()).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def answer(self):
        return {"path": self.path}

    def log_message(self, *_):
        pass

def serve(handler=Handler):
    ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), handler).serve_forever()
"""


def write(folder: Path, files: Mapping[str, str]) -> Path:
    """Write texts, their common indentation taken off, and return the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(textwrap.dedent(text), encoding="utf-8")
    return folder


@pytest.fixture
def plan(tmp_path: Path) -> Callable[..., Plan]:
    """Make the plan of a small run: a module `thing.py` or a service `app.py`, and checks of its own."""

    def make(code: str | Mapping[str, str], checks: str | Mapping[str, str] = "", **choices: Any) -> Plan:
        kind = choices.pop("kind", Kind.MODULE)
        due = "thing.py" if kind is Kind.MODULE else "app.py"
        tree = write(tmp_path / "tree", {due: code} if isinstance(code, str) else code)
        files = {"test_1_first.py": checks} if isinstance(checks, str) else checks
        folder = write(tmp_path / "checks", files if checks else {})
        settings: dict[str, Any] = {"limits": ROOMY, "service": ServiceCommand("python app.py"), **choices}
        order = tuple(check for stage in read_stages(folder)[0] for check in stage.checks)
        return Plan("thing", kind, "thing", folder, tree, "digest", order=order, **settings)

    return make


@pytest.fixture
def judge(plan: Callable[..., Plan]) -> Callable[..., Report]:
    """Run checks against code in the two-process way and return the report."""
    return lambda *args, **choices: referee.run(plan(*args, **choices))


@pytest.fixture
def loaded(plan: Callable[..., Plan]) -> Iterator[Callable[..., Subject]]:
    """Load code in a process of its own, and end it after the test."""
    hosts: list[Host] = []

    def load(code: str | Mapping[str, str], **choices: Any) -> Subject:
        hosts.append(Host(plan(code, **choices), Recorder()))
        return hosts[-1].subject()

    yield load
    for host in hosts:
        host.close()


@pytest.fixture
def serving(plan: Callable[..., Plan]) -> Iterator[Callable[..., Service]]:
    """Start a service in a process of its own, and end it after the test."""
    services: list[Service] = []

    def start(code: str, **choices: Any) -> Service:
        files = {"app.py": code, "base.py": SERVER}
        services.append(Service(plan(files, kind=Kind.SERVICE, **choices), Recorder()))
        services[-1].start()
        return services[-1]

    yield start
    for service in services:
        service.kill()


@pytest.fixture(scope="session")
def server() -> str:
    """The text of `base.py`: a server to build services on."""
    return textwrap.dedent(SERVER)


@pytest.fixture
def sandboxed() -> None:
    """Skip where this machine offers no walls."""
    from backroad.subject.confinement import probe

    if probe().level < Level.SANDBOX:
        pytest.skip("this machine has no Landlock or no seccomp")
