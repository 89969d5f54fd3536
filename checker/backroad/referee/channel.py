"""The referee's end of the conversation with one subject: requests, deadlines, what silence means."""

from __future__ import annotations

import contextlib
import re
import signal
import time
from pathlib import Path
from typing import Any, Protocol

from backroad.model import Level, Limits
from backroad.referee.deadline import Deadline
from backroad.referee.evidence import Evidence, Trouble, places
from backroad.referee.foreign import limit_of_end, memory_words
from backroad.referee.launch import Started
from backroad.report import Verdict
from backroad.subject.agent import Agent, Ending
from backroad.wire import HEADER, VERSION, TooBig, Unpacker, WireError, pack, parse

RECEIVE = 2**18
STACK_SECONDS = 1.0
LAST_SECONDS = 2.0
START_SECONDS = 30.0
SHORTEST = 0.001
FRAME_LINE = re.compile(r'^\s*File "(?P<file>.*)", line (?P<line>\d+) in (?P<function>.*)$')
THREAD_LINE = re.compile(r"^(?=(?:Current t|T)hread 0x)", re.MULTILINE)
WORDS_OF_SIGNALS = {"SIGKILL": "killed", "SIGSEGV": "segmentation fault", "SIGABRT": "aborted"}


class Channel(Protocol):
    """Carries one request to the learner's code and its reply back."""

    level: Level
    lent: float
    """Seconds beyond their limits that replies took because the machine was busy."""

    def ask(self, request: dict[str, Any], seconds: float) -> dict[str, Any]:
        """Return the reply; raises Trouble where there is none."""

    def give_up(self, evidence: Evidence) -> Trouble:
        """End the other side, and answer every later request with this."""

    def close(self) -> None:
        """End the other side."""


class LocalChannel:
    """The subject in this very process, for debuggers: no deadline, no walls, the same copies."""

    level = Level.NONE
    lent = 0.0

    def __init__(self, tree: Path) -> None:
        self._tree = tree
        self._agent = Agent(str(tree))

    def ask(self, request: dict[str, Any], seconds: float) -> dict[str, Any]:
        """Return the agent's reply."""
        del seconds
        # Through the bytes and back: equal numbers are different objects then, as in two processes.
        copied = parse(packed({**request, "id": 0})[HEADER.size :])
        try:
            return self._agent.answer(copied)
        except Ending as ending:
            raise Trouble(exited(ending.code, places(ending.frames, self._tree))) from None

    def give_up(self, evidence: Evidence) -> Trouble:
        """Return the trouble; the code goes on where it is."""
        return Trouble(evidence)

    def close(self) -> None:
        """Nothing to end."""


