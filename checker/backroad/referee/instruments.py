"""The checks' handles on what runs beside the learner's code: built-ins, counters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from backroad.referee.proxies import Proxy
from backroad.referee.recorder import arguments
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
