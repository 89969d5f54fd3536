"""Loads the learner's modules from the bytes on disk, never from a cache.

A `.pyc` counts as fresh when the source's size and its modification time in whole seconds agree, so an
edit of the same size within a second would be judged by stale code.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import cache
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import module_from_spec, spec_from_file_location
from os import path
from types import CodeType, ModuleType


class FreshLoader(SourceFileLoader):
    """Compiles the source anew; neither reads nor writes bytecode."""

    def get_code(self, fullname: str) -> CodeType:
        """Return the code object of the file as it is now."""
        file = self.get_filename(fullname)
        code: CodeType = compile(self.get_data(file), file, "exec", dont_inherit=True)
        return code


class SubmissionFinder(MetaPathFinder):
    """Finds the submission's own modules; asked last, so none of them hides an installed one."""

    def __init__(self, root: str) -> None:
        self.root = root

    def find_spec(
        self, fullname: str, where: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return the spec of `name.py` or `name/__init__.py` below the submission."""
        del target
        bases = [
            path.join(folder, fullname.rpartition(".")[2])
            for folder in ([self.root] if where is None else where)
            if folder == self.root or folder.startswith(self.root + path.sep)
        ]
        found = (spec_of(fullname, base) for base in bases)
        return next((spec for spec in found if spec is not None), folder_spec(fullname, bases))


def spec_of(name: str, base: str) -> ModuleSpec | None:
    """Return the spec for the package or module at `base`, or None."""
    package = path.join(base, "__init__.py")
    if path.isfile(package):
        loader = FreshLoader(name, package)
        return spec_from_file_location(name, package, loader=loader, submodule_search_locations=[base])
    if path.isfile(base + ".py"):
        return spec_from_file_location(name, base + ".py", loader=FreshLoader(name, base + ".py"))
    return None


def folder_spec(name: str, bases: Sequence[str]) -> ModuleSpec | None:
    """Return the spec for folders without an `__init__.py`, which are a package all the same."""
    folders = [base for base in bases if path.isdir(base)]
    if not folders:
        return None
    spec = ModuleSpec(name, None, is_package=True)
    spec.submodule_search_locations = folders
    return spec


def private_name(name: str) -> str:
    """Return `name`, or a private one where a loaded or standard module has it already."""
    taken = name in sys.modules or name in sys.stdlib_module_names
    return f"_subject_{name}" if taken else name


def find_in(root: str) -> None:
    """Let imports find the submission's own modules, after all others."""
    if not any(isinstance(finder, SubmissionFinder) and finder.root == root for finder in sys.meta_path):
        sys.meta_path.append(SubmissionFinder(root))


def load(root: str, name: str) -> ModuleType:
    """Execute the submission's module `name` and return it; whatever it raises passes through."""
    own = private_name(name)
    spec = spec_of(own, path.join(root, name))
    if spec is None or spec.loader is None:
        raise FileNotFoundError(f"{name}.py")
    module = module_from_spec(spec)
    sys.modules[own] = module
    # As the import system does: a circular import is then called by its name.
    setattr(spec, "_initializing", True)  # noqa: B010 - the type knows no private attribute
    spec.loader.exec_module(module)
    setattr(spec, "_initializing", False)  # noqa: B010 - as above
    return module


def from_text(name: str, source: str, filename: str) -> ModuleType:
    """Execute the kit's own helper text (an exercise's probes) as a module."""
    module = ModuleType(name)
    module.__file__ = filename
    sys.modules[name] = module
    exec(compiled(source, filename), module.__dict__)
    return module


@cache
def compiled(source: str, filename: str) -> CodeType:
    """Return the code of a helper text; a process that others are forked from does the work for all."""
    code: CodeType = compile(source, filename, "exec", dont_inherit=True)
    return code
