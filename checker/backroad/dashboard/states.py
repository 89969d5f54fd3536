"""The states of workspaces that the attic holds: what led to each, what going back would change."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import islice
from pathlib import Path

from backroad.errors import BackroadError, stop
from backroad.events import Entry, EventKind
from backroad.pages.past import told_of
from backroad.workspace.archive import Archive, Moment, moments, remembered
from backroad.workspace.attic import Form, Item, Manifest, look, walk
from backroad.workspace.disk import printable, spoken
from backroad.workspace.opening import Workspace

PAGE = 25  # states at a time
NAMED = 4  # files of a difference
LED = {
    EventKind.SCAFFOLDED: "as it was begun",
    EventKind.STORED: "kept",
    EventKind.RESET: "before going back to the starter",
    EventKind.UNDONE: "before an earlier state was restored",
    EventKind.UPDATED: "before it was brought to a newer kit",
}


@dataclass(frozen=True)
class Place:
    """A folder that is, or was, a workspace; a browser knows it by its key and never by its path."""

    key: str
    folder: str
    is_there: bool


class Step(StrEnum):
    """What going from one state to another does to a file."""

    CHANGE = "change"
    ADD = "add"
    REMOVE = "remove"


@dataclass(frozen=True)
class Difference:
    """What going from one state to another does to files, and how many more there are."""

    told: tuple[tuple[Step, str], ...] = ()
    more: int = 0


@dataclass(frozen=True)
class Shown:
    """One state as the page shows it; `elsewhere` is its folder when that is another one."""

    state: str
    at: datetime
    led: str
    elsewhere: str
    is_now: bool
    difference: Difference
    is_damaged: bool = False


@dataclass(frozen=True)
class Changed:
    """What a restore did, and the state that takes it back."""

    before: str
    at: datetime
    difference: Difference


def places(entries: Sequence[Entry]) -> dict[str, Path]:
    """Return the folders that the journal knows of an exercise by their keys, the latest first."""
    folders = [entry.event.workspace for entry in reversed(entries) if entry.event.workspace]
    return {key_of(folder): folder for folder in dict.fromkeys(folders)}


def key_of(folder: Path) -> str:
    """Return what a browser calls a folder."""
    return hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]


def place_of(key: str, folder: Path) -> Place:
    """Return a folder as pages show it."""
    return Place(key, printable(folder), folder.is_dir())


def shown(archive: Archive, workspace: Workspace, skip: int = 0) -> tuple[list[Shown], int]:
    """Return a page of the states to go back to, the newest first, and how many there are.

    States of the exercise's other folders are among them: a workspace may have been moved.
    """
    found = moments(archive, workspace, everywhere=True)
    led = _led(archive.journal.entries(slug=workspace.slug))
    present = manifest(workspace.root)
    chosen = islice(found, skip, skip + PAGE)
    return [_shown(archive, workspace, moment, led, present) for moment in chosen], len(found)


def known(archive: Archive, workspace: Workspace, state: object) -> str:
    """Return a state's name if it is one of those there are; stops at any other."""
    names = [moment.state for moment in moments(archive, workspace, everywhere=True)]
    if not isinstance(state, str) or state not in names:
        raise stop(workspace.slug, "has no such state", "load the page again: it shows those there are")
    return state


def present_workspace(archive: Archive, folder: Path, slug: str) -> Workspace:
    """Return the workspace of an exercise in a folder; stops where it is gone or another one's."""
    if not folder.is_dir():
        raise stop(printable(folder), "is not there any more", "its states can be restored into a new folder")
    workspace = remembered(archive, folder)
    if workspace.slug != slug:
        raise stop(
            printable(folder), f"holds {workspace.slug} now", f"look at the states of {workspace.slug}"
        )
    return workspace


def changed(archive: Archive, folder: Path, number: int) -> Changed | None:
    """Return what the restore with this number in the journal did to a folder."""
    for entry in archive.journal.entries(workspace=folder):
        if entry.number == number and entry.event.kind is EventKind.UNDONE:
            before, after = entry.event.data["before"], entry.event.data["after"]
            done = difference(archive.attic.state(before), archive.attic.state(after))
            return Changed(before, entry.at, done)
    return None


def manifest(root: Path) -> dict[str, Item]:
    """Return what a folder holds now, as the attic would name it; nothing is kept."""
    with spoken(root):
        found = {name: look(root / name) for name in sorted(walk(root))}
    return {name: item for name, item in found.items() if item is not None}


def difference(now: Manifest, then: Manifest) -> Difference:
    """Return what going from `now` to `then` does to files."""
    told = list(_steps(now, then))
    return Difference(tuple(told[:NAMED]), max(len(told) - NAMED, 0))


def _steps(now: Manifest, then: Manifest) -> Iterator[tuple[Step, str]]:
    for name in sorted({*now, *then}):
        mine, theirs = now.get(name), then.get(name)
        if all(item is None or item.form is Form.FOLDER for item in (mine, theirs)):
            continue
        if mine is None or theirs is None:
            yield Step.ADD if mine is None else Step.REMOVE, printable(name)
        elif (mine.form, mine.digest) != (theirs.form, theirs.digest):
            yield Step.CHANGE, printable(name)


def _shown(
    archive: Archive,
    workspace: Workspace,
    moment: Moment,
    led: Mapping[tuple[str, datetime], str],
    present: Manifest,
) -> Shown:
    is_elsewhere = moment.workspace is not None and moment.workspace != workspace.root
    elsewhere = printable(moment.workspace) if is_elsewhere else ""
    words = led.get((moment.state, moment.at), "")
    try:
        then = archive.attic.state(moment.state)
    except BackroadError:
        return Shown(moment.state, moment.at, words, elsewhere, False, Difference(), is_damaged=True)
    return Shown(moment.state, moment.at, words, elsewhere, then == present, difference(present, then))


def _led(entries: Sequence[Entry]) -> dict[tuple[str, datetime], str]:
    """Return what led to each state, by its name and the time of its entry."""
    found: dict[tuple[str, datetime], str] = {}
    for entry in entries:
        data = entry.event.data
        state = data.get("before") or data.get("state")
        if state:
            found[str(state), entry.at] = _words(entry)
    return found


def _words(entry: Entry) -> str:
    run = told_of(entry.at, entry.event).run
    if run is None:
        return LED.get(entry.event.kind, "kept")
    part = "" if run.is_whole else ", some checks only"
    return f"checked: {run.green} of {run.of} checks green{part}"
