"""A source tree as a value."""

from __future__ import annotations

from pathlib import Path

import pytest

from backroad.content.trees import File, Tree
from backroad.errors import BackroadError
from backroad.model import ServiceCommand


def tree(**texts: str) -> Tree:
    """Return a tree of texts; `__` in a name stands for `/`, a final `_py` for `.py`."""
    names = {name.replace("__", "/").replace("_py", ".py"): text for name, text in texts.items()}
    return Tree({name: File(text.encode()) for name, text in names.items()})


def test_the_digest_speaks_of_names_and_bytes() -> None:
    """The same names and bytes have one digest, in any order and with any mode; others have another."""
    one = Tree({"a": File(b"1"), "b": File(b"2")})
    assert one.digest() == Tree({"b": File(b"2", executable=True), "a": File(b"1")}).digest()
    others = [{"a": b"2", "b": b"1"}, {"a": b"1"}, {"a": b"1", "c": b"2"}, {"a": b"1\x00b\x002"}, {}]
    digests = {Tree({k: File(v) for k, v in other.items()}).digest() for other in others}
    assert len(digests | {one.digest()}) == 6
    assert len(one.digest()) == 64


def test_links_are_no_part_of_the_digest(tmp_path: Path) -> None:
    """Installed packages do not change what a submission is."""
    assert Tree({}, {"node_modules": tmp_path}).digest() == Tree({}).digest()


def test_a_file_is_read_by_its_name() -> None:
    """Bytes come back as they are, text without a byte order mark."""
    one = Tree({"a.py": File(b"\xef\xbb\xbfx = 1\r\n")})
    assert one.read("a.py").startswith(b"\xef")
    assert one.text("a.py") == "x = 1\r\n"


def test_a_name_that_is_not_there_is_told() -> None:
    """An unknown name comes back with the nearest ones; bytes that are no text are told."""
    with pytest.raises(BackroadError, match=r"ap.py: there is no such file; did you mean app.py\?"):
        tree(app_py="").read("ap.py")
    with pytest.raises(BackroadError, match="byte 1 is not UTF-8"):
        Tree({"a": File(b"a\xff")}).text("a")


@pytest.mark.parametrize(
    ("base", "overlay", "names"),
    [
        ({"a": "1", "b": "2"}, {"b": "3", "c": "4"}, {"a": "1", "b": "3", "c": "4"}),
        ({"a": "1"}, {"a__x": "2"}, {"a/x": "2"}),
        ({"a__x": "1", "a__y": "1", "ab": "1"}, {"a": "2"}, {"a": "2", "ab": "1"}),
        ({}, {}, {}),
    ],
    ids=["file for file", "folder for file", "file for folder", "nothing"],
)
def test_an_overlay_replaces_what_stands_in_its_place(
    base: dict[str, str], overlay: dict[str, str], names: dict[str, str]
) -> None:
    """What is laid over wins; the rest of the base stays."""
    both = tree(**overlay).over(tree(**base))
    assert {name: both.text(name) for name in both.files} == names


def test_a_linked_folder_gives_way_to_files(tmp_path: Path) -> None:
    """Files laid over a linked folder take its place."""
    both = tree(venv__x="1").over(Tree({}, {"venv": tmp_path, "node_modules": tmp_path}))
    assert set(both.links) == {"node_modules"}


def test_a_tree_is_written_as_it_is(tmp_path: Path) -> None:
    """Writing makes folders, keeps bytes, line ends and the executable bit, and links what is linked."""
    packages = tmp_path / "packages"
    packages.mkdir()
    (packages / "x").write_text("installed")
    target = tmp_path / "new" / "copy"
    whole = Tree({"run": File(b"#!\r\n", True), "deep/er/a": File(b"\x00")}, {"node_modules": packages})
    whole.write(target)
    assert (target / "run").read_bytes() == b"#!\r\n"
    assert (target / "run").stat().st_mode & 0o777 == 0o755
    assert (target / "deep/er/a").stat().st_mode & 0o777 == 0o644
    assert (target / "node_modules/x").read_text() == "installed"


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """A target that is a file is told as such, without a traceback."""
    (tmp_path / "file").write_text("")
    with pytest.raises(BackroadError, match="cannot be written"):
        tree(a="1").write(tmp_path / "file" / "below")


@pytest.mark.parametrize(
    ("text", "command"),
    [
        (None, ServiceCommand()),
        ("[exercise]\nslug = 'x'", ServiceCommand()),
        ("[service]\nstart = 'node server.js'", ServiceCommand("node server.js", "/healthz")),
        ("[service]\nready_path = '/up'\nstore = 'sqlite'", ServiceCommand("python app.py", "/up", "sqlite")),
    ],
    ids=["no file", "no table", "start", "ready_path"],
)
def test_the_service_command_is_in_the_settings(text: str | None, command: ServiceCommand) -> None:
    """`[service]` of backroad.toml says how to start; what it leaves out is as usual."""
    files = {} if text is None else {"backroad.toml": File(text.encode())}
    assert Tree(files).service() == command


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[service]\nstrat = 'x'", "backroad.toml: service.strat: is no known key; did you mean start"),
        ("[service]\nstart = 3", "backroad.toml: service.start: is a whole number, not a string"),
        ("[service]\nready_path = 'up'", "backroad.toml: service.ready_path: is 'up'; begin it with /"),
        ("[service", "backroad.toml: is no valid TOML"),
    ],
    ids=["unknown key", "wrong type", "no path", "no TOML"],
)
def test_wrong_settings_are_told(text: str, said: str) -> None:
    """A learner's mistake in backroad.toml is told by its key."""
    with pytest.raises(BackroadError) as caught:
        Tree({"backroad.toml": File(text.encode())}).service()
    assert said in str(caught.value)
