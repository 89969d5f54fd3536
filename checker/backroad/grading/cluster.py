"""Who judges beyond this machine: the workers of a Dask cluster, each with a warm engine of its own.

Submissions travel as bytes, reports come back as bytes. A worker that is lost loses nothing: Dask gives its
jobs to others (https://distributed.dask.org/en/stable/resilience.html).
"""

from __future__ import annotations

import base64
import json
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import CancelledError, Executor, Future
from contextlib import contextmanager, suppress
from functools import cache, partial
from typing import Any
from urllib.parse import urlsplit

from backroad import __version__
from backroad.content.home import find_content
from backroad.content.roadmap import find_exercise, load_roadmap
from backroad.content.trees import File, Tree
from backroad.errors import BackroadError, KitFault, Problem, stop
from backroad.grading.crew import Crew
from backroad.grading.judge import Judge, checks_digest, told_once, unreadable
from backroad.grading.values import Outcome
from backroad.model import Exercise
from backroad.report import Verdict, report_from_json

SECONDS = 10
EXTRA = 'pip install "backroad[grade]"'
KILLED = "every worker that judged it was lost"
LOCK = threading.Lock()
AGAIN = "what was graded stays graded; start the scheduler, then repeat the command"


@contextmanager
def cluster_crew(exercise: Exercise, seed: int, address: str) -> Iterator[Crew]:
    """Have submissions judged by a cluster; stops where there is none, or another kit on its workers."""
    try:
        from distributed import Client
    except ImportError:
        raise stop("--scheduler", "Dask is not installed here", EXTRA) from None
    connect: Any = Client  # it has no types
    try:
        require_answer(address)
        client: Any = connect(address, timeout=SECONDS, set_as_default=False)
    except (OSError, ValueError) as error:
        what = f"no scheduler answers there ({type(error).__name__})"
        raise stop(address, what, "start one with `dask scheduler`, or check the address") from None
    try:
        places = require_same_kit(client, exercise, address)
        executor = client.get_executor(pure=False, retries=0)
        yield ClusterCrew(executor, exercise, seed, address, places)
    finally:
        with suppress(Exception):  # the scheduler may be gone
            client.close(timeout=1)


def require_answer(address: str) -> None:
    """Raise OSError at once where nobody listens: Dask would try again for as long as it may."""
    place = urlsplit(address)
    if place.hostname and place.port:
        socket.create_connection((place.hostname, place.port), SECONDS).close()


def require_same_kit(client: Any, exercise: Exercise, address: str) -> int:
    """Return how many submissions the workers judge at a time; stops where one would judge otherwise."""
    try:
        client.wait_for_workers(1, timeout=SECONDS)
    except TimeoutError:
        raise stop(address, "the scheduler has no workers", "start some with `dask worker`") from None
    try:
        told = client.run(facts, exercise.slug)
    except Exception as error:  # whatever a worker without the kit raises
        what = f"its workers have no backroad {__version__} ({error})"
        raise stop(address, what, f"install it there: {EXTRA}") from None
    wanted = {"kit": __version__, "checks": checks_digest(exercise)}  # as `facts` tells them
    for worker, found in told.items():
        for name, value in wanted.items():
            if found[name] != value:
                what = f"{worker} has another {name} than this machine: {found[name][:80]}, not {value[:16]}"
                raise stop(address, what, "install the same kit on every worker, then restart them")
    return sum(client.nthreads().values())


class ClusterCrew:
    """A cluster's workers behind the interface of those on this machine."""

    def __init__(self, executor: Executor, exercise: Exercise, seed: int, address: str, places: int) -> None:
        self.places = places
        self._executor = executor
        self._exercise = exercise
        self._order = {"exercise": exercise.slug, "checks": checks_digest(exercise), "seed": seed}
        self._address = address

    def begin(self, tree: Tree) -> Future[Outcome]:
        """Ask for a judgement on whichever worker is free."""
        future: Future[Outcome] = Future()
        if tree.links:
            error = stop(
                next(iter(tree.links)), "is too large to travel to a cluster", "grade it on one machine"
            )
            future.set_result(unreadable(self._exercise, error, tree.digest()))
            return future
        asked = self._executor.submit(judged, packed(tree, self._order))
        asked.add_done_callback(partial(self._answer, future, tree))
        return future

    def _answer(self, future: Future[Outcome], tree: Tree, asked: Future[bytes]) -> None:
        """Pass on what came of a job."""
        try:
            future.set_result(outcome_from(json.loads(asked.result())))
        except (CancelledError, OSError) as error:
            what = f"the scheduler is gone ({type(error).__name__})"
            future.set_exception(stop(self._address, what, AGAIN))
        except BackroadError as error:
            future.set_exception(error)
        except Exception as error:
            if type(error).__name__ != "KilledWorker":
                future.set_exception(stop(self._address, f"a worker failed: {error}", AGAIN))
                return
            report = told_once(self._exercise, tree.digest(), Verdict.DIED, KILLED, "look at it yourself")
            future.set_result(Outcome(report, trouble=KILLED))


def packed(tree: Tree, order: dict[str, Any]) -> bytes:
    """Return a submission, and how to judge it, as bytes."""
    files = {
        name: [base64.b64encode(file.content).decode("ascii"), file.executable]
        for name, file in tree.files.items()
    }
    return json.dumps({**order, "files": files}).encode("ascii")


def outcome_from(told: dict[str, Any]) -> Outcome:
    """Return what a worker told; raises the fault that it told instead."""
    if "fault" in told:
        raise KitFault(Problem("", told["fault"]))
    return Outcome(report_from_json(told["report"]), trouble=told["trouble"])


# On the workers


def facts(slug: str) -> dict[str, str]:
    """Return what decides how this worker judges."""
    try:
        return {"kit": __version__, "checks": checks_digest(exercise_here(slug))}
    except BackroadError as error:
        return {"kit": __version__, "checks": f"none ({error})"}


def judged(data: bytes) -> bytes:
    """Judge a submission, both as bytes."""
    order = json.loads(data)
    files = {
        name: File(base64.b64decode(content), executable)
        for name, (content, executable) in order["files"].items()
    }
    try:
        outcome = judge_here(order["exercise"], order["checks"], order["seed"]).outcome(Tree(files))
    except BackroadError as error:  # as text: Dask would rebuild the exception from its arguments
        return json.dumps({"fault": str(error)}).encode("ascii")
    return json.dumps({"report": outcome.report.to_json(), "trouble": outcome.trouble}).encode("ascii")


def exercise_here(slug: str) -> Exercise:
    """Return an exercise of the kit that this worker has."""
    return find_exercise(load_roadmap(find_content()), slug)


def judge_here(slug: str, checks: str, seed: int) -> Judge:
    """Return this worker's judge, whose processes end with it; raises KitFault where it cannot judge."""
    with LOCK:  # a worker has several threads
        return _judge(slug, checks, seed)


@cache
def _judge(slug: str, checks: str, seed: int) -> Judge:
    exercise = exercise_here(slug)
    if checks_digest(exercise) != checks:
        raise KitFault(Problem(slug, "this worker has other checks than the one that asks", "restart it"))
    judge = Judge(exercise, seed)
    judge.require_sound()
    return judge
