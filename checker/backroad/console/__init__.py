"""Values → what a terminal shows."""

from __future__ import annotations

from backroad.console.rows import EMPTY, Row, Span, Style, next_rows, painted, row
from backroad.console.terminal import Terminal, standard_error, standard_output

__all__ = [
    "EMPTY",
    "Row",
    "Span",
    "Style",
    "Terminal",
    "next_rows",
    "painted",
    "row",
    "standard_error",
    "standard_output",
]
