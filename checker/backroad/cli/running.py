"""What `run` does: the program of a workspace, with the environment that the checks give it."""

from __future__ import annotations

import shlex
import signal
import subprocess
import sys
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from backroad.errors import ExitCode, stop
from backroad.model import Kind, Need

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from backroad.cli.session import Session
    from backroad.model import Exercise
    from backroad.workspace.opening import Workspace

GOODBYE_SECONDS = 3.0
STORED = Path(".backroad", "run.db")


def run_program(session: Session, workspace: Workspace, exercise: Exercise) -> int:
    """Run a module once, or a service until it ends or Ctrl-C; nothing it started is left behind."""
    from backroad.referee.launch import clean_environment

    with (
        tempfile.TemporaryDirectory(prefix="backroad-") as scratch,
        supplied(session, workspace, exercise) as settings,
    ):
        environment = clean_environment(Path(scratch), seed=0, outside=session.environ) | settings
        if exercise.kind is Kind.SERVICE:
            environment["PORT"] = str(usual_port())
            require_program(shlex.split(workspace.service.start), environment)
            announce(session, workspace, environment["PORT"])
            return watched(workspace.service.start, workspace.root, environment)
        return watched([sys.executable, f"{exercise.module}.py"], workspace.root, environment)


@contextmanager
def supplied(session: Session, workspace: Workspace, exercise: Exercise) -> Iterator[dict[str, str]]:
    """Give the exercise's settings and the databases it needs, for the time of the `with`.

    SQLite's file stays in the workspace, so that what was stored is there at the next run.
    """
    from backroad.referee.recorder import Recorder
    from backroad.referee.session import plan_of
    from backroad.referee.supplies import Supplies

    plan = plan_of(
        exercise, workspace.root, environ=session.environ, submission="", service=workspace.service
    )
    supplies = Supplies(plan, Recorder())
    settings = dict(plan.environment)
    try:
        if Need.SQL in plan.needs and supplies.uses_files:
            file = workspace.root / STORED
            file.parent.mkdir(exist_ok=True)
            settings["DATABASE_URL"] = f"sqlite:///{file}"
        else:
            settings |= supplies.settings(supplies.store())
        if Need.DOCUMENTS in plan.needs:
            settings["MONGODB_URL"] = supplies.mongo_server().url_of(exercise.module)
        yield settings
    finally:
        supplies.close()


def announce(session: Session, workspace: Workspace, port: str) -> None:
    """Say where the service will answer, and how to end it."""
    session.err.write(f"{workspace.service.start}   with PORT={port}\n")
    session.err.write(f"http://127.0.0.1:{port}   its log follows; Ctrl-C stops it\n")


def watched(command: str | Sequence[str], folder: Path, environment: dict[str, str]) -> int:
    """Run a program, or a line of shell as the checks do, and end it with all that it started."""
    from backroad.referee import endings
    from backroad.subject.confinement import adopt_orphans

    adopt_orphans()
    # A session of its own: Ctrl-C reaches us alone, and we pass it on to the whole group.
    shell = isinstance(command, str)
    process = subprocess.Popen(command, shell=shell, cwd=folder, env=environment, start_new_session=True)
    try:
        code = process.wait()
    except KeyboardInterrupt:
        _ask_to_stop(process)
        raise
    finally:
        endings.end(process)
        endings.end_everything()
    return ExitCode.PASSED if code == 0 else ExitCode.FAILED


def _ask_to_stop(process: subprocess.Popen[bytes]) -> None:
    """Give the program the time to say goodbye, as Ctrl-C in a terminal does."""
    from backroad.referee import endings

    endings.signal_group(process, signal.SIGINT)
    with suppress(subprocess.TimeoutExpired):
        process.wait(GOODBYE_SECONDS)


def usual_port() -> int:
    """Return the port that the `curl` lines of a report name, or a free one when that is taken."""
    from backroad.referee.http import CURL_PORT
    from backroad.referee.starting import free_port, is_listening

    return free_port() if is_listening(CURL_PORT) else CURL_PORT


def require_program(command: Sequence[str], environment: Mapping[str, str]) -> None:
    """Stop at a command whose program is not there, before a shell says so in its own words."""
    import shutil

    named = next((word for word in command if "=" not in word), "the start command")
    if shutil.which(named, path=environment["PATH"]) is None and "/" not in named:
        raise stop(named, "is not on this machine", "install it, or change start in backroad.toml")
