"""Commands by which drivers get to know a server."""

from __future__ import annotations

from datetime import UTC, datetime

from backroad.documents.collections import LARGEST
from backroad.documents.commands.requests import Command, Request, command
from backroad.documents.values import Document

VERSION = (7, 0, 0, 0)
WIRE_VERSION = 21  # MongoDB 7.0's
LARGEST_MESSAGE = 48_000_000
LARGEST_WRITE_BATCH = 100_000
GREETING_WORDS = """
    helloOk client compression loadBalanced topologyVersion maxAwaitTimeMS saslSupportedMechs
    speculativeAuthenticate hostInfo internalClient backpressure
"""


def _hello(request: Request) -> Document:
    writable = "isWritablePrimary" if request.name == "hello" else "ismaster"
    return {
        "helloOk": True,
        writable: True,
        "maxBsonObjectSize": LARGEST,
        "maxMessageSizeBytes": LARGEST_MESSAGE,
        "maxWriteBatchSize": LARGEST_WRITE_BATCH,
        "localTime": datetime.now(UTC),
        "logicalSessionTimeoutMinutes": 30,
        "connectionId": request.connection,
        "minWireVersion": 0,
        "maxWireVersion": WIRE_VERSION,
        "readOnly": False,
        "ok": 1.0,
    }


def _ping(_: Request) -> Document:
    return {"ok": 1.0}


def _build_info(_: Request) -> Document:
    return {
        "version": ".".join(map(str, VERSION[:3])),
        "versionArray": list(VERSION),
        "gitVersion": "backroad's embedded document server, which is not MongoDB",
        "modules": [],
        "bits": 64,
        "debug": False,
        "maxBsonObjectSize": LARGEST,
        "ok": 1.0,
    }


def _status(_: Request) -> Document:
    return {"authInfo": {"authenticatedUsers": [], "authenticatedUserRoles": []}, "ok": 1.0}


GREETING = command(_hello, GREETING_WORDS)
CONNECTING: dict[str, Command] = {
    "hello": GREETING,
    "isMaster": GREETING,
    "ismaster": GREETING,
    "ping": command(_ping),
    "buildInfo": command(_build_info),
    "buildinfo": command(_build_info),
    "connectionStatus": command(_status, "showPrivileges"),
    "endSessions": command(_ping),
}
