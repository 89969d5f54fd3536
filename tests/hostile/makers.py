"""Makes the packages of packages.toml: hand-ins that attack who reads them."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import stat
import struct
import tarfile
import zipfile
import zlib
from pathlib import Path

MIB = 2**20
BAD = "=cmd|' /C calc'!A0 ]]> </script><script>alert(1)</script> \x00\x1b[2J \u202e \ufffe"
COMMANDS = "\n::set-output name=x::y\n  ::error::z\n##[error]z ##vso[task.complete]"


def zipped(path: Path, *names: str, content: bytes = b"") -> Path:
    """Write a zip file."""
    with zipfile.ZipFile(path.with_suffix(".zip"), "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return path.with_suffix(".zip")


def tarred(path: Path, *members: tarfile.TarInfo) -> Path:
    """Write a tar file of members without content."""
    with tarfile.open(path.with_suffix(".tar"), "w") as archive:
        for member in members:
            archive.addfile(member, io.BytesIO(bytes(member.size)))
    return path.with_suffix(".tar")


def member(name: str, kind: bytes = tarfile.REGTYPE, link: str = "", size: int = 0) -> tarfile.TarInfo:
    """Return a member of a tar file."""
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.size = kind, link, size
    return info


def header(kind: bytes, size: int) -> bytes:
    """Return the bytes of a header that announces another one."""
    return member("header", kind, size=size).tobuf()


def extended(path: Path, text: bytes) -> Path:
    """Write a tar file with one file, and a header in words before it."""
    content = text.ljust(-(-len(text) // 512) * 512, b"\0")
    path.with_suffix(".tar").write_bytes(
        header(tarfile.XHDTYPE, len(text)) + content + member("a.py").tobuf() + bytes(1024)
    )
    return path.with_suffix(".tar")


def patched(path: Path, **fields: tuple[int, int]) -> Path:
    """Write fields of the first entry anew: (value, bytes), in both places of a zip file."""
    offsets = {"size": (22, 24), "method": (8, 10), "flags": (6, 8)}
    data = bytearray(path.read_bytes())
    for name, (value, length) in fields.items():
        for magic, offset in zip((b"PK\x03\x04", b"PK\x01\x02"), offsets[name], strict=True):
            place = data.index(magic) + offset
            data[place : place + length] = value.to_bytes(length, "little")
    path.write_bytes(data)
    return path


class Maker:
    """Makes the packages of the table; `outside` is what none of them may reach."""

    def __init__(self, outside: Path) -> None:
        self.outside = outside

    def climbing(self, path: Path) -> Path:
        """Names that climb out of the folder."""
        return zipped(path, "../escaped.py", "ok/../../../escaped.py", "..\\escaped.py")

    def absolute(self, path: Path) -> Path:
        """Absolute names."""
        return tarred(path, member(str(self.outside / "bird.txt"), size=4), member("C:/escaped.py"))

    def written_through_a_link(self, path: Path) -> Path:
        """A link out, and a file written through it."""
        return tarred(path, member("d", tarfile.SYMTYPE, str(self.outside)), member("d/bird.txt", size=4))

    def hard_link(self, path: Path) -> Path:
        """A hard link to a file outside."""
        return tarred(path, member("stack.py", tarfile.LNKTYPE, str(self.outside / "bird.txt")))

    def link_in_a_zip(self, path: Path) -> Path:
        """A link in a zip file."""
        info = zipfile.ZipInfo("stack.py")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        with zipfile.ZipFile(path.with_suffix(".zip"), "w") as archive:
            archive.writestr(info, str(self.outside / "bird.txt"))
        return path.with_suffix(".zip")

    def devices(self, path: Path) -> Path:
        """A pipe and a device in a tar file."""
        return tarred(path, member("p", tarfile.FIFOTYPE), member("d", tarfile.CHRTYPE))

    def pipe_on_disk(self, path: Path) -> Path:
        """A pipe on disk."""
        path.mkdir()
        os.mkfifo(path / "stack.py")
        return path

    def device_on_disk(self, path: Path) -> Path:
        """A device on disk, or a socket."""
        path.mkdir()
        try:
            os.mknod(path / "stack.py", stat.S_IFCHR | 0o600, os.makedev(1, 5))
        except PermissionError:
            os.mknod(path / "stack.py", stat.S_IFSOCK | 0o600)
        return path

    def link_on_disk(self, path: Path) -> Path:
        """A link out on disk."""
        path.mkdir()
        (path / "stack.py").symlink_to(self.outside / "bird.txt")
        return path

    def link_itself(self, path: Path) -> Path:
        """A hand-in that is a link itself."""
        path.symlink_to(self.outside)
        return path

    def installed_link(self, path: Path) -> Path:
        """Installed packages that are a link out."""
        path.mkdir()
        (path / "venv").symlink_to(self.outside)
        return path

    def gzip_bomb(self, path: Path) -> Path:
        """Four gigabytes in a gzip file."""
        zeros = gzip.compress(bytes(16 * MIB))
        path.with_suffix(".tgz").write_bytes(gzip.compress(member("a", size=2**32).tobuf()) + zeros * 256)
        return path.with_suffix(".tgz")

    def xz_bomb(self, path: Path) -> Path:
        """Four gigabytes in an xz file."""
        zeros = lzma.compress(bytes(16 * MIB), preset=0)
        path.with_suffix(".txz").write_bytes(lzma.compress(member("a", size=2**32).tobuf()) + zeros * 256)
        return path.with_suffix(".txz")

    def lying_zip(self, path: Path) -> Path:
        """A zip file that says five bytes and holds 256 MB."""
        return patched(zipped(path, "stack.py", content=bytes(256 * MIB)), size=(5, 4))

    def bzip2_in_a_zip(self, path: Path) -> Path:
        """A zip file that lies, packed by bzip2."""
        packed = bz2.compress(bytes(9 * MIB)) * 200
        with zipfile.ZipFile(path.with_suffix(".zip"), "w") as archive:
            archive.writestr("stack.py", packed)
        return patched(path.with_suffix(".zip"), size=(5, 4), method=(zipfile.ZIP_BZIP2, 2))

    def overlapping_zip(self, path: Path) -> Path:
        """A zip file whose entries overlap."""
        return self.repeated_directory(zipped(path, "stack.py", content=bytes(60 * MIB)), 1000)

    def large_directory(self, path: Path) -> Path:
        """A zip file whose directory alone is large."""
        return self.repeated_directory(zipped(path, "a.py"), 400_000)

    def repeated_directory(self, path: Path, times: int) -> Path:
        """Write a directory of a zip file many times over."""
        data = path.read_bytes()
        start, end = data.index(b"PK\x01\x02"), data.index(b"PK\x05\x06")
        entries = data[start:end] * times
        tail = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 9, 9, len(entries), start, 0)
        path.write_bytes(data[:start] + entries + tail)
        return path

    def large_header(self, path: Path) -> Path:
        """A header that announces two gigabytes."""
        zeros = gzip.compress(bytes(16 * MIB))
        start = gzip.compress(header(tarfile.XHDTYPE, 2 * 10**9))
        path.with_suffix(".tgz").write_bytes(start + zeros * 128)
        return path.with_suffix(".tgz")

    def long_number(self, path: Path) -> Path:
        """A header with a number of five thousand digits."""
        return extended(path, b"9" * 5000 + b" path=a\n")

    def chained_headers(self, path: Path) -> Path:
        """Thousands of headers for one name."""
        link = header(tarfile.GNUTYPE_LONGNAME, 4) + b"a.py".ljust(512, b"\0")
        data = gzip.compress(link * 5000 + member("a.py").tobuf() + bytes(1024))
        path.with_suffix(".tgz").write_bytes(data)
        return path.with_suffix(".tgz")

    def forged_holes(self, path: Path) -> Path:
        """A file with holes that are no numbers."""
        return extended(path, b"25 GNU.sparse.map=x,y,zzz\n28 GNU.sparse.size=100000000\n")

    def large_dictionary(self, path: Path) -> Path:
        """A dictionary of four gigabytes."""
        data = bytearray(lzma.compress(member("a.py").tobuf() + bytes(1024)))
        length = (data[12] + 1) * 4  # the header of the first block: size, flags, filter, its property
        place = data.index(b"\x21\x01", 12, 12 + length) + 2
        data[place] = 40
        checksum = zlib.crc32(data[12 : 12 + length - 4])
        data[12 + length - 4 : 12 + length] = checksum.to_bytes(4, "little")
        path.with_suffix(".txz").write_bytes(data)
        return path.with_suffix(".txz")

    def many_in_a_zip(self, path: Path) -> Path:
        """100,000 entries in a zip file."""
        return self.repeated_directory(zipped(path, "a.py"), 100_000)

    def many_in_a_tar(self, path: Path) -> Path:
        """100,000 entries in a tar file."""
        data = b"".join(member(f"{number}.py").tobuf() for number in range(100_000))
        path.with_suffix(".tgz").write_bytes(gzip.compress(data + bytes(1024), 1))
        return path.with_suffix(".tgz")

    def many_on_disk(self, path: Path) -> Path:
        """Thousands of files on disk."""
        path.mkdir()
        for number in range(2_001):
            (path / f"{number}.py").touch()
        return path

    def names_that_hide(self, path: Path) -> Path:
        """Names with newlines, escapes and marks from right to left."""
        return zipped(path, "a\nb.py", "a\x1b[2Jb.py", "a\u202eyp.b")

    def long_names(self, path: Path) -> Path:
        """Names of 4,096 bytes."""
        return zipped(path, "x" * 4096)

    def same_names(self, path: Path) -> Path:
        """Names that are one on a disk which ignores case."""
        return zipped(path, "stack.py", "Stack.py", "\u00e9.py", "e\u0301.py")

    def name_that_is_no_text(self, path: Path) -> Path:
        """A name that is no text."""
        data = zipped(path, "\u00e9\u00e9.py").read_bytes()
        data = data.replace("\u00e9\u00e9".encode(), b"\xff\xfe\xfd\xfc")
        path.with_suffix(".zip").write_bytes(data)
        return path.with_suffix(".zip")

    def endless_archive(self, path: Path) -> Path:
        """An archive of 100 GB."""
        with path.with_suffix(".zip").open("wb") as file:
            file.truncate(100 * 10**9)
        return path.with_suffix(".zip")

    def nested(self, path: Path) -> Path:
        """An archive in an archive in an archive."""
        content = b""
        for _ in range(3):
            content = zipped(path, "inner.zip", content=content).read_bytes()
        return path.with_suffix(".zip")

    def messages(self, path: Path) -> Path:
        """Messages with HTML, formulas, control characters and commands."""
        path.mkdir()
        code = f"class Stack:\n    def __len__(self):\n        raise ValueError({BAD + COMMANDS!a})\n"
        code += f"\n    def push(self, item):\n        print({BAD + COMMANDS!a})\n"
        (path / "stack.py").write_text(code, encoding="utf-8")
        return path
