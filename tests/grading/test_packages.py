"""Archives and folders that somebody handed in."""

from __future__ import annotations

import gzip
import io
import os
import stat
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from backroad.content.folders import Bounds
from backroad.content.trees import File
from backroad.errors import BackroadError
from backroad.grading.packages import is_archive, read_package, stem

SMALL = Bounds(entries=10, size=10_000)
Members = list[tuple[str, bytes]]


def zipped(path: Path, members: Members) -> Path:
    """Write a zip file."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(zipfile.ZipInfo(name), content)
    return path


def tarred(path: Path, members: Members, mode: str = "w:gz") -> Path:
    """Write a tar file."""
    with tarfile.open(path, mode) as archive:  # type: ignore[call-overload]
        for name, content in members:
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return path


PACKERS: dict[str, Callable[[Path, Members], Path]] = {
    "hand.zip": zipped,
    "hand.tar": lambda path, members: tarred(path, members, "w"),
    "hand.tar.gz": tarred,
    "hand.TGZ": tarred,
    "hand.tar.bz2": lambda path, members: tarred(path, members, "w:bz2"),
    "hand.tar.xz": lambda path, members: tarred(path, members, "w:xz"),
}
each_packer = pytest.mark.parametrize("name", PACKERS)


def said(source: Path, bounds: Bounds = SMALL) -> str:
    """Return what is said of a hand-in that cannot be read."""
    with pytest.raises(BackroadError) as refused:
        read_package(source, bounds)
    text = str(refused.value)
    assert text.isprintable() or "\n" in text
    return text


@each_packer
def test_files_of_an_archive(name: str, tmp_path: Path) -> None:
    """Files are read from every kind of archive; what systems leave behind is not."""
    members = [("a.py", b"A = 1\n"), ("sub/b.py", b"B = 2\n"), ("__MACOSX/._a.py", b"x"), (".DS_Store", b"x")]
    tree = read_package(PACKERS[name](tmp_path / name, members))
    assert tree.files == {"a.py": File(b"A = 1\n"), "sub/b.py": File(b"B = 2\n")}


@each_packer
def test_an_archive_of_one_folder(name: str, tmp_path: Path) -> None:
    """The one folder that holds everything is no part of the names, however deep."""
    tree = read_package(PACKERS[name](tmp_path / name, [("x-main/y/a.py", b""), ("x-main/y/z/b.py", b"")]))
    assert sorted(tree.files) == ["a.py", "z/b.py"]


def test_a_folder_of_one_folder(tmp_path: Path) -> None:
    """A folder is looked into in the same way."""
    (tmp_path / "ann" / "ann" / "sub").mkdir(parents=True)
    (tmp_path / "ann" / "ann" / "a.py").write_text("")
    (tmp_path / "ann" / "ann" / "sub" / "b.py").write_text("")
    assert sorted(read_package(tmp_path / "ann").files) == ["a.py", "sub/b.py"]


@each_packer
@pytest.mark.parametrize(
    ("member", "what"),
    [
        ("../a.py", "leads out of the folder"),
        ("a/../../b.py", "leads out of the folder"),
        ("/etc/passwd", "leads out of the folder"),
        ("C:/a.py", "leads out of the folder"),
        ("a\\b.py", "leads out of the folder"),
        ("a\nb.py", "cannot be shown"),
        ("a\x1b[2Jb.py", "cannot be shown"),
        ("a\u202eyp.b", "cannot be shown"),
        ("x" * 4096, "4,096 characters"),
    ],
    ids=["parent", "parents", "absolute", "drive", "backslash", "newline", "escape", "rtl", "long"],
)
def test_names_that_lead_elsewhere(name: str, member: str, what: str, tmp_path: Path) -> None:
    """A name that leads out, hides something or fits no disk is refused, and shown harmlessly."""
    assert what in said(PACKERS[name](tmp_path / name, [("ok.py", b""), (member, b"")]))


@each_packer
@pytest.mark.parametrize(
    ("members", "what"),
    [
        ([("a.py", b"1"), ("A.py", b"2")], "ignores case"),
        ([("a", b"1"), ("a/b.py", b"2")], "lies in what is a file"),
        ([("a/b.py", b"1"), ("a", b"2")], "twice"),
        ([(f"{n}.py", b"") for n in range(11)], "more than 10 files"),
        ([("a.py", b"\0" * 10_001)], "holds more than"),
        ([("a.py", b"\0" * 6_000), ("b.py", b"\0" * 6_000)], "holds more than"),
    ],
    ids=["case", "file and folder", "folder and file", "many", "large", "large together"],
)
def test_what_no_folder_can_hold(name: str, members: Members, what: str, tmp_path: Path) -> None:
    """Names that are one on some disks, and more than the bounds, are refused."""
    assert what in said(PACKERS[name](tmp_path / name, members))


@pytest.mark.filterwarnings("ignore:Duplicate name")
@each_packer
def test_a_name_twice(name: str, tmp_path: Path) -> None:
    """Nobody can tell which of two files of one name was meant."""
    assert "twice" in said(PACKERS[name](tmp_path / name, [("a.py", b"1"), ("a.py", b"2")]))


def test_what_is_no_plain_file_in_a_tar(tmp_path: Path) -> None:
    """Links, pipes and devices are refused by name."""
    path = tmp_path / "hand.tar"
    with tarfile.open(path, "w") as archive:
        for name, kind in {
            "s": tarfile.SYMTYPE, "h": tarfile.LNKTYPE, "p": tarfile.FIFOTYPE, "d": tarfile.CHRTYPE,
        }.items():  # fmt: skip
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, "/etc/passwd"
            archive.addfile(info)
    text = said(path)
    assert [line.partition(";")[0] for line in text.splitlines()] == [
        "s: is a link", "h: is a link", "p: is a device or a pipe", "d: is a device or a pipe",
    ]  # fmt: skip


def test_what_is_no_plain_file_in_a_zip(tmp_path: Path) -> None:
    """A link in a zip file is refused, and so is what is encrypted."""
    link = zipfile.ZipInfo("s")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "hand.zip", "w") as archive:
        archive.writestr(link, "/etc/passwd")
    assert "s: is a link" in said(tmp_path / "hand.zip")
    data = bytearray(zipped(tmp_path / "hand.zip", [("a.py", b"1")]).read_bytes())
    for magic, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(magic) + offset] |= 1
    (tmp_path / "hand.zip").write_bytes(data)
    assert "a.py: is encrypted" in said(tmp_path / "hand.zip")


def test_what_unpacks_into_far_more(tmp_path: Path) -> None:
    """A bomb is given up at the bound, whether it says its size or lies about it."""
    honest = tarred(tmp_path / "honest.tar.gz", [("a.bin", b"\0" * 3_000_000)])
    assert "holds more than" in said(honest)
    header = tarfile.TarInfo("pax")
    header.type, header.size = tarfile.XHDTYPE, 2_000_000_000
    with gzip.open(tmp_path / "pax.tar.gz", "wb") as stream:
        stream.write(header.tobuf())
        stream.write(b"\0" * 3_000_000)
    assert "unpacks into more" in said(tmp_path / "pax.tar.gz")
    data = bytearray(zipped(tmp_path / "liar.zip", [("a.bin", b"\0" * 3_000_000)]).read_bytes())
    for magic, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        place = data.index(magic) + offset
        data[place : place + 4] = (5).to_bytes(4, "little")
    (tmp_path / "liar.zip").write_bytes(data)
    assert "hand in" not in said(tmp_path / "liar.zip")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.zip", b""),
        ("a.zip", b"PK\x03\x04 and then nothing"),
        ("a.tar.gz", b"\x1f\x8b\x08 cut off"),
        ("a.tar.xz", b"\xfd7zXZ\0 cut off"),
        ("a.tar", b"this is no archive at all" * 100),
        ("a.zip", b"<html>log in first</html>"),
    ],
    ids=["empty", "zip", "gzip", "xz", "tar", "page"],
)
def test_what_is_no_archive(name: str, content: bytes, tmp_path: Path) -> None:
    """A file that cannot be read as what its name says is refused."""
    (tmp_path / name).write_bytes(content)
    assert f"{name}: is no archive that can be read" in said(tmp_path / name)


def test_links_on_disk(tmp_path: Path) -> None:
    """A hand-in that is a link, and packages that are one, open nobody's folders."""
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "a.py").write_text("")
    (tmp_path / "ann").symlink_to(tmp_path / "secret")
    assert "ann: is a link" in said(tmp_path / "ann")
    (tmp_path / "bob").mkdir()
    (tmp_path / "bob" / "node_modules").symlink_to(tmp_path / "secret")
    assert "node_modules: is a link that leaves the folder" in said(tmp_path / "bob")
    (tmp_path / "cem").mkdir()
    (tmp_path / "cem" / "a.py").symlink_to(tmp_path / "secret" / "a.py")
    assert "a.py: is a link that leaves the folder" in said(tmp_path / "cem")


@pytest.mark.skipif(os.name != "posix", reason="there are no pipes with names")
def test_a_pipe_on_disk(tmp_path: Path) -> None:
    """A pipe does not make anybody wait."""
    (tmp_path / "ann").mkdir()
    os.mkfifo(tmp_path / "ann" / "p")
    assert "p: is a named pipe" in said(tmp_path / "ann")


def test_endings() -> None:
    """An archive is known by its ending, which is no part of a name."""
    assert [is_archive(name) for name in ("a.zip", "a.TAR.GZ", "a.py", "zip")] == [True, True, False, False]
    assert [stem(name) for name in ("a.b.zip", "a.TAR.GZ", "a")] == ["a.b", "a", "a"]
