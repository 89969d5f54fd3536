"""What a referee does before the run is known that it is for."""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from contextlib import suppress

import pytest

from backroad.model import Need
from backroad.plan import Plan
from backroad.referee.mongo import MongoServer, server_of
from backroad.referee.preloads import DRIVERS
from backroad.referee.walls import open_paths, secrets_of


def prepare(plan: Plan) -> None:
    """Import the drivers of databases, and find out which paths stay readable, as every run would."""
    for name in (name for need in plan.needs for name in DRIVERS.get(need, ())):
        with suppress(ImportError):
            importlib.import_module(name)
    open_paths(frozenset(secrets_of(plan)))


def look_up(items: Iterable[pytest.Item]) -> None:
    """Have pytest find out where the checks are, which takes a read of their files."""
    for item in items:
        _ = item.location


def server_ahead(plan: Plan) -> MongoServer | None:
    """Start the document server of a run; None where none has to be started."""
    wanted = Need.DOCUMENTS in plan.needs and Need.DOCUMENTS not in plan.servers
    return server_of("") if wanted else None
