"""The work of an exercise that designs are measured at: functions of `work.py`, read with `ast`."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from backroad.content.fields import read_text
from backroad.errors import Problem
from backroad.model import Check, Exercise

WORK = "work.py"
LONGEST = 32


def read_work(exercise: Exercise) -> tuple[tuple[Check, ...], list[Problem]]:
    """Return the pieces of work of an exercise, as checks that judge nothing, and what is wrong with them."""
    problems: list[Problem] = []
    file = exercise.folder / WORK
    text = read_text(file, problems) if file.is_file() else None
    return (() if text is None else parse_work(text, file, problems)), problems


def parse_work(text: str, file: Path, problems: list[Problem]) -> tuple[Check, ...]:
    """Return the pieces of work that a text says; what is wrong goes to `problems`."""
    try:
        module = ast.parse(text)
    except (SyntaxError, ValueError) as error:
        where = f"{file}:{getattr(error, 'lineno', None) or 1}"
        problems.append(Problem(where, f"is no valid Python: {error.args[0]}", "correct that line"))
        return ()
    functions = [node for node in module.body if isinstance(node, ast.FunctionDef) and node.name[0] != "_"]
    if not functions:
        problems.append(Problem(f"{file}:1", "holds no work", "write a function that takes `measure`"))
    for node in functions:
        problems += _problems(node, file)
    return tuple(_work(node, file) for node in functions)


def _work(node: ast.FunctionDef, file: Path) -> Check:
    return Check(node.name, _sentence(node) or node.name, "", 1, False, (), (), file, node.lineno)


def _sentence(node: ast.FunctionDef) -> str:
    return (ast.get_docstring(node) or "").partition("\n")[0].strip()


def _problems(node: ast.FunctionDef, file: Path) -> Iterator[Problem]:
    where, sentence = f"{file}:{node.lineno}: {node.name}", _sentence(node)
    if not sentence:
        yield Problem(where, "has no sentence", "say in its docstring what is measured")
    elif len(sentence) > LONGEST:
        yield Problem(where, f"its sentence has {len(sentence)} characters", f"use {LONGEST} at most")
    elif sentence.endswith("."):
        yield Problem(where, "its sentence ends with a full stop", "leave it out")
    if "measure" not in [argument.arg for argument in node.args.args]:
        remedy = "take `measure` and use it once, or begin the name with _"
        yield Problem(where, "measures nothing", remedy)
