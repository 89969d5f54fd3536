"""The corpus of bad submissions: entries as tables in TOML, and a world that must look the same afterwards.

An entry is a right solution made wrong: `top` goes before its code, `method` to the end of its class, `end`
to the end of the file (`serve` replaces how a service starts), `whole` stands for all of it, `files` lie
beside it. `red` names the checks that are not green with their verdicts (`level_1`, `level_2` where they
differ), `all` the verdict of all others, green unless said. `says`, `output` and `again` must be read in the
first failure, `where` in its line. `later` tells why an entry is left out, `levels` and `needs` where it
runs.
"""

from __future__ import annotations

import ctypes
import hashlib
import json
import os
import shutil
import socket
import sys
import tempfile
import textwrap
import time
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest

from backroad import layers, referee
from backroad.console.report import report_screen
from backroad.console.rows import painted
from backroad.content import find_content
from backroad.junit import to_junit
from backroad.model import Exercise, Kind, Level, Report, Verdict, report_from_json
from backroad.roadmap import find_exercise, load_roadmap
from backroad.subject.confinement import probe

HERE = Path(__file__).parent
SET_CHILD_SUBREAPER = 36
PLACES = {"stack": "\nclass Stack:", "hello": "\nimport json\n"}
CLASS_ENDS = {"stack": None, "hello": "\n\ndef serve"}
LAUNCH_SECONDS = 1.5  # two interpreters, pytest, a subject; measured 0.4 on a quiet machine
AFTERMATH = 1.0  # to ask for the stack, to end the process, to remove its folder
FROM_OUTSIDE = {
    "CI": "true",
    "PYTEST_CURRENT_TEST": "x",
    "BACKROAD_HOME": "/nowhere",
    "GITHUB_ACTIONS": "true",
}


@dataclass(frozen=True)
class Entry:
    """One bad submission and the verdicts it must get; the fields are those of the tables."""

    number: str
    name: str
    slug: str = "stack"
    top: str = ""
    method: str = ""
    end: str = ""
    serve: str = ""
    whole: str | None = None
    file: str = ""
    encoding: str = "utf-8"
    files: Mapping[str, str] = field(default_factory=dict)
    red: Mapping[str, str] = field(default_factory=dict)
    level_1: Mapping[str, str] | None = None
    level_2: Mapping[str, str] | None = None
    all: str = ""
    says: str = ""
    where: str = ""
    output: str = ""
    again: str = ""
    start: str = "python app.py"
    stages: tuple[int, ...] = ()
    levels: tuple[int, ...] = (1, 2)
    needs: str = ""
    later: str = ""

    @property
    def title(self) -> str:
        """The words of pytest's list."""
        return f"{self.number} {self.name}"

    def verdicts(self, level: Level, names: Iterable[str]) -> dict[str, str]:
        """Return the verdict due for each check."""
        own = {Level.PROCESS: self.level_1, Level.SANDBOX: self.level_2}[level]
        return {**dict.fromkeys(names, self.all or "PASSED"), **(self.red if own is None else own)}


def entries(*tables: str) -> list[Entry]:
    """Return the entries of tables in this folder."""
    found = []
    for table in tables:
        for fields in tomllib.loads((HERE / f"{table}.toml").read_text("utf-8"))["entry"]:
            lists = {name: tuple(fields[name]) for name in ("levels", "stages") if name in fields}
            found.append(Entry(**{**fields, **lists}))
    return found


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give a test that takes `entry` and `level` every entry of the tables its module names."""
    if {"entry", "level"} <= set(metafunc.fixturenames):
        cases = [
            pytest.param(entry, Level(level), id=f"{entry.title}, level {level}")
            for entry in entries(*metafunc.module.TABLES)
            for level in entry.levels
            if not entry.later
        ]
        metafunc.parametrize(("entry", "level"), cases)


@pytest.fixture(scope="session")
def exercises(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Exercise]:
    """The corpus's own exercises, by slug."""
    root = tmp_path_factory.mktemp("content")
    for name, text in tomllib.loads((HERE / "content.toml").read_text("utf-8")).items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    roadmap = load_roadmap(find_content(root))
    return {slug: find_exercise(roadmap, slug) for slug in ("stack", "hello")}


