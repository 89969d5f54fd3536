"""Deadlines, and what silence and noise on the channel mean."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from backroad import wire
from backroad.model import Level, Limits
from backroad.plan import Plan
from backroad.referee.channel import LocalChannel, ProcessChannel, signal_words, stack_frames
from backroad.referee.evidence import Evidence, Trouble
from backroad.referee.host import Host, Subject
from backroad.referee.recorder import Recorder
from backroad.report import Verdict

CHANNEL = """
    import os, socket, struct, json, time, threading
    def link():
        for fd in range(3, 64):
            try:
                found = socket.socket(fileno=os.dup(fd))
                if found.type == socket.SOCK_STREAM:
                    return found
            except OSError:
                continue
    def frame(data):
        return struct.pack(">I", len(data)) + data
    def say(*messages):
        link().sendall(b"".join(frame(json.dumps(message).encode()) for message in messages))
    def raw(data):
        link().sendall(data)
    def forge(number):
        say({"id": number, "ok": 42})
        return 1
    def ahead(number):
        say({"id": number, "ok": 1}, {"id": number + 1, "ok": 42})
        return 1
    def hang_up():
        link().shutdown(socket.SHUT_RDWR)
        time.sleep(60)
    def close_all():
        os.closerange(3, 64)
        time.sleep(60)
    def drip():
        data = frame(json.dumps({"id": 2, "ok": "x" * 100}).encode())
        for byte in data:
            raw(bytes([byte]))
            time.sleep(0.1)
    def fine():
        return "fine"
"""
TROUBLE = """
    import ctypes, os, signal, time
    def spin():
        number = 0
        while True:
            number += 1  # spinning
    def sleep():
        time.sleep(60)  # sleeping
    def stubborn():
        while True:
            try:
                time.sleep(60)
            except BaseException:
                pass
    def regular():
        import re
        re.match("(a+)+$", "a" * 40 + "b")  # backtracking
    def power():
        return 2 ** 10**9  # computing
    def leave(code):
        os._exit(code)  # leaving
    def exiting(code):
        raise SystemExit(code)  # exiting
    def crash():
        ctypes.string_at(0)  # crashing
    def abort():
        os.abort()  # aborting
    def eat():
        return bytearray(2**40)  # eating
    def grow():
        items = []
        while True:
            items.append(bytes(2**20))  # growing
    def write_much():
        with open("big", "wb", buffering=0) as file:
            while True:
                file.write(bytes(2**16))  # writing
    def print_much():
        while True:
            print("x" * 2**16, flush=True)  # printing
    def files():
        held = []
        while True:
            held.append(open(os.devnull))  # opening
    def text():
        class Mute(Exception):
            def __str__(self):
                while True:
                    pass  # never said
        raise Mute
    def endless():
        while True:
            yield 1
    def work(seconds):
        begin = time.process_time()
        while time.process_time() - begin < seconds:
            pass
        return "done"
    def fine():
        return "fine"
"""


def evidence_of(call: Callable[[], object]) -> Evidence:
    """Return the evidence of the trouble that a call meets."""
    with pytest.raises(Trouble) as caught:
        call()
    return caught.value.evidence


@pytest.fixture
def host(plan: Callable[..., Plan]) -> Iterator[Host]:
    """A host of code that makes trouble."""
    host = Host(plan(TROUBLE, limits=Limits(call=0.4, check=4, memory=256, output=1, file=1)), Recorder())
    yield host
    host.close()


@pytest.fixture
def talker(plan: Callable[..., Plan]) -> Iterator[Host]:
    """A host of code that finds the channel and writes on it."""
    host = Host(plan(CHANNEL, limits=Limits(call=0.6, check=4)), Recorder())
    yield host
    host.close()


def process_of(subject: Subject) -> Any:
    """Return the process of a subject."""
    channel = subject.remote.channel
    assert isinstance(channel, ProcessChannel)
    return channel.started.process


@pytest.mark.parametrize(
    ("call", "source"),
    [
        ("spin", "number += 1  # spinning"),
        ("sleep", "time.sleep(60)  # sleeping"),
        ("stubborn", "time.sleep(60)"),
        ("regular", 're.match("(a+)+$", "a" * 40 + "b")  # backtracking'),
        ("power", "return 2 ** 10**9  # computing"),
        ("text", "pass  # never said"),
    ],
)
def test_no_answer_is_hung_at_its_line(host: Host, call: str, source: str) -> None:
    """Code that does not answer in time is ended, with the line that it was at, even inside C code."""
    subject = host.subject()
    begin = time.monotonic()
    found = evidence_of(getattr(subject.module, call))
    assert time.monotonic() - begin < 6
    assert found.verdict is Verdict.HUNG
    assert found.where is not None
    assert found.where.source in (source, "while True:")
    assert process_of(subject).poll() is not None
    assert host.subject().module.fine() == "fine"


def test_an_endless_generator_is_hung(host: Host) -> None:
    """`list()` of an endless generator ends with the check's time, though every step is answered."""
    host = Host(host.plan.but(limits=Limits(call=0.5, check=1)), Recorder())
    try:
        generator = host.subject().module.endless()
        found = evidence_of(lambda: list(generator))
    finally:
        host.close()
    assert (found.verdict, found.message) == (Verdict.HUNG, "the check took longer than 1 s")


