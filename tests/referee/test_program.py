"""A program that a preloaded process runs cannot tell that no interpreter was started for it."""

from __future__ import annotations

import os
import re
import signal
import textwrap
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import psutil
import pytest

from backroad.model import Kind, ServiceCommand
from backroad.plan import Plan
from backroad.referee import endings
from backroad.referee.forked import Forked, can_fork
from backroad.referee.preloaded import Preloaded
from backroad.referee.recorder import Recorder
from backroad.referee.starting import launch
from backroad.referee.supplies import Supplies
from backroad.subject.program import fits, words_of

pytestmark = pytest.mark.skipif(not can_fork(), reason="nothing is forked on this system")

SECONDS = 20
Make = Callable[..., Plan]
# Both ways, in a folder of the same name: what a program says of itself, and how it ends.
PROGRAMS: dict[str, str | bytes] = {
    "itself": """
        import os, signal, sys
        import __main__
        print(sys.argv, sys.orig_argv, sys.executable, sys.flags, sys.path)
        print(__name__, __file__, __package__, __spec__, __cached__, type(__loader__), sorted(vars(__main__)))
        print(os.getcwd(), sorted(name for name in os.environ if name not in ("PORT", "HOME", "TMPDIR")))
        print([signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGCHLD, signal.SIGPIPE)])
        print(repr(sys.stdin.read()), [(one.encoding, one.write_through) for one in (sys.stdout, sys.stderr)])
        print([name for name in sys.modules if name.startswith("backroad")], os.getpid() == os.getsid(0))
        print(os.listdir("/proc/self/fd"), hash("text"))
    """,
    "exit code": "raise SystemExit(3)",
    "last words": "import sys\nsys.exit('no database')",
    "exception": "def first():\n    1 / 0\n\nfirst()",
    "chained": "try:\n    {}['a']\nexcept KeyError as error:\n    raise ValueError('b') from error",
    "syntax": "print('never')\ndef (:",
    "own hook": "import sys\nsys.excepthook = lambda *told: print('hooked', told[0])\nraise LookupError",
    "at exit": "import atexit\natexit.register(print, 'closed')\nprint('open', end=' ')",
    "thread": "import threading\nthreading.Timer(0.1, print, ['late']).start()\nprint('early')",
    "no farewell": "import os\nprint('said', end='')\nos._exit(7)",
    "pickled": """
        import pickle
        class Thing:
            pass
        print(type(pickle.loads(pickle.dumps(Thing()))) is Thing)
    """,
    "a child": """
        import multiprocessing
        def work(number):
            return number * 2
        if __name__ == "__main__":
            with multiprocessing.get_context("spawn").Pool(1) as pool:
                print(pool.map(work, [1, 2]))
    """,
    "orphan": "import os\nif os.fork() == 0:\n    os._exit(0)\nprint('parent')",
    "latin": b"# -*- coding: latin-1 -*-\nprint('\xe9')",
    "asked by a signal": "import os, signal\nos.kill(os.getpid(), signal.SIGTERM)",
    "own json": "import json\nprint(json.MINE, json.__file__)",
    "optimized": "assert False, 'not asserted'\nprint(__debug__)",
    "moved": "import time\nprint(time.localtime(0).tm_hour)",
}
BESIDE = {"own json": {"json.py": b"MINE = 1\n"}}
SETTINGS = {"optimized": {"PYTHONOPTIMIZE": "1"}, "moved": {"TZ": "Asia/Tokyo"}}


@pytest.fixture
def made(plan: Make, tmp_path: Path) -> Plan:
    """The plan of a service in Python, with the standard library's json loaded ahead."""
    reference = tmp_path / "reference"
    reference.mkdir()
    (reference / "app.py").write_text("import json\nimport multiprocessing\n")
    return plan(
        {"app.py": ""}, kind=Kind.SERVICE, service=ServiceCommand("python app.py -x"), reference=reference
    )


@pytest.fixture
def preloaded(made: Plan, tmp_path: Path) -> Iterator[Preloaded]:
    """The process that forks."""
    process = Preloaded(made, tmp_path)
    yield process
    process.close()


def ended(made: Plan, env: Mapping[str, str], forks: Preloaded | None) -> tuple[str, int]:
    """Return what the program said and its exit code."""
    running = launch(made, env, Supplies(made, Recorder()), forks)
    assert isinstance(running.process, Forked)
    assert (running.process.started is None) is (forks is not None)
    try:
        code = running.process.wait(SECONDS)
        return running.log.read_text("utf-8").replace(str(running.scratch), "SCRATCH"), code
    finally:
        endings.end(running.process)
        running.let_go()


