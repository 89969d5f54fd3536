"""What `run` does: the program of a workspace, with the environment that the checks give it."""

from __future__ import annotations

import shlex
import signal
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from backroad.errors import ExitCode, stop
from backroad.model import Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from backroad.cli.session import Session
    from backroad.model import Exercise
    from backroad.workspace.opening import Workspace

GOODBYE_SECONDS = 3.0


def run_program(session: Session, workspace: Workspace, exercise: Exercise) -> int:
    """Run a module once, or a service until it ends or Ctrl-C; nothing it started is left behind."""
    from backroad.referee.launch import clean_environment

    with tempfile.TemporaryDirectory(prefix="backroad-") as scratch:
        environment = clean_environment(Path(scratch), seed=0, outside=session.environ)
        if exercise.kind is Kind.SERVICE:
            environment["PORT"] = str(free_port())
            announce(session, workspace, environment["PORT"])
            return watched(shlex.split(workspace.service.start), workspace.root, environment)
        return watched(["python", f"{exercise.module}.py"], workspace.root, environment)


def announce(session: Session, workspace: Workspace, port: str) -> None:
    """Say where the service will answer, and how to end it."""
    session.err.write(f"{workspace.service.start}   with PORT={port}\n")
    session.err.write(f"http://127.0.0.1:{port}   its log follows; Ctrl-C stops it\n")


def watched(command: Sequence[str], folder: Path, environment: dict[str, str]) -> int:
    """Run a command with its output shown as it comes, and end it with all it started."""
    from backroad.referee import endings

    program = _found(command, environment)
    endings.adopt_orphans()
    # A session of its own: Ctrl-C reaches us alone, and we pass it on to the whole group.
    process = subprocess.Popen([program, *command[1:]], cwd=folder, env=environment, start_new_session=True)
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


def free_port() -> int:
    """Return a port that nobody listens on now."""
    import socket

    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def _found(command: Sequence[str], environment: dict[str, str]) -> str:
    import shutil

    program = shutil.which(command[0], path=environment["PATH"]) if command else None
    if program is None:
        named = command[0] if command else "the start command"
        raise stop(named, "is not on this machine", "install it, or change start in backroad.toml")
    return program
