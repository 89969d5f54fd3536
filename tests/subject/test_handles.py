"""References, and what is told of an exception."""

from __future__ import annotations

import gc
import weakref
from pathlib import Path
from typing import Any

import pytest

from backroad.subject.handles import (
    MAX_FRAMES,
    MAX_TEXT,
    Handles,
    describe,
    frames_of,
    is_builtin,
    name_of,
    nearest_builtin,
    own_file,
    stack_of,
    syntax_place,
    text_of,
)


class Thing:
    """Something that is referred to."""


class NotFound(LookupError):
    """An exception of a learner's."""


class Missing(NotFound):
    """A more special one."""


def test_the_same_object_has_the_same_number() -> None:
    """Identity survives: one object, one number; two equal objects, two numbers."""
    handles, thing = Handles(), Thing()
    assert handles.refer(thing)["ref"] == handles.refer(thing)["ref"]
    assert handles.refer(thing)["ref"] != handles.refer(Thing())["ref"]


def test_a_number_gives_the_object_back() -> None:
    """A reference resolves to the very object."""
    handles, thing = Handles(), Thing()
    assert handles.resolve(handles.refer(thing)) is thing
    with pytest.raises(LookupError):
        handles.resolve({"ref": 99})


def test_a_released_object_is_free() -> None:
    """After its release nothing of the kit keeps an object alive."""
    handles, thing = Handles(), Thing()
    number, watch = handles.refer(thing)["ref"], weakref.ref(thing)
    handles.release([number, 12345])
    del thing
    gc.collect()
    assert watch() is None


def test_a_number_is_never_used_again() -> None:
    """A reference that was kept too long points at nothing rather than at something else."""
    handles = Handles()
    first = handles.refer(Thing())["ref"]
    handles.release([first])
    assert handles.refer(Thing())["ref"] > first


@pytest.mark.parametrize(
    ("value", "kind", "name"),
    [
        (Thing(), "object", ""),
        (Thing, "class", "Thing"),
        (NotFound, "error", "NotFound"),
        (gc, "module", "gc"),
        (len, "object", "len"),
        (lambda: 0, "object", "<lambda>"),
    ],
    ids=["object", "class", "error", "module", "builtin", "lambda"],
)
def test_a_reference_tells_its_kind(value: Any, kind: str, name: str) -> None:
    """The referee learns what sort of proxy is due, and the object's name."""
    told = Handles().refer(value)
    assert (told["what"], told["name"]) == (kind, name)


def test_an_exception_class_tells_its_ancestry() -> None:
    """A learner's hierarchy arrives with references to its bases and the built-in below them."""
    handles = Handles()
    told = handles.refer(Missing)
    assert told["builtin"] == "LookupError"
    assert [base["ref"] for base in told["bases"]] == [handles.refer(NotFound)["ref"]]


def test_a_lying_name_is_no_builtin() -> None:
    """A class is Python's own only if it is the very one, whatever it calls itself."""
    fake = type("ValueError", (Exception,), {"__module__": "builtins"})
    assert not is_builtin(fake)
    assert nearest_builtin(fake) == "Exception"
    assert is_builtin(ValueError)


def test_a_name_is_a_text() -> None:
    """A `__name__` that is no plain text is not passed on."""

    def function() -> None:
        pass

    class Evil(str):
        pass

    function.__name__ = Evil("x" * 500)
    assert name_of(function) == ""


def boom(error: BaseException) -> BaseException:
    """Raise an exception and return it with its traceback."""
    try:
        raise error
    except BaseException as caught:
        return caught


class Mute(Exception):
    """Its message cannot be had."""

    def __str__(self) -> str:
        raise RuntimeError("no")


class Exiting(Exception):
    """Its message ends the process."""

    def __str__(self) -> str:
        raise SystemExit(0)


class Shouting(str):
    """A text that is always equal."""

    def __eq__(self, other: object) -> bool:
        return True

    def __getitem__(self, key: Any) -> str:
        return "forged"

    __hash__ = str.__hash__


class Texted(Exception):
    """Its message is a text of its own kind."""

    def __str__(self) -> str:
        return Shouting("true")


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (ValueError("no such key"), "no such key"),
        (KeyError("k"), "'k'"),
        (Mute(), "(its __str__ raised RuntimeError)"),
        (Exiting(), "(its __str__ raised SystemExit)"),
        (Texted(), "true"),
        (ValueError("x" * 2 * MAX_TEXT), "x" * MAX_TEXT),
    ],
    ids=["plain", "key", "raises", "exits", "subclass", "long"],
)
def test_the_text_of_an_exception_is_a_plain_text(error: Exception, text: str) -> None:
    """Whatever `__str__` does, the message is an exact str of bounded length."""
    said = text_of(error)
    assert said == text
    assert type(said) is str


def test_frames_are_the_submission_s_own(tmp_path: Path) -> None:
    """Only lines of the submission are told, innermost last, relative to its folder."""
    file = tmp_path / "pkg" / "code.py"
    code = compile("def inner():\n    raise ValueError\ndef outer():\n    inner()\n", str(file), "exec")
    names: dict[str, Any] = {}
    exec(code, names)
    try:
        names["outer"]()
    except ValueError as error:
        told = describe(error, str(tmp_path))
    assert told["frames"] == [["pkg/code.py", 4, "outer"], ["pkg/code.py", 2, "inner"]]
    assert told["lineage"][:2] == ["ValueError", "Exception"]


def test_a_folder_of_a_similar_name_is_foreign(tmp_path: Path) -> None:
    """`/a/bc` does not lie in `/a/b`."""
    assert own_file(f"{tmp_path}c/x.py", str(tmp_path)) is None
    assert own_file(str(tmp_path / "x.py"), str(tmp_path)) == "x.py"


def test_endless_recursion_tells_the_last_frames(tmp_path: Path) -> None:
    """Of a thousand frames the last thirty are told."""
    names: dict[str, Any] = {}
    exec(compile("def f():\n    f()\n", str(tmp_path / "x.py"), "exec"), names)
    with pytest.raises(RecursionError) as caught:
        names["f"]()
    assert frames_of(caught.tb, str(tmp_path)) == [["x.py", 2, "f"]] * MAX_FRAMES


def test_a_running_stack_reads_like_a_traceback(tmp_path: Path) -> None:
    """The frames of running code come innermost last."""
    import sys

    names: dict[str, Any] = {"look": lambda: stack_of(sys._getframe(), str(tmp_path))}
    exec(
        compile("def f():\n    return look()\ndef g():\n    return f()\n", str(tmp_path / "x.py"), "exec"),
        names,
    )
    assert names["g"]() == [["x.py", 4, "g"], ["x.py", 2, "f"]]


def test_a_syntax_error_names_its_place(tmp_path: Path) -> None:
    """The line of a syntax error is known although no frame of it ran."""
    with pytest.raises(SyntaxError) as caught:
        compile("x = 1\nx = = 2\n", str(tmp_path / "x.py"), "exec")
    assert syntax_place(caught.value, str(tmp_path)) == ["x.py", 2, ""]
    assert syntax_place(caught.value, "/elsewhere") is None
    assert syntax_place(ValueError(), str(tmp_path)) is None
