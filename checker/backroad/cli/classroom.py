"""What `grade` does: find the hand-ins, have them judged, write the gradebook."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from backroad.errors import ExitCode, stop
from backroad.model import Level

if TYPE_CHECKING:
    from backroad.cli.session import Session
    from backroad.console.grades import Graded
    from backroad.grading.crew import Crew
    from backroad.grading.values import Gradebook
    from backroad.model import Exercise


@dataclass(frozen=True)
class Order:
    """What the user asked of `grade`."""

    submissions: tuple[Path, ...]
    slug: str
    out: Path
    places: int
    scheduler: str | None = None
    seed: int = 0
    require_level: int | None = None


def grade_class(session: Session, order: Order) -> Graded:
    """Grade everything that was not graded yet, and write all files."""
    from backroad.console.bar import bar
    from backroad.console.grades import Graded
    from backroad.grading.grading import Grading
    from backroad.grading.handins import hand_ins
    from backroad.grading.ledger import open_ledger
    from backroad.grading.outputs import write_outputs
    from backroad.workspace.lock import alone_in

    exercise, found = session.exercise(order.slug), hand_ins(order.submissions)
    require_level(session, order.require_level)
    begin = time.monotonic()
    with (
        alone_in(order.out, session.home),
        open_ledger(order.out, exercise.slug, session.kit) as ledger,
        crew_of(exercise, order) as crew,
        bar(session.err, exercise.slug, len(found)) as tick,
    ):
        grading = Grading(exercise, order.seed, ledger, tick)
        book = grading.grade(found, crew)
        files = write_outputs(book, order.out)
    return Graded(book, tuple(files), grading.remembered, time.monotonic() - begin)


@contextmanager
def crew_of(exercise: Exercise, order: Order) -> Iterator[Crew]:
    """Have submissions judged here, or by the cluster that was named."""
    if order.scheduler is not None:
        from backroad.grading.cluster import cluster_crew

        with cluster_crew(exercise, order.seed, order.scheduler) as cluster:
            yield cluster
    else:
        from backroad.grading.crew import local_crew

        with local_crew(exercise, order.seed, order.places) as crew:
            yield crew


def require_level(session: Session, least: int | None) -> None:
    """Say so where strangers' code is locked in less than it could be; stop where more is required."""
    from backroad.subject import confinement

    level = confinement.probe().level
    if least is not None and level < least:
        remedy = "backroad doctor says what is missing"
        raise stop("--require-level", f"this machine reaches level {level}, not {least}", remedy)
    if level < Level.NAMESPACES:
        reached = f"level {level} of {Level.NAMESPACES:d}"
        session.warn(f"submissions are locked in at {reached}; backroad doctor says what is missing")


def code(book: Gradebook) -> ExitCode:
    """What a gradebook means to a script: whether a person has to look at something."""
    return ExitCode.FAILED if any(grade.trouble for grade in book.grades) else ExitCode.PASSED
