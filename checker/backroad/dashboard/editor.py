"""Addresses that open a file in the learner's editor, at a line."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

SETTING = "BACKROAD_EDITOR"
# Programs of VISUAL or EDITOR and the scheme under which they are registered with the browser.
SCHEMES = {
    "code": "vscode://file{path}:{line}",
    "code-insiders": "vscode-insiders://file{path}:{line}",
    "codium": "vscodium://file{path}:{line}",
    "cursor": "cursor://file{path}:{line}",
    "windsurf": "windsurf://file{path}:{line}",
    "zed": "zed://file{path}:{line}",
    "subl": "subl://open?url=file://{path}&line={line}",
    "pycharm": "pycharm://open?file={path}&line={line}",
    "idea": "idea://open?file={path}&line={line}",
    "mate": "txmt://open?url=file://{path}&line={line}",
    "mvim": "mvim://open?url=file://{path}&line={line}",
}
USUAL = SCHEMES["code"]
# A template is an address with a scheme, but for those that a browser would run.
ADDRESS = re.compile(r"(?!(?:javascript|data|vbscript):)[a-z][a-z0-9+.-]*:\S*$", re.IGNORECASE)


def editor_address(path: Path, line: int, environ: Mapping[str, str]) -> str:
    """Return the address that opens a file; BACKROAD_EDITOR, with {path} and {line}, comes first."""
    told = environ.get(SETTING, "").strip()
    template = told if "{path}" in told and ADDRESS.match(told) else _known(environ)
    place = quote(os.fsencode(path.absolute().as_posix()), safe="/")
    return template.replace("{path}", place).replace("{line}", str(line))


def _known(environ: Mapping[str, str]) -> str:
    """Return the scheme of the editor that the environment names, else that of the most usual one."""
    for name in ("VISUAL", "EDITOR"):
        words = _words(environ.get(name, ""))
        if words and (scheme := SCHEMES.get(Path(words[0]).stem)):
            return scheme
    return USUAL


def _words(command: str) -> list[str]:
    try:
        return shlex.split(command)
    except ValueError:
        return []
