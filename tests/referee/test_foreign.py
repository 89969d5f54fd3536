"""Exceptions of the learner's code on the referee's side."""

from __future__ import annotations

import builtins
from collections.abc import Callable
from typing import Any

import pytest

from backroad.referee.evidence import Trouble
from backroad.referee.foreign import FromSubject, limit_of, stand_in
from backroad.referee.host import Subject
from backroad.report import Verdict

ERRORS = """
    import unittest
    class Base(Exception):
        status = 400
    class NotFound(Base, LookupError):
        def __init__(self, key, *more):
            super().__init__(key, *more)
            self.key = key
            self.more = list(more)
    class Described:
        code = "gone"
    class Gone(Described, Base): pass
    def mixed(): raise Gone("it is")
    class Mute(Base):
        def __str__(self): raise RuntimeError("no")
    class Lying(Exception):
        __module__ = "builtins"
        __qualname__ = "ValueError"
        def __eq__(self, other): return True
    Lying.__name__ = "ValueError"
    class Skipped(BaseException):
        __module__ = "_pytest.outcomes"
    def throw(error): raise error
    def find(key): raise NotFound(key, 1, 2)
    def mute(): raise Mute
    def chained():
        try:
            {}["x"]
        except KeyError as error:
            raise Base("outer") from error
    def builtin(name, *args): raise getattr(__builtins__, name, None) or __builtins__[name](*args)
    def make(name, *args):
        import builtins
        raise getattr(builtins, name)(*args)
    def pytest_outcome(name):
        import pytest
        getattr(pytest, name)("from the learner")
    def skip_test(): raise unittest.SkipTest("no")
    def skipped(): raise Skipped
    def lying(): raise Lying("trust me")
    def group(): raise ExceptionGroup("several", [ValueError("a"), KeyError("b")])
    def undecodable(): b"\\xff".decode()
    def unencodable(): "\\ud800".encode()
"""


@pytest.fixture
def subject(loaded: Callable[..., Subject]) -> Any:
    """A module that raises."""
    return loaded(ERRORS).module


@pytest.mark.parametrize(
    "name",
    [
        "ValueError",
        "KeyError",
        "IndexError",
        "ZeroDivisionError",
        "TimeoutError",
        "RecursionError",
        "TypeError",
    ],
)
def test_a_built_in_exception_is_itself(subject: Any, name: str) -> None:
    """`pytest.raises(KeyError)` catches the learner's KeyError, and no other class."""
    with pytest.raises(getattr(builtins, name), match="why") as caught:
        subject.make(name, "why")
    assert type(caught.value).__name__ == name
    assert caught.value.args == ("why",)


def test_the_learner_s_hierarchy_is_kept(subject: Any) -> None:
    """A subclass is caught by its base, its built-in base and its own class; a sibling is not."""
    for kind in (subject.Base, subject.NotFound, LookupError, Exception):
        with pytest.raises(kind):
            subject.find("k")
    with pytest.raises(subject.Base) as caught:
        subject.find("k")
    assert not isinstance(caught.value, subject.Mute | KeyError)


def test_the_instance_can_be_looked_at(subject: Any) -> None:
    """Attributes and arguments of the exception are those of the learner's object."""
    with pytest.raises(subject.NotFound) as caught:
        subject.find("k")
    error: Any = caught.value
    assert (error.key, error.more, error.status, error.args) == ("k", [1, 2], 400, ("k", 1, 2))
    with pytest.raises(AttributeError):
        _ = error.nothing_such


def test_an_exception_goes_back_as_itself(subject: Any) -> None:
    """A caught exception can be given to the learner's code again."""
    with pytest.raises(subject.NotFound) as caught:
        subject.find("k")
    with pytest.raises(subject.NotFound) as again:
        subject.throw(caught.value)
    assert str(again.value) == str(caught.value)


def test_a_class_of_exceptions_goes_back_as_itself(subject: Any) -> None:
    """The learner's class given as an argument is the class itself."""
    with pytest.raises(subject.Base):
        subject.throw(subject.Base)


def test_a_text_that_cannot_be_had_harms_nobody(subject: Any) -> None:
    """`__str__` that raises leaves the exception what it is."""
    with pytest.raises(subject.Base, match="__str__ raised RuntimeError"):
        subject.mute()


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("KeyboardInterrupt", []),
        ("GeneratorExit", []),
        ("StopIteration", [1]),
        ("StopAsyncIteration", []),
        ("BaseException", ["x"]),
    ],
)
def test_what_would_steer_the_referee_arrives_as_an_exception(
    subject: Any, name: str, args: list[object]
) -> None:
    """KeyboardInterrupt and its like become plain exceptions of that name."""
    with pytest.raises(Exception) as caught:  # noqa: PT011 - that it is one is the point
        subject.make(name, *args)
    assert isinstance(caught.value, FromSubject)
    assert not isinstance(caught.value, StopIteration | StopAsyncIteration)
    assert type(caught.value).__name__ == name


