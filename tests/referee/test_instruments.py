"""The checks' handles on what counts beside the learner's code."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from backroad.model import Limits
from backroad.referee.evidence import Trouble
from backroad.referee.host import Subject
from backroad.referee.instruments import Builtins, Instruments
from backroad.report import Verdict

CODE = """
    class Box:
        def __init__(self, items=()): self.items = list(items)
        def smallest(self): return min(self.items)
        def spin(self):
            while True:
                pass
        def walk(self):
            for item in self.items:
                pass
"""


@pytest.fixture
def subject(loaded: Callable[..., Subject]) -> Subject:
    """A module with a box."""
    return loaded(CODE, limits=Limits(check=60))


def test_comparisons_of_keys_are_counted(subject: Subject) -> None:
    """Keys go in as arguments, come back as objects, and count what is done with them."""
    instruments = Instruments(subject.remote)
    keys = instruments.counted([5, 3, 4])
    instruments.reset()
    found = subject.module.Box(keys).smallest()
    assert instruments.comparisons() == 2
    assert instruments.plain(found) == 3
    assert found is keys[1]
    assert instruments.plain([found, keys[0]]) == [3, 5]


def test_lines_are_counted(subject: Subject) -> None:
    """Twice the items, twice the lines."""
    instruments = Instruments(subject.remote)
    few, many = subject.module.Box(), subject.module.Box(list(range(100)))
    few_lines, many_lines = (instruments.steps(box, [("walk",)]) for box in (few, many))
    assert many_lines - few_lines == 200


def test_endless_lines_are_a_limit(subject: Subject) -> None:
    """A call that never ends is stopped by the counter, or by the clock."""
    with pytest.raises(Trouble) as caught:
        Instruments(subject.remote).steps(subject.module.Box(), [("spin",)])
    assert caught.value.evidence.verdict in (Verdict.LIMIT, Verdict.HUNG)


def test_the_module_itself_is_sent(subject: Subject) -> None:
    """A probe, or a built-in, takes the module as it takes any of its objects."""
    names = Builtins(subject.remote).dir(subject.module)
    assert "Box" in names
    assert repr(subject.module) == "<thing>"


def test_uses_of_built_ins_are_told(subject: Subject) -> None:
    """The evidence shows `len(box)`, as the check says it."""
    box = subject.module.Box([1])
    subject.remote._recorder.clear()
    Builtins(subject.remote).sorted([2, 1])
    Builtins(subject.remote).isinstance(box, subject.module.Box)
    names = {box.backroad_ref: "box"}
    assert subject.remote._recorder.lines(names) == ("sorted([2, 1])", "isinstance(box, Box)")
