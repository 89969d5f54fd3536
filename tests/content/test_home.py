"""Where the content is."""

from __future__ import annotations

from pathlib import Path

import pytest

from backroad.content.home import Content, find_content
from backroad.errors import BackroadError


def test_the_folder_asked_for_wins(kit: Path, tmp_path: Path) -> None:
    """An explicit folder is taken before BACKROAD_CONTENT."""
    content = find_content(kit, {"BACKROAD_CONTENT": str(tmp_path)})
    assert content == Content(kit.resolve())


def test_the_environment_names_the_content(kit: Path) -> None:
    """BACKROAD_CONTENT is taken before what the kit came with."""
    assert find_content(environ={"BACKROAD_CONTENT": str(kit)}).root == kit.resolve()


def test_the_kit_comes_with_content() -> None:
    """Without a wish the content beside the package, or of the checkout, is found."""
    content = find_content(environ={"BACKROAD_CONTENT": ""})
    assert content.roadmap.is_file()
    assert content.templates.is_dir()


@pytest.mark.parametrize(
    ("folder", "what"),
    [("exercises", "holds no exercises/roadmap.toml"), ("nowhere", "there is no such folder")],
)
def test_a_folder_without_content_is_named(kit: Path, folder: str, what: str) -> None:
    """A folder that holds no content is refused with what to do."""
    with pytest.raises(BackroadError) as caught:
        find_content(kit / folder, {})
    (problem,) = caught.value.problems
    assert problem.where == str((kit / folder).resolve())
    assert problem.what == what
    assert "--content" in problem.remedy


def test_the_name_of_the_wish_is_said(tmp_path: Path) -> None:
    """A wrong BACKROAD_CONTENT is told as such."""
    with pytest.raises(BackroadError, match="let BACKROAD_CONTENT name the folder"):
        find_content(environ={"BACKROAD_CONTENT": str(tmp_path)})
