"""The same work for several designs in one run: real services, real modules."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from backroad.content.trees import File, Tree
from backroad.content.work import read_work
from backroad.measures import gauges
from backroad.model import Exercise, Kind, Need
from backroad.referee.engine import Engine
from backroad.referee.forked import can_fork
from backroad.referee.session import Brake, Overdue
from backroad.referee.together import Contestant, Found, measure_together

SHOP_WORK = '''
def statements(service, measure):
    """SQL per GET /items"""
    with measure.statements(per=2):
        for _ in range(2):
            assert len(service.get("/items").json) == 20


def times(service, measure):
    """GET /items"""
    measure.requests("GET", "/items")
'''
SHOP = """
import json, os, sqlite3, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

FILE = os.environ["DATABASE_URL"].removeprefix("sqlite:///")

class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        body = json.dumps(self.items() if self.path == "/items" else {"status": "ok"}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def items(self):
        connection = sqlite3.connect(FILE)
        LIST

    def log_message(self, *_):
        pass

with sqlite3.connect(FILE) as first:
    first.execute("CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT)")
    first.executemany("INSERT INTO item (name) VALUES (?)", [(f"item {n}",) for n in range(20)])
first.close()
ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
"""
ONE = 'return connection.execute("SELECT id, name FROM item").fetchall()'
EACH = (
    'ids = connection.execute("SELECT id FROM item").fetchall(); '
    'return [connection.execute("SELECT id, name FROM item WHERE id = ?", one).fetchone() for one in ids]'
)
HANGS = "time.sleep(600)"
LIST_WORK = '''
def lookups(subject, measure):
    """Lines per lookup"""
    keys = [("find", number) for number in range(50)]
    measure.steps(subject.Names(50), keys, per=50)


def wrong(subject, measure):
    """What no design measures"""
    assert subject.Names(1).find(0) == 1
    measure.count(1, "things")


def forgotten(subject, measure):
    """What is not measured"""
'''
NAMES = """
class Names:
    def __init__(self, size):
        self.known = list(range(size))

    def find(self, number):
        FIND
"""


def exercise(root: Path, work: str, kind: Kind = Kind.SERVICE) -> Exercise:
    """Return an exercise that has this work and nothing else."""
    folder, solution = root / "exercises" / "1-basics" / "shop", root / "solutions" / "1-basics" / "shop"
    for one in (folder / "checks", solution / "reference"):
        one.mkdir(parents=True)
    (folder / "work.py").write_text(work, encoding="utf-8")
    needs = (Need.SQL,) if kind is Kind.SERVICE else ()
    return Exercise(
        "shop", "1-basics", folder, solution, root, "", "", kind, 1, 1, (), (), (), (), needs=needs
    )


def tree(name: str, text: str) -> Tree:
    """Return a tree with one module, and the settings of a service."""
    return Tree({name: File(textwrap.dedent(text).encode())}, {})


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    """One engine for the tests of this file."""
    with Engine() as engine:
        yield engine


@pytest.fixture(scope="module")
def shops(tmp_path_factory: pytest.TempPathFactory, engine: Engine) -> tuple[Exercise, dict[str, Found]]:
    """Three services at the same work: a query for each item, one query, one that hangs."""
    shop = exercise(tmp_path_factory.mktemp("shop"), SHOP_WORK)
    designs = {"yours": EACH, "reference": ONE, "hung": HANGS}
    contestants = [
        Contestant(name, tree("app.py", SHOP.replace("LIST", code))) for name, code in designs.items()
    ]
    return shop, measure_together(shop, read_work(shop)[0], contestants, engine)


@pytest.mark.skipif(not can_fork(), reason="statements are counted in forks")
def test_a_query_for_each_item_is_marked(shops: tuple[Exercise, dict[str, Found]]) -> None:
    """N+1 queries are counted as such, and the row is marked."""
    shop, found = shops
    row = gauges(read_work(shop)[0], [one.measured for one in found.values()])[0]
    assert row.numbers == (21, 1, None)
    assert row.is_telling


def test_a_design_that_hangs_costs_nothing_else(shops: tuple[Exercise, dict[str, Found]]) -> None:
    """A design that hangs in the work has the reason in its cells; the others have their times."""
    shop, found = shops
    _, rate, median, late = gauges(read_work(shop)[0], [one.measured for one in found.values()])
    for row in (rate, median, late):
        assert all(row.numbers[:2])
        assert row.numbers[2] is None
    assert "no answer within" in rate.reasons[2]
    assert [one.fault for one in found.values()] == ["", "", ""]


def test_times_come_in_rounds(shops: tuple[Exercise, dict[str, Found]]) -> None:
    """Requests are timed in several rounds, in milliseconds."""
    rounds = shops[1]["reference"].measured["times"].rounds
    assert len(rounds) == 10
    assert all(0 < one < 10_000 for series in rounds for one in series)


def test_modules_at_work(tmp_path: Path, engine: Engine) -> None:
    """Lines are counted of modules; an answer that is wrong, or no measure, is a reason and no number."""
    names = exercise(tmp_path, LIST_WORK, Kind.MODULE)
    work = read_work(names)[0]
    slow = (
        "for place in range(len(self.known)):\n            if place == number:\n                return place"
    )
    designs = {"yours": slow, "reference": "return number"}
    trees = {name: tree("shop.py", NAMES.replace("FIND", code)) for name, code in designs.items()}
    found = measure_together(names, work, [Contestant(*one) for one in trees.items()], engine)
    (row,) = gauges(work, [one.measured for one in found.values()])
    mine, theirs = row.numbers
    assert mine is not None
    assert theirs == 1
    assert mine > 20
    assert row.is_telling
    reasons = [found["yours"].measured[name].reason for name in ("wrong", "forgotten")]
    assert reasons == ["expected 1, got 0", "nothing was measured"]


def test_what_is_known_is_not_measured_again(tmp_path: Path, engine: Engine) -> None:
    """Only what is not known is run, and a design of which all is known is not started."""
    names = exercise(tmp_path, LIST_WORK, Kind.MODULE)
    work = read_work(names)[0]
    design = tree("shop.py", NAMES.replace("FIND", "return number"))
    known = Contestant("known", design, [piece.name for piece in work])
    found = measure_together(names, work, [known, Contestant("new", design, ["wrong", "forgotten"])], engine)
    assert {name: list(one.measured) for name, one in found.items()} == {"new": ["lookups"]}


def test_work_that_breaks_is_a_fault(tmp_path: Path, engine: Engine) -> None:
    """Work that cannot be run at all is told of each design, and ends nothing."""
    broken = exercise(tmp_path, "import no_such_module\n" + LIST_WORK, Kind.MODULE)
    design = tree("shop.py", NAMES.replace("FIND", "return number"))
    found = measure_together(broken, read_work(broken)[0], [Contestant("yours", design)], engine)
    assert "no_such_module" in found["yours"].fault


def test_the_brake_ends_it(tmp_path: Path, engine: Engine) -> None:
    """Whoever pulls the brake gets no numbers."""
    names = exercise(tmp_path, LIST_WORK, Kind.MODULE)
    brake = Brake()
    brake.pull()
    design = tree("shop.py", NAMES.replace("FIND", "return number"))
    with pytest.raises(Overdue):
        measure_together(names, read_work(names)[0], [Contestant("yours", design)], engine, brake=brake)
