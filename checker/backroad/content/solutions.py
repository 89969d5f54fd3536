"""What proves an exercise: the reference, other right designs, wrong ones, the author's notes."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from backroad.content import layers
from backroad.content.fields import Table, read_table
from backroad.content.names import subfolders
from backroad.content.stages import read_stages
from backroad.content.trees import Tree
from backroad.errors import BackroadError, Problem, nearest
from backroad.model import Edit, Equivalent, Exercise, Mutant, Solution

MUTANTS = "mutants.toml"
NOTES = "NOTES.md"


def load_solution(exercise: Exercise) -> Solution:
    """Return what proves an exercise, or raise all that is wrong with it."""
    solution, problems = read_solution(exercise)
    if problems:
        raise BackroadError(*problems)
    return solution


def load_shown(exercise: Exercise) -> Solution:
    """Return what is shown of a solution, without its mutants: to read those takes long."""
    folder = exercise.solution
    problems = list(_missing(folder))
    if problems:
        raise BackroadError(*problems)
    return Solution(folder / "reference", _alternatives(folder), (), (), folder / NOTES)


def _alternatives(folder: Path) -> tuple[Path, ...]:
    others = folder / "alternatives"
    return tuple(others / name for name in subfolders(others))


def read_solution(exercise: Exercise) -> tuple[Solution, list[Problem]]:
    """Return what proves an exercise as far as it can be read, and what is wrong."""
    folder = exercise.solution
    alternatives = _alternatives(folder)
    problems = list(_missing(folder))
    table = read_table(folder / MUTANTS, problems) if folder.is_dir() else None
    mutants, equivalents = _read_mutants(table) if table else ((), ())
    tree = _laid_out(exercise, [other.name for other in alternatives], problems)
    if table:
        problems += _mutant_problems(tree, _checks(exercise), mutants, table.where)
    return Solution(folder / "reference", alternatives, mutants, equivalents, folder / NOTES), problems


def _missing(folder: Path) -> Iterator[Problem]:
    if not folder.is_dir():
        yield Problem(str(folder), "is missing", "an exercise is proven by its solution")
        return
    if not (folder / "reference").is_dir():
        yield Problem(str(folder / "reference"), "is missing", "put the solution shown there")
    if not (folder / NOTES).is_file():
        yield Problem(str(folder / NOTES), "is missing", "say why the reference is so")


def _read_mutants(table: Table) -> tuple[tuple[Mutant, ...], tuple[Equivalent, ...]]:
    mutants = tuple(map(_mutant, table.tables("mutant")))
    equivalents = []
    for entry in table.tables("equivalent"):
        equivalents.append(Equivalent(entry.text("mutant"), entry.text("reason")))
        entry.done()
    table.done()
    return mutants, tuple(equivalents)


def _mutant(table: Table) -> Mutant:
    edits = []
    for entry in table.tables("edit"):
        edits.append(Edit(entry.text("file"), entry.raw("find"), entry.raw("replace")))
        entry.done()
    if not edits:
        table.wrong("edit", "is missing", "write [[mutant.edit]] with file, find and replace")
    mutant = Mutant(table.text("name"), table.text("story"), table.texts("caught_by"), tuple(edits))
    if "caught_by" in table.values and not mutant.caught_by:
        table.wrong("caught_by", "names no check", "name the checks that must fail")
    table.done()
    return mutant


def _mutant_problems(
    tree: Tree | None, checks: set[str] | None, mutants: Sequence[Mutant], where: str
) -> Iterator[Problem]:
    """Yield what is wrong with mutants beside the reference, the checks, and one another."""
    for place, mutant in enumerate(mutants):
        here = f"{where}: {mutant.name or f'mutant {place + 1}'}"
        for earlier in mutants[:place]:
            if earlier.name == mutant.name:
                yield Problem(here, "is the name of two mutants", "rename or remove one")
            elif mutant.edits and earlier.edits == mutant.edits:
                yield Problem(here, f"makes the same edits as {earlier.name}", "remove one")
        if checks is not None:
            yield from _unknown_checks(checks, mutant, here)
        if tree is not None:
            yield from _edit_problems(tree, mutant, here)


def _unknown_checks(checks: set[str], mutant: Mutant, here: str) -> Iterator[Problem]:
    for name in mutant.caught_by:
        if name not in checks:
            yield Problem(f"{here}: caught_by", f"{name} is no check", nearest(name, checks))


def _edit_problems(tree: Tree, mutant: Mutant, here: str) -> Iterator[Problem]:
    try:
        wrong = layers.edited(tree, mutant.edits)
    except BackroadError as error:
        for problem in error.problems:
            yield replace(problem, where=f"{here}: {problem.where}")
        return
    for file in dict.fromkeys(edit.file for edit in mutant.edits if edit.file.endswith(".py")):
        try:
            ast.parse(wrong.read(file))
        except (SyntaxError, ValueError) as error:
            what = f"is no valid Python after the edits: {error}"
            yield Problem(f"{here}: {file}", what, "a mutant that does not load proves nothing")


def _laid_out(exercise: Exercise, alternatives: Sequence[str], problems: list[Problem]) -> Tree | None:
    """Return the reference's tree if it can be put together; what is wrong with any tree is a problem."""
    needed = (layers.project(exercise), exercise.folder / "starter", exercise.solution / "reference")
    if not all(folder.is_dir() for folder in needed):
        return None  # told already, each by who needs it first
    for name in alternatives:
        folder = exercise.solution / "alternatives" / name
        _tree(partial(layers.alternative, exercise, name), folder, problems)
    return _tree(partial(layers.reference, exercise), exercise.solution / "reference", problems)


def _tree(make: Callable[[], Tree], folder: Path, problems: list[Problem]) -> Tree | None:
    try:
        return make()
    except BackroadError as error:
        problems += [replace(problem, where=f"{folder}: {problem.where}") for problem in error.problems]
        return None


def _checks(exercise: Exercise) -> set[str] | None:
    """Return the names of the checks; None if a file of them cannot be read, which is told elsewhere."""
    stages, _ = read_stages(exercise.folder / "checks")
    if not all(stage.checks for stage in stages):
        return None
    return {check.name for stage in stages for check in stage.checks}
