"""A source tree as a value: names and bytes, to be hashed, laid over another one, written."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from backroad.content.fields import Table, parse_table
from backroad.content.names import folders_of
from backroad.errors import BackroadError, Problem, nearest, stop
from backroad.model import ServiceCommand

SETTINGS = "backroad.toml"
STORES = ("sqlite",)


@dataclass(frozen=True)
class File:
    """One file of a tree."""

    content: bytes = field(repr=False)
    executable: bool = False


@dataclass(frozen=True)
class Tree:
    """Files by their name (relative, with `/`); empty folders are no part of a tree, as in git.

    `links` are folders too large to copy (installed packages): `write` links to them, `digest` leaves
    them out. `restored` names the `given/` files that differed from the kit's and were put back.
    """

    files: Mapping[str, File]
    links: Mapping[str, Path] = field(default_factory=dict)
    restored: tuple[str, ...] = ()

    def digest(self) -> str:
        """Return the SHA-256 over names and bytes, in hex."""
        digest = hashlib.sha256()
        for name in sorted(self.files):
            content = self.files[name].content
            digest.update(f"{name}\0{len(content)}\0".encode())
            digest.update(content)
        return digest.hexdigest()

    def read(self, name: str) -> bytes:
        """Return the bytes of a file."""
        if name not in self.files:
            raise stop(name, "there is no such file", nearest(name, self.files))
        return self.files[name].content

    def text(self, name: str) -> str:
        """Return the text of a file."""
        try:
            return self.read(name).decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise stop(name, f"byte {error.start} is not UTF-8", "save the file as UTF-8") from None

    def over(self, base: Tree) -> Tree:
        """Return this tree laid over `base`: what stands in its place there is replaced."""
        mine = {*self.files, *self.links}
        above = {folder for name in mine for folder in folders_of(name)}
        gone = {
            name
            for name in (*base.files, *base.links)
            if name in mine or name in above or any(folder in mine for folder in folders_of(name))
        }
        kept = base.without(gone)
        return replace(self, files={**kept.files, **self.files}, links={**kept.links, **self.links})

    def without(self, names: Iterable[str]) -> Tree:
        """Return this tree without some names."""
        gone = frozenset(names)
        files = {name: file for name, file in self.files.items() if name not in gone}
        return replace(self, files=files, links={k: v for k, v in self.links.items() if k not in gone})

    def below(self, folder: str) -> Tree:
        """Return what lies in a folder of this tree, under its full names."""
        files = {name: file for name, file in self.files.items() if name.startswith(f"{folder}/")}
        return Tree(files)

    def write(self, folder: Path) -> None:
        """Write all files into `folder`, over those of the same name."""
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for name, file in self.files.items():
                _write(folder / name, file)
            for name, target in self.links.items():
                _link(folder / name, target)
        except OSError as error:
            what = f"cannot be written: {error.strerror or error}"
            raise stop(error.filename or folder, what, "make room, or choose another folder") from error

    def service(self) -> ServiceCommand:
        """Return how to start the service: what its `backroad.toml` says, else the defaults."""
        if SETTINGS not in self.files:
            return ServiceCommand()
        problems: list[Problem] = []
        table = parse_table(self.text(SETTINGS), SETTINGS, problems)
        command = service_command(table) if table else ServiceCommand()
        if problems:
            raise BackroadError(*problems)
        return command


def service_command(settings: Table) -> ServiceCommand:
    """Return the `[service]` of a `backroad.toml`; what is wrong goes to the table's problems."""
    service = settings.table("service", default={})
    usual = ServiceCommand()
    command = ServiceCommand(
        service.text("start", usual.start),
        service.text("ready_path", usual.ready_path),
        service.choice("store", STORES) if "store" in service.values else usual.store,
    )
    if not command.ready_path.startswith("/"):
        service.wrong("ready_path", f"is {command.ready_path!r}", "begin it with /")
    service.done()
    return command


def _write(path: Path, file: File) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(file.content)
    path.chmod(0o755 if file.executable else 0o644)


def _link(path: Path, target: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        path.symlink_to(target, target_is_directory=True)
    except (NotImplementedError, OSError):
        # Windows lets only some users make links; a copy is slow but right.
        shutil.copytree(target, path, symlinks=True)
