"""One base error with a remedy, and the exit codes it maps to."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum

MOST_NAMES = 15  # all commands, but not fifty checks


class ExitCode(IntEnum):
    """What a command's exit code means to a script."""

    PASSED = 0
    FAILED = 1
    YOURS_TO_FIX = 2
    KIT_AT_FAULT = 3
    INTERRUPTED = 130


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong: where, what, and what to do; prints as `where: what; remedy`."""

    where: str
    what: str
    remedy: str = ""

    def __str__(self) -> str:
        said = f"{self.where}: {self.what}" if self.where else self.what
        return f"{said}; {self.remedy}" if self.remedy else said


class BackroadError(Exception):
    """Something that stops a command; the command line prints its problems and exits with `code`."""

    code = ExitCode.YOURS_TO_FIX

    def __init__(self, *problems: Problem) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


class KitFault(BackroadError):
    """The kit itself is broken: nothing the user wrote can be the cause."""

    code = ExitCode.KIT_AT_FAULT


def stop(where: object, what: str, remedy: str = "") -> BackroadError:
    """Return the error for one problem, ready to raise."""
    return BackroadError(Problem(str(where), what, remedy))


def nearest(name: str, known: Iterable[str]) -> str:
    """Return `did you mean a or b?` for the known names nearest to `name`, or the names there are.

    Of very many only the first are told.
    """
    names: Sequence[str] = sorted(known)
    close = difflib.get_close_matches(name, names, n=3, cutoff=0.5)
    if close:
        return f"did you mean {' or '.join(close)}?"
    told = ", ".join(names[:MOST_NAMES])
    if len(names) > MOST_NAMES:
        return f"known: {told} and {len(names) - MOST_NAMES} more"
    return f"known: {told}" if names else "none is known"
