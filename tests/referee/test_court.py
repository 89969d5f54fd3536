"""One run in a process of its own: what it writes, and that it ends with everything it started."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from backroad.model import Kind, Level, Limits
from backroad.plan import Plan
from backroad.referee.court import cache_folder, pytest_arguments
from backroad.referee.planfile import plan_to_json
from backroad.referee.summons import Summoned

PATIENT = Limits(call=60, check=60)
CODE = """
    import time
    def fine(): return 1
    def sleep():
        while True:
            try:
                time.sleep(60)
            except BaseException:
                pass
"""
SLOW = '''
def test_fine(subject):
    """It is fine"""
    assert subject.fine() == 1

def test_first_sleeps(subject):
    """It sleeps"""
    subject.sleep()

def test_then_sleeps(subject):
    """It sleeps again"""
    subject.sleep()
'''
Start = Callable[[Plan], "subprocess.Popen[bytes]"]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start a referee's process on a plan, as the kit does."""
    summoned: list[Summoned] = []

    def begin(plan: Plan) -> subprocess.Popen[bytes]:
        summoned.append(Summoned())
        summoned[-1].start(tmp_path)
        summoned[-1].tell(plan_to_json(plan))
        return summoned[-1].process

    yield begin
    for one in summoned:
        one.process.kill()
        one.dismiss()


def event(process: subprocess.Popen[bytes]) -> dict[str, Any]:
    """Return the next event of a referee."""
    assert process.stdout is not None
    told: dict[str, Any] = json.loads(process.stdout.readline())
    return told


def gone(family: list[psutil.Process]) -> bool:
    """Return whether all processes end soon."""
    return psutil.wait_procs(family, timeout=15)[1] == []


def test_results_come_one_by_one_and_then_the_report(plan: Callable[..., Plan], start: Start) -> None:
    """Each result is told as soon as its check is over."""
    process = start(plan(CODE, SLOW.partition("def test_first")[0]))
    assert event(process)["result"]["name"] == "fine"
    assert event(process)["report"]["passed"] is True
    assert process.wait(20) == 0


def terminate_twice(process: subprocess.Popen[bytes]) -> None:
    """Ask a process to end, impatiently."""
    process.terminate()
    process.terminate()


END: dict[str, Callable[[subprocess.Popen[bytes]], object]] = {
    "sigterm": subprocess.Popen.terminate,
    "closed-input": lambda process: process.stdin and process.stdin.close(),
    "twice": terminate_twice,
}


@pytest.mark.parametrize("end", END.values(), ids=END)
def test_it_ends_with_all_its_children(
    plan: Callable[..., Plan], start: Start, end: Callable[[Any], object]
) -> None:
    """In the middle of a check that hangs, referee and subject go at once, whatever checks are left."""
    process = start(plan(CODE, SLOW, limits=PATIENT))
    event(process)
    family = psutil.Process(process.pid).children(recursive=True)
    assert family
    end(process)
    process.wait(15)
    assert gone(family)


def test_it_leaves_no_folder_behind(plan: Callable[..., Plan], start: Start, tmp_path: Path) -> None:
    """Scratch folders go even when a run is ended."""
    process = start(plan(CODE, SLOW, limits=PATIENT))
    event(process)
    process.terminate()
    process.wait(15)
    assert list(tmp_path.glob("backroad-*")) == []


def test_it_ends_with_its_caller(plan: Callable[..., Plan], tmp_path: Path) -> None:
    """When the kit is killed without a chance to clear up, the referee and the subject end as well."""
    file = tmp_path / "plan.json"
    file.write_text(json.dumps(plan_to_json(plan(CODE, SLOW, limits=PATIENT))))
    caller = f"""
        import json
        from backroad import referee
        from backroad.referee.planfile import plan_from_json
        plan = plan_from_json(json.load(open({str(file)!r})))
        referee.run(plan, lambda result: print(result.name, flush=True))
    """
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(caller)],
        stdout=subprocess.PIPE,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"fine\n"
        family = psutil.Process(process.pid).children(recursive=True)
        assert len(family) >= 2
        process.send_signal(signal.SIGKILL)
        process.wait(15)
        assert gone(family)


DAEMON = """
    import os
    import base
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            import signal, time
            for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
                signal.signal(number, signal.SIG_IGN)
            open("there", "w").close()
            while True:
                time.sleep(60)
        os._exit(0)
    os.wait()
    base.serve()
"""


@pytest.mark.parametrize("level", [Level.PROCESS, Level.SANDBOX, Level.NAMESPACES])
def test_a_daemon_is_ended(plan: Callable[..., Plan], start: Start, server: str, level: Level) -> None:
    """What a service forks twice, out of its session and deaf to signals, does not outlive the run."""
    check = '''
def test_it(service):
    """It answers"""
    assert service.get("/").status == 200
'''
    files = {"app.py": DAEMON, "base.py": server}
    made = plan(files, check, kind=Kind.SERVICE, max_level=level)
    process = start(made)
    assert event(process)["result"]["verdict"] == "PASSED"
    assert event(process)["report"]["passed"] is True
    assert process.wait(20) == 0
    assert (made.tree / "there").is_file()
    assert [process for process in psutil.process_iter() if works_in(process, made.tree)] == []


def works_in(process: psutil.Process, folder: Path) -> bool:
    """Return whether a process lives with this working directory."""
    try:
        return process.cwd() == str(folder)
    except (psutil.Error, OSError):
        return False


def test_bytecode_of_checks_lies_under_their_digest(plan: Callable[..., Plan], tmp_path: Path) -> None:
    """Other texts have another folder, and that of the old ones goes."""
    made = plan("", SLOW, cache=tmp_path / "cache")
    first = cache_folder(made)
    assert first is not None
    assert cache_folder(made) == first
    next(made.checks.glob("*.py")).write_text(SLOW + "#")
    second = cache_folder(made)
    assert second != first
    assert not first.exists()
    assert cache_folder(made.but(cache=None)) is None


def test_a_cache_that_cannot_be_written_is_none(plan: Callable[..., Plan], tmp_path: Path) -> None:
    """A full disk or a read-only home costs time, no verdict."""
    (tmp_path / "cache").write_text("a file")
    assert cache_folder(plan("", SLOW, cache=tmp_path / "cache")) is None


def test_pytest_is_told_all_it_needs(plan: Callable[..., Plan]) -> None:
    """No ini file, conftest or plugin of anybody is looked for."""
    arguments = pytest_arguments(plan("", SLOW))
    assert {"--noconftest", "--disable-plugin-autoload", os.devnull} <= set(arguments)
