"""Where nothing can be forked, a referee waits for each run with its checks collected."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import psutil
import pytest

from backroad import referee
from backroad.errors import KitFault
from backroad.model import Kind
from backroad.plan import Plan
from backroad.referee import endings
from backroad.referee import waiting as waiting_referee
from backroad.referee.engine import Engine
from backroad.referee.launch import Started, start_subject
from backroad.referee.session import Brake, Overdue
from backroad.report import Verdict

from .test_engine import CHECK, CODE, PROGRAMS, SHORT, WHEN, document_servers, nothing_left, told

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="processes are found by their command")
SECONDS = 20
ENDED = "thing: what was kept ready has ended; it starts anew"
Make = Callable[..., Plan]


@pytest.fixture
def notices() -> list[str]:
    """What the engine had to say."""
    return []


@pytest.fixture
def engine(notices: list[str]) -> Iterator[Engine]:
    """An engine on a system without fork; it leaves no process behind."""
    with nothing_left(), Engine(notices.append, spare=True, forks=False) as made:
        yield made


def waiting() -> psutil.Process:
    """Return the one process that waits for a run; one that was just started has no command yet."""
    deadline = time.monotonic() + SECONDS
    while not (found := [one for one in psutil.Process().children() if "--waiting" in one.cmdline()]):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    [only] = found
    return only


def below(process: psutil.Process) -> list[psutil.Process]:
    """Return what a waiting process has started, once it has."""
    deadline = time.monotonic() + SECONDS
    while not (found := process.children(recursive=True)):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return found


def test_each_run_has_a_process_of_its_own(plan: Make, engine: Engine, notices: list[str]) -> None:
    """One waits after every run, also after one that was ended; the first run starts anew."""
    made, seen = plan(CODE, CHECK), set()
    for _ in range(4):
        assert engine.run(made).passed
        seen.add(waiting().pid)
    brake = Brake()
    brake.pull()
    with pytest.raises(Overdue):
        engine.run(made, brake=brake)
    seen.add(waiting().pid)
    assert len(seen) == 5
    assert notices == []


def test_it_says_the_same(plan: Make, engine: Engine, notices: list[str]) -> None:
    """Verdict, evidence and place are those of a cold start, and the next run is not touched."""
    made = plan("", CHECK + CHECK.replace("test_value", "test_again"), limits=SHORT)
    file = made.tree / "thing.py"
    for name, (code, verdict) in PROGRAMS.items():
        file.write_text(code)
        cold = referee.run(made)
        assert (name, cold.results[0].verdict) == (name, verdict)
        assert (name, told(engine.run(made))) == (name, told(cold))
        file.write_text(CODE)
        assert (name, engine.run(made).passed) == (name, True)
    assert notices == []


def test_edits_are_all_seen(plan: Make, engine: Engine) -> None:
    """What waits has read nothing of the learner's: no verdict on code of one size and time is stale."""
    made = plan("", CHECK)
    for number in range(12):
        (made.tree / "thing.py").write_text(f"def value(): return {number % 3}\n")
        os.utime(made.tree / "thing.py", (WHEN, WHEN))
        assert engine.run(made).passed is (number % 3 == 1)


def test_the_run_is_the_one_that_was_asked_for(plan: Make, engine: Engine) -> None:
    """Chosen checks, shuffled ones, another order of hashes and another folder are those of the run."""
    code = "import os\ndef value(): return 1\ndef told(): return os.getcwd(), os.environ['PYTHONHASHSEED']\n"
    check = '''
def test_told(subject, tmp_path):
    """It is told"""
    assert subject.told() == "nothing"
'''
    made = plan(code, CHECK + CHECK.replace("test_value", "test_other") + check)
    assert [one.name for one in engine.run(made.but(names=("other",))).results] == ["other"]
    assert {one.name for one in engine.run(made).results} == {"value", "other", "told"}
    told_here = engine.run(made.but(names=("told",))).results[0]
    assert f"('{made.tree}', '0')" in str(told_here.got)
    told_with_seed = engine.run(made.but(names=("told",), seed=7, shuffle=True)).results[0]
    assert f"('{made.tree}', '7')" in str(told_with_seed.got)


def test_what_the_reference_imports_is_loaded(plan: Make, engine: Engine) -> None:
    """The learner's process has it before the run is known, and nothing of the learner's."""
    made = plan("import sys\nSEEN = 'xml.dom' in sys.modules\ndef value(): return int(SEEN)\n", CHECK)
    reference = made.tree.parent / "reference"
    reference.mkdir()
    (reference / "thing.py").write_text("from xml.dom import minidom\n")
    made = made.but(reference=reference)
    assert [engine.run(made).passed for _ in range(3)] == [False, True, True]


