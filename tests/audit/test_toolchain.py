"""A design that this machine cannot run is told from one that is broken."""

from __future__ import annotations

from pathlib import Path

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


PACKAGES = {
    "one that is installed": ('{"dependencies": {"here": "^1.0.0"}}', ""),
    "one that is not": (
        '{"dependencies": {"here": "^1.0.0", "@some/thing": "1"}}',
        "@some/thing (npm install -g @some/thing) is not on this machine",
    ),
    "one for development only": ('{"devDependencies": {"gone": "1"}}', ""),
    "none": ('{"name": "it"}', ""),
    "a file that is no JSON": ("{", ""),
    "a file of another form": ('["dependencies"]', ""),
}


@pytest.mark.parametrize(("text", "expected"), PACKAGES.values(), ids=PACKAGES)
def test_packages_of_node(text: str, expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A package that package.json depends on counts as missing where Node would not find it."""
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "package.json").write_text("{}", encoding="utf-8")
    monkeypatch.setenv("NODE_PATH", str(tmp_path))
    tree = Tree({"package.json": File(text.encode()), "app.js": File(b"")})
    assert missing(tree, Kind.MODULE) == expected
