"""Bring a folder from one state to another: path by path, and never losing a byte on the way.

Both states are in the attic before anything moves. A path is changed only while it holds what the first
state says; the old file is moved aside and looked at again before it is let go. So a run that was killed
can simply be run again, and what somebody wrote in the meantime is left where it is.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from backroad.workspace.attic import Attic, Form, Item, Manifest, look, walk
from backroad.workspace.disk import remove_tree, spoken, sync_folder

STAGE = ".backroad"  # inside the folder: always on its disk, skipped by attic, checks and git
CACHES = frozenset({"__pycache__", ".pytest_cache"})


@dataclass(frozen=True)
class Swap:
    """What a change did to a folder: the paths it changed, and those it left as somebody else had them."""

    changed: tuple[str, ...] = ()
    left: tuple[str, ...] = ()


def swap(root: Path, attic: Attic, before: Manifest, after: Manifest) -> Swap:
    """Change what differs between the two states; safe to repeat after it was cut short."""
    work = _Work(root, attic, before, after)
    with spoken(root):
        work.salvage()
        work.stage()
        done = work.go()
        work.tidy()
    return done


class _Work:
    """One change of one folder."""

    def __init__(self, root: Path, attic: Attic, before: Manifest, after: Manifest) -> None:
        self.root, self.attic, self.before, self.after = root, attic, before, after
        self.new = root / STAGE / "new"
        self.aside = root / STAGE / "aside"
        self.changed: list[str] = []
        self.left: list[str] = []

    def salvage(self) -> None:
        """Put back what a killed run had moved aside but not replaced, before anything else."""
        if self.aside.is_dir():
            for name in sorted(walk(self.aside)):
                self._put_back(name)
        remove_tree(self.root / STAGE)

    def stage(self) -> None:
        """Write all new files beforehand, durably: a full disk shows here, while nothing is changed."""
        (self.root / STAGE).mkdir()
        self.new.mkdir()
        self.aside.mkdir()
        fresh = {name: item for name, item in self.after.items() if item != self.before.get(name)}
        self.attic.lay({name: item for name, item in fresh.items() if item.form is not Form.FOLDER}, self.new)

    def go(self) -> Swap:
        """Take away what goes, innermost first, then bring what comes, outermost first."""
        for name in sorted(self._differing(), reverse=True):
            gone = self.after.get(name)
            if gone is None or gone.form is not (self.before.get(name) or gone).form:
                self._take_away(name)
        for name in sorted(self._differing()):
            if name in self.after:
                self._bring(name, self.after[name])
        return Swap(tuple(sorted(set(self.changed))), tuple(sorted(set(self.left))))

    def tidy(self) -> None:
        """Make the new names durable, set the modes of folders, and drop what was moved aside."""
        for name in sorted(self.after, reverse=True):
            if self.after[name].form is Form.FOLDER and _is_real_folder(self.root, name):
                sync_folder(self.root / name)
                if name in self.changed:
                    (self.root / name).chmod(self.after[name].mode)
        sync_folder(self.root)
        remove_tree(self.root / STAGE)
        sync_folder(self.root)

    def _differing(self) -> Iterator[str]:
        names = self.before.keys() | self.after.keys()
        return (name for name in names if self.before.get(name) != self.after.get(name))

    def _take_away(self, name: str) -> None:
        present = self._present(name)
        if present is None or present == self.after.get(name):
            return
        if present.form is Form.FOLDER:
            self._take_folder_away(name)
        elif present != self.before.get(name) or not self._move_aside(name):
            self.left.append(name)
        else:
            self.changed.append(name)

    def _take_folder_away(self, name: str) -> None:
        folder = self.root / name
        held = list(folder.iterdir())
        if all(entry.name in CACHES for entry in held):  # Python writes these again
            for cache in held:
                remove_tree(cache)
        try:
            folder.rmdir()
        except OSError:  # it holds what the attic does not keep, or something new
            self.left.append(name)
        else:
            self.changed.append(name)

    def _bring(self, name: str, item: Item) -> None:
        present = self._present(name)
        if present == item:
            return
        if not _is_real_folder(self.root, str(Path(name).parent)):
            self.left.append(name)
        elif item.form is Form.FOLDER:
            self._bring_folder(name, present)
        elif present is not None and (present != self.before.get(name) or not self._move_aside(name)):
            self.left.append(name)
        elif _settle(self.new / name, self.root / name):
            self.changed.append(name)
        else:
            self.left.append(name)

    def _bring_folder(self, name: str, present: Item | None) -> None:
        if present is None:
            (self.root / name).mkdir()
        if present is None or present.form is Form.FOLDER:
            self.changed.append(name)
        else:
            self.left.append(name)

    def _move_aside(self, name: str) -> bool:
        """Whether the path could be taken: an editor may write between a look and a rename."""
        aside = self.aside / name
        aside.parent.mkdir(parents=True, exist_ok=True)
        (self.root / name).rename(aside)
        if look(aside) == self.before.get(name):
            return True
        self._put_back(name)
        return False

    def _put_back(self, name: str) -> None:
        aside, place = self.aside / name, self.root / name
        item = look(aside)
        if item is None or item.form is Form.FOLDER:
            return
        if look(place) is None:
            with suppress(FileExistsError, NotADirectoryError):  # a file stands where the folder was
                place.parent.mkdir(parents=True, exist_ok=True)
                aside.rename(place)
                return
        if not self.attic.has(item.digest):  # bytes that nobody else has: beside what took their place
            aside.rename(self.root / f"{place.name}.{item.digest[:8]}.rescued")

    def _present(self, name: str) -> Item | None:
        if not _is_real_folder(self.root, str(Path(name).parent)):
            return None
        return look(self.root / name)


def _is_real_folder(root: Path, name: str) -> bool:
    """Whether no part of the way is a link: a change must not reach outside the folder."""
    way = root
    for part in Path(name).parts:
        way = way / part
        if way.is_symlink() or not way.is_dir():
            return False
    return True


def _settle(new: Path, place: Path) -> bool:
    """Whether the file could take its place; a rename would silently replace what an editor just wrote."""
    try:
        os.link(new, place, follow_symlinks=False)
    except FileExistsError:
        return False
    except (OSError, NotImplementedError):  # a disk without hard links
        new.rename(place)
    return True
