"""What the subject's side does when asked."""

from __future__ import annotations

import gc
from collections.abc import Callable
from typing import Any

import pytest

from backroad.subject.agent import TRUSTED, Agent, Ending, advance, perform, public_names, reply_bytes
from backroad.wire import Unpacker

Make = Callable[..., Agent]
Ask = Callable[..., dict[str, Any]]
EMPTY: dict[str, Any] = {"dict": []}
STACK = """
    import weakref
    class Full(IndexError):
        pass
    class Stack:
        limit = 3
        def __init__(self):
            self.items = []
        def push(self, item):
            if len(self.items) == self.limit:
                raise Full("no room")
            self.items.append(item)
            return self
        def pop(self, *, default=None):
            return self.items.pop() if self.items else default
    def watch(stack):
        global watched
        watched = weakref.ref(stack)
    def is_gone():
        return watched() is None
    def leave(code):
        raise SystemExit(code)
    def endless():
        items = []
        items.append(items)
        return items
    def large():
        return "x" * (40 * 2**20)
"""


@pytest.fixture
def stack(agent: Make, ask: Ask) -> tuple[Agent, Callable[..., dict[str, Any]]]:
    """An agent with the module loaded, and a way to call what is in it."""
    made = agent(STACK)
    module = ask(made, "load", name="thing")["ok"]

    def call(name: str, *args: Any, on: Any = None, release: list[int] | None = None) -> dict[str, Any]:
        return ask(
            made, "call", on=on or module, name=name, args=list(args), kwargs=EMPTY, release=release or []
        )

    return made, call


def test_loading_gives_the_module_by_reference(agent: Make, ask: Ask) -> None:
    """The learner's module is an object like any other."""
    told = ask(agent("X = 1"), "load", name="thing")
    assert told["ok"]["what"] == "module"
    assert told["id"] == 1


def test_a_call_gives_a_value_or_a_reference(stack: Any) -> None:
    """Plain values come back as they are, objects as references; the same object as the same one."""
    _, call = stack
    made = call("Stack")["ok"]
    assert made["type"] == "Stack"
    assert call("push", 1, on=made)["ok"]["ref"] == made["ref"]
    assert call("pop", on=made)["ok"] == 1


def test_keyword_arguments_arrive(stack: Any, ask: Ask) -> None:
    """A call may name its arguments."""
    agent, call = stack
    made = call("Stack")["ok"]
    reply = ask(agent, "call", on=made, name="pop", args=[], kwargs={"dict": [["default", {"tuple": [7]}]]})
    assert reply["ok"] == {"tuple": [7]}


def test_an_attribute_is_a_value_or_there_to_be_called(stack: Any, ask: Ask) -> None:
    """Methods need no reference: only that they are there is told."""
    agent, call = stack
    made = call("Stack")["ok"]
    assert ask(agent, "attribute", on=made, name="limit")["ok"] == 3
    assert ask(agent, "attribute", on=made, name="push")["method"] is True
    assert ask(agent, "attribute", on=made, name="size")["raised"]["type"] == "AttributeError"


