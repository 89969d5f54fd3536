"""The conversation with one subject, in Python's words."""

from __future__ import annotations

import gc
from collections.abc import Callable
from typing import Any

import pytest

from backroad.model import Limits
from backroad.referee.evidence import Trouble
from backroad.referee.host import Subject
from backroad.referee.instruments import Builtins
from backroad.report import Verdict

CODE = """
    import gc, weakref
    class Node:
        kind = "node"
        def __init__(self, value=None): self.value = value
        def get(self): return self.value
        def chain(self, n):
            return Node(self) if n == 0 else Node(self.chain(n - 1))
    watched = weakref.WeakSet()
    def make(value=None):
        node = Node(value)
        watched.add(node)
        return node
    def alive():
        gc.collect()
        return len(watched)
    def both(one, *others, last=None): return [one, list(others), last]
    def deep():
        value = []
        for _ in range(500): value = [value]
        return value
    def large(): return "x" * 40_000_000
    def mutate(items): items.append(1); return items
    class Boom(Exception):
        pass
    def boom():
        node = make()
        raise Boom("x")
"""


@pytest.fixture
def subject(loaded: Callable[..., Subject]) -> Subject:
    """A module of nodes."""
    return loaded(CODE)


def test_values_go_and_come(subject: Subject) -> None:
    """Arguments by place and name arrive as they were given."""
    assert subject.module.both(1, "é", (2,), last={"k": [None]}) == [1, ["é", (2,)], {"k": [None]}]


def test_arguments_are_copies(subject: Subject) -> None:
    """A list given to the learner's code stays the check's own."""
    mine: list[int] = []
    assert subject.module.mutate(mine) == [1]
    assert mine == []


def test_objects_are_freed_when_the_check_lets_go(subject: Subject) -> None:
    """A released proxy frees the learner's object with the next message."""
    nodes = [subject.module.make() for _ in range(10)]
    assert subject.module.alive() == 10
    del nodes[3:]
    gc.collect()
    subject.module.alive()
    assert subject.module.alive() == 3


def test_an_object_held_elsewhere_comes_back_alive(subject: Subject) -> None:
    """Letting go of a proxy does not cost the object that another one leads to."""
    outer = subject.module.Node(subject.module.make(7))
    gc.collect()
    subject.module.alive()
    assert outer.get().value == 7
    assert outer.get() is outer.get()


def test_an_exception_holds_no_object(subject: Subject) -> None:
    """What a raising function had in hand is freed with the exception."""
    with pytest.raises(subject.module.Boom):
        subject.module.boom()
    gc.collect()
    subject.module.alive()
    assert subject.module.alive() == 0


@pytest.mark.parametrize(("call", "what"), [("deep", "deeper than"), ("large", "bytes")])
def test_what_is_too_big_is_a_limit(subject: Subject, call: str, what: str) -> None:
    """A value that may not cross ends the check, not the subject."""
    with pytest.raises(Trouble, match=what) as caught:
        getattr(subject.module, call)()
    assert caught.value.evidence.verdict is Verdict.LIMIT
    assert subject.module.alive() == 0


def test_all_calls_of_a_check_share_its_time(loaded: Callable[..., Subject]) -> None:
    """With the time of the check used up no further call is made; the next check has its own."""
    subject = loaded(CODE, limits=Limits(check=0.05))
    with pytest.raises(Trouble, match=r"longer than 0\.05 s") as caught:
        [subject.module.alive() for _ in range(10**6)]
    assert caught.value.evidence.verdict is Verdict.HUNG
    subject.remote.begin_check()
    assert subject.module.alive() == 0


def test_what_was_done_is_recorded(subject: Subject) -> None:
    """Calls, reads and uses of objects are remembered in words."""
    recorder = subject.remote._recorder
    recorder.clear()
    node = subject.module.make(1)
    _ = (node.get(), node.kind, node == subject.module.make(1))
    names: dict[int, str] = {node.backroad_ref: "node"}
    assert recorder.lines(names)[:3] == ("node = make(1)", "node.get()", "node.kind")


def test_built_ins_run_beside_the_code(subject: Subject) -> None:
    """Python's functions are applied on the other side, in one message each."""
    builtins = Builtins(subject.remote)
    node = subject.module.make(1)
    assert builtins.isinstance(node, subject.module.Node) is True
    assert builtins.repr(node).startswith("<")
    assert builtins.getattr(node, "nothing", 5) == 5
    assert builtins.type(node) is subject.module.Node
    assert builtins.eval("N(3).value", {"N": subject.module.Node}) == 3
    with pytest.raises(KeyError):
        builtins.nothing_such(node)


def test_a_long_chain_of_objects_ends(subject: Subject) -> None:
    """Nested objects go by reference, so no depth is reached."""
    value: Any = subject.module.Node().chain(300)
    for _ in range(300):
        value = value.value
    assert value.kind == "node"
