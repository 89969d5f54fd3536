"""A warm start gives the verdicts of a cold one, survives what happens to it, and leaves nothing behind."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from backroad import referee
from backroad.errors import KitFault
from backroad.model import Kind, Limits
from backroad.plan import Plan
from backroad.referee.engine import Engine
from backroad.referee.preloads import preloads
from backroad.report import Report, Result, Verdict

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="there is no warm start here")
CODE = "def value(): return 1\n"
CHECK = '''
def test_value(subject):
    """The value is one"""
    assert subject.value() == 1
'''
SHORT = Limits(call=0.5, check=2, start=10, memory=256, output=1, file=1)
WHEN = 1_700_000_000
Make = Callable[..., Plan]
PROGRAMS = {
    "right": (CODE, Verdict.PASSED),
    "wrong": ("def value(): return 2\n", Verdict.FAILED),
    "raises": ("def value(): return 1 / 0\n", Verdict.RAISED),
    "hangs": ("def value():\n    while True: pass\n", Verdict.HUNG),
    "exits": ("import os\ndef value(): os._exit(3)\n", Verdict.DIED),
    "leaves politely": ("def value(): raise SystemExit(4)\n", Verdict.DIED),
    "crashes": ("import faulthandler\ndef value(): faulthandler._sigsegv()\n", Verdict.DIED),
    "eats memory": ("def value(): return len(bytearray(2**30))\n", Verdict.LIMIT),
    "is no Python": ("def value(:\n", Verdict.UNREADABLE),
    "exits at once": ("raise SystemExit(5)\n", Verdict.UNREADABLE),
}


@pytest.fixture
def notices() -> list[str]:
    """What the engine had to say."""
    return []


@pytest.fixture(params=[False, True], ids=["none-ahead", "one-ahead"])
def spare(request: pytest.FixtureRequest) -> bool:
    """Whether the next run is forked ahead."""
    return bool(request.param)


@pytest.fixture
def engine(notices: list[str], spare: bool) -> Iterator[Engine]:
    """An engine of its own for each test; it leaves no process behind."""
    with nothing_left(), Engine(notices.append, spare=spare) as made:
        yield made


@contextmanager
def nothing_left() -> Iterator[None]:
    """See that there are no more processes after the `with` than before."""
    before = {process.pid for process in psutil.Process().children(recursive=True)}
    yield
    left = [p for p in psutil.Process().children(recursive=True) if p.pid not in before]
    assert psutil.wait_procs(left, timeout=5)[1] == []  # a busy machine takes its time to see off a spare


def told(report: Report) -> list[tuple[object, ...]]:
    """Return all that a learner reads of a report, but times."""
    return [
        (one.name, one.verdict, one.did, one.expected, one.got, one.where, one.message, one.output)
        for one in report.results
    ]


def servers(engine: Engine) -> list[psutil.Process]:
    """Return the processes that are kept ready."""
    del engine
    kept = psutil.Process().children()
    living = [one for one in kept if one.status() != psutil.STATUS_ZOMBIE]
    return [one for one in living if {"--forks", "--paused"} & {*one.cmdline()}]


def test_all_starts_say_the_same(plan: Make, notices: list[str]) -> None:
    """Verdict, evidence and place are the same, and the next run is not touched."""
    made = plan("", CHECK + CHECK.replace("test_value", "test_again"), limits=SHORT)
    file = made.tree / "thing.py"
    tell = notices.append
    with nothing_left(), Engine(tell) as none_ahead, Engine(tell, spare=True) as one_ahead:
        for name, (code, verdict) in PROGRAMS.items():
            file.write_text(code)
            cold = referee.run(made)
            assert (name, cold.results[0].verdict) == (name, verdict)
            for engine in (none_ahead, one_ahead):
                file.write_text(code)
                assert (name, told(engine.run(made))) == (name, told(cold))
                file.write_text(CODE)
                assert (name, engine.run(made).passed) == (name, True)
    assert notices == []


def test_only_what_was_asked_for_last_is_kept(plan: Make, tmp_path: Path) -> None:
    """Somebody who visits many exercises does not fill the memory; one that was let go starts anew."""
    made = plan(CODE, CHECK)
    others = [shutil.copytree(made.checks, tmp_path / f"checks{number}") for number in range(3)]
    moved = [(folder, [replace(one, file=folder / one.file.name) for one in made.order]) for folder in others]
    plans = [made, *(made.but(checks=folder, order=tuple(order)) for folder, order in moved)]
    with nothing_left(), Engine(most=2) as engine:
        for one in plans:
            assert engine.run(one).passed
        assert len(servers(engine)) == 4  # of two exercises, a session and a process for subjects each
        assert engine.run(plans[0]).passed
        assert len(servers(engine)) == 4


def test_a_service_is_judged_as_well(plan: Make, engine: Engine, server: str) -> None:
    """The session is warm, the service is started by its command."""
    check = '''
def test_path(service):
    """It answers the path"""
    assert service.get("/a").json == {"path": "/a"}
'''
    made = plan(
        {"app.py": "from base import serve\n\nserve()\n", "base.py": server}, check, kind=Kind.SERVICE
    )
    assert [engine.run(made).passed for _ in range(3)] == [True] * 3


def test_a_thousand_edits_are_all_seen_and_leave_nothing(plan: Make, engine: Engine, spare: bool) -> None:
    """Of 1,000 verdicts on code of one size and time none is stale; descriptors and memory stay the same."""
    made = plan("", CHECK)
    file = made.tree / "thing.py"

    def stale(number: int) -> bool:
        """Return whether a run judges other code than what is there now."""
        value = number % 7
        file.write_text(f"def value(): return {value}\n")
        os.utime(file, (WHEN, WHEN))
        return engine.run(made).passed is not (value == 1)

    def held() -> list[tuple[int, int]]:
        """Return descriptors and memory of what is kept ready, once the next spare is there."""
        kept = servers(engine)
        deadline = time.monotonic() + 20
        while [len(one.children()) for one in kept] != [int(spare)] * 2:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        return [(one.num_fds(), one.memory_info().rss) for one in (psutil.Process(), *kept)]

    first, before = sum(map(stale, range(20))), held()
    rest, after = sum(map(stale, range(20, 500))), held()  # with a spare, and once more without
    assert (first, rest) == (0, 0)
    assert [fds for fds, _ in after] == [fds for fds, _ in before]
    assert all(now <= was + 2**20 for (_, was), (_, now) in zip(before, after, strict=True))


def test_names_stages_and_order_are_those_of_the_run(plan: Make, engine: Engine) -> None:
    """One session serves runs of single checks, of all, and shuffled ones."""
    made = plan(CODE, "".join(CHECK.replace("test_value", f"test_{name}") for name in "abcdef"))
    heard: list[Result] = []

    def names(chosen: Plan) -> list[str]:
        heard.clear()
        assert engine.run(chosen, heard.append).passed
        return [result.name for result in heard]

    assert names(made.but(names=("b", "e"))) == ["b", "e"]
    assert names(made) == list("abcdef")
    assert sorted(names(made.but(shuffle=True, seed=3))) == list("abcdef")
    assert names(made.but(shuffle=True, seed=3)) != list("abcdef")
    kept = {process.pid for process in servers(engine)}
    assert names(made.but(order=made.order[::-1])) == list("fedcba")
    assert {process.pid for process in servers(engine)} == kept


def test_documents_have_a_server_of_each_run(plan: Make, engine: Engine, spare: bool) -> None:
    """It is empty for every run, and waits with the spare where there is one."""
    check = """
