"""Addresses that open a file in an editor."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import unquote_to_bytes

import pytest

from backroad.dashboard.editor import SCHEMES, SETTING, USUAL, editor_address

FILE = Path("/mine/app.py")


@pytest.mark.parametrize(
    ("environ", "address"),
    [
        pytest.param({}, "vscode://file/mine/app.py:7", id="none is named"),
        pytest.param({"EDITOR": "vim"}, "vscode://file/mine/app.py:7", id="one without a scheme"),
        pytest.param({"EDITOR": "zed --wait"}, "zed://file/mine/app.py:7", id="with an option"),
        pytest.param({"VISUAL": "/opt/zed", "EDITOR": "subl"}, "zed://file/mine/app.py:7", id="visual first"),
        pytest.param(
            {"VISUAL": "'", "EDITOR": "codium"}, "vscodium://file/mine/app.py:7", id="an open quote"
        ),
        pytest.param(
            {SETTING: "x://{path}?{line}", "EDITOR": "zed"}, "x:///mine/app.py?7", id="its own setting"
        ),
        pytest.param({SETTING: ""}, "vscode://file/mine/app.py:7", id="an empty setting"),
    ],
)
def test_addresses(environ: dict[str, str], address: str) -> None:
    """The setting comes first, then the editor of the environment, then the most usual one."""
    assert editor_address(FILE, 7, environ) == address


@pytest.mark.parametrize(
    "setting",
    [
        "javascript:alert('{path}')",
        " JavaScript:alert('{path}')",
        "data:text/html,{path}",
        "vscode://file",
        "vim {path}",
        "vim",
        "{path}",
        "x:// {path}",
        "x://{path}\n",
    ],
)
def test_settings_that_are_none(setting: str) -> None:
    """A setting that is no address with the path in it, or one that a browser would run, is not taken."""
    address = editor_address(FILE, 7, {SETTING: setting})
    assert address == ("x:///mine/app.py" if setting.startswith("x://{") else "vscode://file/mine/app.py:7")


@pytest.mark.parametrize(
    "name",
    [
        'a"b',
        "<script>",
        "a b",
        "{line}",
        "{path}",
        "a%2fb",
        "a?b#c",
        "\u2028",
        "é",
        "a\nb",
        pytest.param(os.fsdecode(b"\xff\xfe"), id="no UTF-8"),
    ],
)
@pytest.mark.parametrize("scheme", sorted({*SCHEMES.values(), USUAL}))
def test_hostile_paths(name: str, scheme: str) -> None:
    """Whatever a path holds, the address stays one address of plain letters that leads to that path."""
    address = editor_address(Path("/mine") / name, 7, {SETTING: scheme})
    assert address.isascii()
    assert not set(address) & set("\"'<> \n{}")
    start = scheme.partition("{path}")[0]
    place = address.removeprefix(start).partition("&")[0].partition(":7")[0]
    assert unquote_to_bytes(place) == os.fsencode(f"/mine/{name}")
