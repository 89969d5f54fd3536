"""Exceptions of the learner's code on the referee's side: a built-in class, or a stand-in for their own."""

from __future__ import annotations

import builtins
from typing import Any

# Never these: pytest or a `for` would take them for its own business.
NEVER_RAISED = (StopIteration, StopAsyncIteration)
LIMIT_WORDS = {"can't start new thread": "threads"}
ERRNO_LIMITS = {"[Errno 27]": "the size of a file or of the output", "[Errno 24]": "open files"}


class FromSubject:
    """What an exception of the learner's code has on the referee's side; mixed into a built-in class."""

    backroad_told: dict[str, Any]
    backroad_frames: tuple[Any, ...]
    backroad_proxy: Any

    def __init__(self, *_: object) -> None:
        """Take nothing: some built-in exceptions insist on arguments."""

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


def limit_of(told: dict[str, Any]) -> str | None:
    """Return which limit an exception speaks of, if it does."""
    text = str(told["text"])
    if told["builtin"] == "MemoryError":
        return "the limit of memory was reached"
    for start, what in ERRNO_LIMITS.items():
        if told["builtin"] == "OSError" and text.startswith(start):
            return f"the limit of {what} was reached"
    what_else = LIMIT_WORDS.get(text)
    return f"the limit of {what_else} was reached" if what_else else None


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