@pytest.mark.parametrize(
    ("call", "args", "message", "source"),
    [
        ("leave", (0,), "exit code 0", None),
        ("leave", (3,), "exit code 3", None),
        ("exiting", (0,), "exit code 0", "raise SystemExit(code)  # exiting"),
        ("exiting", ("text",), "exit code 1", "raise SystemExit(code)  # exiting"),
        ("crash", (), "SIGSEGV (segmentation fault)", "ctypes.string_at(0)  # crashing"),
        ("abort", (), "SIGABRT (aborted)", "os.abort()  # aborting"),
    ],
)
def test_an_ended_process_has_died(
    host: Host, call: str, args: tuple[object, ...], message: str, source: str | None
) -> None:
    """Exit, signal and crash are told apart, with the line where it is known; the next check is judged."""
    found = evidence_of(lambda: getattr(host.subject().module, call)(*args))
    assert found.verdict is Verdict.DIED
    assert message in str(found.message)
    assert (found.where and found.where.source) == source
    assert host.subject().module.fine() == "fine"


@pytest.mark.parametrize(
    ("call", "limit"),
    [
        ("eat", "memory"),
        ("grow", "memory"),
        ("write_much", "size of a file or of the output"),
        ("print_much", "size of a file or of the output"),
        ("files", "open files"),
    ],
)
def test_a_limit_is_named(host: Host, call: str, limit: str) -> None:
    """Memory, file size, output and open files end in LIMIT, and the next check is judged."""
    found = evidence_of(getattr(host.subject().module, call))
    assert found.verdict is Verdict.LIMIT
    assert limit in str(found.message)
    assert host.subject().module.fine() == "fine"


def test_a_killed_subject_has_died(host: Host) -> None:
    """A process that somebody killed between two calls is no answer."""
    subject = host.subject()
    process_of(subject).kill()
    found = evidence_of(lambda: subject.module.fine())
    assert found.verdict is Verdict.DIED
    assert "SIGKILL (killed)" in str(found.message)


def test_a_stopped_subject_is_hung(host: Host) -> None:
    """A process that is stopped, not starved, has no more time than any other."""
    subject = host.subject()
    process_of(subject).send_signal(signal.SIGSTOP)
    begin = time.monotonic()
    assert evidence_of(lambda: subject.module.fine()).verdict is Verdict.HUNG
    assert time.monotonic() - begin < 6
    assert process_of(subject).poll() is not None


@pytest.fixture
def busy() -> Iterator[None]:
    """More work than the machine has processors, for the time of a test."""
    command = [sys.executable, "-S", "-c", "while True: pass"]
    burning = [subprocess.Popen(command) for _ in range(3 * (os.cpu_count() or 1))]
    yield
    for process in burning:
        process.kill()
        process.wait()


@pytest.mark.usefixtures("busy")
def test_a_starved_subject_gets_its_time(plan: Callable[..., Plan]) -> None:
    """On a busy machine the deadlines count the processor's time, that of the whole check too."""
    host = Host(plan(TROUBLE, limits=Limits(call=0.4, check=0.5)), Recorder())
    try:
        subject = host.subject()
        assert subject.module.work(0.3) == "done"
        assert subject.module.work(0.01) == "done"
    finally:
        host.close()


NOISE: dict[str, tuple[str, tuple[object, ...]]] = {
    "garbage": ("raw", (b"\xff" * 100,)),
    "no-json": ("raw", (b"\0\0\0\5hello",)),
    "huge-frame": ("raw", (b"\x7f\xff\xff\xff",)),
    "wrong-number": ("forge", (99,)),
    "no-number": ("say", ({"ok": 42},)),
    "a-list-as-number": ("say", ({"id": [2], "ok": 42},)),
    "two-answers": ("ahead", (2,)),
    "hung-up": ("hang_up", ()),
    "all-closed": ("close_all", ()),
}


@pytest.mark.parametrize("name", NOISE)
def test_noise_on_the_channel_is_tampering(talker: Host, name: str) -> None:
    """Bytes that are no answer to the question end the subject; the next check is judged by a new one."""
    call, args = NOISE[name]
    subject = talker.subject()
    found = evidence_of(lambda: [getattr(subject.module, call)(*args), subject.module.fine()])
    assert found.verdict is Verdict.TAMPERED
    assert process_of(subject).poll() is not None
    assert talker.subject().module.fine() == "fine"


