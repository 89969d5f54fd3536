"""The learner's objects as the referee sees them: proxies, whose every use is a message."""

from __future__ import annotations

import builtins
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from weakref import WeakValueDictionary

from backroad.model import Limits, Verdict
from backroad.referee.channel import Channel
from backroad.referee.evidence import Evidence, Trouble, not_plain, places
from backroad.referee.recorder import Recorder, arguments, short
from backroad.wire import Decoder, Encoder, WireError

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
        if name.startswith("__") or name.startswith("backroad_"):
            raise AttributeError(name)
        return getattr(self.backroad_proxy, name)


class Remote:
    """One subject, asked in Python's words."""

    def __init__(self, channel: Channel, recorder: Recorder, limits: Limits, tree: Path) -> None:
        self.channel = channel
        self._recorder = recorder
        self._limits = limits
        self.tree = tree
        self._proxies: WeakValueDictionary[int, Proxy] = WeakValueDictionary()
        self._errors: dict[int, type[Exception]] = {}
        self._released: list[int] = []
        self.begin_check()

    def begin_check(self) -> None:
        """Start the clock of a check, which bounds all its calls together."""
        self._deadline = time.monotonic() + self._limits.check

    def request(self, op: str, *, seconds: float | None = None, **fields: Any) -> Any:
        """Send one request and return its value; raises what the learner's code raised."""
        if time.monotonic() > self._deadline and self.channel.level:
            message = f"the check took longer than {self._limits.check:g} s"
            raise Trouble(Evidence(Verdict.HUNG, message))
        released, self._released = self._released, []
        reply = self.channel.ask(
            {"op": op, "release": released, **fields}, self._limits.call if seconds is None else seconds
        )
        if "raised" in reply:
            raise self._rebuild(reply["raised"])
        if "big" in reply:
            raise Trouble(Evidence(Verdict.LIMIT, f"your code gave back {reply['big']}"))
        return METHOD if reply.get("method") is True else self._decode(reply.get("ok"))

    def _decode(self, data: Any) -> Any:
        try:
            return Decoder(self._proxy).decode(data)
        except WireError as error:
            message = f"your code's process sent {error} on the checker's channel"
            raise Trouble(Evidence(Verdict.TAMPERED, message)) from None

    def encode(self, value: Any) -> Any:
        """Return the JSON of an argument; what the check cannot send is its own error."""
        return Encoder(reference).encode(value)

    def call(self, target: Proxy, name: str | None, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        """Call an object of the subject, or its method."""
        self._recorder.did(call_text(target, name, args, kwargs))
        result = self.request(
            "call",
            on=reference(target),
            name=name,
            args=self.encode(list(args)),
            kwargs=self.encode(dict(kwargs)),
        )
        if isinstance(result, Proxy):
            self._recorder.resulted(result.backroad_ref, result.backroad_type)
        return result

    def apply(self, function: str, *args: Any, said: str | None = None, **kwargs: Any) -> Any:
        """Apply a built-in, an operator or an instrument beside the learner's code."""
        if said is not None:
            self._recorder.did(said)
        return self.request("apply", name=function, args=self.encode(list(args)), kwargs=self.encode(kwargs))

    def attribute(self, target: Proxy, name: str) -> Any:
        """Read an attribute; what is only there to be called becomes a Method, without a message more."""
        value = self.request("attribute", on=reference(target), name=name)
        if value is METHOD:
            return Method(target, name)
        if target.backroad_what == "object":
            self._recorder.did(f"{short(target)}.{name}")
        return value

    def play(self, target: Proxy, script: Sequence[tuple[Any, ...]], *, steps: bool = False) -> Any:
        """Do a script of operations in one message; returns the raw outcomes, or line counts."""
        return self.request(
            "play",
            on=reference(target),
            script=self.encode(list(script)),
            steps=steps,
            seconds=max(self._limits.call, self._limits.check / 2) if steps else None,
        )

    def release(self, number: int) -> None:
        """Let the subject forget an object, with the next request."""
        self._released.append(number)

    def _proxy(self, told: dict[str, Any]) -> Any:
        """Return the proxy of a reference: the same one for the same object."""
        number = int(told["ref"])
        what = str(told.get("what"))
        if what == "error":
            return self._error_class(told)
        known = self._proxies.get(number)
        if known is not None:
            return known
        if number in self._released:
            self._released.remove(number)
        proxy = Proxy(self, number, str(told.get("type")), what, str(told.get("name")))
        self._proxies[number] = proxy
        return proxy

    def _error_class(self, told: dict[str, Any]) -> type[Exception]:
        """Return the stand-in for one of the learner's exception classes."""
        number = int(told["ref"])
        if number not in self._errors:
            bases = tuple(self._error_class(base) for base in told.get("bases", []))
            self._errors[number] = stand_in(str(told["name"]), bases, str(told["builtin"]), number)
        return self._errors[number]

    def _rebuild(self, told: Any) -> BaseException:
        """Return the exception to raise in the check for one that the learner's code raised."""
        try:
            limit = limit_of(told)
            kind = self._error_class(told["class"])
            error = kind()
            known = {"backroad_told": told, "backroad_frames": places(told["frames"], self.tree)}
            known["backroad_proxy"] = self._proxy(told["error"])
        except (KeyError, TypeError, ValueError, AttributeError):
            message = "your code's process sent an error that is none on the checker's channel"
            return Trouble(Evidence(Verdict.TAMPERED, message))
        if limit is not None:
            return Trouble(Evidence(Verdict.LIMIT, limit, frames=known["backroad_frames"]))
        for name, value in known.items():
            setattr(error, name, value)
        return error


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
    body = {"backroad_class_ref": number, "__module__": "subject"}
    try:
        return type(name, (*bases, FromSubject, base), dict(body))
    except TypeError:  # the learner's bases do not fit together here
        return type(name, (FromSubject, Exception), dict(body))


METHOD = object()


def reference(value: Any) -> dict[str, Any]:
    """Return what stands for an object of the subject in a message."""
    if isinstance(value, Proxy):
        return {"ref": object.__getattribute__(value, "backroad_ref")}
    if isinstance(value, FromSubject):
        return reference(value.backroad_proxy)
    number = getattr(value, "backroad_class_ref", None) if isinstance(value, type) else None
    if number is not None:
        return {"ref": number}
    raise TypeError(f"a check cannot send {value!r}: only plain values and the subject's own objects cross")


def call_text(target: Proxy, name: str | None, args: Sequence[Any], kwargs: Mapping[str, Any]) -> str:
    """Return a call as a line of Python."""
    said = arguments(args, kwargs)
    if name is None:
        return f"{target.backroad_name or short(target)}({said})"
    if target.backroad_what == "module":
        return f"{name}({said})"
    return f"{short(target)}.{name}({said})"


class Method:
    """A method that was looked up and not called yet."""

    def __init__(self, owner: Proxy, name: str) -> None:
        self._owner, self._name = owner, name

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._owner.backroad_remote.call(self._owner, self._name, args, kwargs)

    def __repr__(self) -> str:
        return f"<{self._owner.backroad_type}.{self._name}>"


class Proxy:
    """An object of the subject. It equals no plain value, is neither true nor false, and computes nothing."""

    __slots__ = (
        "__weakref__",
        "backroad_name",
        "backroad_ref",
        "backroad_remote",
        "backroad_type",
        "backroad_what",
    )
    backroad_remote: Remote
    backroad_ref: int
    backroad_type: str
    backroad_what: str
    backroad_name: str

    def __init__(self, remote: Remote, number: int, type_name: str, what: str, name: str) -> None:
        values = zip(sorted(self.__slots__[1:]), (name, number, remote, type_name, what), strict=True)
        for slot, value in values:
            object.__setattr__(self, slot, value)

    def backroad_number(self) -> int:
        """Return the object's number on the wire."""
        return self.backroad_ref

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        return self.backroad_remote.attribute(self, name)

    def __setattr__(self, name: str, value: Any) -> None:
        said = f"{short(self)}.{name} = {short(value)}"
        self.backroad_remote.apply("setattr", self, name, value, said=said)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.backroad_remote.call(self, None, args, kwargs)

    def __repr__(self) -> str:
        return f"<{self.backroad_name or self.backroad_type}>"

    def __hash__(self) -> int:
        return hash(("backroad", self.backroad_ref))

    def __bool__(self) -> bool:
        raise not_plain(self, "True or False")

    def __eq__(self, other: object) -> bool:
        if self is other:
            said = f"{short(self)} == {short(other)}"
            return self._truth(self.backroad_remote.apply("eq", self, other, said=said))
        if not isinstance(other, Proxy):
            raise not_plain(self, short(other))
        said = f"{short(self)} == {short(other)}"
        return self._truth(self.backroad_remote.apply("eq", self, other, said=said))

    def __ne__(self, other: object) -> bool:
        return not self == other

    def _truth(self, value: Any) -> bool:
        if type(value) is not bool:
            raise not_plain(value, "True or False")
        return value

    def __len__(self) -> int:
        value = self.backroad_remote.apply("len", self, said=f"len({short(self)})")
        return int(value)

    def __iter__(self) -> Iterator[Any]:
        iterator = self.backroad_remote.apply("iter", self, said=f"iter({short(self)})")
        return _items(self.backroad_remote, iterator)

    def __next__(self) -> Any:
        found = self.backroad_remote.apply("advance", self, said=f"next({short(self)})")
        if not found:
            raise StopIteration
        return found[0]

    def __reversed__(self) -> Iterator[Any]:
        iterator = self.backroad_remote.apply("reversed", self, said=f"reversed({short(self)})")
        return _items(self.backroad_remote, iterator)

    def __contains__(self, item: Any) -> bool:
        said = f"{short(item)} in {short(self)}"
        return self._truth(self.backroad_remote.apply("contains", self, item, said=said))

    def __getitem__(self, key: Any) -> Any:
        return self.backroad_remote.apply("getitem", self, key, said=f"{short(self)}[{index(key)}]")

    def __setitem__(self, key: Any, value: Any) -> None:
        said = f"{short(self)}[{index(key)}] = {short(value)}"
        self.backroad_remote.apply("setitem", self, key, value, said=said)

    def __delitem__(self, key: Any) -> None:
        self.backroad_remote.apply("delitem", self, key, said=f"del {short(self)}[{index(key)}]")

    def __enter__(self) -> Any:
        return self.backroad_remote.call(self, "__enter__", (), {})

    def __exit__(self, *_: object) -> None:
        self.backroad_remote.call(self, "__exit__", (None, None, None), {})

    def __del__(self) -> None:
        self.backroad_remote.release(self.backroad_ref)


def _items(remote: Remote, iterator: Any) -> Iterator[Any]:
    while found := remote.apply("advance", iterator):
        yield found[0]


def index(key: Any) -> str:
    """Return what stands between the brackets of a subscript."""
    if isinstance(key, slice):
        ends = ["" if end is None else short(end) for end in (key.start, key.stop)]
        return ":".join([*ends, *([] if key.step is None else [short(key.step)])])
    return short(key)


def _refuse(symbol: str) -> Callable[..., Any]:
    def method(self: Proxy, *_: Any) -> Any:
        raise not_plain(self, f"a plain value for {symbol}")

    return method


def _forward(function: str, symbol: str) -> Callable[[Proxy, Any], Any]:
    """Return the comparison of two of the subject's objects; with a plain value it is refused."""

    def method(self: Proxy, other: Any) -> Any:
        if not isinstance(other, Proxy):
            raise not_plain(self, f"a plain value for {symbol}")
        said = f"{short(self)} {symbol} {short(other)}"
        return self.backroad_remote.apply(function, self, other, said=said)

    return method


for _name, _symbol in {"lt": "<", "le": "<=", "gt": ">", "ge": ">="}.items():
    setattr(Proxy, f"__{_name}__", _forward(_name, _symbol))
for _name, _symbol in {
    **{"add": "+", "sub": "-", "mul": "*", "truediv": "/", "floordiv": "//", "mod": "%", "pow": "**"},
    **{"and": "&", "or": "|", "xor": "^", "lshift": "<<", "rshift": ">>", "matmul": "@"},
}.items():
    setattr(Proxy, f"__{_name}__", _refuse(_symbol))
    setattr(Proxy, f"__r{_name}__", _refuse(_symbol))
for _name in ("neg", "pos", "invert", "abs", "int", "float", "index", "round", "complex", "bytes"):
    setattr(Proxy, f"__{_name}__", _refuse(_name))
