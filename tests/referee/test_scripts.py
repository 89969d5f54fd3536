"""Scripts of calls, on the learner's objects and on models."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from backroad.referee.evidence import Evidence, Trouble
from backroad.referee.host import Subject
from backroad.referee.scripts import agree, operation_text, play, shrink
from backroad.report import Verdict

CODE = """
    class Full(IndexError):
        pass
    class Stack:
        def __init__(self, items=()): self.items = list(items)
        def push(self, item): self.items.append(item)
        def pop(self):
            if not self.items: raise Full("empty")
            return self.items.pop()
        def append(self, item):
            self.items.append(item)
            if len(self.items) > 3 and 7 in self.items: self.items.pop(0)
            return self
        def __len__(self): return len(self.items)
        def __getitem__(self, at): return self.items[at]
        @property
        def size(self): return len(self.items)
        def me(self): return self
        def eat(self): return bytearray(2**40)
        def leave(self): raise SystemExit(0)
        def truthy(self): return 1
        def wrong(self): raise TypeError("mine")
    class Forger:
        def __init__(self): self.told = False
        def pop(self):
            import json, os, socket, struct
            if not self.told:
                self.told = True
                for fd in range(3, 64):
                    try:
                        link = socket.socket(fileno=os.dup(fd))
                    except OSError:
                        continue
                    data = json.dumps({"id": NUMBER, "outcomes": [0, 0]}).encode()
                    link.sendall(struct.pack(">I", len(data)) + data)
                    return
    NUMBER = 0
"""


@pytest.fixture
def module(loaded: Callable[..., Subject]) -> Any:
    """A module with a stack."""
    return loaded(CODE).module


def failure(call: Callable[[], object]) -> Evidence:
    """Return the evidence of the trouble that a call meets."""
    with pytest.raises(Trouble) as caught:
        call()
    return caught.value.evidence


def test_a_script_gives_the_outcome_of_each_call(module: Any) -> None:
    """Values, exceptions, attributes and discarded results come in order."""
    script = [
        ("push", 1),
        ("pop",),
        ("pop",),
        (".size",),
        ("builtins.len",),
        ("!push", 2),
        ("__getitem__", -1),
    ]
    got = play(module.Stack(), script)
    assert [outcome.kind for outcome in got] == ["returned"] * 2 + ["raised"] + ["returned"] * 2 + [
        "done",
        "returned",
    ]
    assert (got[1].value, got[3].value, got[6].value) == (1, 0, 2)
    assert got[2].lineage[:2] == ("Full", "IndexError")


def test_a_script_compares_with_a_model(module: Any) -> None:
    """The same calls on a plain list give the same outcomes; an exception counts by its built-in class."""
    script = [("append", 1), ("pop",), ("pop",), ("__len__",)]
    got = play(module.Stack(), script)
    due = play([], script)
    assert got[1:] == due[1:]
    assert play(module.Stack([1]), [("pop",), ("pop",)]) == play([1], [("pop",), ("pop",)])


def test_a_script_compares_with_plain_values(module: Any) -> None:
    """Outcomes may be held against a list of values; types count."""
    assert play(module.Stack([5]), [("pop",), ("__len__",)]) == [5, 0]
    assert play(module.Stack([True]), [("pop",)]) != [1]
    assert play(module.Stack([(1,)]), [("pop",)]) != [[1]]
    assert play(module.Stack(), [("truthy",)]) != [True]


def test_a_list_of_another_length_is_the_check_s_mistake(module: Any) -> None:
    """Comparing two calls with three values is an error of the author."""
    with pytest.raises(TypeError, match="1 outcomes compared with 2"):
        assert play(module.Stack(), [("push", 1)]) == [None, None]


def test_another_exception_differs(module: Any) -> None:
    """A TypeError is no IndexError."""
    assert play(module.Stack(), [("wrong",)]) != play([], [("pop",)])
    assert play(module.Stack(), [("pop",)]) != play({}, [("pop", 1)])


def test_a_discarded_result_equals_any_but_an_exception(module: Any) -> None:
    """`!` compares only that nothing was raised."""
    assert play(module.Stack(), [("!me",)]) == play([], [("!copy",)])
    assert play(module.Stack(), [("!pop",)]) != play([1], [("!pop",)])


def test_an_object_among_the_outcomes_equals_nothing(module: Any) -> None:
    """A result that is an object of the learner is no plain value, whatever it claims."""
    found = play(module.Stack(), [("me",)]).evidence([7])
    assert found is not None
    assert (found.verdict, found.expected) == (Verdict.FAILED, "7")


def test_the_evidence_is_the_first_difference(module: Any) -> None:
    """What was done up to the difference, what was expected, what came."""
    stack = module.Stack([1])
    found = play(stack, [("pop",), ("pop",), ("__len__",)]).evidence([1, 2, 0])
    assert found is not None
    assert (found.verdict, found.expected, found.message) == (Verdict.RAISED, "2", "Full: empty")
    assert [line.partition(".")[2] for line in found.did[-2:]] == ["pop()", "pop()"]
    assert found.where is not None
    assert found.where.function == "pop"
    plain = play(module.Stack([1]), [("pop",)]).evidence([2])
    assert plain is not None
    assert (plain.verdict, plain.expected, plain.got) == (Verdict.FAILED, "2", "1")


def test_values_are_plain_or_raise(module: Any) -> None:
    """`.values()` gives the values; an exception among them is the learner's."""
    assert play(module.Stack([1]), [("pop",)]).values() == [1]
    found = failure(lambda: play(module.Stack(), [("pop",)]).values())
    assert (found.verdict, found.message) == (Verdict.RAISED, "Full: empty")