def test_a_built_in_is_the_one_of_before(stack: Any, ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    """`apply` uses Python's own functions, whatever the learner put in their place."""
    agent, _ = stack
    monkeypatch.setattr("builtins.sorted", lambda *_: "forged")
    assert ask(agent, "apply", name="sorted", args=[[2, 1]], kwargs=EMPTY)["ok"] == [1, 2]
    with pytest.raises(TypeError):
        TRUSTED["len"] = lambda _: 0  # type: ignore[index]


def test_an_unknown_operation_raises(stack: Any, ask: Ask) -> None:
    """A request that means nothing is answered with an error, and the conversation goes on."""
    agent, call = stack
    assert ask(agent, "dance")["raised"]["type"] == "KeyError"
    assert "ok" in call("Stack")


def test_an_exception_is_described(stack: Any) -> None:
    """Class, text, nearest built-in class and the learner's line are told."""
    _, call = stack
    made = call("Stack")["ok"]
    told = [call("push", 1, on=made) for _ in range(4)][-1]["raised"]
    assert (told["type"], told["builtin"], told["text"]) == ("Full", "IndexError", "no room")
    assert [frame[2] for frame in told["frames"]] == ["push"]


def test_a_released_object_dies(stack: Any) -> None:
    """With the referee's last hold on an object gone, the learner's object is collected."""
    _, call = stack
    made = call("Stack")["ok"]
    call("watch", made)
    assert call("is_gone")["ok"] is False
    call("is_gone", release=[made["ref"]])
    gc.collect()
    assert call("is_gone")["ok"] is True


def test_a_raising_script_holds_nothing(stack: Any, ask: Ask) -> None:
    """Exceptions that a script met are told as text and not kept."""
    agent, call = stack
    made = call("Stack")["ok"]
    before = call("Stack")["ok"]["ref"]
    ask(agent, "play", on=made, script=[["!push", 1]] * 10)
    assert call("Stack")["ok"]["ref"] == before + 1


@pytest.mark.parametrize(("code", "number"), [(0, 0), (3, 3), (None, 0), ("text", 1)], ids=repr)
def test_an_exit_ends_the_process_with_its_code(stack: Any, code: object, number: int) -> None:
    """SystemExit is no exception that a check could meet: it ends the subject, as it does elsewhere."""
    _, call = stack
    with pytest.raises(Ending) as caught:
        call("leave", code)
    assert caught.value.code == number
    assert caught.value.frames[-1][2] == "leave"


def test_an_endless_value_is_too_big(stack: Any) -> None:
    """What may not cross is said, and the conversation goes on."""
    _, call = stack
    assert "nested deeper" in call("endless")["big"]
    assert "ok" in call("Stack")


def test_a_frame_too_large_is_told(stack: Any) -> None:
    """A value larger than a frame is answered with a message that fits."""
    agent, _ = stack
    module = agent.answer({"id": 1, "op": "load", "name": "thing"})["ok"]
    request = {"id": 5, "op": "call", "on": module, "name": "large", "args": [], "kwargs": EMPTY}
    (reply,) = Unpacker().feed(reply_bytes(agent, request))
    assert reply["id"] == 5
    assert "bytes" in reply["big"]


def test_a_script_tells_every_outcome(stack: Any, ask: Ask) -> None:
    """`play` goes on after an exception; `!` discards a value, `.` reads, `builtins.` applies."""
    agent, call = stack
    made = call("Stack")["ok"]
    words = [
        ["!push", 1],
        ["!push", 2],
        ["!push", 3],
        ["push", 4],
        [".limit"],
        ["builtins.callable"],
        ["pop"],
    ]
    *done, raised, limit, is_callable, popped = ask(agent, "play", on=made, script=words)["outcomes"]
    assert done == [0, 0, 0]
    assert (raised["raised"]["type"], raised["raised"]["builtin"]) == ("Full", "IndexError")
    assert (limit, is_callable, popped) == ([3], [False], [3])


def test_the_lines_of_a_script_are_counted(stack: Any, ask: Ask) -> None:
    """With `steps`, a script gives the executed lines of each operation."""
    agent, call = stack
    made = call("Stack")["ok"]
    reply = ask(agent, "play", on=made, script=[["push", 1], ["pop"]], steps=True)
    assert reply["ok"] == [3, 1]


def test_probes_see_the_learner_s_objects(stack: Any, ask: Ask) -> None:
    """A probe gets the object itself where the referee holds its reference."""
    agent, call = stack
    made = call("Stack")["ok"]
    probes = ask(agent, "probes", source="def inside(x):\n    return vars(x)\n", file="/kit/probes.py")["ok"]
    assert call("inside", made, on=probes)["ok"] == {"dict": [["items", []]]}


def test_advance_gives_one_item_or_none() -> None:
    """An iterator is asked for one value at a time."""
    items = iter([1])
    assert [advance(items), advance(items)] == [[1], []]


def test_perform_is_the_same_for_a_model() -> None:
    """The referee plays scripts on plain Python objects with the same function."""
    assert perform([1, 2], "pop", []) == 2
    assert perform([1, 2], "builtins.len", []) == 2
    assert perform(3 + 4j, ".real", []) == 3


def test_public_names_leave_private_ones_out() -> None:
    """Names that begin with an underscore are nobody's business."""

    class Thing:
        a = 1
        _b = 2

    assert public_names(Thing) == ["a"]
