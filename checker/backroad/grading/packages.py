"""An archive, or a folder, that somebody handed in → a tree, within limits; nothing is unpacked on disk."""

from __future__ import annotations

import bz2
import gzip
import io
import re
import stat
import tarfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, BinaryIO

from backroad.content.folders import BOUNDS, Bounds, read_folder
from backroad.content.names import collisions, folders_of, is_skipped, name_problem, shown
from backroad.content.trees import File, Tree
from backroad.errors import BackroadError, Problem, stop
from backroad.grading.streams import Directory, Measured, Patient, Unxz

ARCHIVES = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz")
PACKED: dict[bytes, Any] = {b"\x1f\x8b": gzip.open, b"BZh": bz2.open, b"\xfd7zXZ": Unxz}
DRIVE = re.compile("[A-Za-z]:")
HEADER = 4096  # bytes that an entry may take beside its content
ENCRYPTED = 1
MOST_WORDS = 200
WHOLE = "pack it again, as .zip or .tar.gz"
PLAIN = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # of the others, zipfile unpacks a block whole
SECONDS = 30  # to read one archive: millions of empty streams, one after the other, take minutes


def is_archive(name: str) -> bool:
    """Return whether a file of this name is read as an archive."""
    return name.lower().endswith(ARCHIVES)


def stem(name: str) -> str:
    """Return a name without the ending of an archive."""
    ending = next((end for end in ARCHIVES if name.lower().endswith(end)), "")
    return name[: len(name) - len(ending)]


def read_package(source: Path, bounds: Bounds = BOUNDS) -> Tree:
    """Return the files of a folder or an archive, without the one folder that holds them all.

    Raises what is wrong with it: links out of it, devices, names that lead elsewhere, more than the bounds.
    """
    if source.is_symlink():
        raise stop(shown(source.name), "is a link", "hand in what it leads to")
    if is_archive(source.name):
        return unwrapped(read_archive(source, bounds))
    tree = read_folder(source, bounds)
    for name, place in tree.links.items():
        if place.is_symlink():  # a learner's own may lead anywhere; a stranger's would open that place
            raise stop(name, "is a link that leaves the folder", "hand in the folder itself, or leave it out")
    return unwrapped(tree)


def unwrapped(tree: Tree) -> Tree:
    """Return a tree without folders that only hold the rest, as the archives of git servers have one."""
    names = [*tree.files, *tree.links]
    tops = {name.partition("/")[0] for name in names}
    if len(tops) != 1 or any("/" not in name for name in names):
        return tree
    (top,) = tops
    files = {name[len(top) + 1 :]: file for name, file in tree.files.items()}
    return unwrapped(Tree(files, {name[len(top) + 1 :]: place for name, place in tree.links.items()}))


@dataclass(frozen=True)
class Entry:
    """One file of an archive before it is read; `fault` says what it is where it is no plain file."""

    name: str
    size: int
    executable: bool
    stream: IO[bytes] | None
    fault: str = ""


def read_archive(source: Path, bounds: Bounds = BOUNDS) -> Tree:
    """Return the tree that an archive holds, or raise all that is wrong with it."""
    where = shown(source.name)
    most = bounds.size + bounds.entries * HEADER
    try:
        with source.open("rb", buffering=0) as stream:
            if stream.seek(0, io.SEEK_END) > most:
                what = f"is larger than {most / 1024**2:g} MiB"
                raise stop(where, what, "leave out data and what was built")
            stream.seek(0)
            patient = io.BufferedReader(Patient(stream, SECONDS))
            files, problems = _files(_entries(patient, where, bounds), where, bounds)
    except BackroadError:
        raise
    except OSError as error:
        raise stop(where, f"cannot be read: {_words(error.strerror or error)}", WHOLE) from None
    except Exception as error:  # at forged headers the readers of Python raise nearly anything
        what = f"is no archive that can be read: {_words(error) or type(error).__name__}"
        raise stop(where, what, WHOLE) from None
    problems += collisions(files)
    if problems:
        raise BackroadError(*problems)
    return Tree(files)


def _words(error: object) -> str:
    """Return what an error says, which may be a name as long as the archive."""
    return shown(str(error))[:MOST_WORDS]


