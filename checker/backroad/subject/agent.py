"""The subject's side of the conversation: loads the learner's code and does what the referee asks.

Operations: `load` (the learner's module), `probes` (the exercise's own helper text), `call` (a callable or a
method), `apply` (a built-in, operator or instrument, by name), `play` (a script of calls in one message),
`race` (calls in threads let go together),
`release` (nothing but what every request may do: forget objects).
The same class serves a process of its own and, for debugging, the referee's process.
"""

from __future__ import annotations

import builtins
import operator
import sys
from collections.abc import Callable, Iterator
from types import BuiltinFunctionType, FunctionType, MappingProxyType, MethodType
from typing import Any

from backroad.subject import instruments, loader, recording, times
from backroad.subject.handles import Handles, describe, flush
from backroad.wire import Decoder, Encoder, TooBig, method, pack

CALLED = (FunctionType, BuiltinFunctionType, MethodType, type(object().__str__))
EXIT_CODE = vars(SystemExit)["code"]
# No plain value of the learner's is one of these very objects.
METHOD = frozenset({"method"})
METHOD_OF_ALL = frozenset({"method of the class"})


class Raw:
    """JSON that is encoded already."""

    def __init__(self, data: list[Any]) -> None:
        self.data = data


class Ending(Exception):
    """The learner's code asked to end its process."""

    def __init__(self, code: Any, frames: list[list[Any]]) -> None:
        super().__init__(code)
        self.code = int.__int__(code) if issubclass(type(code), int) else int(code is not None)
        self.frames = frames


def advance(iterator: Iterator[Any]) -> list[Any]:
    """Return `[value]`, or an empty list at the end."""
    # Not a `for`: it would call iter() again, and an iterator that starts over then never ends.
    try:
        return [next(iterator)]
    except StopIteration:
        return []


def public_names(value: Any) -> list[str]:
    """Return the names an object offers, without the private ones."""
    return [name for name in vars(value) if type(name) is str and not name.startswith("_")]


# Taken before the learner's code is loaded, so that it cannot put its own in their place.
TRUSTED: MappingProxyType[str, Callable[..., Any]] = MappingProxyType(
    {name: function for name, function in vars(builtins).items() if callable(function)}
    | {
        name: getattr(operator, name)
        for name in (
            "eq ne lt le gt ge add sub mul truediv floordiv mod pow neg pos invert and_ or_ xor lshift "
            "rshift matmul getitem setitem delitem contains index length_hint iadd isub imul iand ior ixor"
        ).split()
    }
    | {"advance": advance, "public_names": public_names}
    | {name: getattr(instruments, name) for name in ("counted", "comparisons", "reset_comparisons", "plain")}
    | {name: getattr(recording, name) for name in "watch mark statements commands spoken connections".split()}
    | {name: getattr(times, name) for name in ("fake_clock", "set_timezone")}
)


