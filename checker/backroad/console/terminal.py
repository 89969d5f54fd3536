"""Where screens go: how wide, in which colours, with which signs."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TextIO

import click

from backroad.console.rows import Row, painted
from backroad.glyphs import commandless, encodable

NARROWEST = 40
WIDEST = 100  # lines of prose become hard to follow beyond
ANY_WIDTH = 20, 300


@dataclass(frozen=True)
class Terminal:
    """One stream and what it can show; `whole` is its width where that is no matter of prose."""

    stream: TextIO
    width: int = 80
    colour: bool = False
    is_live: bool = False
    whole: int = 80

    def show(self, rows: Iterable[Row]) -> None:
        """Print rows."""
        self.write(painted(rows, self.colour))

    def write(self, text: str) -> None:
        """Print text, with plain signs where the stream knows no others, and no commands for a log."""
        safe = encodable(text if self.is_live else commandless(text), self.stream.encoding or "ascii")
        try:
            click.echo(safe, file=self.stream, nl=False, color=self.colour or None)
            self.stream.flush()
        except BrokenPipeError:
            # Whoever read has gone: the command still ends with its own code.
            drop(self.stream)


def drop(stream: TextIO) -> None:
    """Let whatever is still written to a stream vanish, what it has buffered too."""
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, stream.fileno())
    os.close(nothing)


def standard_output(environ: Mapping[str, str] = os.environ) -> Terminal:
    """Return the terminal, pipe or file that standard output is."""
    return terminal(sys.stdout, environ)


def standard_error(environ: Mapping[str, str] = os.environ) -> Terminal:
    """Return the terminal, pipe or file that standard error is."""
    return terminal(sys.stderr, environ)


def terminal(stream: TextIO, environ: Mapping[str, str] = os.environ) -> Terminal:
    """Return what a stream can show; only a terminal gets colour, and not when NO_COLOR is set."""
    live = stream.isatty() and environ.get("TERM") != "dumb"
    width = shutil.get_terminal_size((80, 24)).columns
    colour = live and not environ.get("NO_COLOR")
    whole = min(max(width, ANY_WIDTH[0]), ANY_WIDTH[1])
    return Terminal(stream, min(max(width, NARROWEST), WIDEST), colour, live, whole)