def test_memory_in_a_script_is_a_limit(module: Any) -> None:
    """No exception of the model equals running out of memory."""
    assert failure(lambda: play(module.Stack(), [("eat",)])).verdict is Verdict.LIMIT


def test_an_exit_in_a_script_ends_the_subject(module: Any) -> None:
    """A script does not go on after SystemExit."""
    assert failure(lambda: play(module.Stack(), [("leave",), ("pop",)])).verdict is Verdict.DIED


def test_only_discarded_values_may_be_told_as_done(module: Any) -> None:
    """A forged answer that calls every outcome done, which equals everything, is tampering."""
    forger = module.Forger()
    channel = forger.backroad_remote.channel
    module.NUMBER = channel._last + 2
    assert failure(lambda: play(forger, [("pop",), ("pop",)])).verdict is Verdict.TAMPERED


def test_agreement_is_silent(module: Any) -> None:
    """Where both do the same nothing happens."""
    agree(lambda: module.Stack([1, 2]), lambda: [1, 2], [("pop",), ("pop",), ("pop",)])


def test_disagreement_is_told_by_the_shortest_script(module: Any) -> None:
    """Of a long script the calls remain that are needed to show the mistake."""
    script = [("!append", number) for number in range(20)] + [("__len__",)]
    found = failure(lambda: agree(module.Stack, list, script))
    assert len([line for line in found.did if "append" in line]) == 4
    assert any("append(7)" in line for line in found.did)
    assert (found.expected, found.got) == ("4", "3")


def test_chance_in_the_code_is_told(loaded: Callable[..., Subject]) -> None:
    """A failure that a second try does not show is still a failure."""
    code = """
        made = 0
        class Once(list):
            def size(self): return 5 if made == 1 else 0
            def __init__(self):
                global made
                made += 1
    """
    module = loaded(code).module
    found = failure(lambda: agree(module.Once, lambda: type("M", (), {"size": lambda _: 0})(), [("size",)]))
    assert "another result the second time" in str(found.message)


@pytest.mark.parametrize("needed", [{3}, {0}, {9}, {2, 7}, set(range(10))])
def test_shrinking_keeps_what_is_needed(needed: set[int]) -> None:
    """The result still fails, and no operation of it can be left out."""
    script = [("f", number) for number in range(10)]
    short = shrink(list(script), lambda part: needed <= {operation[1] for operation in part})
    assert {operation[1] for operation in short} == needed


@pytest.mark.parametrize(
    ("operation", "text"),
    [
        (("push", 1, "a"), "list.push(1, 'a')"),
        (("__getitem__", 0), "list[0]"),
        (("__setitem__", slice(1, None), [2]), "list[1:] = [2]"),
        (("__contains__", 3), "3 in list"),
        ((".size",), "list.size"),
        (("builtins.len",), "len(list)"),
        (("!push", 1), "list.push(1)"),
    ],
)
def test_operations_read_like_python(operation: tuple[Any, ...], text: str) -> None:
    """An operation is shown as the line of Python that it stands for."""
    assert operation_text([], operation) == text
