"""Which exercises are audited, and what reading the content says of each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path

from backroad.audit.job import Tick, audit_exercise
from backroad.audit.memory import Memory, salt_of
from backroad.audit.task import Task, trees_of
from backroad.audit.values import Audit, Part
from backroad.content.home import Content
from backroad.content.roadmap import lint, read_roadmap
from backroad.content.solutions import read_solution
from backroad.content.stages import read_stages
from backroad.content.work import read_work
from backroad.errors import BackroadError, Problem, nearest
from backroad.model import Exercise, Roadmap

Progress = Callable[[str, int], AbstractContextManager[Tick]]


@dataclass(frozen=True)
class Request:
    """What an author asks: which exercises (none named: all), and how thoroughly.

    `memory` is the folder where outcomes are kept for the next audit; None keeps nothing.
    """

    slugs: tuple[str, ...] = ()
    with_generated: bool = True
    is_fresh: bool = False
    memory: Path | None = None


def _silent(_title: str, _runs: int) -> AbstractContextManager[Tick]:
    return nullcontext(lambda _: None)


def audits(content: Content, request: Request, progress: Progress = _silent) -> list[Audit]:
    """Audit exercises; without names also what lies around them."""
    roadmap, _ = read_roadmap(content)
    chosen = _chosen(roadmap, request.slugs)
    problems = lint(content)
    found = [_audit(exercise, request, problems, progress) for exercise in chosen]
    around = tuple(
        problem for problem in problems if not any(_is_of(problem, one) for one in roadmap.exercises)
    )
    if around or not request.slugs:
        said = "every exercise is on the road, and nothing lies beside it"
        found.insert(0, Audit("", (Part("content", said, around),)))
    return found


def _chosen(roadmap: Roadmap, slugs: Sequence[str]) -> list[Exercise]:
    known = {exercise.slug: exercise for exercise in roadmap.exercises}
    unknown = [slug for slug in slugs if slug not in known]
    if unknown:
        raise BackroadError(
            *(Problem(slug, "there is no such exercise", nearest(slug, known)) for slug in unknown)
        )
    return [known[slug] for slug in dict.fromkeys(slugs)] or list(known.values())


def _audit(exercise: Exercise, request: Request, problems: Sequence[Problem], progress: Progress) -> Audit:
    # As far as they can be read: a sentence that is too long keeps no check from running.
    stages, _ = read_stages(exercise.folder / "checks")
    exercise = replace(exercise, stages=stages)
    solution, _ = read_solution(exercise)
    own = tuple(problem for problem in problems if _is_of(problem, exercise))
    task = Task(exercise, solution, own, request.with_generated, read_work(exercise)[0])
    trees = trees_of(task)
    with progress(exercise.slug, trees.runs(task) if trees else 0) as tick:
        return audit_exercise(task, trees, _memory(exercise, request), tick)


def _memory(exercise: Exercise, request: Request) -> Memory:
    file = request.memory / f"{exercise.slug}.jsonl" if request.memory else None
    return Memory(file, salt_of(exercise), request.is_fresh)


def _is_of(problem: Problem, exercise: Exercise) -> bool:
    """Whether a problem is in the folders of an exercise."""
    return any(_is_below(problem.where, str(folder)) for folder in (exercise.folder, exercise.solution))


def _is_below(where: str, folder: str) -> bool:
    return where == folder or where.startswith((f"{folder}/", f"{folder}\\", f"{folder}:"))
