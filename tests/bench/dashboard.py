"""What the dashboard takes: the map of a long road, the first verdict after a click, what pages weigh.

    python tests/bench/dashboard.py [--rounds 15] [SLUG…]

The map has 59 made-up exercises and 10,000 entries in the journal; its time is that of a GET. The first
verdict is measured in the page, from the click on Check to the frame that shows it, with a warm engine and
the reference as the learner's code. A page weighs what it and all that it loads weigh, as sent and unpacked.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # a script does not see the checkout

from tests.browser.dashboard import Dashboard
from tests.browser.equipment import chromium, expect, lacking, sync_playwright
from tests.browser.road import HARDENING, POLITE, RIGHT, SETTINGS, STARTER, exercise
from tests.roads import GREETS, lay

from backroad.content.home import find_content
from backroad.content.roadmap import find_exercise, load_roadmap
from backroad.events import EventKind
from backroad.workspace.journal import open_journal

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

EXERCISES, ENTRIES, STEPS = 59, 10_000, 9
MAP_BAR, VERDICT_BAR, WEIGHT_BAR = 50.0, 100.0, 150.0  # milliseconds, milliseconds, kB
PAUSE = 0.3  # seconds, in which the engine gets its spare ready; nobody clicks faster
CHECKS = ("greets", "greets_nobody", "has_a_version", "takes_long_names")
INSERT = "INSERT INTO entries (at, kind, slug, workspace, data) VALUES (?, ?, ?, ?, ?)"
CLICK = """() => new Promise((resolve) => {
  const desk = document.querySelector(".desk");
  let ran = false;
  const watch = new MutationObserver(() => {
    ran ||= desk.dataset.running === "true";
    if (!ran || !desk.querySelector("li[data-check][data-verdict]:not([data-verdict=''])")) return;
    watch.disconnect();
    requestAnimationFrame(() => resolve(performance.now() - begin));
  });
  watch.observe(desk, {subtree: true, attributes: true});
  const begin = performance.now();
  document.querySelector("#check").click();
})"""


def long_road(root: Path) -> Path:
    """Write the content of a road with many exercises; return its folder."""
    slugs = [f"task{number:02}" for number in range(EXERCISES)]
    steps = [
        f'[steps.{n}-part]\ntitle = "Part {n}"\nexercises = {slugs[n - 1 :: STEPS]}\n' for n in range(1, 10)
    ]
    files = {"exercises/roadmap.toml": "".join(steps)}
    checks = {"test_1_hello": GREETS, "test_2_polite": POLITE, "test_3_hardening": HARDENING}
    for number, slug in enumerate(slugs):
        before = f'"{slugs[number - STEPS]}"' if number >= STEPS else ""
        settings = SETTINGS.format(
            title=f"A {slug}", summary="Greet", topic=f"topic {number % 20}", requires=before
        )
        files |= exercise(f"{number % STEPS + 1}-part/{slug}", settings, STARTER, RIGHT, checks)
    return lay(root, files)


def long_journal(home: Path) -> None:
    """Write a journal with many runs over the last two years, in one transaction."""
    with open_journal(home):
        pass  # its tables are there
    begin = datetime.now(UTC) - timedelta(days=730)
    rows = []
    for number in range(ENTRIES):
        green = number % (len(CHECKS) + 1)
        verdicts = {name: "PASSED" if place < green else "FAILED" for place, name in enumerate(CHECKS)}
        data = {"kit": "0", "digest": f"{number:064}", "level": 3, "seconds": 0.2, "whole": True}
        data |= {"passed": green >= 3, "gold": green == 4, "first": None, "verdicts": verdicts, "state": None}
        at = (begin + timedelta(minutes=105 * number)).isoformat()
        slug = f"task{number % EXERCISES:02}"
        rows.append((at, EventKind.CHECKED, slug, f"/gone/{slug}".encode(), json.dumps(data)))
    with sqlite3.connect(home / "journal.sqlite") as connection:
        connection.executemany(
            "INSERT INTO entries (at, kind, slug, workspace, data) VALUES (?, ?, ?, ?, ?)", rows
        )
    connection.close()


def served(address: str, rounds: int) -> float:
    """Return the median milliseconds until a page is there whole, over one connection."""
    parts = urlsplit(address)
    connection = HTTPConnection(parts.netloc)
    times = []
    for _ in range(rounds + 1):
        begin = time.perf_counter()
        connection.request("GET", parts.path, headers={"Accept-Encoding": "gzip"})
        answer = connection.getresponse()
        answer.read()
        times.append(1000 * (time.perf_counter() - begin))
        if answer.status != 200:
            sys.exit(f"{parts.path} is answered with {answer.status}")
    connection.close()
    return statistics.median(times[1:])


def first_verdict(page: Page, dashboard: Dashboard, slug: str, rounds: int) -> float:
    """Return the median milliseconds from a click on Check to the frame with the first verdict."""
    page.goto(f"{dashboard.address}exercise/{slug}/")
    page.get_by_role("button", name="Start this exercise").click()
    expect(page.get_by_role("region", name="The first failure")).to_be_visible()
    solution = find_exercise(load_roadmap(find_content()), slug).solution / "reference"
    shutil.copytree(solution, dashboard.folder / slug, dirs_exist_ok=True)
    times = []
    for _ in range(rounds + 1):
        expect(page.get_by_text("All checks are green")).to_be_visible()
        time.sleep(PAUSE)
        times.append(float(page.evaluate(CLICK)))
    return statistics.median(times[1:])


def weight(browser: Browser, address: str) -> tuple[float, float]:
    """Return the kB of a page with all it loads, as sent and unpacked; nothing is known of it before."""
    context = browser.new_context()
    page = context.new_page()
    sent: dict[str, float] = {}
    whole: dict[str, float] = {}

    def came(event: dict[str, Any]) -> None:
        name = event["requestId"]
        whole[name] = whole.get(name, 0) + event["dataLength"]
        sent[name] = sent.get(name, 0) + event["encodedDataLength"]

    def over(event: dict[str, Any]) -> None:
        sent[event["requestId"]] = event["encodedDataLength"]

    network = context.new_cdp_session(page)
    network.send("Network.enable")
    network.on("Network.dataReceived", came)
    network.on(
        "Network.loadingFinished", lambda event: sent.update({event["requestId"]: event["encodedDataLength"]})
    )
    page.goto(address)
    page.wait_for_timeout(2_000)  # for what the page is told after it is there
    context.close()
    return sum(sent.values()) / 1000, sum(whole.values()) / 1000


def told(what: str, value: float, unit: str, bar: float | None = None, more: str = "") -> str:
    """Return one measure as a row of the table."""
    fate = "" if bar is None else f"{'within' if value <= bar else 'ABOVE':>8} {bar:.0f}"
    return f"{what:44}{value:8.1f} {unit:3}{fate}{more}"


def weighed(browser: Browser, dashboard: Dashboard, pages: Sequence[str]) -> Iterator[str]:
    """Yield the weight of each page."""
    for name in pages:
        sent, whole = weight(browser, dashboard.address + name)
        yield told(f"weight of /{name}", sent, "kB", WEIGHT_BAR, f"   {whole:.0f} unpacked")


def measured(rounds: int, slugs: Sequence[str], scratch: Path, stack: ExitStack) -> Iterator[str]:
    """Yield the rows of the table."""
    for name in ("long", "real"):
        (scratch / name).mkdir()
    long_journal(scratch / "long" / "home")
    far = stack.enter_context(Dashboard(scratch / "long", long_road(scratch / "content")))
    yield told(f"map of {EXERCISES} with {ENTRIES:,} entries", served(far.address, rounds), "ms", MAP_BAR)
    yield told("history of the same", served(f"{far.address}history/", rounds), "ms")
    if missing := "; ".join(lacking()):
        yield f"the rest is not measured: {missing}"
        return
    browser = stack.enter_context(sync_playwright()).chromium.launch(executable_path=chromium())
    yield from weighed(browser, far, ["", "history/"])
    near = stack.enter_context(Dashboard(scratch / "real"))
    page = browser.new_page()
    for slug in slugs:
        yield told(f"first verdict of {slug}", first_verdict(page, near, slug, rounds), "ms", VERDICT_BAR)
        page.goto("about:blank")
        place = f"exercise/{slug}/"
        yield from weighed(browser, near, [place, f"{place}compare/", f"history/{slug}/"])
    browser.close()


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("slugs", nargs="*", metavar="SLUG")
    parser.add_argument("--rounds", type=int, default=15)
    chosen = parser.parse_args()
    slugs = chosen.slugs or ["data-structures", "hello-service"]
    with tempfile.TemporaryDirectory(prefix="backroad-bench-") as scratch, ExitStack() as stack:
        for row in measured(chosen.rounds, slugs, Path(scratch), stack):
            print(row, flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
