"""The attic: every state a workspace ever had, kept by content; nothing in it is ever changed."""

from __future__ import annotations

import hashlib
import json
import os
import stat
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO

from backroad.errors import BackroadError, stop
from backroad.workspace.disk import printable, spoken, sync_folder

FORMAT = 1
CHUNK = 1 << 20
SKIPPED = frozenset({".git", ".venv", "venv", "node_modules", "__pycache__", ".pytest_cache", ".backroad"})
OTHER_STATES = "nothing was changed; backroad undo --list shows other states"


class Form(StrEnum):
    """What a path of a state is."""

    FILE = "file"
    LINK = "link"
    FOLDER = "folder"


@dataclass(frozen=True)
class Item:
    """What stood at one path; a folder has no digest, a link's digest is that of its target's text."""

    form: Form
    digest: str = ""
    mode: int = 0


Manifest = Mapping[str, Item]


class Attic:
    """A folder of blobs named by the sha256 of their content; a state is a manifest, itself a blob."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def store(self, root: Path) -> str:
        """Keep everything in `root` but what `SKIPPED` names, and return the state's digest."""
        with spoken(root):
            return self.keep({name: self._keep_path(root / name) for name in sorted(walk(root))})

    def restore(self, state: str, root: Path) -> None:
        """Write a state into `root`, which must be empty or missing."""
        items = self.state(state)
        with spoken(root):
            root.mkdir(parents=True, exist_ok=True)
            if any(root.iterdir()):
                raise stop(printable(root), "is not empty", "choose an empty folder")
            self.lay(items, root)

    def keep(self, items: Manifest) -> str:
        """Keep a manifest whose blobs are here already, and return its digest."""
        listed = {name: [item.form, item.digest, item.mode] for name, item in items.items()}
        return self.put(json.dumps({"format": FORMAT, "items": listed}, sort_keys=True).encode("ascii"))

    def state(self, digest: str) -> dict[str, Item]:
        """Return the manifest of a state."""
        listed = json.loads(self.get(digest))
        if listed["format"] > FORMAT:
            raise stop(f"state {digest[:12]}", "was kept by a newer kit", "upgrade backroad")
        return {name: Item(Form(form), blob, mode) for name, (form, blob, mode) in listed["items"].items()}

    def lay(self, items: Manifest, folder: Path) -> None:
        """Write items into `folder`, durably; parents that are no items are made as needed."""
        for name in sorted(items):
            path, item = folder / name, items[name]
            path.parent.mkdir(parents=True, exist_ok=True)
            if item.form is Form.FOLDER:
                path.mkdir(exist_ok=True)
            elif item.form is Form.LINK:
                path.symlink_to(os.fsdecode(self.get(item.digest)))
            else:
                self._write_out(item, path)
        for name in sorted(items, reverse=True):  # the innermost first: an outer one may become read-only
            if items[name].form is Form.FOLDER:
                sync_folder(folder / name)
                (folder / name).chmod(items[name].mode)
        sync_folder(folder)

    def put(self, data: bytes) -> str:
        """Keep some bytes and return their digest."""
        digest = hashlib.sha256(data).hexdigest()
        if not self._holds(digest, len(data)):
            with spoken(self.folder), self._newcomer() as stream:
                stream.write(data)
                self._admit(stream, digest)
        return digest

    def get(self, digest: str) -> bytes:
        """Return the bytes of a digest, or stop when they are missing or damaged."""
        try:
            data = self._place(digest).read_bytes()
        except FileNotFoundError:
            raise self._damaged(digest, "is missing from the attic") from None
        except OSError as error:
            raise self._damaged(digest, f"cannot be read ({error.strerror})") from error
        if hashlib.sha256(data).hexdigest() != digest:
            raise self._damaged(digest, "is damaged in the attic")
        return data

    def has(self, digest: str) -> bool:
        """Whether the bytes of a digest are here."""
        return self._place(digest).is_file()

    def _keep_path(self, path: Path) -> Item:
        item = look(path)
        if item is None:
            raise stop(printable(path), "vanished while it was read", "repeat the command")
        if item.form is Form.LINK:
            self.put(_target(path))
        if item.form is Form.FILE and not self._holds(item.digest, path.lstat().st_size):
            return Item(item.form, self._keep_file(path), item.mode)
        return item

    def _keep_file(self, path: Path) -> str:
        """Copy a file in pieces; the digest is that of the bytes copied, whoever writes meanwhile."""
        digest = hashlib.sha256()
        with path.open("rb") as source, self._newcomer() as stream:
            while piece := source.read(CHUNK):
                digest.update(piece)
                stream.write(piece)
            self._admit(stream, digest.hexdigest())
        return digest.hexdigest()

    def _newcomer(self) -> _Newcomer:
        self.folder.mkdir(parents=True, exist_ok=True)
        return _Newcomer(self.folder)

    def _admit(self, stream: _Newcomer, digest: str) -> None:
        place = self._place(digest)
        place.parent.mkdir(exist_ok=True)
        stream.settle(place)

    def _write_out(self, item: Item, path: Path) -> None:
        digest = hashlib.sha256()
        try:
            source = self._place(item.digest).open("rb")
        except FileNotFoundError:
            raise self._damaged(item.digest, f"({printable(path.name)}) is missing from the attic") from None
        with source, path.open("wb") as target:
            while piece := source.read(CHUNK):
                digest.update(piece)
                target.write(piece)
            target.flush()
            os.fsync(target.fileno())
        if digest.hexdigest() != item.digest:
            raise self._damaged(item.digest, f"({printable(path.name)}) is damaged in the attic")
        path.chmod(item.mode)

    def _holds(self, digest: str, size: int) -> bool:
        try:
            return self._place(digest).stat().st_size == size
        except OSError:
            return False

    def _place(self, digest: str) -> Path:
        return self.folder / digest[:2] / digest[2:]

    def _damaged(self, digest: str, what: str) -> BackroadError:
        return stop(printable(self._place(digest)), f"a kept file {what}", OTHER_STATES)


