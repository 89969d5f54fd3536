"""Hand-ins that attack who reads them: each is named, nothing outside changes, and the others are graded."""

from __future__ import annotations

import csv
import gzip
import io
import json
import time
import tomllib
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import pytest
from tests.hostile.makers import BAD, COMMANDS, MIB, Maker

from backroad import __version__
from backroad.console.grades import Graded, grades_screen
from backroad.console.terminal import Terminal
from backroad.errors import BackroadError
from backroad.grading import packages
from backroad.grading.crew import local_crew
from backroad.grading.grading import Grading
from backroad.grading.ledger import open_ledger
from backroad.grading.names import marked
from backroad.grading.outputs import summary, write_outputs
from backroad.grading.packages import read_package
from backroad.grading.values import Grade, Gradebook, HandIn
from backroad.model import Exercise
from backroad.report import Verdict

TABLE = Path(__file__).with_name("packages.toml")
PACKAGES = tomllib.loads(TABLE.read_text("utf-8"))["package"]
MOST_MEMORY = 260 * MIB  # 64 MiB of content, and what the readers of Python copy on the way
MOST_SECONDS = 10
NAMES = [
    "=HYPERLINK(A1)", "\uff1d1+1", "x;=1+1", 'x;"=1+1";', "\t=1+1", "]]>", "\x00\x1b[2J", "\ud800",
    "<script>alert(1)</script>",
    "::error::z", "##[error]z", "a\n::stop-commands::z", "../../escaped", "/etc/passwd", "CON", "x" * 4096,
    "Ann", "\u00e9", "e\u0301", marked("\u00e9"), marked("\u00e9").upper(), "\u202eevil",
]  # fmt: skip


@dataclass(frozen=True)
class Class:
    """A class with a right hand-in before and a wrong one after all the others, and what became of it."""

    sources: dict[str, Path]
    outside: Path
    out: Path
    book: Gradebook
    before: dict[str, bytes]
    seconds: float

    def grade(self, identity: str) -> Grade:
        """Return the grade of one."""
        return next(grade for grade in self.book.grades if grade.id == identity)


def state(folder: Path) -> dict[str, bytes]:
    """Return what lies below a folder: names, modes and bytes of what is a file."""
    return {
        f"{path}\0{path.lstat().st_mode:o}": path.read_bytes() if path.is_file() else b""
        for path in [folder, *folder.rglob("*")]
    }


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory, exercises: dict[str, Exercise]) -> Iterator[Class]:
    """The class, graded once; the odd names are those of copies of the right hand-in."""
    root = tmp_path_factory.mktemp("class")
    outside, handed, out = root / "outside", root / "handed", root / "out"
    outside.mkdir()
    handed.mkdir()
    (outside / "bird.txt").write_text("alive\n", encoding="utf-8")
    maker = Maker(outside)
    sources = {one["number"]: getattr(maker, one["make"])(handed / f"{one['number']}.x") for one in PACKAGES}
    right = exercises["stack"].solution / "reference"
    wrong = handed / "zoe"
    wrong.mkdir()
    text = (right / "stack.py").read_text("utf-8").replace("self._items[-1]", "self._items[0]")
    (wrong / "stack.py").write_text(text, encoding="utf-8")
    everybody = {"ann": right, **dict.fromkeys(NAMES, right), **sources, "zoe": wrong}
    hand_ins = [HandIn(name, name, source) for name, source in everybody.items()]
    before, begin = state(outside), time.monotonic()
    with (
        open_ledger(out, "stack", __version__) as ledger,
        local_crew(exercises["stack"], 0, 2) as crew,
    ):
        book = Grading(exercises["stack"], 0, ledger).grade(hand_ins, crew)
    write_outputs(book, out)
    yield Class(sources, outside, out, book, before, time.monotonic() - begin)
    sources["59zd"].unlink()


each_package = pytest.mark.parametrize("package", PACKAGES, ids=lambda one: f"{one['number']} {one['name']}")


@each_package
def test_a_package_has_its_verdict(package: dict[str, str], graded: Class) -> None:
    """What cannot be read is UNREADABLE, with what is wrong; whatever can be is judged like any other."""
    grade = graded.grade(package["number"])
    assert package["says"] in f"{grade.trouble} {grade.report.results[0].remedy}"
    assert bool(grade.trouble) is bool(package["says"])
    assert (grade.trouble + " ").isprintable()
    assert len(grade.trouble) < 1000
    if package["number"] != "60":
        assert {result.verdict for result in grade.report.results} == {Verdict.UNREADABLE}
        assert grade.points == 0


