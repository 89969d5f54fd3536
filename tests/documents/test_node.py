"""What MongoDB's own driver for Node does with the server."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from backroad.documents import Address

DRIVER = Path(__file__).with_name("driver.mjs")


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the driver: the one that BACKROAD_NODE_DRIVER names, else installed for the tests."""
    named = os.environ.get("BACKROAD_NODE_DRIVER")
    folder = Path(named) if named else tmp_path_factory.mktemp("node")
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("node is not on this machine")
    if not (folder / "node_modules" / "mongodb").is_dir():
        install = ["npm", "install", "--prefix", str(folder), "--no-audit", "--no-fund", "mongodb@7"]
        try:
            done = subprocess.run(install, capture_output=True, timeout=120, check=False)
        except subprocess.TimeoutExpired:
            pytest.skip("no registry of packages answers")
        if done.returncode != 0:
            pytest.skip("the driver cannot be installed: no registry of packages")
    return folder


def test_the_driver_for_node_does_everything(server: Address, packages: Path) -> None:
    """Reads, writes, cursors, aggregations, indexes and errors come out as with MongoDB."""
    command = ["node", str(DRIVER), str(packages), server.url("node")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.stderr == ""
    assert json.loads(done.stdout) == EXPECTED


EXPECTED: dict[str, Any] = {
    "find": [{"_id": 248, "n": 3}, {"_id": 243, "n": 3}],
    "batches": 250,
    "update": [
        1,
        1,
        {"_id": 1, "n": 11, "tags": ["odd", "all", "x"], "items": [{"k": 1}, {"k": 2, "done": True}]},
    ],
    "noop": 0,
    "upsert": [1, 24],
    "modify": {"_id": 2, "n": 7},
    "raw": {"n": 0, "updatedExisting": False},
    "aggregate": [
        {"tag": "all", "count": 10, "names": []},
        {"tag": "odd", "count": 5, "names": ["Odd"]},
        {"tag": "x", "count": 1, "names": []},
    ],
    "duplicate": [11000, {"slug": 1}, {"slug": "a"}],
    "indexes": ["_id_", "slug_1"],
    "bulk": [1, 1, 50],
    "count": 125,
    "distinct": ["all", "odd", "x"],
    "unknown": [59, "CommandNotFound"],
    "transaction": "This MongoDB deployment does not support retryable writes",
}
