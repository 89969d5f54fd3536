"""What `check --debug` does on a terminal: plain pytest in the workspace, so that breakpoints stop."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from backroad.cli.checking import plain_names, require_known
from backroad.cli.places import split_words
from backroad.errors import ExitCode

if TYPE_CHECKING:
    from backroad.cli.checking import Wish
    from backroad.cli.session import Session
    from backroad.model import Exercise

CODES = {0: ExitCode.PASSED, 1: ExitCode.FAILED, 2: ExitCode.INTERRUPTED}


def wants_terminal(wish: Wish) -> bool:
    """Whether somebody sits there who can talk to a debugger, and no report is asked for."""
    return wish.debug and not (wish.json_file or wish.junit_file) and sys.stdin.isatty()


def debug_workspace(session: Session, wish: Wish) -> ExitCode:
    """Run the checks on the workspace itself, in one process that has the terminal; nothing is remembered."""
    workspace, names = split_words(session, wish.words)
    exercise = session.exercise(workspace.slug)
    require_known(exercise, names, wish.stage)
    chosen = expression(exercise, selected(exercise, names, wish.stage))
    options = ["-k", chosen] if chosen else []
    environment = {**session.environ, "BACKROAD_CONTENT": str(session.content.root)}
    command = [sys.executable, "-m", "pytest", "-s", "-q", *options]
    ended = subprocess.run(command, cwd=workspace.root, env=environment, check=False)
    return CODES.get(ended.returncode, ExitCode.KIT_AT_FAULT)


def expression(exercise: Exercise, names: list[str]) -> str:
    """Return what `pytest -k` needs to choose exactly these checks, though it looks for parts of names."""
    others = [check.name for check in exercise.checks if check.name not in names]
    parts = (
        " and not ".join(f"test_{one}" for one in (name, *(longer for longer in others if name in longer)))
        for name in names
    )
    return " or ".join(f"({part})" for part in parts)


def selected(exercise: Exercise, names: tuple[str, ...], stage: int | None) -> list[str]:
    """Return the checks asked for; none means all."""
    of_stage = [check.name for check in exercise.checks if stage is not None and check.stage == stage]
    return [*plain_names(names), *of_stage]
