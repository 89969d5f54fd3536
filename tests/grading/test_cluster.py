"""A Dask cluster judges as this machine does, whatever becomes of its workers."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from tests.bench.classes import end
from tests.grading.conftest import RIGHT

from backroad import __version__
from backroad.content.trees import File, Tree
from backroad.errors import BackroadError
from backroad.grading.cluster import cluster_crew, outcome_from, packed
from backroad.grading.crew import Crew, local_crew
from backroad.grading.grading import Grading
from backroad.grading.handins import hand_ins
from backroad.grading.ledger import open_ledger
from backroad.model import Exercise

pytest.importorskip("distributed")
pytestmark = [
    pytest.mark.skipif(os.name != "posix", reason="the processes of the cluster are ended by signals"),
    # distributed's own, while it closes
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"),
]
Started = Callable[..., psutil.Popen]
SLOW = "import time\n\n\ndef double(number):\n    time.sleep(0.2)\n    return number * 2  # {}\n"


@pytest.fixture
def started(tmp_path: Path) -> Iterator[Started]:
    """Start `dask …`, and end it with all it started."""
    processes: list[psutil.Popen] = []

    def start(*words: object, **environment: str) -> psutil.Popen:
        log = (tmp_path / f"dask-{len(processes)}.txt").open("wb")
        with log:
            process = psutil.Popen(
                [sys.executable, "-m", "dask", *map(str, words)],
                env=dict(os.environ) | environment,
                stdout=log,
                stderr=log,
                cwd=tmp_path,
            )
        processes.append(process)
        return process

    yield start
    for process in processes:
        end(process)
        process.communicate()  # `subprocess` itself has to know that it ended, or it warns in a later test


@pytest.fixture
def address(started: Started, tmp_path: Path) -> str:
    """The address of a scheduler without workers."""
    file = tmp_path / "scheduler.json"
    started("scheduler", "--host", "127.0.0.1", "--port", 0, "--scheduler-file", file, "--no-dashboard")
    until = time.monotonic() + 60
    while time.monotonic() < until:
        with suppress(OSError, ValueError):
            return str(json.loads(file.read_text())["address"])
        time.sleep(0.05)
    raise TimeoutError((tmp_path / "dask-0.txt").read_text())


@pytest.fixture
def worker(started: Started, address: str, doubler: Exercise) -> Callable[..., psutil.Popen]:
    """Start a worker with the exercise's content."""
    content = str(doubler.folder.parents[2])

    def start(content: str = content) -> psutil.Popen:
        words = ("worker", address, "--nworkers", 1, "--nthreads", 1, "--no-dashboard", "--host", "127.0.0.1")
        return started(*words, BACKROAD_CONTENT=content)

    return start


def told(exercise: Exercise, handed: Path, out: Path, crew: Crew) -> list[tuple[object, ...]]:
    """Grade a class and return what everybody got."""
    with open_ledger(out, exercise.slug, __version__) as ledger:
        book = Grading(exercise, 0, ledger).grade(hand_ins([handed]), crew)
    return [
        (
            grade.id,
            grade.points,
            grade.trouble,
            *((one.name, one.verdict, one.got) for one in grade.report.results),
        )
        for grade in book.grades
    ]


def test_the_gradebook_is_the_same(
    address: str, worker: Started, doubler: Exercise, handed: Path, tmp_path: Path
) -> None:
    """Two workers give everybody what this machine does, in the same order."""
    worker()
    worker()
    with cluster_crew(doubler, 0, address) as crew:
        there = told(doubler, handed, tmp_path / "there", crew)
    with local_crew(doubler, 0, 2) as crew:
        assert told(doubler, handed, tmp_path / "here", crew) == there


def test_a_lost_worker(address: str, worker: Started, doubler: Exercise, tmp_path: Path) -> None:
    """What a killed worker was doing is done by the other one."""
    for number in range(8):
        folder = tmp_path / "class" / f"s{number}"
        folder.mkdir(parents=True)
        (folder / "doubler.py").write_text(SLOW.format(number))
    first, _ = worker(), worker()
    with (
        cluster_crew(doubler, 0, address) as crew,
        open_ledger(tmp_path, doubler.slug, __version__) as ledger,
    ):
        done: list[str] = []

        def tick(identity: str) -> None:
            done.append(identity)
            if len(done) == 2:
                end(first)

        book = Grading(doubler, 0, ledger, tick).grade(hand_ins([tmp_path / "class"]), crew)
    assert sorted(done) == [f"s{number}" for number in range(8)]
    assert [(grade.points, grade.trouble) for grade in book.grades] == [(4.5, "")] * 8


def test_a_scheduler_that_goes_away(
    address: str, worker: Started, doubler: Exercise, handed: Path, tmp_path: Path
) -> None:
    """What was graded stays graded, and it is said what happened."""
    worker()
    for number in range(6):
        (handed / f"s{number}").mkdir()
        (handed / f"s{number}" / "doubler.py").write_text(SLOW.format(number))
    scheduler = next(one for one in psutil.Process().children() if "scheduler" in one.cmdline())
    with open_ledger(tmp_path / "out", doubler.slug, __version__) as ledger:
        grading = Grading(doubler, 0, ledger, lambda _: end(scheduler))
        with (
            pytest.raises(BackroadError, match=r"scheduler is gone.*stays graded"),
            cluster_crew(doubler, 0, address) as crew,
        ):
            grading.grade(hand_ins([handed]), crew)
    with (
        open_ledger(tmp_path / "out", doubler.slug, __version__) as ledger,
        local_crew(doubler, 0, 2) as crew,
    ):
        again = Grading(doubler, 0, ledger)
        assert len(again.grade(hand_ins([handed]), crew).grades) == 10
        assert again.remembered


def test_no_scheduler(doubler: Exercise) -> None:
    """A scheduler that is not there is said at once."""
    with (
        pytest.raises(BackroadError, match="no scheduler answers there"),
        cluster_crew(doubler, 0, "tcp://127.0.0.1:9"),
    ):
        pass


def test_a_worker_with_other_checks(address: str, worker: Started, doubler: Exercise, tmp_path: Path) -> None:
    """A worker that would judge otherwise is refused."""
    (tmp_path / "empty" / "exercises").mkdir(parents=True)
    (tmp_path / "empty" / "exercises" / "roadmap.toml").write_text("[steps]\n")
    worker(str(tmp_path / "empty"))
    with (
        pytest.raises(BackroadError, match=r"has another checks.*no such exercise"),
        cluster_crew(doubler, 0, address),
    ):
        pass


def test_what_travels() -> None:
    """A submission is bytes on its way, whatever its files hold."""
    tree = Tree({"doubler.py": File(bytes(range(256))), "é/run": File(RIGHT.encode(), executable=True)})
    sent = json.loads(packed(tree, {"exercise": "doubler"}))
    assert sorted(sent["files"]) == ["doubler.py", "é/run"]
    with pytest.raises(BackroadError, match="is broken"):
        outcome_from({"fault": "is broken"})