@each_package
def test_a_package_costs_little(package: dict[str, str], graded: Class) -> None:
    """Whatever a package says of its size, it takes little memory and seconds of work to refuse it."""
    tracemalloc.start()
    begin = time.process_time()
    try:
        read_package(graded.sources[package["number"]])
    except BackroadError:
        pass
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak < MOST_MEMORY
    assert time.process_time() - begin < MOST_SECONDS


def test_nothing_outside_has_changed(graded: Class) -> None:
    """No package has written, changed or made anything but beside the gradebook."""
    assert state(graded.outside) == graded.before
    root = graded.outside.parent
    assert sorted(path.name for path in root.iterdir()) == ["handed", "out", "outside"]
    names = {"gradebook.csv", "gradescope", "junit.xml", "ledger.sqlite", "report.html", "reports"}
    assert {path.name for path in graded.out.iterdir()} == names
    assert not list(root.parent.rglob("escaped.py"))


def test_the_others_are_graded(graded: Class) -> None:
    """The right one has all points, the wrong one its own, whoever lies between them."""
    ann, zoe = graded.grade("ann"), graded.grade("zoe")
    assert (ann.passed, ann.points) == (True, graded.book.most)
    assert [result.name for result in zoe.report.results if not result.passed] == ["peeks"]
    assert all(graded.grade(name).passed for name in NAMES)


def test_everybody_has_files_of_their_own(graded: Class) -> None:
    """No two ids share a file, not even where case is ignored, and each file says whose it is."""
    told = {grade.id: graded.out / "reports" / f"{grade.file}.json" for grade in graded.book.grades}
    assert {json.loads(file.read_text("ascii"))["id"] for file in told.values()} == set(told)
    assert len({file.name.casefold() for file in told.values()}) == len(told)
    assert len(list((graded.out / "gradescope").iterdir())) == len(told)


@pytest.mark.parametrize("between", [",", ";", "\t"], ids=["comma", "semicolon", "tab"])
def test_no_cell_is_a_formula(between: str, graded: Class) -> None:
    """However a spreadsheet separates cells, none begins as a formula, and none holds a control character."""
    text = (graded.out / "gradebook.csv").read_text("utf-8-sig")
    for line in csv.reader(io.StringIO(text, newline=""), delimiter=between):
        for cell in line:
            assert not cell.lstrip().startswith(("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20"))
            assert cell.isprintable()


def test_pages_run_nothing(graded: Class) -> None:
    """No name and no message becomes a part of the page."""
    page = (graded.out / "report.html").read_text("utf-8")
    assert "<script>alert" not in page
    assert "</script><script>" not in page


def test_junit_can_be_read(graded: Class) -> None:
    """The file for build servers is XML, and says of everybody what the gradebook says."""
    suites = ElementTree.parse(graded.out / "junit.xml").getroot()
    reds = [int(suite.get("failures", 0)) + int(suite.get("errors", 0)) for suite in suites]
    assert len(reds) == len(graded.book.grades)
    assert reds.count(0) == len(NAMES) + 1


def test_no_log_executes_anything(graded: Class) -> None:
    """What is printed holds no command for a build server."""
    files = (graded.out / "report.html",)
    stream = io.TextIOWrapper(io.BytesIO(), "utf-8")
    terminal = Terminal(stream)
    terminal.show(grades_screen(Graded(graded.book, files, 0, 1.0), 80))
    terminal.write(json.dumps(summary(graded.book, files), indent=2))
    terminal.write(f"{BAD}{COMMANDS}")
    stream.seek(0)
    lines = stream.read().splitlines()
    assert not [line for line in lines if line.strip().startswith("::") or "##[" in line or "##vso[" in line]


def test_an_archive_that_takes_too_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A million empty streams end with the patience of who reads them."""
    monkeypatch.setattr(packages, "SECONDS", 0.2)
    (tmp_path / "slow.tgz").write_bytes(gzip.compress(b"") * 1_000_000)
    begin = time.monotonic()
    with pytest.raises(BackroadError, match=r"takes more than 0\.2 s"):
        read_package(tmp_path / "slow.tgz")
    assert time.monotonic() - begin < 5


def test_makers_are_those_of_the_table() -> None:
    """Every maker is used, and every package has one."""
    makers: dict[str, Callable[[Path], Path]] = {
        name: made for name, made in vars(Maker).items() if not name.startswith("_")
    }
    assert {one["make"] for one in PACKAGES} | {"repeated_directory"} == set(makers)
