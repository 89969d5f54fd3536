"""Packages of Node that are installed for the whole machine are found, and programs are told where."""

from __future__ import annotations

import os
from pathlib import Path

from backroad.referee.nodepath import node_settings, package_folders


def test_folders_that_are_there(tmp_path: Path) -> None:
    """First NODE_PATH's, then that of `npm install -g`; what is missing or relative is left out."""
    named, beside = tmp_path / "named", tmp_path / "lib" / "node_modules"
    for folder in (named, beside, tmp_path / "bin"):
        folder.mkdir(parents=True)
    node = tmp_path / "bin" / "node"
    node.write_text("#!/bin/sh\n", encoding="utf-8")
    node.chmod(0o755)
    environ = {
        "NODE_PATH": os.pathsep.join([str(named), "relative", str(tmp_path / "gone")]),
        "PATH": str(node.parent),
    }
    assert package_folders(environ) == (named, beside.resolve())
    assert node_settings(environ) == {"NODE_PATH": os.pathsep.join([str(named), str(beside.resolve())])}


def test_a_machine_without_node(tmp_path: Path) -> None:
    """Where there is neither, nothing is set."""
    assert node_settings({"PATH": str(tmp_path)}) == {}