class Agent:
    """Answers requests about one submission."""

    def __init__(self, root: str) -> None:
        self._root = root
        loader.find_in(root)
        self._handles = Handles()
        self._operations: dict[str, Callable[[dict[str, Any]], Any]] = {
            "load": lambda request: loader.load(self._root, request["name"]),
            "probes": lambda request: loader.from_text("probes", request["source"], request["file"]),
            "attribute": self._attribute,
            "call": self._call,
            "apply": self._apply,
            "play": self._play,
            "race": self._race,
            "release": lambda _: None,
        }

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        """Return the reply to one request; raises Ending when the code asked for its end."""
        self._handles.release(request.get("release", []))
        try:
            reply = self._do(request)
        except TooBig as error:
            reply = {"big": str(error)}
        reply["id"] = request["id"]
        return reply

    def _do(self, request: dict[str, Any]) -> dict[str, Any]:
        try:
            value = self._operations[request["op"]](request)
            if type(value) is Raw:
                return {"outcomes": value.data}
            if value is METHOD or value is METHOD_OF_ALL:
                return {"method": True, "shared": value is METHOD_OF_ALL}
            return {"ok": self._encode(value)}
        except (TooBig, Ending):
            raise
        except BaseException as error:
            return {"raised": self._referred(error)}

    def _encode(self, value: Any) -> Any:
        return Encoder(self._handles.refer).encode(value)

    def _decode(self, data: Any) -> Any:
        return Decoder(self._handles.resolve).decode(data)

    def _error(self, error: BaseException) -> dict[str, Any]:
        """Return the description of an exception, or end where it asks for that."""
        kind = type(error)  # never isinstance: it asks an object's own `__class__`
        if kind is instruments.TooManyLines:
            raise TooBig(f"more than {instruments.MAX_LINES:,} lines were executed") from None
        told = describe(error, self._root)
        if issubclass(kind, SystemExit):
            raise Ending(EXIT_CODE.__get__(error), told["frames"]) from None
        BaseException.with_traceback(error, None)  # its frames would keep the learner's objects alive
        return told

    def _referred(self, error: BaseException) -> dict[str, Any]:
        """Return the description of an exception that a check can catch and look at."""
        told, refer = self._error(error), self._handles.refer
        return {**told, "error": refer(error), "class": refer(type(error))}

    def _attribute(self, request: dict[str, Any]) -> Any:
        """Return an attribute's value, or METHOD for what is only there to be called."""
        target, name = self._decode(request["on"]), request["name"]
        value = getattr(target, name)
        if type(value) not in CALLED:
            return value
        return METHOD_OF_ALL if type(method(type(target), name)) is FunctionType else METHOD

    def _call(self, request: dict[str, Any]) -> Any:
        target = self._decode(request["on"])
        if request.get("name") is not None:
            target = getattr(target, request["name"])
        arguments = self._decode(request["args"])
        keywords = self._decode(request["kwargs"])
        return target(*arguments, **keywords)

    def _apply(self, request: dict[str, Any]) -> Any:
        return TRUSTED[request["name"]](*self._decode(request["args"]), **self._decode(request["kwargs"]))

    def _play(self, request: dict[str, Any]) -> Any:
        target = self._decode(request["on"])
        decode, encoder = Decoder(self._handles.resolve).decode, Encoder(self._handles.refer)
        script = [decode(operation) for operation in request["script"]]
        if not request.get("steps"):
            return Raw([self._outcome(target, operation, encoder) for operation in script])
        lines = []
        for operation in script:
            with instruments.LineCounter(self._root) as counter:
                self._outcome(target, operation, encoder)
            lines.append(counter.lines)
        return lines

    def _race(self, request: dict[str, Any]) -> Any:
        from backroad.subject.races import run_race

        calls = [self._racing(self._decode(call)) for call in request["calls"]]
        return Raw([self._raced(outcome) for outcome in run_race(calls)])

    def _racing(self, call: list[Any]) -> Callable[[], Any]:
        """Return one call of a race: `[target, method, arguments, keywords]`."""
        target, name, arguments, keywords = call
        return lambda: getattr(target, name)(*arguments, **keywords)

    def _raced(self, outcome: Any) -> Any:
        """Return the JSON of a call of a race: its value, or its exception as a check can catch it."""
        if outcome.error is not None:
            return {"raised": self._referred(outcome.error)}
        return {"ok": self._encode(outcome.value)}

    def _outcome(self, target: Any, operation: list[Any], encoder: Encoder) -> Any:
        """Return JSON: `[value]`, 0 for a value that nobody compares, or `{"raised": description}`."""
        name, *arguments = operation
        try:
            value = perform(target, name.lstrip("!"), arguments)
        except MemoryError:
            raise
        except BaseException as error:
            return {"raised": self._error(error)}  # not referred to: nobody would ever release it
        return 0 if name.startswith("!") else encoder.many((value,), 0)


def perform(target: Any, name: str, arguments: list[Any]) -> Any:
    """Do one operation of a script: `.name` reads an attribute, `builtins.name` applies a built-in."""
    if name.startswith("."):
        return getattr(target, name[1:])
    if name.startswith("builtins."):
        return TRUSTED[name.removeprefix("builtins.")](target, *arguments)
    return getattr(target, name)(*arguments)


def reply_bytes(agent: Agent, request: dict[str, Any]) -> bytes:
    """Return the frame of the reply."""
    reply = agent.answer(request)
    try:
        return pack(reply)
    except TooBig as error:
        return pack({"id": request["id"], "big": str(error)})


def main(channel: str, stacks: str = "", *, inside: bool = False) -> None:
    """Serve the referee on an inherited socket until it hangs up."""
    from backroad.subject.conversation import converse

    sys.exit(converse(channel, stacks, inside=inside))


__all__ = ["Agent", "Ending", "flush", "main", "perform", "reply_bytes"]
