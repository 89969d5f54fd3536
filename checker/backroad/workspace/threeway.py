"""Three versions of a text or a folder into one: the older kit's, the learner's, the new kit's."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from enum import StrEnum

from backroad.content.names import folders_of
from backroad.workspace.attic import Form, Item, Manifest

MAX_LINES = 20_000


class Fate(StrEnum):
    """What became of one path in an update."""

    REPLACED = "replaced"
    MERGED = "merged"
    ADDED = "added"
    REMOVED = "removed"
    LEFT = "left"  # the learner's stays; what is new lies beside it, if there is anything new
    STAYS_REMOVED = "stays removed"


@dataclass(frozen=True)
class Merged:
    """The state that a merge comes to, what became of each path, and the new file beside a conflict."""

    items: Mapping[str, Item]
    fates: Mapping[str, Fate]
    beside: Mapping[str, str] = field(default_factory=dict)


def merge_lines(base: bytes, mine: bytes, theirs: bytes) -> bytes | None:
    """Return the text with both changes, or None when they touch the same lines.

    Between two lines that all three texts share, at most one of the two sides may differ from the base.
    """
    texts = [text.splitlines(keepends=True) for text in (base, mine, theirs)]
    if any(b"\0" in text for text in (base, mine, theirs)) or max(map(len, texts)) > MAX_LINES:
        return None
    merged: list[bytes] = []
    start = (0, 0, 0)
    for stable in _stable_lines(*texts):
        chunk = [lines[a:b] for lines, a, b in zip(texts, start, stable, strict=True)]
        chosen = _choose(*chunk)
        if chosen is None:
            return None
        merged += chosen
        merged += texts[0][stable[0] : stable[0] + 1]
        start = (stable[0] + 1, stable[1] + 1, stable[2] + 1)
    return b"".join(merged)


def merge_states(
    base: Manifest,
    mine: Manifest,
    theirs: Manifest,
    get: Callable[[str], bytes],
    put: Callable[[bytes], str],
) -> Merged:
    """Return what the learner's folder becomes when the kit's files go from `base` to `theirs`."""
    merge = _Merge(base, dict(mine), theirs, get, put)
    for name in sorted(base.keys() | theirs.keys()):
        merge.settle(name)
    merge.drop_empty_folders()
    return Merged(merge.items, merge.fates, merge.beside)


@dataclass
class _Merge:
    base: Manifest
    items: dict[str, Item]
    theirs: Manifest
    get: Callable[[str], bytes]
    put: Callable[[bytes], str]
    fates: dict[str, Fate] = field(default_factory=dict)
    beside: dict[str, str] = field(default_factory=dict)

    def settle(self, name: str) -> None:
        """Decide about one path."""
        old, mine, new = self.base.get(name), self.items.get(name), self.theirs.get(name)
        if _same(mine, new) or _same(old, new):
            return
        if any(self._is_in_the_way(folder) for folder in folders_of(name)):
            self.fates[name] = Fate.LEFT
        elif _same(mine, old):
            self._take(name, old, new)
        elif mine is None:
            self.fates[name] = Fate.STAYS_REMOVED
        elif new is None or not self._merge_text(name, old, mine, new):
            self._leave(name, new)

    def drop_empty_folders(self) -> None:
        """Remove folders that only the older kit had and that nothing is left in."""
        for name in sorted(self.base.keys() - self.theirs.keys(), reverse=True):
            item = self.items.get(name)
            if item and item.form is Form.FOLDER and not any(k.startswith(name + "/") for k in self.items):
                del self.items[name]

    def _take(self, name: str, old: Item | None, new: Item | None) -> None:
        if new is not None:
            for folder in folders_of(name):
                self.items.setdefault(folder, self.theirs[folder])
            self.items[name] = new
            if new.form is not Form.FOLDER:
                self.fates[name] = Fate.ADDED if old is None else Fate.REPLACED
        elif self.items[name].form is not Form.FOLDER:
            del self.items[name]
            self.fates[name] = Fate.REMOVED

    def _merge_text(self, name: str, old: Item | None, mine: Item, new: Item) -> bool:
        if old is None or {old.form, mine.form, new.form} != {Form.FILE}:
            return False
        text = merge_lines(self.get(old.digest), self.get(mine.digest), self.get(new.digest))
        if text is None:
            return False
        self.items[name] = Item(Form.FILE, self.put(text), mine.mode)
        self.fates[name] = Fate.MERGED
        return True

    def _leave(self, name: str, new: Item | None) -> None:
        self.fates[name] = Fate.LEFT
        if new is not None and new.form is not Form.FOLDER:
            free = f"{name}.new"
            while free in self.items and not _same(self.items[free], new):
                free += ".new"
            self.items[free] = new
            self.beside[name] = free

    def _is_in_the_way(self, folder: str) -> bool:
        item = self.items.get(folder)
        return item is not None and item.form is not Form.FOLDER


def _same(one: Item | None, other: Item | None) -> bool:
    """Whether two items hold the same; modes differ from one installation of the kit to the next."""
    if one is None or other is None:
        return one is other
    return (one.form, one.digest) == (other.form, other.digest)


def _stable_lines(
    base: Sequence[bytes], mine: Sequence[bytes], theirs: Sequence[bytes]
) -> list[tuple[int, int, int]]:
    """Return the places of the lines that all three share, and the three ends."""
    in_mine, in_theirs = _matches(base, mine), _matches(base, theirs)
    shared = [(line, in_mine[line], in_theirs[line]) for line in sorted(in_mine.keys() & in_theirs.keys())]
    return [*shared, (len(base), len(mine), len(theirs))]


def _matches(base: Sequence[bytes], other: Sequence[bytes]) -> dict[int, int]:
    blocks = SequenceMatcher(None, base, other, autojunk=False).get_matching_blocks()
    return {block.a + step: block.b + step for block in blocks for step in range(block.size)}


def _choose(base: list[bytes], mine: list[bytes], theirs: list[bytes]) -> list[bytes] | None:
    if mine == base:
        return theirs
    return mine if theirs in (base, mine) else None