def test_value(subject, mongo):
    \"\"\"value() is right\"\"\"
    assert mongo.collections() == []
    assert mongo.insert("things", [{"value": subject.value()}]) == 1
"""
    made = plan(CODE, check, needs=("documents",))
    assert [engine.run(made).passed for _ in range(3)] == [True] * 3
    deadline = time.monotonic() + 20
    while document_servers() != int(spare):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def document_servers() -> int:
    """Return how many document servers run below this process."""
    found = 0
    for one in psutil.Process().children(recursive=True):
        with suppress(psutil.Error):  # it has ended meanwhile, or is a zombie
            found += "backroad.documents" in one.cmdline()
    return found


def test_changed_checks_are_read_again(plan: Make, engine: Engine, notices: list[str]) -> None:
    """What was collected from another text is replaced, without a word."""
    made = plan(CODE, CHECK)
    assert engine.run(made).passed
    first = {process.pid for process in servers(engine)}
    (made.checks / "test_1_first.py").write_text(CHECK.replace("== 1", "== 2"))
    assert engine.run(made).results[0].verdict is Verdict.FAILED
    assert not first & {process.pid for process in servers(engine)}
    assert notices == []


@pytest.mark.parametrize("which", ["--forks", "--paused"])
def test_a_killed_process_is_started_anew(plan: Make, engine: Engine, notices: list[str], which: str) -> None:
    """Somebody kills what is kept ready: the next run goes on as if nothing was."""
    made = plan(CODE, CHECK)
    assert engine.run(made).passed
    [victim] = [process for process in servers(engine) if which in process.cmdline()]
    victim.kill()
    victim.wait(10)
    assert [engine.run(made).passed for _ in range(3)] == [True] * 3
    assert notices == ([] if which == "--forks" else ["thing: what was kept ready has ended; it starts anew"])


def test_a_fault_of_the_kit_is_told(plan: Make, engine: Engine) -> None:
    """Checks that cannot be imported are the kit's fault, as from a cold start."""
    made = plan(CODE, CHECK)
    (made.checks / "test_1_first.py").write_text("import nothing_of_that_name\n" + CHECK)
    with pytest.raises(KitFault, match="nothing_of_that_name"):
        engine.run(made)