class World:
    """Everything around a run that it must leave as it was."""

    def __init__(self, folder: Path, exercises: Mapping[str, Exercise]) -> None:
        self.exercises = exercises
        self.temporary = folder / "tmp"
        self.submission = folder / "submission"
        self.canary = folder / "canary"
        for path in (self.temporary, self.submission, self.canary):
            path.mkdir()
        (self.canary / "bird.txt").write_text("alive\n", encoding="utf-8")
        self.port = free_port()

    @property
    def content(self) -> Path:
        """The root of the corpus's content."""
        return self.exercises["stack"].folder.parents[2]

    def digest(self) -> str:
        """Return a hash over the content, the submission and the canary: names, modes and bytes."""
        digest = hashlib.sha256()
        for root in (self.content, self.submission, self.canary):
            for path in [root, *sorted(root.rglob("*"))]:
                digest.update(f"{path}\0{path.lstat().st_mode:o}\0".encode())
                digest.update(path.read_bytes() if path.is_file() else b"")
        return digest.hexdigest()

    def write(self, entry: Entry) -> None:
        """Lay the submission out as a learner's folder."""
        exercise = self.exercises[entry.slug]
        name = "app.py" if exercise.kind is Kind.SERVICE else "stack.py"
        files = {
            **entry.files,
            entry.file or name: self.source(entry, exercise.solution / "reference" / name),
        }
        if exercise.kind is Kind.SERVICE:
            files["backroad.toml"] = f'[service]\nstart = "{entry.start}"\n'
        for file, text in files.items():
            path = self.submission / file
            path.parent.mkdir(parents=True, exist_ok=True)
            encoding = entry.encoding if path.suffix == ".py" else "utf-8"
            path.write_bytes(self.filled(text).encode(encoding))

    def source(self, entry: Entry, reference: Path) -> str:
        """Return the reference's text, made wrong."""
        text = reference.read_text("utf-8")
        if entry.whole is not None:
            return entry.whole
        method = textwrap.indent("\n" + entry.method, "    ") if entry.method else ""
        class_end = CLASS_ENDS[entry.slug]
        text = text.replace(class_end, method + class_end) if class_end else text + method
        text = text.replace(PLACES[entry.slug], "\n" + entry.top + PLACES[entry.slug], 1)
        if entry.serve:
            text = text.replace("\nif __name__", f"\n{entry.serve}\n\nif __name__")
        return text + ("\n\n" + entry.end if entry.end else "")

    def filled(self, text: str) -> str:
        """Return a text with the places of this world filled in."""
        places = {
            "@CANARY@": self.canary,
            "@SOLUTION@": self.exercises["stack"].solution / "reference" / "stack.py",
            "@CHECKS@": self.exercises["stack"].folder / "checks" / "test_1_stack.py",
            "@PORT@": self.port,
        }
        for word, place in places.items():
            text = text.replace(word, str(place))
        return text

    def judge(self, entry: Entry, level: Level) -> Report:
        """Run the checks over the submission, no stronger confined than `level`."""
        exercise = self.exercises[entry.slug]
        tree = layers.submission(exercise, self.submission)
        stages = entry.stages or (1,)
        with referee.plan_for(exercise, tree, max_level=level, stages=stages) as plan:
            return referee.run(plan)


