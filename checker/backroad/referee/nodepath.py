"""Where Node finds packages that belong to no project: those of NODE_PATH and of `npm install -g`."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path


def package_folders(environ: Mapping[str, str] = os.environ) -> tuple[Path, ...]:
    """Return the folders that are there: those that NODE_PATH names, then the one beside `node`."""
    named = [Path(entry) for entry in environ.get("NODE_PATH", "").split(os.pathsep) if entry]
    node = shutil.which("node", path=environ.get("PATH"))
    if node is not None:
        named.append(Path(node).resolve().parent.parent / "lib" / "node_modules")
    return tuple(folder for folder in named if folder.is_absolute() and folder.is_dir())


def node_settings(environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return what makes Node look in these folders, which it does not do by itself."""
    folders = package_folders(environ)
    return {"NODE_PATH": os.pathsep.join(map(str, folders))} if folders else {}