class _Newcomer:
    """A blob on its way in: a temporary file beside the others that is gone unless it is settled."""

    def __init__(self, folder: Path) -> None:
        descriptor, name = tempfile.mkstemp(prefix="new-", dir=folder)
        self._stream: BinaryIO = os.fdopen(descriptor, "wb")
        self._path = Path(name)

    def write(self, piece: bytes) -> None:
        self._stream.write(piece)

    def settle(self, place: Path) -> None:
        self._stream.flush()
        os.fsync(self._stream.fileno())
        self._stream.close()
        self._path.replace(place)
        sync_folder(place.parent)

    def __enter__(self) -> _Newcomer:
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):
            self._stream.close()
        with suppress(OSError):
            self._path.unlink()


def walk(root: Path, prefix: str = "") -> Iterator[str]:
    """Yield the relative name of everything in `root`, folders too, but what `SKIPPED` names."""
    with os.scandir(root) as entries:
        found = list(entries)
    for entry in found:
        if entry.name in SKIPPED:
            continue
        name = prefix + entry.name
        yield name
        if entry.is_dir(follow_symlinks=False):
            yield from walk(Path(entry.path), name + "/")


def look(path: Path) -> Item | None:
    """Return what stands at a path, or None; a pipe, a socket or a device stops the command."""
    try:
        seen = path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    mode = stat.S_IMODE(seen.st_mode) & 0o777
    if stat.S_ISDIR(seen.st_mode):
        return Item(Form.FOLDER, mode=mode)
    if stat.S_ISLNK(seen.st_mode):
        return Item(Form.LINK, hashlib.sha256(_target(path)).hexdigest())
    if not stat.S_ISREG(seen.st_mode):
        raise stop(printable(path), "is a pipe, a socket or a device", "move it out of the folder")
    with path.open("rb") as stream:
        return Item(Form.FILE, hashlib.file_digest(stream, "sha256").hexdigest(), mode)


def _target(link: Path) -> bytes:
    return os.fsencode(os.readlink(link))  # noqa: PTH115 - Path.readlink would tidy the target's text
