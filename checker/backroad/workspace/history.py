"""The three changes of a workspace: reset, undo, update; whatever was there stays in the attic."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress

from backroad import __version__
from backroad.content.names import folders_of
from backroad.content.trees import SETTINGS, Tree
from backroad.errors import BackroadError, nearest, stop
from backroad.events import EventKind
from backroad.model import Exercise
from backroad.workspace.archive import Archive, Change, at_work, change, moments, since_scaffold
from backroad.workspace.attic import Attic, Form, Item, Manifest
from backroad.workspace.disk import printable
from backroad.workspace.opening import Workspace, open_workspace
from backroad.workspace.scaffold import rendered
from backroad.workspace.threeway import Merged, merge_states

CHANGES = frozenset({EventKind.RESET, EventKind.UNDONE, EventKind.UPDATED})
LIST = "backroad undo --list shows the states there are"


def reset(archive: Archive, workspace: Workspace, exercise: Exercise, kit: str = __version__) -> Change:
    """Bring the starter back, exactly."""
    fresh = rendered(exercise, kit)
    with at_work(archive, workspace.root):
        before = archive.attic.store(workspace.root)
        after = archive.attic.keep(_manifest(archive.attic, fresh, like=archive.attic.state(before)))
        return change(archive, workspace, EventKind.RESET, before, after, {"kit": kit, "pristine": after})


def undo(archive: Archive, workspace: Workspace, to: str | None = None) -> Change:
    """Bring back the state before the last change, or the one named; undone twice, it is done again."""
    with at_work(archive, workspace.root):
        after = _last_before(archive, workspace) if to is None else _named(archive, workspace, to)
        before = archive.attic.store(workspace.root)
        return change(archive, workspace, EventKind.UNDONE, before, after, {})


def update(archive: Archive, workspace: Workspace, exercise: Exercise, kit: str = __version__) -> Change:
    """Bring the files of this kit into a workspace of an older one, beside the learner's own changes."""
    fresh = rendered(exercise, kit)
    with at_work(archive, workspace.root):
        workspace = open_workspace(workspace.root, kit)
        before = archive.attic.store(workspace.root)
        if not workspace.is_older_than(kit):
            return Change(workspace.root, before, before)
        merged, pristine = _merged(archive, workspace, before, fresh, kit)
        after = archive.attic.keep(merged.items)
        data = {"kit": kit, "pristine": pristine, "fates": merged.fates, "beside": merged.beside}
        return change(archive, workspace, EventKind.UPDATED, before, after, data)


def _last_before(archive: Archive, workspace: Workspace) -> str:
    for entry in reversed(since_scaffold(archive, workspace.root)):
        if entry.event.kind in CHANGES:
            return str(entry.event.data["before"])
    others = moments(archive, workspace, everywhere=True)
    remedy = f"was it moved or copied? {LIST}, and --to STATE brings one back" if others else "go on"
    raise stop(printable(workspace.root), "nothing was changed here by reset, undo or update", remedy)


def _named(archive: Archive, workspace: Workspace, name: str) -> str:
    known = [moment.state for moment in moments(archive, workspace, everywhere=True)]
    found = [state for state in known if name and state.startswith(name.lower())]
    if len(found) == 1:
        return found[0]
    if found:
        raise stop(name, "is the beginning of several states", f"write more of it; {LIST}")
    short = [state[:12] for state in known]
    raise stop(name, f"is no state of {workspace.slug}", f"{nearest(name, short)}; {LIST}")


def _merged(archive: Archive, workspace: Workspace, before: str, fresh: Tree, kit: str) -> tuple[Merged, str]:
    attic = archive.attic
    mine = attic.state(before)
    theirs = _manifest(attic, fresh, like=mine)
    base = _pristine(archive, workspace)
    mine, base = _with_kit(attic, mine, kit), _with_kit(attic, base, kit)
    return merge_states(base, mine, theirs, attic.get, attic.put), attic.keep(theirs)


def _pristine(archive: Archive, workspace: Workspace) -> dict[str, Item]:
    """Return the files as the workspace's kit wrote them; nothing if they are lost, so all is compared."""
    for entry in reversed(archive.journal.entries(slug=workspace.slug)):
        data = entry.event.data
        if data.get("kit") == workspace.kit and "pristine" in data:
            with suppress(BackroadError):
                return archive.attic.state(data["pristine"])
    return {}


def _with_kit(attic: Attic, items: Mapping[str, Item], kit: str) -> dict[str, Item]:
    """Return the state with another version in `backroad.toml`, so that this line is never in dispute."""
    item = items.get(SETTINGS)
    if item is None or item.form is not Form.FILE:
        return dict(items)
    line = rb"""(?m)^(\s*kit\s*=\s*)(["']).*?\2"""
    text = re.sub(line, lambda found: found[1] + f'"{kit}"'.encode(), attic.get(item.digest), count=1)
    return {**items, SETTINGS: Item(Form.FILE, attic.put(text), item.mode)}


def _manifest(attic: Attic, tree: Tree, like: Manifest) -> dict[str, Item]:
    """Keep a tree; modes of what stays the same are those of `like`, for they depend on the machine."""
    items: dict[str, Item] = {}
    for name, file in tree.files.items():
        for folder in folders_of(name):
            items[folder] = Item(Form.FOLDER, mode=0o755)
        items[name] = Item(Form.FILE, attic.put(file.content), 0o755 if file.executable else 0o644)
    for name, item in items.items():
        old = like.get(name)
        if old and (old.form, old.digest) == (item.form, item.digest):
            items[name] = old
    return items
