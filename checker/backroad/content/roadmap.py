"""TOML and folders → the roadmap; every problem of every exercise is gathered before it speaks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from backroad.content.fields import Table, read_table
from backroad.content.home import Content
from backroad.content.names import subfolders
from backroad.content.points import point_problems, read_points
from backroad.content.relations import relation_problems
from backroad.content.stages import LazyStages, read_stages
from backroad.errors import BackroadError, Problem, nearest, stop
from backroad.model import Exercise, Kind, Limits, Need, Roadmap, Route, Solution, Step

_HARDEST = 5


def load_roadmap(content: Content) -> Roadmap:
    """Return the roadmap, or raise all its problems; check files are read on first use."""
    roadmap, problems = read_roadmap(content)
    if problems:
        raise BackroadError(*problems)
    return roadmap


def find_exercise(roadmap: Roadmap, slug: str) -> Exercise:
    """Return the exercise of that name."""
    known = {exercise.slug: exercise for exercise in roadmap.exercises}
    if slug not in known:
        raise stop(slug, "there is no such exercise", nearest(slug, known))
    return known[slug]


def read_roadmap(content: Content) -> tuple[Roadmap, list[Problem]]:
    """Return the roadmap as far as it can be read, and what is wrong with it."""
    problems: list[Problem] = []
    table = read_table(content.roadmap, problems)
    if table is None:
        return Roadmap(()), problems
    steps = tuple(_step(content, name, entry) for name, entry in table.table("steps").members())
    routes = tuple(_route(name, entry) for name, entry in table.table("paths", default={}).members())
    table.done()
    roadmap = Roadmap(steps, routes)
    problems += relation_problems(roadmap, table.where)
    return roadmap, problems


def load_solution(exercise: Exercise) -> Solution:
    """Return what proves an exercise, or raise all that is wrong with it."""
    # Imported when needed, as in `lint`: showing the road reads no solution, and has to start fast.
    from backroad.content import solutions

    return solutions.load_solution(exercise)


def lint(content: Content) -> list[Problem]:
    """Return everything that is wrong with the content, as far as reading it can tell."""
    from backroad.content.solutions import read_solution
    from backroad.content.strays import strays
    from backroad.content.work import read_work

    roadmap, problems = read_roadmap(content)
    for exercise in roadmap.exercises:
        unread = read_stages(exercise.folder / "checks")[1]
        problems += unread or point_problems(exercise)
        problems += read_solution(exercise)[1] + read_work(exercise)[1]
    return [*problems, *strays(content, roadmap)]


def _step(content: Content, name: str, table: Table) -> Step:
    slugs = table.texts("exercises")
    step = Step(name, table.text("title"), tuple(_exercises(content, name, slugs, table)))
    table.done()
    for slug in subfolders(content.exercises / name):
        if slug not in slugs:
            remedy = f"add it to steps.{name}.exercises"
            where = str(content.exercises / name / slug)
            table.problems.append(Problem(where, "is not in roadmap.toml", remedy))
    return step


def _exercises(content: Content, step: str, slugs: Sequence[str], table: Table) -> Iterator[Exercise]:
    for slug in slugs:
        folder = content.exercises / step / slug
        if not folder.is_dir():
            known = nearest(slug, subfolders(folder.parent))
            table.wrong("exercises", f"there is no folder {step}/{slug}", known)
        else:
            settings = read_table(folder / "exercise.toml", table.problems)
            yield _exercise(content, step, slug, settings or Table("", {}, []))


def _exercise(content: Content, step: str, slug: str, table: Table) -> Exercise:
    folder = content.exercises / step / slug
    exercise = Exercise(
        slug=slug,
        step=step,
        folder=folder,
        solution=content.solutions / step / slug,
        template=content.templates / table.choice("template", subfolders(content.templates)),
        title=table.text("title"),
        summary=table.text("summary"),
        kind=Kind(table.choice("kind", [*Kind]) or Kind.MODULE),
        minutes=table.whole("minutes"),
        difficulty=table.whole("difficulty", high=_HARDEST),
        teaches=table.texts("teaches"),
        requires=table.texts("requires"),
        after=table.texts("after"),
        stages=LazyStages(folder / "checks"),
        limits=_limits(table.table("limits", default={})),
        needs=_needs(table),
        environment=_environment(table.table("environment", default={})),
        points=read_points(table.table("points", default={})),
    )
    table.done()
    return exercise


def _needs(table: Table) -> tuple[Need, ...]:
    wanted = table.texts("needs", default=())
    for word in wanted:
        if word not in [*Need]:
            table.wrong("needs", f"{word} is nothing that the kit has", nearest(word, [*Need]))
    return tuple(need for need in Need if need in wanted)


def _environment(table: Table) -> dict[str, str]:
    settings = {name: table.text(name) for name in table.values}
    table.done()
    return settings


def _limits(table: Table) -> Limits:
    usual = Limits()
    limits = Limits(
        call=table.number("call", usual.call),
        check=table.number("check", usual.check),
        start=table.number("start", usual.start),
        memory=table.whole("memory", default=usual.memory),
        output=table.whole("output", default=usual.output),
        file=table.whole("file", default=usual.file),
        disk=table.whole("disk", default=usual.disk),
        files=table.whole("files", default=usual.files),
        processes=table.whole("processes", default=usual.processes),
    )
    table.done()
    return limits


def _route(name: str, table: Table) -> Route:
    route = Route(name, table.text("title"), table.texts("exercises"))
    table.done()
    return route
