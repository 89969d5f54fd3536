"""The referee's own witness of a document database, over MongoDB's wire protocol."""

from __future__ import annotations

import json
import secrets
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from backroad.errors import KitFault, Problem
from backroad.referee import endings

MODULE = "backroad.documents"
USUAL_PORT = 27017
ANSWER_MS = 5_000
MAX_DOCUMENTS = 100_000


class MongoServer:
    """A document server: the user's own at a URL, or the kit's embedded one in a process of its own."""

    def __init__(self, url: str, process: subprocess.Popen[bytes] | None = None) -> None:
        self._url = url
        self._process = process
        self._client: Any = None

    @property
    def url(self) -> str:
        """The server's URL; the embedded one's port is known once it listens."""
        if not self._url:
            self._url = f"mongodb://127.0.0.1:{self._told_port()}/"
        return self._url

    @property
    def port(self) -> int:
        """The port it listens on."""
        return urlsplit(self.url).port or USUAL_PORT

    def _told_port(self) -> int:
        if self._process is None or self._process.stdout is None:
            raise AssertionError("a server without a URL has a process")
        line = self._process.stdout.readline()
        try:
            return int(json.loads(line)["port"])
        except (ValueError, KeyError, TypeError):
            raise KitFault(Problem(MODULE, f"the document server did not start: {line!r}")) from None

    def url_of(self, name: str) -> str:
        """Return the URL of one database."""
        return urlunsplit(urlsplit(self.url)._replace(path=f"/{name}"))

    def client(self) -> Any:
        """Return the referee's own client; dates come back aware."""
        if self._client is None:
            from pymongo import MongoClient

            self._client = MongoClient(
                self.url,
                tz_aware=True,
                serverSelectionTimeoutMS=ANSWER_MS,
                socketTimeoutMS=ANSWER_MS,
                appname="backroad-witness",
            )
        return self._client

    def close(self) -> None:
        """Close the client, and end the process if it is ours."""
        if self._client is not None:
            self._client.close()
        if self._process is not None:
            endings.end(self._process)
            for pipe in (self._process.stdin, self._process.stdout):
                if pipe is not None:
                    with suppress(OSError):
                        pipe.close()


def server_of(url: str) -> MongoServer:
    """Return the server at a URL, or start the embedded one; it gets ready while something else is done."""
    if url:
        return MongoServer(url)
    command = [sys.executable, "-P", "-m", MODULE]
    return MongoServer("", subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE))


class Mongo:
    """One document database as a check sees it; made by its first write, dropped when the check is over."""

    def __init__(self, server: MongoServer) -> None:
        self._server = server
        self._name = f"backroad_{secrets.token_hex(6)}"

    @property
    def url(self) -> str:
        """The URL to give to the learner's code."""
        return self._server.url_of(self._name)

    @property
    def _database(self) -> Any:
        return self._server.client()[self._name]

    def collections(self) -> list[str]:
        """Return the names of the collections."""
        return sorted(self._database.list_collection_names())

    def find(self, collection: str, where: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
        """Return the documents that a filter finds."""
        return list(self._database[collection].find(where or {}, limit=MAX_DOCUMENTS))

    def insert(self, collection: str, documents: Sequence[Mapping[str, Any]]) -> int:
        """Insert documents as they are; returns how many."""
        return len(self._database[collection].insert_many([dict(one) for one in documents]).inserted_ids)

    def indexes(self, collection: str) -> dict[str, dict[str, Any]]:
        """Return the indexes by name: `key` as a list of (field, direction), `unique`, and other options."""
        return {name: dict(told) for name, told in self._database[collection].index_information().items()}

    def close(self) -> None:
        """Drop the database."""
        with suppress(Exception):
            self._server.client().drop_database(self._name)
