"""One check file's text → a stage with its checks, read with `ast`; nothing is imported."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from backroad.errors import Problem
from backroad.model import Check, Stage

STRETCH = "hardening"
LONGEST_SENTENCE = 80
_RUNGS = 3


def parse_stage(text: str, file: Path, number: int, name: str, problems: list[Problem]) -> Stage:
    """Return the stage that a check file's text says; what is wrong goes to `problems`."""
    try:
        module = ast.parse(text)
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None) or 1
        what = f"is no valid Python: {error.args[0]}"
        problems.append(Problem(f"{file}:{line}", what, "correct that line"))
        return Stage(number, name, name, name == STRETCH, file, ())
    return _CheckFile(file, number, name, _constants(module), problems).stage(module)


def _constants(module: ast.Module) -> dict[str, ast.expr]:
    """Return the values of the names assigned at the top of a module."""
    named: dict[str, ast.expr] = {}
    for node in module.body:
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            named[node.targets[0].id] = node.value
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
            named[node.target.id] = node.value
    return named


@dataclass(frozen=True)
class _CheckFile:
    """A check file while it is read."""

    file: Path
    number: int
    name: str
    constants: dict[str, ast.expr]
    problems: list[Problem]

    def stage(self, module: ast.Module) -> Stage:
        title = (ast.get_docstring(module) or "").partition("\n")[0].strip()
        checks = tuple(self._checks(module))
        if not title:
            self._wrong(1, "", "has no title", "begin the file with a docstring: the stage's title")
        if not checks:
            self._wrong(1, "", "holds no check", "write a function test_<name>")
        return Stage(self.number, self.name, title or self.name, self.name == STRETCH, self.file, checks)

    def _checks(self, module: ast.Module) -> Iterator[Check]:
        """Yield the checks; what pytest would collect beside them is a problem."""
        for node in module.body:
            if isinstance(node, ast.ClassDef) and node.name.startswith("Test"):
                self._wrong(node.lineno, node.name, "is a class of tests", "write functions test_<name>")
            elif isinstance(node, ast.AsyncFunctionDef) and node.name.startswith("test"):
                self._wrong(node.lineno, node.name, "is asynchronous", "write a plain function")
            elif isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                yield self._check(node)

    def _check(self, node: ast.FunctionDef) -> Check:
        for mark in node.decorator_list:
            if _dotted(mark).startswith("pytest."):
                remedy = "one function is one check, and it always runs"
                self._wrong(mark.lineno, node.name, f"is marked {_dotted(mark)}", remedy)
        sentence, why = self._said(node)
        return Check(
            name=_short(node.name),
            sentence=sentence,
            why=why,
            stage=self.number,
            stretch=self.name == STRETCH,
            requires=tuple(map(_short, self._words(node, "requires"))),
            hints=self._hints(node),
            file=self.file,
            line=node.lineno,
            fresh=any(_dotted(mark).split(".")[-1] == "fresh" for mark in node.decorator_list),
        )

    def _said(self, node: ast.FunctionDef) -> tuple[str, str]:
        """Return the sentence the learner reads, and why the check matters."""
        first, _, rest = (ast.get_docstring(node) or "").partition("\n")
        sentence, why = first.strip(), " ".join(rest.split())
        if not sentence:
            self._wrong(node.lineno, node.name, "has no sentence", "say what must hold in its docstring")
        elif len(sentence) > LONGEST_SENTENCE:
            what = f"its sentence has {len(sentence)} characters"
            self._wrong(node.lineno, node.name, what, f"use {LONGEST_SENTENCE} at most")
        elif sentence.endswith("."):
            self._wrong(node.lineno, node.name, "its sentence ends with a full stop", "leave it out")
        if sentence and not why:
            remedy = "add what breaks in production otherwise below the sentence"
            self._wrong(node.lineno, node.name, "does not say why it matters", remedy)
        return sentence, why

    def _hints(self, node: ast.FunctionDef) -> tuple[str, ...]:
        """Return the three rungs of the ladder."""
        hints = tuple(self._words(node, "hint"))
        if len(hints) != _RUNGS:
            remedy = 'write @hint("direction", "mechanism", "nearly the code")'
            self._wrong(node.lineno, node.name, f"has {len(hints)} hints, not {_RUNGS}", remedy)
        elif not all(hint.strip() for hint in hints):
            self._wrong(node.lineno, node.name, "has an empty hint", "fill in every rung")
        return hints

    def _words(self, node: ast.FunctionDef, decorator: str) -> Iterator[str]:
        """Yield the texts given to a decorator; anything but literal texts is a problem."""
        for call in node.decorator_list:
            if isinstance(call, ast.Call) and _dotted(call).split(".")[-1] == decorator:
                yield from self._literals(node, call, decorator)

    def _literals(self, node: ast.FunctionDef, call: ast.Call, decorator: str) -> Iterator[str]:
        for value in self._spread(call.args):
            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                yield value.value
            else:
                remedy = "write texts, or *NAME of a tuple of texts at the top of the file"
                self._wrong(value.lineno, node.name, f"@{decorator} takes {ast.unparse(value)}", remedy)

    def _spread(self, values: list[ast.expr]) -> Iterator[ast.expr]:
        """Yield the arguments with every `*NAME` replaced by what the tuple NAME holds."""
        for value in values:
            found = self.constants.get(_dotted(value.value)) if isinstance(value, ast.Starred) else None
            if isinstance(found, ast.Tuple | ast.List):
                yield from found.elts
            else:
                yield value

    def _wrong(self, line: int, name: str, what: str, remedy: str) -> None:
        where = f"{self.file}:{line}: {name}" if name else f"{self.file}:{line}"
        self.problems.append(Problem(where, what, remedy))


def _short(name: str) -> str:
    """Return the name of a check as people type it: without `test_`."""
    return name.removeprefix("test_")


def _dotted(node: ast.expr) -> str:
    """Return `a.b` for a name, an attribute, or a call of one; empty for anything else."""
    if isinstance(node, ast.Call):
        return _dotted(node.func)
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""
