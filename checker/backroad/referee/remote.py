"""The conversation with one subject, in Python's words: call, read, apply, play."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from weakref import WeakValueDictionary

from backroad.model import Limits
from backroad.referee.channel import Channel
from backroad.referee.evidence import Evidence, Trouble, places
from backroad.referee.foreign import instance, limit_of, read_error, stand_in
from backroad.referee.proxies import Method, Proxy, call_text, reference
from backroad.referee.recorder import Recorder, short
from backroad.report import Verdict
from backroad.wire import Decoder, Encoder, WireError

METHOD = object()
METHOD_OF_ALL = object()
UTC = "UTC"
MAX_NAME = 200


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
        self._timezone = UTC
        self._mark: list[int] | None = None
        self._methods: set[tuple[int, str]] = set()
        self._methods_of: dict[tuple[int, str], bool] = {}
        self._names: dict[tuple[int, str], Any] = {}
        self.begin_check()

    def begin_check(self) -> None:
        """Start the clock of a check, which bounds all its calls together, and its record."""
        self._deadline = time.monotonic() + self._limits.check - self.channel.lent
        self._methods.clear()
        if self._timezone != UTC:
            self.set_timezone(UTC)
        if self._mark is not None:
            self._mark = self.apply("mark")

    def request(self, op: str, *, seconds: float | None = None, **fields: Any) -> Any:
        """Send one request and return its value; raises what the learner's code raised."""
        if time.monotonic() > self._deadline + self.channel.lent and self.channel.level:
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
        if "outcomes" in reply:
            return reply["outcomes"]
        if reply.get("method") is True:
            return METHOD_OF_ALL if reply.get("shared") is True else METHOD
        return self.decode(reply.get("ok"))

    def decode(self, data: Any) -> Any:
        """Return the value that a reply's JSON stands for; raises Trouble for what is none."""
        try:
            return Decoder(self._proxy).decode(data)
        except WireError as error:
            raise self.tampered(str(error)) from None

    def _encode(self, value: Any) -> Any:
        """Return the JSON of an argument; what the check cannot send is its own error."""
        return Encoder(reference).encode(value)

    def call(self, target: Proxy, name: str | None, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        """Call an object of the subject, or its method."""
        self._recorder.did(call_text(target, name, args, kwargs))
        result = self.request(
            "call",
            on=reference(target),
            name=name,
            args=self._encode(list(args)),
            kwargs=self._encode(dict(kwargs)),
        )
        if isinstance(result, Proxy):
            self._recorder.resulted(result.backroad_ref, result.backroad_type)
        return result

    def apply(self, function: str, *args: Any, said: str | None = None, **kwargs: Any) -> Any:
        """Apply a built-in, an operator or an instrument beside the learner's code."""
        if said is not None:
            self._recorder.did(said)
        return self.request(
            "apply", name=function, args=self._encode(list(args)), kwargs=self._encode(kwargs)
        )

    def attribute(self, target: Proxy, name: str) -> Any:
        """Read an attribute; what is only there to be called becomes a Method, without a message more.

        A module's classes and functions, and what is a function of a class, are looked up once; what only an
        object has is looked up in each check. Calls are resolved anew in any case.
        """
        key = (target.backroad_ref, name)
        if key in self._methods or self._methods_of.get((target.backroad_kind, name)):
            return Method(target, name)
        if key in self._names:
            return self._names[key]
        value = self.request("attribute", on=reference(target), name=name)
        if value is METHOD_OF_ALL:
            self._methods_of.setdefault((target.backroad_kind, name), True)
        if value is METHOD or value is METHOD_OF_ALL:
            self._methods.add(key)
            value = Method(target, name)
        if target.backroad_what == "module" and is_lasting(value):
            self._names[key] = value
        if isinstance(value, Method):
            return value
        if target.backroad_what == "object":
            self._recorder.did(f"{short(target)}.{name}")
        return value

    def set_attribute(self, target: Proxy, name: str, value: Any, said: str) -> None:
        """Set an attribute; what was known of it is forgotten."""
        self._methods.discard((target.backroad_ref, name))
        self._methods_of[target.backroad_kind, name] = False  # for this object it may be none any more
        self._names.pop((target.backroad_ref, name), None)
        self.apply("setattr", target, name, value, said=said)

    def play(self, target: Proxy, script: Sequence[tuple[Any, ...]], *, steps: bool = False) -> Any:
        """Do a script of operations in one message; returns the JSON of the outcomes, or line counts."""
        encoder = Encoder(reference)
        return self.request(
            "play",
            on=reference(target),
            script=[encoder.many(operation, 0) for operation in script],
            steps=steps,
            seconds=max(self._limits.call, self._limits.check / 2) if steps else None,
        )

    def race(self, calls: Sequence[tuple[Proxy, str, Sequence[Any], Mapping[str, Any]]]) -> list[Any]:
        """Make calls in threads that are let go together; returns values, and exceptions as instances."""
        first = ", ".join(call_text(*call) for call in calls[:1])
        self._recorder.did(f"{len(calls)} threads at once: {first}{', …' if len(calls) > 1 else ''}")
        outcomes = self.request(
            "race",
            calls=[
                self._encode([target, name, list(args), dict(kwargs)]) for target, name, args, kwargs in calls
            ],
            seconds=max(self._limits.call, self._limits.check * 0.8),
        )
        if not isinstance(outcomes, list) or len(outcomes) != len(calls):
            raise self.tampered("a race without its outcomes")
        return [self._raced(outcome) for outcome in outcomes]

    def _raced(self, outcome: Any) -> Any:
        """Return the value of one call of a race, or its exception."""
        if not isinstance(outcome, dict):
            raise self.tampered("an outcome that is none")
        if "raised" not in outcome:
            return self.decode(outcome.get("ok"))
        error = self._rebuild(outcome["raised"])
        if isinstance(error, Trouble):
            raise error
        return error

    def played(self, text: str) -> None:
        """Record a script in one line."""
        self._recorder.did(text)

    def made(self, target: Proxy) -> str | None:
        """Return how an object came to be, as a line of Python."""
        return self._recorder.made(target.backroad_ref)

    def release(self, number: int) -> None:
        """Let the subject forget an object, with the next request."""
        self._released.append(number)

    def at_limit(self, limit: str, told: dict[str, Any]) -> Trouble:
        """Return the verdict on a limit that was reached; the subject ends, whatever it still holds."""
        return self.channel.give_up(
            Evidence(Verdict.LIMIT, limit, frames=places(told.get("frames"), self.tree))
        )

    def outcome_limit(self, told: dict[str, Any]) -> None:
        """Raise the verdict where an outcome of a script speaks of a limit."""
        limit = limit_of(told, self._limits)
        if limit is not None:
            raise self.at_limit(limit, told)

    def set_timezone(self, name: str) -> None:
        """Put the subject into a local time zone."""
        self.apply("set_timezone", name)
        self._timezone = name

    def watch(self, needs: Sequence[str]) -> None:
        """Have what the drivers of databases do recorded."""
        self.apply("watch", list(needs))
        self._mark = self.apply("mark")

    def ran(self) -> tuple[str, ...]:
        """Return the last things that the learner's code said to a database in this check."""
        if self._mark is None:
            return ()
        try:
            total, *texts = self.apply("spoken", self._mark)
            before = int(total) - len(texts)
        except (Trouble, Exception):
            return ()  # it is dead, or says nonsense: the verdict is known already
        return (*([f"… {before:,} before"] if before > 0 else []), *map(str, texts))

    def settle(self) -> None:
        """Let the subject forget what the check has let go; its own check answers for a `__del__`."""
        if self._released:
            try:
                self.request("release")
            except Trouble as trouble:
                message = f"when its objects were let go: {trouble.evidence.message}"
                raise Trouble(trouble.evidence.but(message=message)) from None

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
        type_name, name = (str(told.get(key))[:MAX_NAME] for key in ("type", "name"))
        proxy = Proxy(self, number, type_name, what, name, int(told.get("kind", 0)))
        self._proxies[number] = proxy
        return proxy

    def _error_class(self, told: dict[str, Any]) -> type[Exception]:
        """Return the stand-in for one of the learner's exception classes."""
        number = int(told["ref"])
        if number not in self._errors:
            bases = tuple(self._error_class(base) for base in told.get("bases", []))
            self._errors[number] = stand_in(str(told["name"]), bases, str(told["builtin"]), number)
        return self._errors[number]

    def tampered(self, what: str) -> Trouble:
        """Return the verdict on a subject that sends what no agent does; it ends."""
        message = f"your code's process sent {what} on the checker's channel"
        return self.channel.give_up(Evidence(Verdict.TAMPERED, message))

    def _rebuild(self, raised: Any) -> BaseException:
        """Return the exception to raise in the check for one that the learner's code raised."""
        try:
            told = read_error(raised)
            limit = limit_of(told, self._limits)
            kind = self._error_class(told["class"])
            error = instance(kind)
            known = {"backroad_told": told, "backroad_tree": self.tree}
            known["backroad_proxy"] = self._proxy(told["error"])
        except (KeyError, TypeError, ValueError, AttributeError):
            return self.tampered("an error that is none")
        if limit is not None:
            return self.at_limit(limit, told)
        for name, value in known.items():
            setattr(error, name, value)
        return error


def is_lasting(value: Any) -> bool:
    """Return whether an attribute is a function or a class, or the stand-in for an exception's."""
    return isinstance(value, type | Method) or (type(value) is Proxy and value.backroad_what == "class")
