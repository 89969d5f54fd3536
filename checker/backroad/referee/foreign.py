"""Exceptions of the learner's code on the referee's side: a built-in class, or a stand-in for their own."""

from __future__ import annotations

import builtins
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

from backroad.model import Limits
from backroad.referee.evidence import places
from backroad.report import Place
from backroad.subject.confinement import MAX_FILES

# Never these: pytest or a `for` would take them for its own business.
NEVER_RAISED = (StopIteration, StopAsyncIteration)
DEFAULTS = Limits()
MAX_TEXT = 10_000
FULL = ("disk I/O error", "database or disk is full")  # how SQLite says that a file may not grow


class FromSubject:
    """What an exception of the learner's code has on the referee's side; mixed into a built-in class."""

    backroad_told: dict[str, Any]
    backroad_tree: Path
    backroad_proxy: Any

    def __init__(self, *_: object) -> None:
        """Take nothing: some built-in exceptions insist on arguments."""

    @property
    def backroad_frames(self) -> tuple[Place, ...]:
        """The learner's own frames; most exceptions are expected, and nobody reads their lines."""
        return places(self.backroad_told["frames"], self.backroad_tree)

    @property
    def args(self) -> Any:
        """The arguments of the learner's exception."""
        return self.backroad_proxy.args

    def __str__(self) -> str:
        return str(self.backroad_told["text"])

    def __repr__(self) -> str:
        return f"<{self.backroad_told['type']}: {self}>"

    def __getattr__(self, name: str) -> Any:
        if name.startswith(("__", "backroad_")):
            raise AttributeError(name)
        return getattr(self.backroad_proxy, name)


def read_error(told: Any) -> dict[str, Any]:
    """Return what a subject tells of an exception; raises ValueError where it is no such thing."""
    texts = {name: str(told[name])[:MAX_TEXT] for name in ("type", "builtin", "text")}
    lists = {name: told.get(name, []) for name in ("lineage", "offered")}
    if not all(type(names) is list and all(type(name) is str for name in names) for names in lists.values()):
        raise ValueError("names that are none")
    return {**told, **texts, **lists}


def limit_of(told: dict[str, Any], limits: Limits = DEFAULTS) -> str | None:
    """Return which limit an exception speaks of, with its size, if it does."""
    text = str(told["text"])
    for builtin, start, words in SPOKEN:
        if told["builtin"] == builtin and text.startswith(start):
            return f"the limit of {words(limits)}"
    if told.get("type") == "OperationalError" and any(words in text for words in FULL):
        return f"the limit of the size of a file was reached, or the disk is full: {room(limits)} MiB"
    return None


def limit_of_end(code: int, limits: Limits) -> str | None:
    """Return which limit ended a process with this exit code, if one did."""
    if code == -int(getattr(signal, "SIGXCPU", 24)):
        return "the limit of processor time was reached"
    if code == -int(getattr(signal, "SIGXFSZ", 25)):
        return f"the limit of all files was reached: {limits.disk} MiB, or {limits.files:,} of them"
    return None


def memory_words(limits: Limits) -> str:
    """Return what is said when memory ran out."""
    return f"memory was reached: {limits.memory} MiB"


def room(limits: Limits) -> int:
    """Return how large a file or the output may be; the kernel has one limit for both."""
    return max(limits.file, limits.output)


SPOKEN: tuple[tuple[str, str, Callable[[Limits], str]], ...] = (
    ("MemoryError", "", memory_words),
    (
        "OSError",
        "[Errno 27]",
        lambda limits: f"the size of a file or of the output was reached: {room(limits)} MiB",
    ),
    ("OSError", "[Errno 24]", lambda _: f"open files was reached: {MAX_FILES}"),
    ("BlockingIOError", "[Errno 11]", lambda _: "processes was reached"),
    ("RuntimeError", "can't start new thread", lambda _: "threads was reached"),
)


def stand_in(name: str, bases: tuple[type[Exception], ...], builtin: str, number: int) -> type[Exception]:
    """Return a class with the learner's name below the built-in one it derives from."""
    base = getattr(builtins, builtin, Exception)
    usable = isinstance(base, type) and issubclass(base, Exception) and not issubclass(base, NEVER_RAISED)
    base = base if usable else Exception
    body: dict[str, Any] = {"backroad_class_ref": number, "__module__": "subject"}
    if issubclass(base, BaseExceptionGroup):
        body["exceptions"] = property(lambda error: error.backroad_proxy.exceptions)
    try:
        return type(name, (*bases, FromSubject, base), dict(body))
    except TypeError:  # the learner's bases do not fit together here
        return type(name, (FromSubject, Exception), dict(body))


def instance(kind: type[Exception]) -> Exception:
    """Return an exception of a stand-in; a group insists on a text and on exceptions."""
    return kind("", [Exception()]) if issubclass(kind, BaseExceptionGroup) else kind()
