"""Runs a Python program in a process that was forked with libraries loaded, as `python FILE` would.

What differs from a new interpreter can be seen by a program that looks for it; where it would matter, `fits`
says no, and the command is executed as it stands.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from importlib.machinery import SourceFileLoader, all_suffixes
from types import ModuleType

PYTHON = ("python", "python3")
SHELL = frozenset("$`\"'\\;&|<>(){}[]*?~#=!\n")
READ_AT_START = ("PYTHON", "LANG", "LC_", "LD_")  # by the interpreter, the C library, the loader
OURS = "backroad"


def at_start(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the part of an environment that is read before any program runs."""
    return {name: value for name, value in environment.items() if name.startswith(READ_AT_START)}


AT_START = at_start(os.environ)


def words_of(command: str) -> list[str]:
    """Return the words of a command that is no more than `python FILE.py …`; none of any other."""
    words = command.split()
    plain = not SHELL & set(command) and len(words) > 1 and words[0] in PYTHON
    return words if plain and words[1].endswith(".py") and not words[1].startswith("-") else []


def fits(words: Sequence[str], environment: Mapping[str, str]) -> bool:
    """Return whether this process can run the program as a new interpreter would.

    Not where that one would be another Python, or start otherwise, or find a module of the program's own
    under the name of one that is loaded here.
    """
    if not words or not os.path.isfile(words[1]):
        return False
    first = environment.get("PATH", "").partition(os.pathsep)[0]
    if first != os.path.dirname(sys.executable) or not os.access(os.path.join(first, words[0]), os.X_OK):
        return False
    if at_start(environment) != AT_START:
        return False
    return modules_in(os.path.dirname(os.path.abspath(words[1]))).isdisjoint(sys.modules)


def modules_in(folder: str) -> set[str]:
    """Return the names that can be imported from a folder."""
    try:
        entries = list(os.scandir(folder))
    except OSError:
        return set()
    return {
        entry.name.partition(".")[0]
        for entry in entries
        if entry.is_dir() or entry.name.endswith(tuple(all_suffixes()))
    }


def run(words: Sequence[str]) -> None:
    """Run the program as `__main__`; an exception that it does not catch is printed and ends the process."""
    file = os.path.abspath(words[1])
    sys.argv[:] = words[1:]
    sys.orig_argv[:] = words
    sys.executable = os.path.join(os.path.dirname(sys.executable), words[0])
    sys.path.insert(0, os.path.dirname(file))
    for name in [name for name in sys.modules if name.partition(".")[0] == OURS]:
        del sys.modules[name]
    main = sys.modules["__main__"] = ModuleType("__main__")
    main.__dict__.update(__file__=file, __cached__=None, __annotations__={}, __builtins__=__builtins__)
    main.__loader__ = SourceFileLoader("__main__", file)
    try:
        with open(file, "rb") as source:
            code = compile(source.read(), file, "exec", dont_inherit=True)
        exec(code, main.__dict__)
    except Exception as error:
        trace = error.__traceback__
        error.__traceback__ = trace and trace.tb_next  # without this function
        sys.excepthook(type(error), error, error.__traceback__)
        sys.exit(1)
