"""The states that the attic holds, and what going back would change."""

from __future__ import annotations

from pathlib import Path

import pytest

from backroad.dashboard.states import NAMED, Step, difference, key_of, manifest, places
from backroad.events import Entry, Event, EventKind
from backroad.workspace.attic import Attic, Form, Item, Manifest

from ..pages.pasts import BEGIN

FILE, OTHER = Item(Form.FILE, "1" * 64, 0o644), Item(Form.FILE, "2" * 64, 0o644)
FOLDER, LINK = Item(Form.FOLDER, mode=0o755), Item(Form.LINK, "1" * 64)


@pytest.mark.parametrize(
    ("now", "then", "told"),
    [
        pytest.param({"a": FILE}, {"a": FILE}, [], id="the same"),
        pytest.param({"a": FILE}, {"a": OTHER}, [(Step.CHANGE, "a")], id="another content"),
        pytest.param({"a": FILE}, {"a": LINK}, [(Step.CHANGE, "a")], id="a link for a file"),
        pytest.param({"a": FILE}, {}, [(Step.REMOVE, "a")], id="gone then"),
        pytest.param({}, {"a": FILE}, [(Step.ADD, "a")], id="there then"),
        pytest.param({}, {"d": FOLDER, "d/a": FILE}, [(Step.ADD, "d/a")], id="folders go without saying"),
        pytest.param({"a": FILE}, {"a": Item(Form.FILE, FILE.digest, 0o755)}, [], id="only another mode"),
    ],
)
def test_difference(now: Manifest, then: Manifest, told: list[tuple[Step, str]]) -> None:
    """A difference is told by what happens to files."""
    assert list(difference(now, then).told) == told


def test_a_long_difference() -> None:
    """Of many files some are named and the others counted."""
    found = difference({}, {f"{number:02}": FILE for number in range(NAMED + 7)})
    assert (len(found.told), found.more) == (NAMED, 7)


def test_what_is_there_now(tmp_path: Path) -> None:
    """A folder is read as the attic would keep it, and nothing is kept."""
    root = tmp_path / "mine"
    (root / "deep").mkdir(parents=True)
    (root / "deep" / "a.py").write_text("x = 1\n", encoding="utf-8")
    attic = Attic(tmp_path / "attic")
    found = manifest(root)
    assert not attic.folder.exists()
    assert found == attic.state(attic.store(root))


def test_places() -> None:
    """Folders are known by keys that tell nothing of their paths, the latest first."""
    folders = [Path("/one"), Path("/two"), Path("/one"), None]
    entries = [
        Entry(number, BEGIN, Event(EventKind.CHECKED, "a", folder)) for number, folder in enumerate(folders)
    ]
    assert list(places(entries).items()) == [
        (key_of(Path("/one")), Path("/one")),
        (key_of(Path("/two")), Path("/two")),
    ]
