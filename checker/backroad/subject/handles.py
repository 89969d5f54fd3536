"""References to objects that may not cross the wire, and what is told of an exception."""

from __future__ import annotations

import builtins
import sys
from functools import lru_cache
from os import path
from types import FrameType, ModuleType, TracebackType
from typing import Any

MAX_TEXT = 10_000
MAX_FRAMES = 30
MAX_NAMES = 100
# Read past the attributes that a learner's class may put in their place.
TRACEBACK = vars(BaseException)["__traceback__"]
LOOKED_IN = vars(AttributeError)["obj"]
SYNTAX_ERRORS = (SyntaxError, IndentationError, TabError)


class Handles:
    """Gives every object that leaves by reference a number, and the object back for its number."""

    def __init__(self) -> None:
        self._objects: dict[int, Any] = {}
        self._numbers: dict[int, int] = {}
        self._kinds: dict[int, tuple[int, type]] = {}  # by id, and held: no other class gets that id
        self._next = 1

    def refer(self, value: Any) -> dict[str, Any]:
        """Return the reference of an object; the same object has the same number while it is held."""
        number = self._numbers.get(id(value))
        if number is None:
            number = self._next
            self._next += 1
            self._objects[number] = value
            self._numbers[id(value)] = number
        kind = type(value)
        told = {"ref": number, "type": name_of(kind), "what": what(value), "name": name_of(value)}
        told["kind"] = self._kinds.setdefault(id(kind), (len(self._kinds) + 1, kind))[0]
        if told["what"] == "error":
            bases = type.__getattribute__(value, "__bases__")
            own = [base for base in bases if what(base) == "error" and not is_builtin(base)]
            told["bases"] = [self.refer(base) for base in own]
            told["builtin"] = nearest_builtin(value)
        return told

    def resolve(self, reference: dict[str, Any]) -> Any:
        """Return the object of a reference."""
        return self._objects[reference["ref"]]

    def release(self, numbers: list[int]) -> None:
        """Forget objects that the referee holds no longer."""
        for number in numbers:
            value = self._objects.pop(number, None)
            self._numbers.pop(id(value), None)


def what(value: Any) -> str:
    """Return which kind of proxy an object needs."""
    kind = type(value)
    if issubclass(kind, ModuleType):
        return "module"
    if issubclass(kind, type):
        return "error" if issubclass(value, BaseException) else "class"
    return "object"


def name_of(value: Any) -> str:
    """Return the `__name__` of a class, function or module, or nothing."""
    name = None
    if issubclass(type(value), type):  # not isinstance: it asks an object's own `__class__`
        name = type.__getattribute__(value, "__name__")
    elif type(value).__name__ in ("function", "builtin_function_or_method", "module", "method"):
        name = getattr(value, "__name__", None)
    return name[:200] if type(name) is str else ""


def describe(error: BaseException, root: str) -> dict[str, Any]:
    """Return what the referee may know of an exception: class names, text, the learner's own frames."""
    lineage = [name_of(kind) for kind in type.__getattribute__(type(error), "__mro__")]
    return {
        "type": lineage[0],
        "builtin": nearest_builtin(type(error)),
        "lineage": lineage,
        "text": text_of(error).replace(root + path.sep, ""),
        "frames": frames_of(TRACEBACK.__get__(error), root),
        "syntax": syntax_place(error, root),
        "offered": offered(error),
    }


def offered(error: BaseException) -> list[str]:
    """Return the public names of the class in which an attribute was looked for in vain."""
    if not issubclass(type(error), AttributeError):
        return []
    kind = type(LOOKED_IN.__get__(error))
    names = {name for base in type.__getattribute__(kind, "__mro__")[:-1] for name in vars(base)}
    return sorted(name for name in names if type(name) is str and not name.startswith("_"))[:MAX_NAMES]


def nearest_builtin(kind: type) -> str:
    """Return the name of the first built-in class among the bases of an exception's class."""
    return next(name_of(base) for base in type.__getattribute__(kind, "__mro__") if is_builtin(base))


def is_builtin(kind: type) -> bool:
    """Return whether a class is one of Python's own, whatever its `__module__` says."""
    return vars(builtins).get(name_of(kind)) is kind


def text_of(error: BaseException) -> str:
    """Return the exception's message, whatever its `__str__` does short of not returning."""
    try:
        text = str(error)
    except BaseException as failure:
        return f"(its __str__ raised {name_of(type(failure))})"
    return str.__getitem__(text, slice(MAX_TEXT))


def own_file(file: str, root: str) -> str | None:
    """Return a file's name relative to the submission, or None for foreign code."""
    return relative(file, root) if file.startswith(root + path.sep) else None


@lru_cache(maxsize=1000)
def relative(file: str, root: str) -> str:
    """Return a file's name below the submission, with slashes."""
    return path.relpath(file, root).replace("\\", "/")


def frames_of(trace: TracebackType | None, root: str) -> list[list[Any]]:
    """Return `[file, line, function]` for the frames of the submission, innermost last."""
    frames: list[list[Any]] = []
    while trace is not None:
        add_frame(frames, trace.tb_frame, trace.tb_lineno, root)
        trace = trace.tb_next
    return frames[-MAX_FRAMES:]


def stack_of(frame: FrameType | None, root: str) -> list[list[Any]]:
    """Return `[file, line, function]` for a running stack, innermost last."""
    frames: list[list[Any]] = []
    while frame is not None:
        add_frame(frames, frame, frame.f_lineno, root)
        frame = frame.f_back
    return frames[::-1][-MAX_FRAMES:]


def add_frame(frames: list[list[Any]], frame: FrameType, line: int, root: str) -> None:
    """Append a frame if it is the submission's own."""
    file = own_file(frame.f_code.co_filename, root)
    if file is not None:
        frames.append([file, line, frame.f_code.co_name])


def syntax_place(error: Any, root: str) -> list[Any] | None:
    """Return `[file, line, function]` of a SyntaxError in the submission."""
    if type(error) not in SYNTAX_ERRORS:
        return None
    file = own_file(str(error.filename), root)
    return [file, error.lineno or 1, ""] if file is not None else None


def flush() -> None:
    """Push out what the learner's code printed; a broken stream of theirs is not our trouble."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BaseException:
            continue
