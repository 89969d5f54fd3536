"""Addresses for the editor: whatever a file or a setting is called, one address comes of it."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import unquote_to_bytes

import pytest

from backroad.dashboard.editor import SCHEMES, SETTING, USUAL, editor_address


@pytest.mark.parametrize(
    ("environ", "begins"),
    [
        pytest.param({}, "vscode://file/", id="nothing said"),
        pytest.param({"EDITOR": "subl -w"}, "subl://open?url=file:///", id="with words"),
        pytest.param({"VISUAL": "/usr/bin/zed", "EDITOR": "code"}, "zed://file/", id="VISUAL first, a path"),
        pytest.param({"VISUAL": "vi", "EDITOR": "codium"}, "vscodium://file/", id="one that nobody knows"),
        pytest.param({"VISUAL": "'"}, "vscode://file/", id="half a quotation"),
        pytest.param({"VISUAL": "''"}, "vscode://file/", id="an empty word"),
        pytest.param({"VISUAL": "code.cmd"}, "vscode://file/", id="with its kind"),
        pytest.param({SETTING: "x://{path}#{line}", "EDITOR": "code"}, "x:///", id="a setting of one's own"),
    ],
)
def test_which_editor(environ: dict[str, str], begins: str) -> None:
    """The kit's own setting comes first, then VISUAL, then EDITOR, then the most usual one."""
    address = editor_address(Path("/mine/app.py"), 7, environ)
    assert address.startswith(begins)
    assert "7" in address


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
    ],
)
def test_settings_that_are_none(setting: str) -> None:
    """A setting that is no address with the path in it, or one that a browser would run, is not taken."""
    assert editor_address(Path("/mine/app.py"), 7, {SETTING: setting}) == "vscode://file/mine/app.py:7"


@pytest.mark.skipif(os.name != "posix", reason="needs names that no other system takes")
@pytest.mark.parametrize(
    "name",
    [
        b"two words.py",
        b'"><script>alert(1)</script>',
        b"a&line=1?b#c%2e",
        b"{line}{path}",
        b"caf\xe9.py",
        b"\xe2\x80\xa8\n\r\x1b[2J",
        "caf\u00e9.py".encode(),
    ],
)
@pytest.mark.parametrize("template", [*SCHEMES.values(), "x://{path}:{line}"])
def test_any_name(name: bytes, template: str) -> None:
    """The name is quoted: it ends no attribute and no line, and it is the same when read back."""
    address = editor_address(Path("/mine") / os.fsdecode(name), 3, {SETTING: template})
    before, after = template.replace("{line}", "3").split("{path}")
    assert address.isascii()
    assert not set(address) & set("\"'<> \n\r\x1b")
    quoted = address.removeprefix(before).removesuffix(after)
    assert unquote_to_bytes(quoted) == b"/mine/" + name
    assert USUAL in SCHEMES.values()
