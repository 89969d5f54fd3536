"""Bad submissions: each gets its verdict, every other check its own, and nothing is left behind."""

from __future__ import annotations

import ctypes
import hashlib
import json
import os
import shutil
import sys
import tempfile
import textwrap
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest

from backroad import referee
from backroad.console.report import report_screen
from backroad.console.rows import painted
from backroad.content import layers
from backroad.errors import BackroadError
from backroad.junit import to_junit
from backroad.model import Exercise, Kind, Level
from backroad.referee.engine import Engine
from backroad.referee.starting import free_port
from backroad.report import Report, Result, Verdict, report_from_json
from backroad.subject.confinement import probe

if TYPE_CHECKING:
    from tests.hostile.conftest import Entry

TABLES = ("honest", "crash", "time", "resources", "forging", "databases", "services", "accounts")
COLD = ("stack", "hello")  # a module and a service: at level 1 each of their runs starts anew
SET_CHILD_SUBREAPER = 36
PLACES = {
    "stack": "\nclass Stack:",
    "shelf": "\nclass Shelf:",
    "cards": "\nclass Cards:",
    "hello": "\nimport json\n",
    "accounts": "\nimport json\n",
}
CLASS_ENDS = {"hello": "\n\ndef serve", "accounts": "\n\ndef serve"}
LAUNCH_SECONDS = 1.5  # two interpreters, pytest, a subject; measured 0.4 on a quiet machine
AFTERMATH = 1.0  # to ask for the stack, to end the process, to remove its folder
FROM_OUTSIDE = {
    "CI": "true",
    "PYTEST_CURRENT_TEST": "x",
    "BACKROAD_HOME": "/nowhere",
    "GITHUB_ACTIONS": "true",
}


class World:
    """Everything around a run that it must leave as it was."""

    def __init__(self, folder: Path, exercises: Mapping[str, Exercise], engine: Engine) -> None:
        self.exercises = exercises
        self.engine = engine
        self.before = frozenset(psutil.pids())
        self.temporary = folder / "tmp"
        self.submission = folder / "submission"
        self.canary = folder / "canary"
        self.outside = folder / "outside"
        for path in (self.temporary, self.submission, self.canary, self.outside):
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
        name = "app.py" if exercise.kind is Kind.SERVICE else f"{entry.slug}.py"
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
        class_end = CLASS_ENDS.get(entry.slug)
        text = text.replace(class_end, method + class_end) if class_end else text + method
        text = text.replace(PLACES[entry.slug], "\n" + entry.top + PLACES[entry.slug], 1)
        if entry.serve:
            text = text.replace("\nif __name__", f"\n{entry.serve}\n\nif __name__")
        return text + ("\n\n" + entry.end if entry.end else "")

    def filled(self, text: str) -> str:
        """Return a text with the places of this world filled in."""
        places = {
            "@CANARY@": self.canary,
            "@OUTSIDE@": self.outside,
            "@SOLUTION@": self.exercises["stack"].solution / "reference" / "stack.py",
            "@CHECKS@": self.exercises["stack"].folder / "checks" / "test_1_stack.py",
            "@PORT@": self.port,
        }
        for word, place in places.items():
            text = text.replace(word, str(place))
        return text

    def judge(self, entry: Entry, level: Level) -> Report:
        """Run the checks over the submission, confined up to `level`, from a warm start or a cold one."""
        exercise = self.exercises[entry.slug]
        tree = layers.submission(exercise, self.submission)
        stages = entry.stages or (1,)
        judge = referee.run if is_cold(entry.slug, level) else self.engine.run
        with referee.plan_for(exercise, tree, max_level=level, stages=stages) as plan:
            return judge(plan)


def is_cold(slug: str, level: Level) -> bool:
    """Say whether the runs of an exercise start anew at this level."""
    return level is Level.PROCESS and slug in COLD


class Warm:
    """The engine of all warm starts; it keeps ready what was asked for once, of each exercise and level."""

    def __init__(self, engine: Engine, exercises: Mapping[str, Exercise]) -> None:
        self.engine = engine
        self._exercises = exercises
        self._ready: set[tuple[str, Level]] = set()

    def prepare(self, slug: str, level: Level) -> None:
        """Start what serves an exercise at a level: in the world of a run it would be taken for its own."""
        if not is_cold(slug, level) and (slug, level) not in self._ready:
            exercise = self._exercises[slug]
            with referee.plan_for(exercise, layers.reference(exercise), max_level=level) as plan:
                self.engine.run(plan)
            self._ready.add((slug, level))


@pytest.fixture(scope="module")  # other modules' tests count processes
def warm(exercises: dict[str, Exercise]) -> Iterator[Warm]:
    """What is kept ready for the tests of this module."""
    with Engine(most=2 * len(exercises)) as engine:
        yield Warm(engine, exercises)


