"""The server's process."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import suppress
from typing import Any

import psutil
import pytest
from pymongo import MongoClient
from pymongo.errors import ServerSelectionTimeoutError

from backroad.documents import document_server

connected = MongoClient[dict[str, Any]]


def test_it_says_its_port_and_ends_with_its_input() -> None:
    """One line of JSON is all it prints."""
    process = subprocess.Popen(
        [sys.executable, "-m", "backroad.documents"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    port = json.loads(process.stdout.readline())["port"]
    with MongoClient[dict[str, Any]](f"mongodb://127.0.0.1:{port}/x") as client:
        assert client.admin.command("hello")["isWritablePrimary"] is True
    out, errors = process.communicate(timeout=10)
    assert (out, errors, process.returncode) == (b"", b"", 0)


def test_it_is_there_for_the_time_of_a_with() -> None:
    """Afterwards nothing is left, even when the inside failed."""
    before = set(psutil.Process().children())
    with suppress(ZeroDivisionError), document_server() as server:
        url = server.url("notes")
        assert set(psutil.Process().children()) > before
        raise ZeroDivisionError
    assert set(psutil.Process().children()) <= before
    assert url == f"mongodb://127.0.0.1:{server.port}/notes"
    with connected(url, serverSelectionTimeoutMS=100) as client, pytest.raises(ServerSelectionTimeoutError):
        client.admin.command("ping")


def test_two_servers_share_nothing() -> None:
    """Each has its own documents."""
    with document_server() as one, document_server() as other:
        with connected(one.url("x")) as client:
            client.x.c.insert_one({})
        with connected(other.url("x")) as client:
            assert client.x.c.count_documents({}) == 0
