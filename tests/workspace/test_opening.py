"""The learner's folder."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from backroad.errors import BackroadError
from backroad.model import ServiceCommand
from backroad.workspace.opening import find_workspace, open_workspace, version_key

MODULE = '[exercise]\nslug = "greeter"\nkit = "0.1.0"\n'
SERVICE = MODULE + '[service]\nstart = "node app.js"\nready_path = "/up"\n'


def written(root: Path, text: str) -> Path:
    """Write a folder's backroad.toml."""
    root.mkdir(exist_ok=True)
    (root / "backroad.toml").write_text(text, encoding="utf-8")
    return root


def refused(folder: Path, kit: str = "0.1.0") -> str:
    """Return what is said about a folder that is no sound workspace."""
    with pytest.raises(BackroadError) as caught:
        open_workspace(folder, kit)
    return str(caught.value)


def test_a_workspace_is_read(tmp_path: Path) -> None:
    """Slug, kit and service command come from backroad.toml."""
    workspace = open_workspace(written(tmp_path / "w", SERVICE), "0.1.0")
    assert (workspace.root, workspace.slug, workspace.kit) == ((tmp_path / "w").resolve(), "greeter", "0.1.0")
    assert workspace.service == ServiceCommand("node app.js", "/up")


def test_a_module_has_no_service(tmp_path: Path) -> None:
    """Without [service] the usual command stands."""
    assert open_workspace(written(tmp_path / "w", MODULE), "0.1.0").service == ServiceCommand()


def test_a_workspace_is_found_from_inside(tmp_path: Path) -> None:
    """Any folder in a workspace leads to it, through links as well."""
    root = written(tmp_path / "w", MODULE)
    (root / "a" / "b").mkdir(parents=True)
    (tmp_path / "shortcut").symlink_to(root / "a")
    assert find_workspace(root / "a" / "b", "0.1.0").root == root.resolve()
    assert find_workspace(tmp_path / "shortcut" / "b", "0.1.0").root == root.resolve()


def test_outside_of_a_workspace(tmp_path: Path) -> None:
    """A folder in no workspace is told so, with what makes one."""
    with pytest.raises(BackroadError, match=r"is in no workspace: .* go into your workspace, or name it"):
        find_workspace(tmp_path)
    with pytest.raises(BackroadError, match="there is no such folder"):
        find_workspace(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "exercise: is missing"),
        ("slug = ", "is no valid TOML"),
        ("exercise = 3\n", "exercise: is a whole number, not a table"),
        ('[exercise]\nkit = "0.1.0"\n', "exercise.slug: is missing"),
        ('[exercise]\nslug = "greeter"\n', "exercise.kit: is missing"),
        ('[exercise]\nslug = "greeter"\nkit = "new"\n', "'new' is no version"),
        (MODULE + 'slog = "x"\n', "exercise.slog: is no known key; did you mean slug?"),
        (MODULE + "[servise]\n", "servise: is no known key; did you mean service"),
        (MODULE + '[service]\nstrat = "x"\n', "service.strat: is no known key; did you mean start"),
        (MODULE + '[service]\nstart = ""\n', "service.start: is empty"),
    ],
    ids=[
        "empty",
        "no TOML",
        "no table",
        "no slug",
        "no kit",
        "no version",
        "key",
        "table",
        "option",
        "blank",
    ],
)
def test_a_broken_backroad_toml(tmp_path: Path, text: str, said: str) -> None:
    """What is wrong in backroad.toml is named with its place and a remedy."""
    shown = refused(written(tmp_path / "w", text))
    assert said in shown
    assert str(tmp_path / "w" / "backroad.toml") in shown


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    """A backroad.toml that is no UTF-8 is told so."""
    written(tmp_path / "w", MODULE)
    (tmp_path / "w" / "backroad.toml").write_bytes(b"\xff\xfe")
    assert "is not UTF-8; save the file as UTF-8" in refused(tmp_path / "w")


def test_a_folder_that_is_no_workspace(tmp_path: Path) -> None:
    """A folder, a file and nothing at all are told apart."""
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert "is no workspace: it holds no backroad.toml" in refused(tmp_path)
    assert "is a file, not a folder" in refused(tmp_path / "file")
    assert "there is no such folder" in refused(tmp_path / "nowhere")


def test_a_removed_backroad_toml_has_a_way_back(tmp_path: Path) -> None:
    """Whoever removed it reads which command brings it back."""
    assert "backroad undo brings its files back" in refused(tmp_path)


def test_a_workspace_of_a_newer_kit(tmp_path: Path) -> None:
    """A workspace of a newer kit is refused, and says how to get that kit."""
    said = refused(written(tmp_path / "w", MODULE.replace("0.1.0", "0.10.0")), kit="0.9.1")
    assert "written by backroad 0.10.0, which is newer than 0.9.1; upgrade backroad" in said


def test_a_workspace_of_an_older_kit(tmp_path: Path) -> None:
    """A workspace of an older kit opens and can be told by its version."""
    workspace = open_workspace(written(tmp_path / "w", MODULE), "0.2.0")
    assert workspace.is_older_than("0.2.0")
    assert not workspace.is_older_than("0.1.0")


@pytest.mark.parametrize(
    ("lower", "higher"), [("0.1.0", "0.1.1"), ("0.9", "0.10"), ("1.0.0", "1.0.1+local.7"), ("0.9.9", "1")]
)
def test_versions_compare_as_numbers(lower: str, higher: str) -> None:
    """Versions are compared by their numbers, not by their letters."""
    assert version_key(lower) < version_key(higher)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_backroad_toml_that_may_not_be_read(tmp_path: Path) -> None:
    """A file without the right to read it is named."""
    (written(tmp_path / "w", MODULE) / "backroad.toml").chmod(0)
    assert "cannot be read" in refused(tmp_path / "w")