def _files(entries: Iterator[Entry], where: str, bounds: Bounds) -> tuple[dict[str, File], list[Problem]]:
    """Return the plain files among the entries, and what is wrong; never more than the bounds."""
    files: dict[str, File] = {}
    problems: list[Problem] = []
    left = bounds.size
    for count, entry in enumerate(entries, start=1):
        if count > bounds.entries:
            raise _too_many(where, bounds)
        problem = _fault(entry, files)
        if problem is not None:
            problems.append(problem)
        elif entry.stream is not None and not any(map(is_skipped, entry.name.split("/"))):
            content = entry.stream.read(left + 1) if entry.size <= left else b""
            if max(entry.size, len(content)) > left:
                what = f"holds more than {bounds.size / 1024**2:g} MiB"
                raise stop(where, what, f"leave out data and what was built; it overflows at {entry.name}")
            left -= len(content)
            files[entry.name] = File(content, entry.executable)
    return files, problems


def _too_many(where: str, bounds: Bounds) -> BackroadError:
    what = f"holds more than {bounds.entries:,} files and folders"
    return stop(where, what, "leave out what was built or downloaded")


def _fault(entry: Entry, files: dict[str, File]) -> Problem | None:
    """Return what is wrong with an entry, given those before it."""
    name = entry.name.rstrip("/")
    if DRIVE.match(name):
        return Problem(shown(name), "its name leads out of the folder", "rename it")
    if (problem := name_problem(name)) is not None:
        return problem
    if entry.fault:
        return Problem(name, f"is {entry.fault}", "put a plain file in its place, or leave it out")
    if entry.stream is None:
        return None
    if name in files or any(other.startswith(f"{name}/") for other in files):
        return Problem(name, "is in the archive twice", "leave out one of them")
    if any(folder in files for folder in folders_of(name)):
        return Problem(name, "lies in what is a file", "rename one of them")
    return None


def _entries(stream: BinaryIO, where: str, bounds: Bounds) -> Iterator[Entry]:
    head = stream.read(6)
    stream.seek(0)
    if head.startswith(b"PK"):
        yield from _zipped(stream, where, bounds)
        return
    packer = next((packer for magic, packer in PACKED.items() if head.startswith(magic)), None)
    plain = stream if packer is None else packer(stream)
    yield from _tarred(Measured(plain, bounds.size + bounds.entries * HEADER))


def _zipped(stream: BinaryIO, where: str, bounds: Bounds) -> Iterator[Entry]:
    directory = Directory(stream, bounds.entries * HEADER)
    with zipfile.ZipFile(directory) as archive:
        directory.is_read = True
        if len(archive.infolist()) > bounds.entries:
            raise _too_many(where, bounds)
        for info in archive.infolist():
            mode = info.external_attr >> 16
            if info.is_dir():
                yield Entry(info.filename, 0, False, None)
            elif stat.S_IFMT(mode) not in (0, stat.S_IFREG):
                yield Entry(
                    info.filename, 0, False, None, "a link" if stat.S_ISLNK(mode) else "no plain file"
                )
            elif info.flag_bits & ENCRYPTED:
                yield Entry(info.filename, 0, False, None, "encrypted")
            elif info.compress_type not in PLAIN:
                yield Entry(info.filename, 0, False, None, "packed in a rare way")
            else:
                with archive.open(info) as content:
                    yield Entry(info.filename, info.file_size, bool(mode & stat.S_IXUSR), content)


def _tarred(stream: Measured) -> Iterator[Entry]:
    # As a stream: a header is read once, and nothing is sought in what has to be unpacked for it.
    with tarfile.open(fileobj=stream, mode="r|") as archive:
        for info in archive:
            name = info.name.removeprefix("./")
            if info.isdir():
                if name not in ("", "."):
                    yield Entry(name, 0, False, None)
            elif not info.isfile():
                kind = "a link" if info.issym() or info.islnk() else "a device or a pipe"
                yield Entry(name, 0, False, None, kind)
            else:
                content = archive.extractfile(info)
                yield Entry(name, info.size, bool(info.mode & stat.S_IXUSR), content)
