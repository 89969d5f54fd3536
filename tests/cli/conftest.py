"""A small road with a module and a service, and the command line in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from backroad.cli.session import Session
from backroad.practice.beginning import begin

from ..roads import GREETS, lay

# Ctrl-C counts, though whoever runs these tests in the background may have it ignored.
HEEDING = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
PROGRAM = f"{HEEDING}; from backroad.cli import main; main(prog_name='backroad')"

ROAD = """
[steps.1-basics]
title = "Basics"
exercises = ["greeter", "parting"]
[steps.2-frameworks]
title = "Frameworks"
exercises = ["pinger"]
"""
SETTINGS = """
title = "{title}"
summary = "Say hello to {title}"
kind = "{kind}"
template = "{template}"
minutes = 20
difficulty = 1
teaches = ["functions"]
requires = []
after = []
"""
GREETER_2 = '''"""Says it politely"""
from backroad.checks import hint


@hint("a", "b", "c")
def test_has_a_version(subject):
    """The version is a number

    Releases could not be told apart.
    """
    assert subject.VERSION == 1
'''
PINGER = '''"""Answers"""
from backroad.checks import answer, hint


@hint("a", "b", "c")
def test_answers(service):
    """GET /healthz answers 200

    Nobody would know that it is up.
    """
    assert service.get("/healthz") == answer(200)
'''
SERVER = """
import http.server, os, sys

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()

print("about to listen", flush=True)
http.server.HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
"""
STARTER = "VERSION = 1\n\n\ndef hello(name='world'):\n    ...  # TODO 1\n"
RIGHT = "VERSION = 1\n\n\ndef hello(name='world'):\n    return 'hello ' + name\n"
FILES = {
    "exercises/roadmap.toml": ROAD,
    "exercises/1-basics/greeter/exercise.toml": SETTINGS.format(
        title="A greeter", kind="module", template="python-module"
    ),
    "exercises/1-basics/greeter/README.md": "# A greeter\n",
    "exercises/1-basics/greeter/starter/greeter.py": STARTER,
    "exercises/1-basics/greeter/checks/test_1_hello.py": GREETS,
    "exercises/1-basics/greeter/checks/test_2_polite.py": GREETER_2,
    "solutions/1-basics/greeter/reference/greeter.py": RIGHT,
    "solutions/1-basics/greeter/alternatives/joined/greeter.py": RIGHT.replace(
        "'hello ' + name", "f'hello {name}'"
    ),
    "solutions/1-basics/greeter/NOTES.md": "# Why so\n\nBecause it is *short*.\n",
    "solutions/1-basics/greeter/mutants.toml": "",
    "exercises/1-basics/parting/exercise.toml": SETTINGS.format(
        title="A farewell", kind="module", template="python-module"
    ),
    "exercises/1-basics/parting/README.md": "# A farewell\n",
    "exercises/1-basics/parting/starter/parting.py": "",
    "exercises/1-basics/parting/checks/test_1_bye.py": GREETER_2,
    "solutions/1-basics/parting/reference/parting.py": "VERSION = 1\n",
    "solutions/1-basics/parting/NOTES.md": "# Why so\n",
    "solutions/1-basics/parting/mutants.toml": "",
    "exercises/2-frameworks/pinger/exercise.toml": SETTINGS.format(
        title="A pinger", kind="service", template="flask-service"
    ),
    "exercises/2-frameworks/pinger/README.md": "# A pinger\n",
    "exercises/2-frameworks/pinger/starter/app.py": SERVER,
    "exercises/2-frameworks/pinger/checks/test_1_answers.py": PINGER,
    "solutions/2-frameworks/pinger/reference/app.py": SERVER,
    "solutions/2-frameworks/pinger/NOTES.md": "# Why so\n",
    "solutions/2-frameworks/pinger/mutants.toml": "",
}

Ended = subprocess.CompletedProcess[str]
Kit = Callable[..., Ended]


@pytest.fixture(scope="session")
def content(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the small road."""
    return lay(tmp_path_factory.mktemp("content"), FILES)


@pytest.fixture
def environment(content: Path, tmp_path: Path) -> Mapping[str, str]:
    """An environment with a home of its own and no colour settings."""
    kept = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "COLUMNS")}
    home = {"BACKROAD_HOME": str(tmp_path / "home"), "BACKROAD_CONTENT": str(content)}
    return {**kept, **home, "PYTHONUTF8": "1"}


@pytest.fixture
def kit(environment: Mapping[str, str], tmp_path: Path) -> Kit:
    """Run the command line in a process of its own, in a temporary folder."""

    def run(*words: object, cwd: Path = tmp_path, **more: str) -> Ended:
        command = [sys.executable, "-c", PROGRAM, *map(str, words)]
        return subprocess.run(
            command,
            cwd=cwd,
            env={**environment, **more},
            capture_output=True,
            encoding="utf-8",
            timeout=120,
            check=False,
        )

    return run


@pytest.fixture
def greeter(environment: Mapping[str, str], tmp_path: Path) -> Path:
    """A workspace as scaffolded: by the command's own parts, without a process that only imports them."""
    session = Session(environ=environment)
    return begin(session, session.exercise("greeter"), tmp_path / "greeter").root


@pytest.fixture
def solved(greeter: Path) -> Path:
    """A workspace with a right solution."""
    (greeter / "greeter.py").write_text(
        RIGHT.replace("'hello ' + name", "' '.join(['hello', name])"), encoding="utf-8"
    )
    return greeter
