"""What a design needs and this machine does not have: a program, or a package of Python or Node."""

from __future__ import annotations

import ast
import importlib.util
import json
import shlex
import shutil
import sys
from collections.abc import Iterator
from contextlib import suppress

from backroad.content.trees import Tree
from backroad.model import Kind
from backroad.referee.nodepath import package_folders


def missing(tree: Tree, kind: Kind) -> str:
    """Return what the tree needs and this machine lacks; empty where nothing is missing."""
    program = shlex.split(tree.service().start)[:1] if kind is Kind.SERVICE else []
    lacking = [word for word in program if word != "python" and shutil.which(word) is None]
    lacking += sorted(name for name in set(_imported(tree)) if not _is_there(name, tree))
    if not lacking:
        lacking = [
            f"{name} (npm install -g {name})" for name in _depended_on(tree) if not _is_installed(name)
        ]
    return f"{lacking[0]} is not on this machine" if lacking else ""


def _imported(tree: Tree) -> Iterator[str]:
    """Yield the packages that the tree's Python files import, by their first name."""
    for name in tree.files:
        if name.endswith(".py"):
            with suppress(SyntaxError, ValueError):  # told by the run
                for node in ast.walk(ast.parse(tree.read(name))):
                    if isinstance(node, ast.Import):
                        yield from (alias.name.split(".")[0] for alias in node.names)
                    elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                        yield node.module.split(".")[0]


def _depended_on(tree: Tree) -> list[str]:
    """Return the packages that the tree's package.json depends on; of a broken one the run will tell."""
    with suppress(ValueError):
        package = json.loads(tree.read("package.json")) if "package.json" in tree.files else None
        dependencies = package.get("dependencies") if isinstance(package, dict) else None
        return sorted(dependencies) if isinstance(dependencies, dict) else []
    return []


def _is_installed(name: str) -> bool:
    return any((folder / name / "package.json").is_file() for folder in package_folders())


def _is_there(name: str, tree: Tree) -> bool:
    own = f"{name}.py" in tree.files or any(file.startswith(f"{name}/") for file in tree.files)
    return own or name in sys.stdlib_module_names or importlib.util.find_spec(name) is not None
