"""Why a submission cannot be judged at all, in words: no file, no such name, an error while it loads."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from backroad.errors import nearest
from backroad.plan import Plan
from backroad.referee.evidence import Evidence, places
from backroad.referee.foreign import FromSubject
from backroad.report import Verdict

MAX_NAMES = 8
NOT_UTF8 = ("codec can't decode", "Non-UTF-8", "null bytes")
QUOTED = re.compile(r"'(\w+)'")
SKIPPED = {"given", "node_modules", ".venv", "venv", ".git"}


def missing_file(plan: Plan) -> Evidence | None:
    """Return the evidence when the module's file is not where it is due."""
    name = f"{plan.module}.py"
    if name in names_in(plan.tree) or (plan.tree / plan.module / "__init__.py").is_file():
        return None
    near = nearest_file(plan.tree, name)
    return Evidence(
        Verdict.UNREADABLE,
        message=f"{name} is not there",
        expected=f"a file {name} in the folder of the exercise",
        got=f"the nearest is {near}" if near else "no Python file",
        remedy=f"rename or move it to {name}" if near else f"write your code in {name}",
    )


def names_in(folder: Path) -> set[str]:
    """Return the exact names in a folder; a case-insensitive disk would say yes to others."""
    return {entry.name for entry in folder.iterdir()}


def nearest_file(tree: Path, name: str) -> str | None:
    """Return the file whose name is most like the one that is due, anywhere below."""
    found = [str(path.relative_to(tree)) for path in python_files(tree)]
    exact = [file for file in found if Path(file).name.lower() == name.lower()]
    import difflib

    close = difflib.get_close_matches(name, [file for file in found if "/" not in file], n=1, cutoff=0.0)
    return next(iter([*exact, *close]), None)


def python_files(tree: Path, depth: int = 3) -> Iterator[Path]:
    """Yield the submission's own Python files."""
    for path in sorted(tree.iterdir()):
        if path.is_file() and path.suffix.lower() == ".py":
            yield path
        elif depth and path.is_dir() and not path.is_symlink() and path.name not in SKIPPED:
            yield from python_files(path, depth - 1)


def missing_name(plan: Plan, name: str, there: Any) -> Evidence:
    """Return the evidence for a class or function that the module does not have."""
    names = [str(entry) for entry in there] if isinstance(there, list) else []
    shown = ", ".join(names[:MAX_NAMES]) + (" …" if len(names) > MAX_NAMES else "")
    return Evidence(
        Verdict.FAILED,
        message=f"{plan.module}.py has no {name}",
        expected=f"{name} in {plan.module}.py",
        got=f"it has {shown}" if names else "it has no public name",
        remedy=nearest(name, names) if names else None,
    )


def why_unreadable(plan: Plan, error: Any) -> Evidence:
    """Return the evidence for a module that raised while it was loaded."""
    told = error.backroad_told if isinstance(error, FromSubject) else {}
    syntax = told.get("syntax")
    frames = error.backroad_frames or ()
    if syntax:
        frames = (*frames, *places([syntax], plan.tree))
    name, text = str(told.get("type")), str(error)
    if name == "AssertionError" and not text:
        text = "an assert at import"
    return Evidence(
        Verdict.UNREADABLE,
        message=f"{name}: {text}" if text else name,
        frames=frames,
        remedy=remedy_for(plan, name, text),
    )


def remedy_for(plan: Plan, name: str, text: str) -> str | None:
    """Return what to do about the commonest errors while a module is loaded."""
    hidden = shadowed(plan.tree, text)
    if name in ("ImportError", "ModuleNotFoundError", "AttributeError") and hidden:
        return rename(hidden)
    if name == "EOFError":
        return "no keyboard is there: take input() out of the code that runs at import"
    if name == "ModuleNotFoundError":
        return "install it, or leave the import out"
    if any(sign in text for sign in NOT_UTF8):
        return "save the file as UTF-8"
    return None


def shadowed(tree: Path, text: str = "") -> str | None:
    """Return the name of a file of the submission that is also a standard module, or an installed one.

    Of installed ones only those count that `text` quotes.
    """
    names = {path.stem for path in tree.iterdir() if path.suffix == ".py"}
    quoted = [name for name in QUOTED.findall(text) if name in names and find_spec(name) is not None]
    return next(iter(sorted(names & sys.stdlib_module_names) or quoted), None)


def rename(hidden: str) -> str:
    """Return what to do about a file that has the name of another module."""
    whose = "a module of Python's own" if hidden in sys.stdlib_module_names else "an installed module"
    return f"{hidden}.py has the name of {whose}; rename it"