def test_daemons_go_with_their_run(plan: Make, engine: Engine, tmp_path: Path) -> None:
    """What leaves its parent and its session is ended with the run that it came from."""
    code = f"""
import os, time

def value():
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            with open({str(tmp_path / "tree" / "pid")!r}, "w") as file:
                file.write(str(os.getpid()))
            time.sleep(600)
        os._exit(0)
    time.sleep(0.3)
    return 1
"""
    made = plan(code, CHECK, max_level=1)
    assert engine.run(made).passed
    pid = int((tmp_path / "tree" / "pid").read_text())
    assert not psutil.pid_exists(pid)


def test_who_asks_may_die(plan: Make) -> None:
    """When the process that holds the engine is killed, everything that it kept ready ends."""
    made = plan("def value():\n    while True: pass\n", CHECK)
    pid = os.fork()
    if pid == 0:
        os.setsid()
        with Engine() as engine:
            engine.run(made)
        os._exit(0)
    caller = psutil.Process(pid)
    deadline = time.monotonic() + 20
    while len(family := caller.children(recursive=True)) < 4 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert len(family) >= 4  # session, run; fork server, keeper, perhaps the subject
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    assert psutil.wait_procs(family, timeout=20)[1] == []


def test_the_reference_says_what_is_loaded_ahead(plan: Make, tmp_path: Path) -> None:
    """What it imports at its top, but not its own modules, nor what the learner's code imports."""
    reference = tmp_path / "reference"
    (reference / "given").mkdir(parents=True)
    text = "import json, thing\nfrom given.fields import text\nfrom xml.dom import minidom\nfrom . import x\n"
    (reference / "thing.py").write_text(text)
    (reference / "given" / "fields.py").write_text("import string\n")
    made = plan("import this\n", CHECK, reference=reference)
    assert preloads(made) == ["json", "string", "xml.dom"]
    assert preloads(made.but(reference=None)) == []
