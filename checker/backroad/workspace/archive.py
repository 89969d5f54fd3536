"""What the kit keeps under its home, and the one way to change a workspace with it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from backroad import __version__
from backroad.errors import BackroadError
from backroad.events import Entry, Event, EventKind
from backroad.workspace.attic import Attic
from backroad.workspace.journal import Journal, open_journal, utc_now
from backroad.workspace.lock import WAIT_SECONDS, alone_in
from backroad.workspace.opening import Workspace, open_workspace
from backroad.workspace.swap import swap
from backroad.workspace.threeway import Fate


@dataclass(frozen=True)
class Archive:
    """What the kit keeps under its home: the journal, the attic, and the locks."""

    home: Path
    journal: Journal
    attic: Attic


@dataclass(frozen=True)
class Change:
    """What a command did to a workspace; `entry` is None when there was nothing to do."""

    workspace: Path
    before: str
    after: str
    entry: Entry | None = None
    changed: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    fates: Mapping[str, Fate] | None = None
    beside: Mapping[str, str] | None = None


@dataclass(frozen=True)
class Moment:
    """A state that `undo` can bring back: as it was before a change, or as scaffolded or stored."""

    state: str
    at: datetime
    kind: EventKind
    workspace: Path | None

    @property
    def short(self) -> str:
        """The state's name, long enough to type."""
        return self.state[:12]


@contextmanager
def open_archive(home: Path, now: Callable[[], datetime] = utc_now) -> Iterator[Archive]:
    """Open the kit's home for the block; stops with a remedy when it cannot be written."""
    with open_journal(home, now) as journal:
        yield Archive(home, journal, Attic(home / "attic"))


@contextmanager
def at_work(archive: Archive, root: Path, wait: float = WAIT_SECONDS) -> Iterator[Entry | None]:
    """Be alone in a workspace for the block, after ending a change that was cut short, which is yielded."""
    root = _real(root)
    with alone_in(root, archive.home, wait):
        yield recover(archive, root)


def recover(archive: Archive, root: Path) -> Entry | None:
    """End a change that was cut short, forwards or else back; for whoever holds the workspace."""
    event = archive.journal.pending(root)
    return None if event is None else _carry_out(archive, event).entry


def note_scaffold(archive: Archive, workspace: Workspace) -> Entry:
    """Remember a new workspace, and its files as the base of later updates."""
    state = archive.attic.store(workspace.root)
    data = {"kit": workspace.kit, "pristine": state, "state": state}
    return archive.journal.record(Event(EventKind.SCAFFOLDED, workspace.slug, workspace.root, data))


def store(archive: Archive, workspace: Workspace) -> str:
    """Keep the present state, and note it when it is a new one."""
    state = archive.attic.store(workspace.root)
    told = since_scaffold(archive, workspace.root)
    if not any(state in entry.event.data.values() for entry in told):
        data = {"kit": workspace.kit, "state": state}
        archive.journal.record(Event(EventKind.STORED, workspace.slug, workspace.root, data))
    return state


def remembered(archive: Archive, folder: Path) -> Workspace:
    """Return the workspace of a folder, from the journal when its `backroad.toml` is lost or broken."""
    try:
        return open_workspace(folder)
    except BackroadError:
        root = _real(folder)
        told = archive.journal.entries(workspace=root)
        if not told or not root.is_dir():
            raise
        kits = [entry.event.data["kit"] for entry in told if "kit" in entry.event.data]
        return Workspace(root, told[-1].event.slug, kits[-1] if kits else __version__)


def moments(archive: Archive, workspace: Workspace, everywhere: bool = False) -> list[Moment]:
    """Return the states to go back to, the newest first, each once; `everywhere`: of all its workspaces."""
    told = archive.journal.entries(slug=workspace.slug)
    found: dict[str, Moment] = {}
    for entry in reversed(told):
        state = entry.event.data.get("before") or entry.event.data.get("state")
        if state and (everywhere or entry.event.workspace == workspace.root):
            found.setdefault(state, Moment(state, entry.at, entry.event.kind, entry.event.workspace))
    return list(found.values())


def change(
    archive: Archive, workspace: Workspace, kind: EventKind, before: str, after: str, data: Mapping[str, Any]
) -> Change:
    """Bring a workspace from one kept state to another, noted down before and after."""
    if before == after:
        return Change(workspace.root, before, after)
    event = Event(kind, workspace.slug, workspace.root, {"before": before, "after": after, **data})
    archive.attic.state(after)  # what is damaged shows before anything begins
    archive.journal.begin(event)
    return _carry_out(archive, event)


def _carry_out(archive: Archive, event: Event) -> Change:
    """Do what is noted as begun; when the system refuses, go back and say so."""
    before, after, root = event.data["before"], event.data["after"], event.workspace
    assert root is not None  # a change is always one of a workspace
    try:
        done = swap(root, archive.attic, archive.attic.state(before), archive.attic.state(after))
    except BackroadError:
        with suppress(BackroadError):  # refused as well: it stays noted, and the next command tries again
            swap(root, archive.attic, archive.attic.state(after), archive.attic.state(before))
            archive.journal.abandon(root)
        raise
    entry = archive.journal.finish(event)
    fates = {name: Fate(fate) for name, fate in event.data.get("fates", {}).items()}
    return Change(root, before, after, entry, done.changed, done.left, fates, event.data.get("beside", {}))


def since_scaffold(archive: Archive, root: Path) -> list[Entry]:
    """Return the entries of the workspace that is at this path now, not of one that was there before."""
    told = archive.journal.entries(workspace=root)
    births = [place for place, entry in enumerate(told) if entry.event.kind is EventKind.SCAFFOLDED]
    return told[births[-1] :] if births else told


def _real(folder: Path) -> Path:
    return Path(os.path.realpath(folder.expanduser()))