@pytest.fixture
def world(
    tmp_path: Path,
    exercises: dict[str, Exercise],
    warm: Warm,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> Iterator[World]:
    """A world of its own for each run: temporary folder, submission, canary; nothing of it survives."""
    if "entry" in request.fixturenames:
        warm.prepare(request.getfixturevalue("entry").slug, request.getfixturevalue("level"))
    else:
        warm.prepare("stack", Level.SANDBOX)
    made = World(tmp_path.resolve(), exercises, warm.engine)
    monkeypatch.setenv("TMPDIR", str(made.temporary))
    monkeypatch.setattr(tempfile, "tempdir", str(made.temporary))
    for name, value in FROM_OUTSIDE.items():
        monkeypatch.setenv(name, value)
    adopt_orphans(yes=True)
    yield made
    adopt_orphans(yes=False)
    for process in left_behind(made):
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
    assert [process.cmdline() for process in left_behind(world)] == []
    assert world.digest() == before
    assert sorted(world.temporary.iterdir()) == []
    assert_in_time(report, world.exercises[entry.slug], seconds)
    assert_readable(report, world.exercises[entry.slug])
    return report


def assert_in_time(report: Report, exercise: Exercise, seconds: float) -> None:
    """Each check ends within its limit and a second; a run has its start besides."""
    limits = exercise.limits
    start = limits.start if exercise.kind is Kind.SERVICE else limits.check / 2
    for result in report.results:
        assert result.seconds <= (limits.check + start + AFTERMATH) * crowd(), result
    free = (Verdict.UNREADABLE, Verdict.BLOCKED)
    checks = sum(limits.check + AFTERMATH for result in report.results if result.verdict not in free)
    assert seconds <= (LAUNCH_SECONDS + start + AFTERMATH + checks) * crowd()


def crowd() -> float:
    """Return how many want each processor of this machine: so much longer may everything take."""
    return max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


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


def left_behind(world: World) -> list[psutil.Process]:
    """Return what a run left: new descendants of ours, and whoever uses its temporary folder."""
    reap()
    came = [process for process in psutil.process_iter() if process.pid not in world.before]
    family = psutil.Process().children(recursive=True) if came else []
    left = [process for process in came if process in family or uses(process, str(world.temporary))]
    return [process for process in left if is_running(process)]


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
    """Return whether a process lives; one that nobody waits for is told as dead for a moment."""
    try:
        return process.status() not in (psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD)
    except psutil.Error:
        return False


def test_every_check_has_its_own_honest_verdict(
    entry: Entry, level: Level, judged: Report, world: World
) -> None:
    """A bad submission gets the verdicts of the table, with the words and the line that explain them."""
    got = {result.name: str(result.verdict) for result in judged.results}
    assert got == entry.verdicts(level, got)
    assert judged.level is level or not judged.passed  # what never ran has none
    first = judged.first_failure
    if first is not None:
        assert world.filled(entry.says) in told(first)
        assert world.filled(entry.where) in shown(first)
        assert entry.output in (first.output or "")
        assert entry.again in (first.again or "")


def test_a_link_to_the_reference_is_no_submission(world: World) -> None:
    """A submission that is a link to the reference, or holds one, is refused before anything runs."""
    exercise = world.exercises["stack"]
    (world.submission / "stack.py").symlink_to(exercise.solution / "reference" / "stack.py")
    with pytest.raises(BackroadError, match="leaves the folder"):
        layers.submission(exercise, world.submission)


def test_the_next_submission_is_unaffected(world: World, corpus: Mapping[str, Entry]) -> None:
    """After the worst of the corpus the right solution passes, in the same place."""
    for number, passes in {"27": False, "37": False, "48c": False, "00": True}.items():
        world.write(corpus[number])
        assert world.judge(corpus[number], Level.SANDBOX).passed is passes


def test_state_of_an_earlier_run_helps_nobody(world: World, corpus: Mapping[str, Entry]) -> None:
    """What a submission keeps in a path of its own changes no verdict of its next run, nor of another one."""
    for entry in (corpus["70a"], corpus["70a"], corpus["00b"]):
        world.write(entry)
        got = {result.name: str(result.verdict) for result in world.judge(entry, Level.PROCESS).results}
        assert got == entry.verdicts(Level.PROCESS, got)


def told(result: Result) -> str:
    """Return all words of a result."""
    texts = (result.message, result.expected, result.got, result.remedy, result.output)
    return "\n".join(text for text in texts if text)


def shown(result: Result) -> str:
    """Return the line of a result as `file:line  source`."""
    place = result.where
    return f"{place.file}:{place.line}  {place.source}" if place is not None else ""
