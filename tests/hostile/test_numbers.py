"""The corpus has every kind of bad submission that it promises."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
OTHERS = {"content", "packages"}
# The list of what the checker has to survive; S0 to S7 are the servers that every beginner writes.
PROMISED = """
    1 2 3 4 5 6 7 8 9 10 11 12 13 14
    15 16 17 18 19 20 21 22 23
    25 26 27 28 29 31 32
    34 35 36 37 38 39 40 42
    43 44 45 46 47 48 50 51 53 54 55 57
    59 60
    61 62 63 64 65 66 68 69 70
    71 74 75 76 77 78 79 80 81 82
    S0 S1 S2 S3 S4 S5 S6 S7
""".split()


def tables() -> dict[str, list[dict[str, Any]]]:
    """Return the entries of each table."""
    found = {}
    for file in HERE.glob("*.toml"):
        told = tomllib.loads(file.read_text("utf-8"))
        found[file.stem] = [*told.get("entry", []), *told.get("package", [])]
    return found


def kind(number: str) -> str:
    """Return the number of the promise that an entry keeps a part of: 01a is of 1."""
    match = re.fullmatch(r"(S?)0*(\d+)[a-z]*", number)
    assert match is not None, number
    return match[1] + match[2]


def test_every_number_is_there() -> None:
    """Each number has an entry that runs; one that is put off does not count."""
    running = [entry for entries in tables().values() for entry in entries if not entry.get("later")]
    assert set(PROMISED) - {kind(entry["number"]) for entry in running} == set()


def test_no_number_is_there_twice() -> None:
    """Each entry can be named by its number."""
    counts = Counter(entry["number"] for entries in tables().values() for entry in entries)
    assert [number for number, count in counts.items() if count > 1] == []


def test_every_table_is_tested() -> None:
    """No table lies there that nobody reads."""
    from tests.hostile.test_corpus import TABLES

    assert set(TABLES) == set(tables()) - OTHERS
