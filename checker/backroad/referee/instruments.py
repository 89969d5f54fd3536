"""The checks' handles on what runs beside the learner's code: built-ins, counters, records, races."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from backroad.referee.proxies import Proxy
from backroad.referee.recorder import arguments
from backroad.referee.recordings import Commands, Statements
from backroad.referee.remote import Remote
from backroad.referee.scripts import Script


class Builtins:
    """`builtins.hash(x)` calls Python's own hash() on the subject's side, in one message."""

    def __init__(self, remote: Remote) -> None:
        self._remote = remote

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def apply(*args: Any, **kwargs: Any) -> Any:
            said = f"{name}({arguments(args, kwargs)})"
            return self._remote.apply(name, *args, said=said, **kwargs)

        return apply


class Instruments:
    """Counts work instead of seconds."""

    def __init__(self, remote: Remote) -> None:
        self._remote = remote

    def steps(self, target: Proxy, script: Script) -> int:
        """Return how many lines of the submission's files ran while the script was played."""
        return sum(self.steps_of_each(target, script))

    def steps_of_each(self, target: Proxy, script: Script) -> list[int]:
        """Return the line count of each operation."""
        counts = self._remote.play(target, script, steps=True)
        return [int(count) for count in counts]

    def counted(self, values: Sequence[Any]) -> list[Proxy]:
        """Return a key for each value whose comparisons and hashes are counted."""
        keys: list[Proxy] = self._remote.apply("counted", list(values))
        return keys

    def comparisons(self) -> int:
        """Return how often counted keys were compared or hashed since the last reset."""
        return int(self._remote.apply("comparisons"))

    def reset(self) -> None:
        """Count comparisons from zero."""
        self._remote.apply("reset_comparisons")

    def plain(self, key: Any) -> Any:
        """Return the value of a counted key, or of each in a list or tuple."""
        return self._remote.apply("plain", key)

    @contextmanager
    def statements(self) -> Iterator[Statements]:
        """Record the SQL statements that SQLAlchemy runs for the learner's code during the `with`."""
        seen, (before, _) = Statements(), self._remote.apply("mark")
        yield seen
        seen.fill(self._remote.apply("statements", before))

    @contextmanager
    def commands(self) -> Iterator[Commands]:
        """Record the commands that PyMongo sends for the learner's code during the `with`."""
        seen, (_, before) = Commands(), self._remote.apply("mark")
        yield seen
        seen.fill(self._remote.apply("commands", before))

    def connections(self) -> int:
        """Return how many connections are checked out of SQLAlchemy's pools now."""
        return int(self._remote.apply("connections"))

    def race(self, calls: Sequence[tuple[Any, ...]]) -> list[Any]:
        """Make calls `(target, "method", *arguments)` in threads that are let go together.

        While they run, each pauses before every statement it sends to a database, so that a value which
        was read is old when it is written. Returns what each call gave, or the exception it raised.
        Keyword arguments are given as `keywords(name=value)`, last.
        """
        return self._remote.race([racing(*call) for call in calls])

    def timezone(self, name: str) -> None:
        """Have the learner's code live in another local time zone until the check is over."""
        self._remote.set_timezone(name)


class Keywords(dict[str, Any]):
    """The keyword arguments of a call in a race."""


def keywords(**arguments: Any) -> Keywords:
    """Return keyword arguments, for the end of a call in a race."""
    return Keywords(arguments)


def racing(target: Any, name: str, *arguments: Any) -> tuple[Proxy, str, Sequence[Any], dict[str, Any]]:
    """Return a call of a race in its four parts; the target is an object, or the learner's module."""
    target = target if isinstance(target, Proxy) else target.backroad_proxy
    if arguments and isinstance(arguments[-1], Keywords):
        return target, name, arguments[:-1], dict(arguments[-1])
    return target, name, arguments, {}
