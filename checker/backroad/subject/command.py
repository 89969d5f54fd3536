"""Becomes the command of a service, locked in."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import Any, NoReturn

from backroad.subject import confinement
from backroad.subject.program import words_of

SHELL = "/bin/sh"


def lock_in(order: dict[str, Any], report: int, *, inside: bool) -> None:
    """Raise the order's walls around this process, and report the level on a descriptor."""
    level = confinement.confine(confinement.Walls(**order["walls"]), inside=inside)
    os.write(report, b"%d" % level)
    os.close(report)


def execute(order: dict[str, Any]) -> NoReturn:
    """Execute the order's command; the shell is spared a plain program."""
    if words := words_of(order["command"]):
        with suppress(FileNotFoundError):
            os.execvpe(words[0], words, dict(os.environ))
    os.execvpe(SHELL, [SHELL, "-c", order["command"]], dict(os.environ))
