"""What was named on the command line becomes hand-ins."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from backroad.errors import BackroadError
from backroad.grading.handins import hand_ins


def ids(*paths: Path) -> list[str]:
    """Return the ids of the hand-ins that paths name."""
    return [one.id for one in hand_ins(paths)]


def archive(path: Path) -> Path:
    """Write an archive."""
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("a.py", "")
    return path


def test_a_class(handed: Path) -> None:
    """A folder of folders and archives is a class, in the order of its ids."""
    archive(handed / "Eve.zip")
    (handed / ".DS_Store").write_text("")
    found = hand_ins([handed])
    assert [one.id for one in found] == ["ann", "bob", "cem", "dora", "Eve"]
    assert found[-1].source == handed / "Eve.zip"


def test_a_hand_in(handed: Path) -> None:
    """A folder with files is one hand-in, and so is each of several that are named."""
    assert ids(handed / "bob") == ["bob"]
    assert ids(handed / "bob", handed / "ann") == ["ann", "bob"]


def test_one_folder_in_a_folder(tmp_path: Path) -> None:
    """What was packed into a folder of its own is no class of one."""
    (tmp_path / "ann" / "src").mkdir(parents=True)
    assert ids(tmp_path / "ann") == ["ann"]


def test_the_current_folder(handed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A hand-in that is named by a dot has its folder's name."""
    monkeypatch.chdir(handed / "ann")
    assert ids(Path()) == ["ann"]
    assert ids(Path("..")) == ["ann", "bob", "cem", "dora"]


@pytest.mark.parametrize(
    ("name", "what"),
    [("nobody", "no such folder or archive"), ("ann/doubler.py", "is no hand-in")],
)
def test_what_is_none(name: str, what: str, handed: Path) -> None:
    """What is not there, or no hand-in, is named."""
    with pytest.raises(BackroadError, match=what):
        hand_ins([handed / "bob", handed / name])


def test_a_class_with_a_stray_file(handed: Path) -> None:
    """A list that lies in the class does not make one hand-in of it; a program with folders is one."""
    (handed / "list.txt").write_text("")
    with pytest.raises(BackroadError, match=r"holds list.txt beside 4 folders"):
        hand_ins([handed])
    (handed / "app.py").write_text("")
    assert ids(handed) == ["class"]


def test_two_of_one_name(handed: Path) -> None:
    """Two hand-ins cannot have one id: nobody could tell their grades apart."""
    archive(handed / "bob.zip")
    with pytest.raises(BackroadError, match="bob: 2 hand-ins have this id"):
        hand_ins([handed])


def test_a_manifest(handed: Path) -> None:
    """A manifest gives ids and names; its paths are relative to it."""
    (handed / "list.csv").write_text("id,name,path\n7,Ann É,ann\n9,,bob\n", encoding="utf-8")
    found = hand_ins([handed / "list.csv"])
    assert [(one.id, one.name, one.source.name) for one in found] == [
        ("7", "Ann É", "ann"),
        ("9", "9", "bob"),
    ]


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"], ids=["utf-8", "mark", "utf-16", "windows"]
)
@pytest.mark.parametrize("between", [",", ";", "\t"], ids=["comma", "semicolon", "tab"])
def test_manifests_of_spreadsheets(encoding: str, between: str, handed: Path) -> None:
    """What spreadsheets write is read, whatever their encoding and separator."""
    rows = [("ID", "Name", "Path"), ("1", "Zoë Müller", "ann"), ("2", '"A, B; C"', "bob")]
    text = "".join(between.join(row) + "\r\n" for row in rows)
    (handed / "list.csv").write_bytes(text.encode(encoding))
    assert [one.name for one in hand_ins([handed / "list.csv"])] == ["Zoë Müller", "A, B; C"]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "has no column id"),
        ("id,name\n1,x\n", "has no column path"),
        ("id,path\n,ann\n", "line 2: has no id"),
        ("id,path\n1\n", "line 2: has no path"),
        ("id,path\n1,ann\n2,nobody\n", "line 3: nobody does not exist"),
        ("id,path\n1,ann\n1,bob\n", "1: 2 hand-ins have this id"),
        ("id,path\n1,a\0\n", "is no text"),
        ("id,path\n", "there is no hand-in"),
    ],
    ids=["empty", "no path column", "no id", "no path", "missing", "double", "binary", "nobody"],
)
def test_a_manifest_that_is_wrong(text: str, what: str, handed: Path) -> None:
    """What is wrong with a manifest is said with its line."""
    (handed / "list.csv").write_text(text, encoding="utf-8")
    with pytest.raises(BackroadError, match=what):
        hand_ins([handed / "list.csv"])


def test_all_that_is_wrong_is_said(handed: Path) -> None:
    """One look at a manifest finds everything."""
    (handed / "list.csv").write_text("id,path\n,ann\n2,nobody\n3,noone\n", encoding="utf-8")
    with pytest.raises(BackroadError) as refused:
        hand_ins([handed / "list.csv"])
    assert len(refused.value.problems) == 3