def test_a_service(plan: Make, engine: Engine, server: str) -> None:
    """A service is started by its command."""
    asks = '''
def test_path(service):
    """It answers the path"""
    assert service.get("/a").json == {"path": "/a"}
'''
    files = {"app.py": "from base import serve\n\nserve()\n", "base.py": server}
    made = plan(files, asks, kind=Kind.SERVICE)
    assert [engine.run(made).passed for _ in range(2)] == [True] * 2


def test_documents(plan: Make, engine: Engine) -> None:
    """A document server waits with the referee, empty for each run."""
    check = """
def test_value(subject, mongo):
    \"\"\"value() is right\"\"\"
    assert mongo.collections() == []
    assert mongo.insert("things", [{"value": subject.value()}]) == 1
"""
    made = plan(CODE, check, needs=("documents",))
    assert [engine.run(made).passed for _ in range(3)] == [True] * 3
    deadline = time.monotonic() + SECONDS
    while document_servers() != 1:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_changed_checks_are_read_again(plan: Make, engine: Engine, notices: list[str]) -> None:
    """What was collected from another text is replaced, without a word; broken checks are told each time."""
    made = plan(CODE, CHECK)
    assert engine.run(made).passed
    first = waiting()
    file = made.checks / "test_1_first.py"
    file.write_text(CHECK.replace("== 1", "== 2"))
    assert engine.run(made).results[0].verdict is Verdict.FAILED
    assert not first.is_running()
    for text in ("import nothing_of_that_name\n", "raise SystemExit('nothing_of_that_name')\n"):
        file.write_text(text)
        for _ in range(2):  # from a new start, then from what waits
            with pytest.raises(KitFault, match="nothing_of_that_name"):
                engine.run(made)
    assert notices == []


def test_it_may_be_killed(plan: Make, engine: Engine, notices: list[str]) -> None:
    """Somebody kills what waits, or its subject: the next run goes on, and says so where it could not."""
    made = plan(CODE, CHECK)
    assert engine.run(made).passed
    victim = waiting()
    family = below(victim)
    victim.kill()
    victim.wait(SECONDS)
    assert psutil.wait_procs(family, timeout=SECONDS)[1] == []
    assert engine.run(made).passed
    assert notices == [ENDED]
    for one in below(waiting()):
        one.kill()
    assert [engine.run(made).passed for _ in range(2)] == [True] * 2


def test_a_subject_may_end_before_it_is_told_what_to_load(
    plan: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is wrong yet: the run that it is for starts another one."""

    def killed(*args: Any, **choices: Any) -> Started:
        started = start_subject(*args, **choices)
        endings.end(started.process)
        return started

    monkeypatch.setattr(waiting_referee, "start_subject", killed)
    started = waiting_referee.subject_ahead(plan(CODE, CHECK), ["json"])
    assert started.process.poll() is not None
    started.end()


def test_a_run_may_be_ended(plan: Make, engine: Engine) -> None:
    """A run from what waited ends at once with all it started."""
    made = plan(CODE, CHECK)
    assert engine.run(made).passed
    (made.tree / "thing.py").write_text("def value():\n    while True: pass\n")
    brake = Brake()
    threading.Timer(0.5, brake.pull).start()
    begin = time.monotonic()
    with pytest.raises(Overdue):
        engine.run(made, brake=brake)
    assert time.monotonic() - begin < SECONDS
    (made.tree / "thing.py").write_text(CODE)
    assert engine.run(made).passed


def test_who_asks_may_die() -> None:
    """When the process that holds the engine is killed, what waits ends with all it started."""
    code = """
import sys, time
from backroad.content import layers
from backroad.content.home import find_content
from backroad.content.roadmap import load_roadmap
from backroad.referee import plan_for
from backroad.referee import endings
from backroad.referee import waiting as waiting_referee
from backroad.referee.engine import Engine
from backroad.referee.launch import Started, start_subject
exercise = load_roadmap(find_content()).exercises[0]
with plan_for(exercise, layers.reference(exercise)) as plan, Engine(spare=True, forks=False) as ready:
    ready.run(plan)
    print("ready", flush=True)
    time.sleep(600)
"""
    caller = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    assert caller.stdout is not None
    assert caller.stdout.readline() == b"ready\n"
    family = psutil.Process(caller.pid).children(recursive=True)
    assert family
    caller.send_signal(signal.SIGKILL)
    assert psutil.wait_procs(family, timeout=SECONDS)[1] == []
    caller.communicate()