FORGED: dict[str, dict[str, Any]] = {
    "unknown-value": {"ok": {"eval": "1"}},
    "bad-reference": {"ok": {"ref": "x"}},
    "reference-in-a-tuple": {"ok": {"tuple": {"ref": 1}}},
    "error-without-anything": {"raised": {}},
    "error-that-is-a-text": {"raised": "SystemExit"},
    "error-of-numbers": {"raised": {"type": 1, "builtin": 2, "text": 3, "frames": 4, "class": 5, "error": 6}},
    "exit": {"raised": {"type": "SystemExit", "builtin": "SystemExit"}},
    "outcomes": {"outcomes": 5},
}


@pytest.mark.parametrize("name", FORGED)
def test_a_forged_answer_is_never_believed_for_more_than_a_value(talker: Host, name: str) -> None:
    """A well-numbered answer that is no value raises Trouble, nothing else."""
    subject = talker.subject()
    last = subject.remote.channel._last  # type: ignore[attr-defined]  # the subject counts along as well
    say = subject.module.say
    found = evidence_of(lambda: [say({**FORGED[name], "id": last + 2}), subject.module.fine()])
    assert found.verdict is Verdict.TAMPERED


def test_an_answer_in_pieces_keeps_to_the_deadline(talker: Host) -> None:
    """Bytes that drip in do not prolong the time."""
    begin = time.monotonic()
    assert evidence_of(talker.subject().module.drip).verdict in (Verdict.HUNG, Verdict.TAMPERED)
    assert time.monotonic() - begin < 4


def test_trouble_is_final(host: Host) -> None:
    """Whoever asks a subject that is gone hears the same again."""
    subject = host.subject()
    first = evidence_of(lambda: subject.module.leave(3))
    assert evidence_of(lambda: subject.module.fine()) == first


def test_what_a_check_sends_is_capped(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    """A check that sends too much is told so as its own mistake."""
    module = host.subject().module
    monkeypatch.setattr(wire, "MAX_FRAME", 1000)
    with pytest.raises(TypeError, match="sent too much"):
        module.leave("x" * 1000)


def test_the_local_channel_answers_alike(tmp_path: Path) -> None:
    """In-process the same requests get the same replies, and an exit is a Trouble too."""
    (tmp_path / "thing.py").write_text("raise SystemExit(3)\n")
    channel = LocalChannel(tmp_path)
    assert channel.level is Level.NONE
    assert channel.ask({"op": "apply", "name": "abs", "args": [-1], "kwargs": {"dict": []}}, 1) == {
        "ok": 1,
        "id": 0,
    }
    found = evidence_of(lambda: channel.ask({"op": "load", "name": "thing"}, 1))
    assert (found.verdict, found.message) == (Verdict.DIED, "your code ended its process with exit code 3")


def test_the_local_channel_copies_too(tmp_path: Path) -> None:
    """An argument that is sent twice is two objects, as in two processes."""
    channel, number = LocalChannel(tmp_path), 10**6
    names = {"dict": [["one", number], ["other", number]]}
    request = {"op": "apply", "name": "eval", "args": ["one is other", names], "kwargs": {"dict": []}}
    assert channel.ask(request, 1) == {"ok": False, "id": 0}


DUMP = """Thread 0x00007f01 (most recent call first):
  File "/usr/lib/python3.11/threading.py", line 5 in wait
  File "{root}/thing.py", line 7 in worker

Current thread 0x00007f02 (most recent call first):
  File "{root}/pkg/inner.py", line 3 in deep
  File "{root}/thing.py", line 12 in f
  File "{root}2/other.py", line 1 in g
"""


def test_the_current_thread_comes_first(tmp_path: Path) -> None:
    """Of a dump of all threads, the submission's frames of the current one are told, innermost last."""
    text = DUMP.replace("{root}", str(tmp_path))
    assert stack_frames(text, tmp_path) == [["thing.py", 12, "f"], ["pkg/inner.py", 3, "deep"]]
    only_thread = text.partition("Current")[0]
    assert stack_frames(only_thread, tmp_path) == [["thing.py", 7, "worker"]]
    assert stack_frames("noise", tmp_path) == []


@pytest.mark.parametrize(
    ("number", "words"),
    [(9, "SIGKILL (killed)"), (15, "SIGTERM"), (11, "SIGSEGV (segmentation fault)"), (99, "signal 99")],
)
def test_signals_have_words(number: int, words: str) -> None:
    """A signal is named, the common ones in words."""
    assert signal_words(number) == words
