"""What a check did, in its own words."""

from __future__ import annotations

from contextlib import suppress

import pytest

from backroad.referee.recorder import KEPT, MARK, SHOWN, Recorder, earlier, short, snake


def test_objects_are_called_by_the_check_s_names() -> None:
    """Marks of objects become the variable names that the check has for them."""
    recorder = Recorder()
    recorder.did("Stack()")
    recorder.resulted(7, "Stack")
    recorder.did(f"{MARK.format(7)}.push(1)")
    assert recorder.lines({7: "mine"}) == ("mine = Stack()", "mine.push(1)")


def test_an_object_without_a_variable_gets_a_name_of_its_type() -> None:
    """An object that is used later without a name is called by its type and number."""
    recorder = Recorder()
    recorder.did("LinkedList()")
    recorder.resulted(7, "LinkedList")
    recorder.did(f"{MARK.format(7)}.append(1)")
    assert recorder.lines({}) == ("linked_list_7 = LinkedList()", "linked_list_7.append(1)")


def test_a_result_that_is_never_used_needs_no_name() -> None:
    """A call whose result nobody touches is only the call."""
    recorder = Recorder()
    recorder.did("Stack()")
    recorder.resulted(7, "Stack")
    assert recorder.lines({}) == ("Stack()",)


@pytest.mark.parametrize("count", [SHOWN, SHOWN + 1, KEPT, KEPT + 5, 1000])
def test_the_last_calls_are_kept(count: int) -> None:
    """Of many calls the last are shown, and how many came before."""
    recorder = Recorder()
    for number in range(count):
        recorder.did(f"f({number})")
    lines = recorder.lines({})
    assert lines[-1] == f"f({count - 1})"
    assert len([line for line in lines if line.startswith("f(")]) == SHOWN
    assert lines[0].endswith(" before") == (count > SHOWN)


def test_the_same_call_in_a_row_is_one_line() -> None:
    """Eight equal lines tell no more than one, and leave no room for what came before."""
    recorder = Recorder()
    for text in ("f()", *["g()"] * (SHOWN + 2), "h()", "g()"):
        recorder.did(text)
    assert recorder.lines({}) == ("f()", f"g()   ({SHOWN + 2} times)", "h()", "g()")
    assert recorder.lines({}, shown=3) == ("… 1 call before", f"g()   ({SHOWN + 2} times)", "h()", "g()")


@pytest.mark.parametrize("count", [1, SHOWN, SHOWN + 1, KEPT + 5])
def test_what_calls_rest_on_is_shown_while_it_lasts(count: int) -> None:
    """The settings of a service say why an answer is wrong; of one that has ended they say nothing."""
    recorder = Recorder()
    with recorder.during("started with A=1"):
        pass
    for number in range(SHOWN):
        recorder.did(f"f({number})")
    assert "started with A=1" not in recorder.lines({})
    with suppress(ZeroDivisionError), recorder.during("started with B=2"):
        for number in range(count):
            recorder.did(f"g({number})")
        _ = 1 / 0
    lines = recorder.lines({})
    assert lines.count("started with B=2") == 1
    before = 1 + SHOWN + count - len([line for line in lines if line[0] in "fg"])
    assert (f"… {before} calls before" in lines) == (before > 0)
    recorder.clear()
    assert recorder.lines({}) == ()


def test_clearing_forgets() -> None:
    """A check's record starts empty."""
    recorder = Recorder()
    for _ in range(100):
        recorder.did("f()")
    recorder.clear()
    assert recorder.lines({}) == ()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "True"),
        (None, "None"),
        (0.1, "0.1"),
        ("x" * 200, None),
        (list(range(1000)), None),
        ({"a": {"b": {"c": {"d": {"e": 1}}}}}, None),
        (1 << 100_000, None),
        (b"\0" * 1000, None),
    ],
    ids=["bool", "none", "float", "text", "list", "deep", "huge-int", "bytes"],
)
def test_any_value_has_a_short_text(value: object, text: str | None) -> None:
    """A value is told in one short line, however large it is."""
    said = short(value)
    assert text in (None, said)
    assert len(said) < 120
    assert "\n" not in said


def test_names_of_classes_become_names_of_variables() -> None:
    """CamelCase becomes snake_case."""
    assert [snake(name) for name in ("LinkedList", "Stack", "", "LRU2Cache")] == [
        "linked_list",
        "stack",
        "object",
        "lru2_cache",
    ]


def test_how_an_object_was_made_can_be_asked() -> None:
    """A script on an object is told after the line that made it."""
    recorder = Recorder()
    recorder.did("Stack([1])")
    recorder.resulted(7, "Stack")
    recorder.did("Stack([2])")
    assert recorder.made(7) == f"{MARK.format(7)} = Stack([1])"
    assert recorder.made(8) is None


def test_earlier_calls_are_counted() -> None:
    """One line stands for those that are not shown."""
    assert [earlier(count) for count in (0, 1, 2)] == [(), ("… 1 call before",), ("… 2 calls before",)]
