"""Scripts: many calls on one object in one message, and the same calls on a model in plain Python."""

from __future__ import annotations

import builtins
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from backroad.referee.evidence import Evidence, Trouble, places
from backroad.referee.foreign import read_error
from backroad.referee.matchers import same
from backroad.referee.proxies import Proxy, index
from backroad.referee.recorder import MARK, SHOWN, earlier, short
from backroad.referee.remote import Remote
from backroad.report import Place, Verdict
from backroad.subject.agent import perform
from backroad.wire import SCALARS

NOTHING: Mapping[str, Any] = MappingProxyType({})
Operation = tuple[Any, ...]
Script = Sequence[Operation]

SUBSCRIPTS = {
    "__getitem__": "{on}[{0}]",
    "__setitem__": "{on}[{0}] = {1}",
    "__delitem__": "del {on}[{0}]",
    "__contains__": "{0} in {on}",
    "__len__": "len({on})",
    "__repr__": "repr({on})",
    "__iter__": "iter({on})",
    "__next__": "next({on})",
}


class Outcome:
    """What one operation gave: a value, nothing that is compared, or an exception."""

    # Not a frozen dataclass: a run makes tens of thousands, and each of those takes five times as long.
    __slots__ = ("_told", "_tree", "kind", "value")

    def __init__(
        self, kind: str, value: Any = None, told: Mapping[str, Any] = NOTHING, tree: Path | None = None
    ) -> None:
        self.kind = kind
        self.value = value
        self._told = told
        self._tree = tree

    @property
    def type(self) -> str:
        """The name of the exception's class."""
        return str(self._told.get("type", ""))

    @property
    def builtin(self) -> str:
        """The name of the built-in class that it derives from."""
        return str(self._told.get("builtin", self.type))

    @property
    def lineage(self) -> tuple[str, ...]:
        """The names of its class and of all those below."""
        return tuple(self._told.get("lineage", ()))

    @property
    def text(self) -> str:
        """Its message."""
        return str(self._told.get("text", ""))

    @property
    def frames(self) -> tuple[Place, ...]:
        """The learner's own frames; their lines are read when somebody asks."""
        return places(self._told.get("frames"), self._tree) if self._tree is not None else ()

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Outcome):
            return NotImplemented
        if "raised" in (self.kind, other.kind):
            return self.kind == other.kind and self.is_a(other)
        return "done" in (self.kind, other.kind) or same(self.value, other.value)

    def is_a(self, due: Outcome) -> bool:
        """Return whether this exception is one of the expected: of its class, or below it.

        A built-in class is no matter of names: a learner's own `IndexError` is none.
        """
        mine, theirs = (getattr(builtins, name, None) for name in (self.builtin, due.type))
        if isinstance(mine, type) and isinstance(theirs, type):
            return issubclass(mine, theirs)
        return due.type in self.lineage

    def __repr__(self) -> str:
        if self.kind == "raised":
            return f"{self.type}: {self.text}" if self.text else self.type
        return "(done)" if self.kind == "done" else short(self.value)


class Outcomes(list[Outcome]):
    """The outcomes of a script; compares with those of the same script elsewhere."""

    def __init__(self, target: Any, script: Script, outcomes: Sequence[Outcome]) -> None:
        super().__init__(outcomes)
        self.target = target
        self.script = script

    def __eq__(self, other: object) -> bool:
        return isinstance(other, list) and self.first_difference(other) is None

    def evidence(self, expected: Any) -> Evidence | None:
        """Return what differs first from the expected outcomes."""
        if not isinstance(expected, list):
            return None
        at = self.first_difference(expected)
        if at is None:
            return None
        got, due = self[at], expected[at]
        unexpected = got.kind == "raised" and not (isinstance(due, Outcome) and due.kind == "raised")
        return Evidence(
            Verdict.RAISED if unexpected else Verdict.FAILED,
            message=repr(got) if unexpected else None,
            expected=repr(due),
            got=repr(got),
            frames=got.frames,
            did=self.said(at),
        )

    def first_difference(self, expected: list[Any]) -> int | None:
        """Return the index of the first outcome that differs."""
        pairs = zip(self, expected, strict=False)
        found = next((at for at, (got, due) in enumerate(pairs) if not matches(got, due)), None)
        if found is None and len(self) != len(expected):
            raise TypeError(f"{len(self)} outcomes compared with {len(expected)}")
        return found

    def said(self, at: int) -> tuple[str, ...]:
        """Return the operations up to `at` as lines of Python."""
        begin = max(0, at + 1 - SHOWN)
        lines = [operation_text(self.target, operation) for operation in self.script[begin : at + 1]]
        made = self.target.backroad_remote.made(self.target) if isinstance(self.target, Proxy) else None
        return (*([made] if made else []), *earlier(begin), *lines)

    def values(self) -> list[Any]:
        """Return the plain values; raises what the learner's code raised."""
        for at, outcome in enumerate(self):
            if outcome.kind == "raised":
                raise Trouble(
                    Evidence(Verdict.RAISED, message=repr(outcome), frames=outcome.frames, did=self.said(at))
                )
        return [outcome.value for outcome in self]


