"""One run in a process of its own: learner's side first, then pytest, results as they come."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import sys
import tempfile
import threading
import traceback
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, NoReturn

from backroad.plan import Plan
from backroad.referee import endings
from backroad.referee.asking import Asking
from backroad.referee.planfile import plan_from_json
from backroad.report import Result, result_to_json
from backroad.subject.confinement import adopt_orphans

if TYPE_CHECKING:
    from backroad.referee.plugin import Referee

PYTEST_FAULTS = (2, 3, 4)
STOPPED = 128 + signal.SIGTERM
# pytest's parts that nobody sees here; each costs start-up time.
UNUSED = (
    "cacheprovider doctest junitxml pastebin setuponly setupplan stepwise legacypath faulthandler debugging "
    "unittest logging warnings recwarn terminal unraisableexception threadexception capture"
).split()


def main() -> None:
    """Read the plan, judge, leave at once."""
    serve(judge)


def serve(work: Callable[[BinaryIO], None]) -> NoReturn:
    """Be a referee's process: do the work, whose events go where standard output did; clear up, leave."""
    events = os.fdopen(os.dup(1), "wb")
    with open(os.devnull, "wb") as nowhere:
        os.dup2(nowhere.fileno(), 1)
    signal.signal(signal.SIGTERM, stop)
    adopt_orphans()
    code = 0
    try:
        work(events)
    except Stopped:
        code = STOPPED
    except BaseException:
        traceback.print_exc()
        code = 1
    endings.end_everything()
    with suppress(OSError):
        events.flush()
        sys.stderr.flush()
    os._exit(code)  # a shutdown would wait for the thread that reads standard input, and complain


class Stopped(KeyboardInterrupt):
    """The run is to end now; of a SystemExit pytest would make one more failed check and go on."""


def stop(*_: object) -> None:
    """End the run in the middle of whatever it does."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise Stopped


def next_line() -> dict[str, Any]:
    """Return what the next line of standard input says, nothing where there comes none."""
    line = sys.stdin.buffer.readline()
    return dict(json.loads(line)) if line else {}


def take_up(environment: Mapping[str, str]) -> None:
    """Make this process one that was started for the run, whatever it was started for."""
    os.environ.clear()
    os.environ.update(environment)
    tempfile.tempdir = None


def listen(asking: Asking) -> None:
    """Hear on standard input what is answered; from now on this process ends with whoever wanted the run."""
    threading.Thread(target=end_with_caller, args=(sys.stdin.buffer, asking), daemon=True).start()


def end_with_caller(caller: BinaryIO, asking: Asking) -> None:
    """End this process when the one that wanted it is gone: its end of the stream closes."""
    with suppress(OSError, ValueError):
        for line in caller:
            asking.hear(line)
    os.kill(os.getpid(), signal.SIGTERM)


def tell(events: BinaryIO, **event: Any) -> None:
    """Write one event."""
    events.write(json.dumps(event).encode("ascii") + b"\n")
    events.flush()


def judge(events: BinaryIO) -> None:
    """Run the checks of the plan that comes in, and tell each result, then the report or the kit's fault."""
    from backroad.referee.bench import Bench

    environment = next_line()
    if not environment:
        return
    take_up(environment)
    plan = plan_from_json(next_line())
    asking = Asking(lambda what: tell(events, asks=what))
    listen(asking)
    bench = Bench(plan)
    try:
        bench.launch_ahead()
        import pytest

        from backroad.referee.plugin import Referee

        referee = Referee(bench, teller(events))
        plugins = [referee, CheckCache(plan), ShortTexts(), *extras(referee, asking)]
        code = int(pytest.main(pytest_arguments(plan), plugins=plugins))
    finally:
        # From here on nothing stops the clearing up, and the report comes after it: who reads it may hang up.
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        bench.close()
    conclude(referee, code, events)


def extras(referee: Referee, asking: Asking) -> list[object]:
    """Return what a session has beside the referee: how work is measured, how checks are handed out."""
    from backroad.referee.handed import Handed
    from backroad.referee.measuring import Work

    return [Work(referee, asking) if referee.plan.measures else Handed(referee, asking)]


def teller(events: BinaryIO) -> Callable[[Result], None]:
    """Return what tells each result as it comes."""
    return lambda result: tell(events, result=result_to_json(result))


def conclude(referee: Referee, code: int, events: BinaryIO) -> None:
    """Tell the report, or the kit's fault."""
    if referee.faults or code in PYTEST_FAULTS:
        tell(events, fault="\n".join(referee.faults) or f"pytest ended with code {code}")
    else:
        tell(events, report=referee.report().to_json())


class CheckCache:
    """Keeps the rewritten bytecode of check files under the digest of their text.

    pytest's own cache trusts size and whole seconds, and lies beside the checks, which may be read-only.
    """

    def __init__(self, plan: Plan) -> None:
        self._folder = cache_folder(plan)

    def pytest_collection(self) -> None:
        """Read and write bytecode in the cache while the check files are imported."""
        if self._folder is not None:
            sys.pycache_prefix, sys.dont_write_bytecode = str(self._folder), False

    def pytest_collection_finish(self) -> None:
        """Go back to no bytecode at all."""
        sys.pycache_prefix, sys.dont_write_bytecode = None, True


class ShortTexts:
    """Spares pytest its own texts on a failure, for evidence tells it.

    They cost a third of a second; and where a learner's text of 20 MB is compared, a minute.
    """

    def pytest_configure(self, config: Any) -> None:
        """Choose Python's traceback, whose option belongs to a part that is left out, and no comparison."""
        config.option.tbstyle = "native"
        for known in config.hook.pytest_assertrepr_compare.get_hookimpls():
            if known.plugin_name == "assertion":
                known.function = lambda *_: None


def cache_folder(plan: Plan) -> Path | None:
    """Return the folder for the bytecode of just these checks; older ones of the exercise go."""
    if plan.cache is None:
        return None
    digest = hashlib.sha256()
    for file in sorted(plan.checks.glob("*.py")):
        digest.update(file.name.encode() + b"\0" + file.read_bytes())
    base = plan.cache / plan.exercise
    folder = base / digest.hexdigest()[:32]
    try:
        if not folder.is_dir():
            shutil.rmtree(base, ignore_errors=True)
            folder.mkdir(parents=True, mode=0o700)
    except OSError:
        return None
    return folder


def pytest_arguments(plan: Plan, keep: Collection[str] = ()) -> list[str]:
    """Return the arguments of pytest: the checks, few of its parts, nothing configured elsewhere."""
    folder = plan.checks.parent if plan.measures else plan.checks
    return [
        str(plan.checks),
        f"--rootdir={folder}",
        f"--confcutdir={folder}",
        *(("-o", "python_functions=[!_]*") if plan.measures else ()),
        "--noconftest",
        "--disable-plugin-autoload",
        "--import-mode=importlib",
        "-c",
        os.devnull,  # a file named here stops the search for others
        *(word for name in UNUSED if name not in keep for word in ("-p", f"no:{name}")),
    ]