@pytest.mark.parametrize("name", PROGRAMS)
def test_both_starts_look_the_same(made: Plan, preloaded: Preloaded, name: str) -> None:
    """What a program sees, says and ends with does not depend on how it was started."""
    text = PROGRAMS[name]
    program = text if isinstance(text, bytes) else textwrap.dedent(text).encode()
    for file, content in {"app.py": program, **BESIDE.get(name, {})}.items():
        (made.tree / file).write_bytes(content)
    settings = SETTINGS.get(name, {})
    said, code = ended(made, settings, None)
    assert said or code
    assert ended(made, settings, preloaded) == (said, code)


def test_a_program_that_is_not_there(made: Plan, preloaded: Preloaded) -> None:
    """Python says so itself."""
    (made.tree / "app.py").unlink()
    said, code = ended(made, {}, None)
    assert "can't open file" in said
    assert ended(made, {}, preloaded) == (said, code)


def test_a_stack_is_told(made: Plan, preloaded: Preloaded) -> None:
    """Who is asked where it hangs tells the lines of the program; the kit's own may follow."""
    (made.tree / "app.py").write_text("import os\n\ndef deep():\n    os.abort()\n\ndeep()\n")
    said, code = ended(made, {}, preloaded)
    assert code == -signal.SIGABRT
    assert re.findall(r"app.py\", line (\d) in (\S+)", said) == [("4", "deep"), ("6", "<module>")]


def test_it_is_not_started_anew(made: Plan, preloaded: Preloaded) -> None:
    """A plain program runs in the fork itself, with what was loaded; one that does not fit is executed."""
    (made.tree / "app.py").write_text("import sys\nprint('multiprocessing' in sys.modules)\n")
    assert ended(made, {}, preloaded) == ("True\n", 0)
    assert ended(made, {"PYTHONPATH": "/nowhere"}, preloaded) == ("False\n", 0)
    (made.tree / "json.py").write_text("")
    assert ended(made, {}, preloaded) == ("False\n", 0)


def test_a_command_of_another_kind_is_executed(made: Plan, preloaded: Preloaded) -> None:
    """The shell gets what is more than a program and its arguments."""
    shell = made.but(service=ServiceCommand("A=1 && echo $A && exec sh -c 'exit 4'"))
    assert ended(shell, {}, preloaded) == ("1\n", 4)


def test_what_it_leaves_behind_is_ended(made: Plan, preloaded: Preloaded) -> None:
    """A daemon of a session of its own goes with the service."""
    code = "import os, time\nif os.fork() == 0:\n    os.setsid()\n    print('there')\ntime.sleep(60)\n"
    (made.tree / "app.py").write_text(code)
    running = launch(made, {}, Supplies(made, Recorder()), preloaded)
    while not running.log.read_text():
        time.sleep(0.01)
    [daemon] = psutil.Process(running.process.pid).children()
    os.kill(running.process.pid, signal.SIGKILL)
    running.process.wait(SECONDS)
    assert daemon.is_running()
    running.let_go()
    assert not daemon.is_running()


def test_a_service_is_launched_without_its_preloaded_process(made: Plan, preloaded: Preloaded) -> None:
    """Where that one has been killed, an interpreter is started."""
    (made.tree / "app.py").write_text("print('here')\n")
    preloaded.process.kill()
    preloaded.process.wait()
    running = launch(made, {}, Supplies(made, Recorder()), preloaded)
    assert isinstance(running.process, Forked)
    assert running.process.started is not None
    assert running.process.wait(SECONDS) == 0
    assert running.log.read_text() == "here\n"
    running.let_go()


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("python app.py", ["python", "app.py"]),
        ("python3  src/app.py --port 1", ["python3", "src/app.py", "--port", "1"]),
        ("python -m app", []),
        ("python", []),
        ("node app.js", []),
        ("python app.py > log", []),
        ("python 'app.py'", []),
        ("PORT=1 python app.py", []),
        ("python app.py\npython app.py", []),
    ],
)
def test_the_plain_command(command: str, words: list[str]) -> None:
    """Only `python FILE.py …` without any sign of the shell's is taken apart."""
    assert words_of(command) == words


def test_another_python_does_not_fit(tmp_path: Path) -> None:
    """The first `python` on PATH has to be this interpreter."""
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\n")
    python.chmod(0o755)
    assert not fits(["python", "app.py"], {**os.environ, "PATH": str(tmp_path)})
    assert not fits([], os.environ)