@pytest.fixture
def world(tmp_path: Path, exercises: dict[str, Exercise], monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """A world of its own for each run: temporary folder, submission, canary; nothing of it survives."""
    made = World(tmp_path.resolve(), exercises)
    monkeypatch.setenv("TMPDIR", str(made.temporary))
    monkeypatch.setattr(tempfile, "tempdir", str(made.temporary))
    for name, value in FROM_OUTSIDE.items():
        monkeypatch.setenv(name, value)
    adopt_orphans(yes=True)
    yield made
    adopt_orphans(yes=False)
    for process in left_behind(made.temporary):
        with suppress(psutil.Error):
            process.kill()
    shutil.rmtree(tmp_path, ignore_errors=True)


@pytest.fixture
def judged(world: World, entry: Entry, level: Level) -> Report:
    """The report on an entry; whatever the run left behind fails the test before its verdicts are read."""
    if entry.needs and shutil.which(entry.needs) is None:
        pytest.skip(f"{entry.needs} is not installed")
    if level > probe().level:
        pytest.skip(f"this machine confines at level {probe().level} only")
    world.write(entry)
    before = world.digest()
    begin = time.monotonic()
    report = world.judge(entry, level)
    seconds = time.monotonic() - begin
    assert [process.cmdline() for process in left_behind(world.temporary)] == []
    assert world.digest() == before
    assert sorted(world.temporary.iterdir()) == []
    assert_in_time(report, world.exercises[entry.slug], seconds)
    assert_readable(report, world.exercises[entry.slug])
    return report


def assert_in_time(report: Report, exercise: Exercise, seconds: float) -> None:
    """Each check ends within its limit and a second; a run has its start besides."""
    limits = exercise.limits
    allowed = {Verdict.PASSED: limits.check / 2, Verdict.UNREADABLE: 0.0, Verdict.BLOCKED: 0.0}
    for result in report.results:
        assert result.seconds <= limits.check + limits.start * is_service(exercise) + AFTERMATH, result
    budget = sum(allowed.get(result.verdict, limits.check) for result in report.results)
    assert seconds <= budget + limits.start * is_service(exercise) + LAUNCH_SECONDS + busy_seconds()


def is_service(exercise: Exercise) -> bool:
    """Return whether the exercise is one about a service."""
    return exercise.kind is Kind.SERVICE


def busy_seconds() -> float:
    """Return how much longer a run may take because others use the machine."""
    return max(0.0, os.getloadavg()[0] - (os.cpu_count() or 1)) * LAUNCH_SECONDS


def assert_readable(report: Report, exercise: Exercise) -> None:
    """A report is valid JSON that reads back as itself, and every face of it is plain text."""
    text = json.dumps(report.to_json(), allow_nan=False)
    assert report_from_json(json.loads(text)).to_json() == report.to_json()
    to_junit(report)
    screen = painted(report_screen(report, exercise, everything=True), colour=False)
    assert not any(ord(character) < 32 and character != "\n" for character in screen)


def adopt_orphans(*, yes: bool) -> None:
    """Have processes that left their parents become children of this one, where they can be seen."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(SET_CHILD_SUBREAPER, int(yes), 0, 0, 0)


def left_behind(temporary: Path) -> list[psutil.Process]:
    """Return the processes that a run left: our descendants, and whoever uses its temporary folder."""
    reap()
    family = psutil.Process().children(recursive=True)
    users = [process for process in psutil.process_iter() if uses(process, str(temporary))]
    return [process for process in {*family, *users} if is_running(process)]


def reap() -> None:
    """Collect the exit codes of adopted processes."""
    with suppress(ChildProcessError):
        while os.name == "posix" and os.waitpid(-1, os.WNOHANG)[0]:
            pass


def uses(process: psutil.Process, folder: str) -> bool:
    """Return whether a process works in a folder or was told of it in its environment."""
    if process.pid == os.getpid():
        return False
    try:
        return process.cwd().startswith(folder) or folder in process.environ().get("HOME", "")
    except (psutil.Error, OSError):
        return False


def is_running(process: psutil.Process) -> bool:
    """Return whether a process lives."""
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def free_port() -> int:
    """Return a TCP port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