@pytest.mark.parametrize("name", ["skip", "xfail", "fail", "exit"])
def test_the_outcomes_of_pytest_arrive_as_exceptions(subject: Any, name: str) -> None:
    """Learner's code that skips, fails or ends the run with pytest's own means only raises."""
    with pytest.raises(Exception, match="from the learner") as caught:
        subject.pytest_outcome(name)
    assert isinstance(caught.value, FromSubject)
    outcomes = (pytest.skip.Exception, pytest.fail.Exception, pytest.exit.Exception)
    assert not isinstance(caught.value, outcomes)


@pytest.mark.parametrize("call", ["skip_test", "skipped"])
def test_a_skip_is_an_exception(subject: Any, call: str) -> None:
    """A SkipTest, or a class of that name, skips nothing."""
    with pytest.raises(Exception) as caught:  # noqa: PT011 - that it is one is the point
        getattr(subject, call)()
    assert isinstance(caught.value, FromSubject)


def test_a_lying_name_is_not_believed(subject: Any) -> None:
    """A class that calls itself builtins.ValueError is caught as what it is."""
    with pytest.raises(Exception, match="trust me") as caught:
        subject.lying()
    assert not isinstance(caught.value, ValueError)


@pytest.mark.parametrize(
    ("call", "kind"),
    [("group", ExceptionGroup), ("undecodable", UnicodeDecodeError), ("unencodable", UnicodeEncodeError)],
)
def test_built_ins_that_insist_on_arguments_arrive(subject: Any, call: str, kind: type[Exception]) -> None:
    """Exceptions whose classes take certain arguments only are caught by their class."""
    with pytest.raises(kind) as caught:
        getattr(subject, call)()
    assert str(caught.value)


def test_the_parts_of_a_group_are_the_learner_s(subject: Any) -> None:
    """What an exception group holds can be looked at."""
    with pytest.raises(ExceptionGroup) as caught:
        subject.group()
    assert [str(part.args[0]) for part in caught.value.exceptions] == ["a", "b"]


def test_the_frames_are_the_learner_s(subject: Any) -> None:
    """The place of an exception is the learner's line, with its text read by the referee."""
    with pytest.raises(subject.Base) as caught:
        subject.chained()
    (frame,) = caught.value.backroad_frames
    assert (frame.file, frame.function, frame.source) == (
        "thing.py",
        "chained",
        'raise Base("outer") from error',
    )


@pytest.mark.parametrize(
    ("builtin", "text", "limit"),
    [
        ("MemoryError", "", "memory"),
        ("OSError", "[Errno 27] File too large", "size of a file"),
        ("OSError", "[Errno 24] Too many open files", "open files"),
        ("RuntimeError", "can't start new thread", "threads"),
    ],
)
def test_a_limit_is_recognised(builtin: str, text: str, limit: str) -> None:
    """An exception that a limit caused says which."""
    found = limit_of({"builtin": builtin, "text": text})
    assert found is not None
    assert limit in found
    assert limit_of({"builtin": "ValueError", "text": text.replace("can't", "will not")}) is None


@pytest.mark.parametrize(
    "builtin", ["eval", "SystemExit", "KeyboardInterrupt", "StopIteration", "int", "", "nope"]
)
def test_a_stand_in_is_always_an_exception(builtin: str) -> None:
    """Whatever the subject calls the base, the class that is raised is a plain exception."""
    kind = stand_in("X", (), builtin, 1)
    assert issubclass(kind, Exception)
    assert not issubclass(kind, StopIteration)
    assert isinstance(kind(), FromSubject)


def test_memory_is_no_exception_to_catch(loaded: Callable[..., Subject]) -> None:
    """A MemoryError ends the check as a limit; no `raises` of a check takes it for something else."""
    module = loaded("def f():\n    return bytearray(2**40)\n").module
    with pytest.raises(Trouble) as caught:
        module.f()
    assert caught.value.evidence.verdict is Verdict.LIMIT


def test_a_mixin_that_is_no_exception_does_not_matter(subject: Any) -> None:
    """Classes of exceptions may have other bases too, as those of many libraries have."""
    with pytest.raises(subject.Base) as caught:
        subject.mixed()
    assert type(caught.value).__name__ == "Gone"
    assert isinstance(caught.value, subject.Gone)
    assert (str(caught.value), caught.value.code) == ("it is", "gone")
