"""A design that this machine cannot run is told from one that is broken."""

from __future__ import annotations

import pytest

from backroad.audit.toolchain import missing
from backroad.content.trees import File, Tree
from backroad.model import Kind

CASES = {
    "the standard library": ("import json\nfrom os import path\n", ""),
    "a package that is here": ("import pytest\n", ""),
    "a module of the tree": ("from given.json import read\nimport own\nfrom . import own\n", ""),
    "a package that is not here": (
        "def f():\n    import no_such_web\n",
        "no_such_web is not on this machine",
    ),
    "a file that is no Python": ("import (", ""),
}


@pytest.mark.parametrize(("text", "expected"), CASES.values(), ids=CASES)
def test_packages(text: str, expected: str) -> None:
    """A package counts as missing when neither the tree nor Python has it."""
    files = {"app.py": text, "own.py": "", "given/json.py": ""}
    tree = Tree({name: File(content.encode()) for name, content in files.items()})
    assert missing(tree, Kind.MODULE) == expected


def test_programs() -> None:
    """A service whose command is not installed cannot be run; for a module the command says nothing."""
    tree = Tree({"backroad.toml": File(b'[service]\nstart = "no-such-node app.js"\n')})
    assert missing(tree, Kind.SERVICE) == "no-such-node is not on this machine"
    assert missing(tree, Kind.MODULE) == ""
