"""Which modules a preloaded process imports: those that the reference of an exercise imports, and no others.

Not those of the learner's code, which is not to be trusted with a process that every run comes from.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from backroad.model import Need
from backroad.plan import Plan

DRIVERS = {
    Need.SQL: ("sqlalchemy.dialects.sqlite.pysqlite",),
    Need.DOCUMENTS: ("pymongo.mongo_client", "pymongo.synchronous.collection"),
}


def preloads(plan: Plan) -> list[str]:
    """Return the names of the modules, without those of the submission itself."""
    if plan.reference is None:
        return []
    files = sorted(plan.reference.rglob("*.py"))
    own = {file.relative_to(plan.reference).parts[0].removesuffix(".py") for file in files}
    own |= {entry.name.removesuffix(".py") for entry in plan.tree.iterdir()}
    names = {name for file in files for name in imported(file) if name.partition(".")[0] not in own}
    return sorted(names | {name for need in plan.needs for name in DRIVERS.get(need, ())})


def imported(file: Path) -> Iterator[str]:
    """Yield the modules that the statements at the top of a file import."""
    with suppress(SyntaxError, UnicodeDecodeError):
        for node in ast.parse(file.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                yield node.module
