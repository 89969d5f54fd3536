"""What the tests in a browser need beside the kit: Playwright, a Chromium of the system, axe-core."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

from backroad.referee.nodepath import package_folders

try:
    from playwright.sync_api import expect, sync_playwright
except ImportError:  # the tests are skipped then, or fail, as SETTING says
    expect = sync_playwright = None  # type: ignore[assignment]  # nobody gets as far as calling them

__all__ = ["PATIENCE", "SETTING", "axe", "chromium", "expect", "lacking", "sync_playwright"]

SETTING = "BACKROAD_BROWSER"  # "required" where a missing part is to be a failure
PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
CHROMIUM, AXE = "BACKROAD_CHROMIUM", "BACKROAD_AXE"  # name the program and the file
SCRIPT = Path("axe-core") / "axe.min.js"

PATIENCE = 60_000  # milliseconds, on a busy machine; what is there is seen at once

if expect is not None:
    expect.set_options(timeout=PATIENCE)


def chromium(environ: Mapping[str, str] = os.environ) -> str | None:
    """Return the browser: the one that is named, else the first on the path."""
    named = environ.get(CHROMIUM)
    found = (shutil.which(name, path=environ.get("PATH")) for name in ((named,) if named else PROGRAMS))
    return next((program for program in found if program), None)


def axe(environ: Mapping[str, str] = os.environ) -> Path | None:
    """Return the script of axe-core: the file that is named, else npm's, of this folder or of the machine."""
    named = environ.get(AXE)
    folders = [folder / "node_modules" for folder in Path(__file__).resolve().parents]
    places = [Path(named)] if named else [folder / SCRIPT for folder in (*folders, *package_folders(environ))]
    return next((place for place in places if place.is_file()), None)


def lacking(environ: Mapping[str, str] = os.environ) -> Iterator[str]:
    """Yield what is missing, and what brings it."""
    if sync_playwright is None:
        yield "Playwright is not installed: pip install playwright"
    if chromium(environ) is None:
        yield f"there is no Chromium: apt-get install chromium, or {CHROMIUM}=program"
    if axe(environ) is None:
        yield f"there is no axe-core: npm install -g axe-core, or {AXE}=axe.min.js"