class ProcessChannel:
    """A subject in a process of its own."""

    def __init__(self, started: Started, tree: Path, limits: Limits, walls: dict[str, Any]) -> None:
        self.started = started
        self._tree = tree
        self._limits = limits
        self._unpacker = Unpacker()
        self._last = 0
        self._trouble: Trouble | None = None
        self.level = Level.NONE
        self.lent = 0.0
        self._configure(walls)

    def _configure(self, walls: dict[str, Any]) -> None:
        hello = {"root": str(self._tree), "walls": walls}
        self.started.link.sendall(pack(hello))
        reply = self._receive(START_SECONDS, START_SECONDS)
        if reply.get("version") != VERSION or not isinstance(reply.get("level"), int):
            raise self._tampered("its first message was not ours")
        self.level = Level(reply["level"])

    def ask(self, request: dict[str, Any], seconds: float) -> dict[str, Any]:
        """Return the reply to one request within `seconds` of the subject's own time."""
        if self._trouble is not None:
            raise self._trouble
        self._last += 1
        frame = packed({**request, "id": self._last})
        if self.started.link.gettimeout() != seconds:
            self.started.link.settimeout(seconds)
        try:
            self.started.link.sendall(frame)
        except TimeoutError:
            raise self._hung(seconds) from None
        except OSError:
            raise self._died() from None
        reply = self._receive(seconds, max(seconds, self._limits.check))
        return self._honest(reply)

    def _honest(self, reply: dict[str, Any]) -> dict[str, Any]:
        """Return the reply if it belongs to the last request."""
        if "spent" in reply:
            raise self.give_up(Evidence(Verdict.LIMIT, f"the limit of {memory_words(self._limits)}"))
        if reply.get("id") != self._last:
            raise self._tampered("a message that answers no question")
        if "exit" in reply:
            self.close()
            frames = places(reply.get("frames"), self._tree)
            raise self._remember(exited(reply["exit"], frames))
        return reply

    def _receive(self, seconds: float, longest: float) -> dict[str, Any]:
        """Return the next message; one that comes in pieces may take up to `longest` seconds."""
        deadline = Deadline(seconds, lambda: (self.started.process.pid,))
        wait = deadline.wait
        while True:
            try:
                message = self._next_message(wait)
            except TimeoutError:
                wait = deadline.wait
                if not wait:
                    raise self._hung(seconds) from None
                continue
            if message is not None:
                self.lent += deadline.over
                return message
            left = longest - deadline.passed
            if left <= 0:  # an answer that drips in, piece after piece
                raise self._hung(longest)
            wait = min(left, max(SHORTEST, deadline.wait))

    def _next_message(self, seconds: float) -> dict[str, Any] | None:
        """Return a message if one more piece completes it; raises TimeoutError."""
        try:
            self.started.link.settimeout(seconds)
            data = self.started.link.recv(RECEIVE)
        except TimeoutError:
            raise
        except OSError:
            data = b""
        if not data:
            raise self._died()
        try:
            messages = list(self._unpacker.feed(data))
        except WireError as error:
            raise self._tampered(str(error)) from None
        if len(messages) > 1 and "spent" not in messages[-1]:  # told as soon as it is so
            raise self._tampered("several answers to one question")
        return messages[-1] if messages else None

    def _hung(self, seconds: float) -> Trouble:
        frames = self._stack()
        self.close()
        return self._remember(Evidence(Verdict.HUNG, f"no answer within {seconds:g} s", frames=frames))

    def _stack(self) -> tuple[Any, ...]:
        """Ask the subject's fault handler for its stack; it needs no cooperation of the learner's code."""
        if not hasattr(signal, "SIGUSR1"):
            return ()
        with contextlib.suppress(ProcessLookupError):
            self.started.process.send_signal(signal.SIGUSR1)
        deadline = time.monotonic() + STACK_SECONDS
        text = ""
        while time.monotonic() < deadline:
            fresh = self._told_stacks()
            if fresh and fresh == text:
                break
            text = fresh
            time.sleep(0.02)
        return places(stack_frames(text, self._tree), self._tree)

    def _told_stacks(self) -> str:
        with contextlib.suppress(OSError):
            return self.started.stacks.read_bytes()[-(2**16) :].decode("ascii", "backslashreplace")
        return ""

    def _died(self) -> Trouble:
        code = self._exit_code()
        if code is None:
            self.close()
            return self._remember(Evidence(Verdict.TAMPERED, "your code closed the checker's channel"))
        frames = places(stack_frames(self._told_stacks(), self._tree), self._tree)
        self.close()
        limit = limit_of_end(code, self._limits)
        if limit is not None:
            return self._remember(Evidence(Verdict.LIMIT, limit))
        if code < 0:
            return self._remember(
                Evidence(
                    Verdict.DIED, f"your code's process was ended by {signal_words(-code)}", frames=frames
                )
            )
        return self._remember(exited(code, frames))

    def _exit_code(self) -> int | None:
        """Return how the process ended, or None for one that only closed its socket."""
        try:
            return self.started.process.wait(timeout=LAST_SECONDS)
        except Exception:
            return None

    def _tampered(self, what: str) -> Trouble:
        self.close()
        return self._remember(
            Evidence(Verdict.TAMPERED, f"your code's process sent {what} on the checker's channel")
        )

    def give_up(self, evidence: Evidence) -> Trouble:
        """End the subject, and answer every later request with this."""
        self.close()
        return self._remember(evidence)

    def _remember(self, evidence: Evidence) -> Trouble:
        self._trouble = Trouble(evidence)
        return self._trouble

    @property
    def is_open(self) -> bool:
        """Whether the subject can still be asked."""
        return self._trouble is None

    def close(self) -> None:
        """End the subject's process."""
        self.started.end()


def exited(code: object, frames: tuple[Any, ...]) -> Evidence:
    """Return the evidence of code that ended its own process."""
    shown = code if isinstance(code, int) else "?"
    return Evidence(Verdict.DIED, f"your code ended its process with exit code {shown}", frames=frames)


def signal_words(number: int) -> str:
    """Return a signal in words."""
    try:
        name = signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
    return f"{name} ({WORDS_OF_SIGNALS[name]})" if name in WORDS_OF_SIGNALS else name


def stack_frames(text: str, tree: Path) -> list[list[Any]]:
    """Return the submission's frames of a fault handler's dump, innermost last: the current thread first."""
    blocks = THREAD_LINE.split(text)
    current = [block for block in blocks if block.startswith("Current")]
    found = (thread_frames(block, tree) for block in [*current, *blocks])
    return next((frames for frames in found if frames), [])


def thread_frames(text: str, tree: Path) -> list[list[Any]]:
    """Return the submission's frames of one thread."""
    frames: list[list[Any]] = []
    root = str(tree).encode("ascii", "backslashreplace").decode("ascii") + "/"
    for line in text.splitlines():
        match = FRAME_LINE.match(line)
        if match and match["file"].startswith(root):
            frames.insert(0, [match["file"].removeprefix(root), int(match["line"]), match["function"]])
    return frames


def packed(request: dict[str, Any]) -> bytes:
    """Return a request as a frame."""
    try:
        return pack(request)
    except TooBig as error:
        raise TypeError(f"a check sent too much: {error}") from None