def matches(got: Outcome, due: Any) -> bool:
    """Return whether an outcome is the one expected: another outcome, or a plain value."""
    if isinstance(due, Outcome):
        return got == due
    return got.kind == "returned" and same(got.value, due)


def play(target: Any, script: Script) -> Outcomes:
    """Do the operations in order and return their outcomes, exceptions included.

    An operation is `(method, *arguments)`. `("!push", 1)` discards the result, `(".size",)` reads an
    attribute, `("builtins.list",)` applies a built-in to the target.
    """
    if not isinstance(target, Proxy):
        return Outcomes(target, script, [model_outcome(target, operation) for operation in script])
    target.backroad_remote.played(script_text(target, script))
    raw = target.backroad_remote.play(target, script)
    try:
        outcomes = [remote_outcome(entry, target.backroad_remote) for entry in raw]
        pairs = zip(outcomes, script, strict=False)
        if len(outcomes) != len(script):
            raise ValueError
        # What is done equals everything, so only a script that discards a value may be told so.
        if any(outcome.kind == "done" and not operation[0].startswith("!") for outcome, operation in pairs):
            raise ValueError
    except (TypeError, ValueError, KeyError, AttributeError):
        raise target.backroad_remote.tampered("outcomes that are none") from None
    return Outcomes(target, script, outcomes)


def remote_outcome(entry: Any, remote: Remote) -> Outcome:
    """Return the outcome that a subject told."""
    if type(entry) is list:
        (data,) = entry
        return Outcome("returned", data if type(data) in SCALARS else remote.decode(data))
    if entry == 0:
        return Outcome("done")
    told = read_error(entry["raised"])
    remote.outcome_limit(told)
    known = {key: told[key] for key in ("type", "builtin", "lineage", "text", "frames")}
    return Outcome("raised", None, known, remote.tree)


def model_outcome(target: Any, operation: Operation) -> Outcome:
    """Return the outcome of an operation on a plain Python object."""
    name, *arguments = operation
    try:
        value = perform(target, name.lstrip("!"), arguments)
    except Exception as error:
        lineage = [kind.__name__ for kind in type(error).__mro__]
        return Outcome("raised", None, {"type": lineage[0], "lineage": lineage, "text": str(error)})
    return Outcome("done") if name.startswith("!") else Outcome("returned", value)


def script_text(target: Any, script: Script) -> str:
    """Return a script as one line: its first operation and how many follow."""
    if not script:
        return "nothing"
    first = operation_text(target, script[0])
    return first if len(script) == 1 else f"{first}  … and {len(script) - 1:,} calls more"


def operation_text(target: Any, operation: Operation) -> str:
    """Return an operation as a line of Python."""
    name, *arguments = operation
    on = MARK.format(target.backroad_ref) if isinstance(target, Proxy) else type(target).__name__
    name = name.lstrip("!")
    if name in SUBSCRIPTS:
        return SUBSCRIPTS[name].format(*map(index, arguments), on=on)
    said = ", ".join(map(short, arguments))
    if name.startswith("."):
        return f"{on}{name}"
    if name.startswith("builtins."):
        return f"{name.removeprefix('builtins.')}({', '.join(filter(None, (on, said)))})"
    return f"{on}.{name}({said})"


def agree(make: Callable[[], Any], model: Callable[[], Any], script: Script) -> None:
    """Fail with the shortest script on which a new object of `make` and one of `model` differ."""
    if _differs(make, model, script) is None:
        return
    shortest = shrink(list(script), lambda part: _differs(make, model, part) is not None)
    evidence = _differs(make, model, shortest) or _differs(make, model, script)
    if evidence is None:
        message = "the same calls on a new object gave another result the second time"
        evidence = Evidence(Verdict.FAILED, message)
    raise Trouble(evidence)


def _differs(make: Callable[[], Any], model: Callable[[], Any], script: Script) -> Evidence | None:
    got = play(make(), script)
    return got.evidence(play(model(), script))


def shrink(script: list[Operation], fails: Callable[[list[Operation]], bool]) -> list[Operation]:
    """Return a short script that still fails: drop halves, quarters … while that keeps the failure."""
    size = max(1, len(script) // 2)
    while True:
        at = 0
        while at < len(script):
            candidate = script[:at] + script[at + size :]
            if candidate and fails(candidate):
                script = candidate
            else:
                at += size
        if size == 1:
            return script
        size //= 2
