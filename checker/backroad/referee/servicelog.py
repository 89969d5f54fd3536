"""Reads a service's log: the exception behind a 500, the stacks of a process that hung."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from backroad.referee.channel import FRAME_LINE, THREAD_LINE
from backroad.referee.evidence import places
from backroad.report import Place

MAX_LOG = 2**20
TRACEBACK = "Traceback (most recent call last):"
TRACE_LINE = re.compile(r'^\s*File "(?P<file>.+)", line (?P<line>\d+)(?:, in (?P<function>.*))?$')
ERROR_LINE = re.compile(r"^(?P<said>[A-Za-z_][\w.]*(?:Error|Exception|Exit|Interrupt|Warning|[A-Z]\w*)\b.*)$")
NODE_LINE = re.compile(r"^\s+at (?:(?P<function>.+?) \()?(?:file://)?(?P<file>/.+?):(?P<line>\d+):\d+\)?$")
NODE_ERROR = re.compile(r"^(?:Uncaught )?(?P<said>\w*Error\b.*)$")
MAX_SAID = 300


@dataclass(frozen=True)
class Raised:
    """An exception as a log tells it: its last line, and the submission's own frames."""

    said: str
    frames: tuple[Place, ...]


def read_log(log: Path, begin: int = 0) -> str:
    """Return the text of a log from an offset on, at most its last mebibyte."""
    try:
        with log.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(begin, size - MAX_LOG))
            return file.read(MAX_LOG).decode("utf-8", "replace")
    except OSError:
        return ""


def exception_in(text: str, tree: Path) -> Raised | None:
    """Return the last exception that a Python or Node program wrote to its log."""
    if TRACEBACK in text:
        return python_exception(text.rpartition(TRACEBACK)[2], tree)
    return syntax_error(text, tree) or node_exception(text, tree)


def python_exception(text: str, tree: Path) -> Raised | None:
    """Return the exception whose traceback this is."""
    frames: list[list[object]] = []
    said = ""
    for line in text.splitlines():
        match = TRACE_LINE.match(line)
        if match:
            frames.append([match["file"], int(match["line"]), match["function"] or ""])
        elif line and not line[0].isspace() and ERROR_LINE.match(line):
            said = line[:MAX_SAID]
            break
    return Raised(said, own_places(frames, tree)) if said else None


def syntax_error(text: str, tree: Path) -> Raised | None:
    """Return a SyntaxError of the program that was to be started: it has no traceback."""
    match = re.search(r'^\s*File "(.+)", line (\d+)\n(?:.*\n){0,3}?((?:\w*Error)\b.*)$', text, re.MULTILINE)
    if match is None:
        return None
    return Raised(match[3][:MAX_SAID], own_places([[match[1], int(match[2]), ""]], tree))


def node_exception(text: str, tree: Path) -> Raised | None:
    """Return the exception of a Node program."""
    frames: list[list[object]] = []
    said = ""
    for line in text.splitlines():
        match = NODE_LINE.match(line)
        if match:
            frames.insert(0, [match["file"], int(match["line"]), match["function"] or ""])
        elif NODE_ERROR.match(line):
            said, frames = line[:MAX_SAID], []
    return Raised(said, own_places(frames, tree)) if said else None


def own_places(frames: list[list[object]], tree: Path) -> tuple[Place, ...]:
    """Return the frames that lie in the submission."""
    root = f"{tree}/"
    mine = [
        [str(file).removeprefix(root), line, function]
        for file, line, function in frames
        if str(file).startswith(root) and "node_modules" not in str(file) and "site-packages" not in str(file)
    ]
    return places(mine, tree)


def stack_in(text: str, tree: Path) -> tuple[Place, ...]:
    """Return the submission's frames of the thread that handles the request, innermost last."""
    blocks = [thread_stack(block, tree) for block in THREAD_LINE.split(text)]
    found = [frames for frames in blocks if frames]
    handling = [frames for frames in found if frames[0].function != "<module>"]
    return next(iter([*handling, *found]), ())


def thread_stack(block: str, tree: Path) -> tuple[Place, ...]:
    """Return the submission's frames of one thread of a fault handler's dump."""
    frames: list[list[object]] = []
    for line in block.splitlines():
        match = FRAME_LINE.match(line)
        if match:
            frames.insert(0, [match["file"], int(match["line"]), match["function"]])
    return own_places(frames, tree)
