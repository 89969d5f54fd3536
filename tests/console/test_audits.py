"""The screen of an audit."""

from __future__ import annotations

import pytest

from backroad.audit import Audit, Part
from backroad.console import painted
from backroad.console.audits import audit_screen
from backroad.errors import Problem
from backroad.glyphs import columns

AUDIT = Audit(
    "thing",
    (
        Part("layout", "every file has its place"),
        Part("alternatives", "a and b pass", (), ("node was left out: node is not on this machine",)),
        Part(
            "mutants", "1 of 2 are caught", (Problem("/c/m.toml: x", "is caught by no check", "sharpen a"),)
        ),
    ),
    runs=7,
    seconds=3.2,
)


def test_a_screen() -> None:
    """Parts with a sign each, notes and problems below them, paths short, the next command at the end."""
    assert painted(audit_screen([AUDIT], "/c", 72), colour=False) == (
        "thing" + " " * 56 + "7 runs, 3 s\n"
        " ✓ layout        every file has its place\n"
        " ✓ alternatives  a and b pass\n"
        "                 ○ node was left out: node is not on this machine\n"
        " ✗ mutants       1 problem; 1 of 2 are caught\n"
        "   - m.toml: x\n"
        "       is caught by no check\n"
        "       sharpen a\n"
        "\n"
        " 1 problem\n"
        " next   backroad audit thing   when that is put right\n"
    )


@pytest.mark.parametrize("width", [40, 60, 100])
def test_it_fits(width: int) -> None:
    """No line is wider than the terminal."""
    text = painted(audit_screen([AUDIT], "/c", width), colour=False)
    assert max(map(columns, text.splitlines())) <= width
