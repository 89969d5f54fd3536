"""The order of the modules, and what the engine may know."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import backroad
from backroad.content.home import find_content
from backroad.content.roadmap import read_roadmap

PACKAGE = Path(backroad.__file__).parent
# One line a row of DESIGN; imports point to the left or up, and inside a package freely.
ORDER = """
    errors model report plan events wire
    content
    glyphs feedback junit comparison measures progress
    documents
    subject
    referee
    checks
    workspace
    pages
    authoring audit grading practice
    console dashboard cli __main__
""".split()
# Drivers that a module of the subject listens to; imported only where an exercise needs them.
LISTENED = {"recording.py": {"sqlalchemy", "pymongo"}}
FILES = sorted(PACKAGE.rglob("*.py"))


def name_of(file: Path) -> str:
    """Return the place of a file in the order: its module, or the package it is in."""
    return file.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(file: Path) -> Iterator[tuple[int, str]]:
    """Yield line and full name of everything a file imports, inside functions and for types too."""
    package = ["backroad", *file.relative_to(PACKAGE).parts[:-1]]
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            whole = ".".join([*above, *([node.module] if node.module else [])])
            # `from backroad import wire` names a module; `from backroad.wire import Encoder` does not.
            yield from ((node.lineno, f"{whole}.{alias.name}") for alias in node.names)


def own_imports(file: Path) -> Iterator[tuple[int, str]]:
    """Yield line and module, of the order, of what a file imports from backroad."""
    for line, name in imports(file):
        first, *rest = name.split(".")
        places = [PACKAGE / rest[0], PACKAGE / f"{rest[0]}.py"] if first == "backroad" and rest else []
        if any(place.exists() for place in places):
            yield line, rest[0]


def texts(file: Path) -> Iterator[tuple[int, str]]:
    """Yield line and text of the string constants of a file, without its docstrings."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    plain = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in plain:
            yield node.lineno, node.value


def test_every_module_has_its_place() -> None:
    """A new module or package is put into the order before it is used."""
    there = {name_of(file) for file in FILES} - {"__init__"}
    assert there - set(ORDER) == set()
    assert len(ORDER) == len(set(ORDER))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.relative_to(PACKAGE).as_posix())
def test_imports_point_to_earlier_modules(file: Path) -> None:
    """A module imports only what stands before it, or lies in its own package."""
    mine = name_of(file)
    earlier = ORDER[: ORDER.index(mine) + 1] if mine in ORDER else []
    late = [f"{file.name}:{line} imports {name}" for line, name in own_imports(file) if name not in earlier]
    assert late == []


@pytest.mark.parametrize("file", sorted((PACKAGE / "subject").glob("*.py")), ids=lambda file: file.name)
def test_the_subject_stands_alone(file: Path) -> None:
    """What runs beside the learner's code needs the standard library and the wire, nothing else."""
    own = ("backroad.subject.", "backroad.wire.")
    known = sys.stdlib_module_names | LISTENED.get(file.name, set())
    foreign = [
        f"{file.name}:{line} imports {name}"
        for line, name in imports(file)
        if name.split(".")[0] not in known and not f"{name}.".startswith(own)
    ]
    assert foreign == []


@pytest.mark.parametrize("file", sorted((PACKAGE / "documents").rglob("*.py")), ids=lambda file: file.name)
def test_the_document_server_stands_alone(file: Path) -> None:
    """The document server needs the standard library, BSON, mongomock and the kit's errors, nothing else."""
    own = ("backroad.documents.", "backroad.errors.", "bson.", "mongomock.", "pymongo.errors.")
    foreign = [
        f"{file.name}:{line} imports {name}"
        for line, name in imports(file)
        if name.split(".")[0] not in sys.stdlib_module_names and not f"{name}.".startswith(own)
    ]
    assert foreign == []


def test_only_scaffold_imports_cookiecutter() -> None:
    """One module owns cookiecutter."""
    users = {file.stem for file in FILES for _, name in imports(file) if name.startswith("cookiecutter")}
    assert users == {"scaffold"}


def test_the_engine_knows_no_exercise() -> None:
    """No module names an exercise: adding one edits nothing in the engine."""
    slugs = {exercise.slug for exercise in read_roadmap(find_content(environ={}))[0].exercises}
    spelled = slugs | {slug.replace("-", "_") for slug in slugs}
    assert slugs
    named = [
        f"{file.relative_to(PACKAGE)}:{line} names {slug}"
        for file in FILES
        for line, text in texts(file)
        for slug in spelled
        if slug in text
    ]
    assert named == []


def test_the_import_reader_sees_every_way_to_import(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Imports inside functions, for types, relative ones and of whole modules are all seen."""
    (tmp_path / "cli").mkdir()
    for name in ("model", "content", "wire", "console", "audit"):
        (tmp_path / f"{name}.py").write_text("")
    file = tmp_path / "cli" / "x.py"
    file.write_text(
        "import backroad.model\nfrom backroad import content as other\n"
        "def f():\n    from backroad.wire import pack\n"
        "if TYPE_CHECKING:\n    from ..console import shown\n"
        "try:\n    from .. import audit\nexcept ImportError:\n    pass\n"
        "from . import y\n"
    )
    monkeypatch.setattr(sys.modules[__name__], "PACKAGE", tmp_path)
    assert sorted(name for _, name in own_imports(file)) == sorted(
        ["model", "content", "wire", "console", "audit", "cli"]
    )
