"""Take the README's pictures of the dashboard anew, in docs/pictures: look at them before you commit them.

    python tools/pictures.py [--chromium PROGRAM] [--all FOLDER]

A learner's first days are played in a temporary folder: one exercise done, one nearly, one begun. With --all,
every page goes into FOLDER instead, in light and dark, for a desk and for a phone of 360 pixels.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from backroad.comparison import written
from backroad.content import layers
from backroad.content.home import find_content
from backroad.content.roadmap import find_exercise, load_roadmap, load_solution
from backroad.content.trees import Tree

PICTURES = Path(__file__).resolve().parent.parent / "docs" / "pictures"
COMMAND = [sys.executable, "-m", "backroad"]
DESK, PHONE = {"width": 1280, "height": 860}, {"width": 360, "height": 740}
DONE, ALTERNATIVE = "data-structures", "growth-and-properties"
NEARLY, MUTANT = "hello-service", "isinstance_int"
BEGUN = "sql-crud"
# No run is under way, no column waits, and what there is to tell of an exercise is told.
SETTLED = """() => {
    const desk = document.querySelector(".desk[data-live]");
    const told = !desk || (desk.dataset.running === "false" && !document.querySelector("#telling").hidden);
    return told && !/checks run on|do the same work|for its turn/.test(document.body.innerText);
}"""
PAGES = {
    "map": "",
    "exercise": f"exercise/{NEARLY}/",
    "begin": "exercise/task-api/",
    "compare": f"exercise/{DONE}/compare/",
    "closed": f"exercise/{NEARLY}/compare/",
    "history": "history/",
    "states": f"history/{NEARLY}/",
}


def main() -> None:
    """Play, serve, take pictures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--chromium", default=shutil.which("chromium"))
    parser.add_argument("--all", type=Path, metavar="FOLDER")
    wish = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        place = Path(folder) / "course"
        place.mkdir()
        environ = {**os.environ, "BACKROAD_HOME": str(Path(folder) / "home"), "HOME": folder}
        play(place, environ)
        browser = playwright.chromium.launch(executable_path=wish.chromium, args=["--no-sandbox"])
        with served(place, environ) as address:
            if wish.all:
                take_all(browser, address, wish.all)
            else:
                take_two(browser, address)
        browser.close()


def play(place: Path, environ: dict[str, str]) -> None:
    """Do what a learner does in the first days."""
    for slug, tree in ((DONE, solution(DONE)), (BEGUN, None), (NEARLY, solution(NEARLY))):
        run(place, environ, "scaffold", slug)
        run(place, environ, "check", slug)
        if tree is not None:
            Tree({name: tree.files[name] for name in written(tree)}).write(place / slug)
            run(place, environ, "check", slug)


def solution(slug: str) -> Tree:
    """Return what is handed in for an exercise: another right design, or one that is nearly right."""
    exercise = find_exercise(load_roadmap(find_content(None, os.environ)), slug)
    if slug == DONE:
        return layers.alternative(exercise, ALTERNATIVE)
    mutant = next(one for one in load_solution(exercise).mutants if one.name == MUTANT)
    return layers.mutant(exercise, mutant)


def run(place: Path, environ: dict[str, str], *words: str) -> None:
    """Type a command; a red check is what is wanted."""
    subprocess.run([*COMMAND, *words], cwd=place, env=environ, check=False, stdout=subprocess.DEVNULL)


@contextmanager
def served(place: Path, environ: dict[str, str]) -> Iterator[str]:
    """Serve the dashboard, and yield its address."""
    command = [*COMMAND, "serve", "--no-browser"]
    with subprocess.Popen(command, cwd=place, env=environ, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        told = ""
        while not (found := re.search(r"http://\S+/", told)):
            told += process.stdout.readline()
        yield found[0]
        process.terminate()


def take_two(browser: Browser, address: str) -> None:
    """Take the pictures of the README: the map by day, an exercise by night."""
    PICTURES.mkdir(exist_ok=True)
    for name, scheme in (("map", "light"), ("exercise", "dark")):
        page = opened(browser, address, name, scheme, DESK)
        page.screenshot(path=PICTURES / f"{name}.png")
        page.context.close()


def take_all(browser: Browser, address: str, folder: Path) -> None:
    """Take every page in every look."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in PAGES:
        for scheme in ("light", "dark"):
            for size in (DESK, PHONE):
                page = opened(browser, address, name, scheme, size)
                page.screenshot(path=folder / f"{name}-{scheme}-{size['width']}.png", full_page=True)
                page.context.close()


def opened(browser: Browser, address: str, name: str, scheme: str, size: dict[str, int]) -> Page:
    """Return a page once nothing moves on it any more."""
    context = browser.new_context(color_scheme=scheme, viewport=size, device_scale_factor=1.25)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(address + PAGES[name])
    page.wait_for_function(SETTLED)
    return page


if __name__ == "__main__":
    main()
