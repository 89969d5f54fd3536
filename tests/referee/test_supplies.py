"""What a run is given besides the learner's code, and that nothing of it stays."""

from __future__ import annotations

from collections.abc import Callable

import psutil
import pytest

from backroad.model import Kind, Need, ServiceCommand
from backroad.plan import Plan
from backroad.referee.recorder import Recorder
from backroad.referee.supplies import Supplies

PLAIN = "postgresql+psycopg://me@127.0.0.1:1/x"


def test_every_store_is_another_file(plan: Callable[..., Plan]) -> None:
    """Each in a folder of its own below the one that may be written; all are gone at the end."""
    supplies = Supplies(plan("", needs=(Need.SQL,)), Recorder())
    (data,) = supplies.folders
    stores = [supplies.store(), supplies.store()]
    folders = [store.folder for store in stores if store is not None and store.folder is not None]
    assert len(set(folders)) == 2
    assert all(folder.is_dir() and data in folder.parents for folder in folders)
    supplies.drop(stores[0])
    assert [folder.exists() for folder in folders] == [False, True]
    supplies.close()
    assert not data.exists()


def test_who_needs_nothing_gets_nothing(plan: Callable[..., Plan]) -> None:
    """No folder, no port, no setting; a check that asks all the same is told what is missing."""
    supplies = Supplies(plan("", environment={"A": "1"}), Recorder())
    assert (supplies.folders, supplies.ports, supplies.store()) == ([], [], None)
    assert supplies.settings(None) == {"A": "1"}
    for ask in (supplies.database, supplies.mongo):
        with pytest.raises(LookupError, match=r"exercise\.toml does not say needs"):
            ask()


def test_a_service_may_be_for_sqlite_only(plan: Callable[..., Plan]) -> None:
    """Its own word decides, whatever server is configured."""
    servers = {Need.SQL: PLAIN}
    only = ServiceCommand("python app.py", store="sqlite")
    with_server = Supplies(plan("", kind=Kind.SERVICE, needs=(Need.SQL,), servers=servers), Recorder())
    assert (with_server.folders, with_server.ports, with_server.uses_files) == ([], [1], False)
    without = Supplies(
        plan("", kind=Kind.SERVICE, needs=(Need.SQL,), servers=servers, service=only), Recorder()
    )
    store = without.store()
    assert store is not None
    assert without.settings(store)["DATABASE_URL"].startswith("sqlite:////")
    assert without.uses_files
    without.close()


def test_the_document_server_ends_with_the_run(plan: Callable[..., Plan]) -> None:
    """It is started once, its port is the one that may be connected to, and its process goes."""
    supplies = Supplies(plan("", needs=(Need.DOCUMENTS,)), Recorder())
    supplies.launch_ahead()
    mine = psutil.Process().children(recursive=True)
    assert supplies.ports == [supplies.mongo_server().port]
    first, second = supplies.mongo(), supplies.mongo()
    assert first.url != second.url
    assert first.insert("notes", [{"a": 1}]) == 1
    assert second.find("notes") == []
    supplies.end_check()
    supplies.close()
    assert psutil.wait_procs(mine, timeout=10)[1] == []
