"""From what a check raised to its verdict: real checks, real pytest, real code."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from backroad.report import Report, Result, Verdict

CODE = """
    class Stack:
        def __init__(self): self.items = []
        def push(self, item): self.items.append(item)
        def pop(self):
            return self.items.pop()  # here
        def size(self): return len(self.items) + 1
        def huge(self): return 10 ** 9999
        def same(self): return True
        def skip(self):
            import pytest
            pytest.skip("done")
    class Own(Exception):
        pass
    def own(): raise Own("mine")
    def chatter():
        print("a line of print")
        raise ValueError("after it")
    def assertion(): assert False, "mine"
"""
CHECKS = '''
from backroad.checks import exactly, play, requires
import pytest

def test_passes(subject):
    """It passes"""
    stack = subject.Stack()
    stack.push(1)
    assert stack.pop() == 1

def test_differs(subject):
    """The size is right

    Nobody could trust it."""
    mine = subject.Stack()
    mine.push("a")
    assert mine.size() == 1

def test_raises(subject):
    """It pops"""
    stack = subject.Stack()
    assert stack.pop() == 1

def test_own_error(subject):
    """Own errors are told"""
    subject.own()

def test_their_assertion(subject):
    """An assertion of theirs is theirs"""
    subject.assertion()

def test_did_not_raise(subject):
    """It raises"""
    with pytest.raises((KeyError, subject.Own)):
        subject.Stack()

def test_other_error(subject):
    """It raises another"""
    with pytest.raises(KeyError):
        subject.Stack().pop()

def test_message(subject):
    """A check may say it itself"""
    assert subject.Stack().size() < 1, "said by the check"

def test_only_message(subject):
    """A check may only say"""
    assert False, "nothing else"

def test_types(subject):
    """Types are told apart"""
    assert subject.Stack().same() == exactly(1)

def test_huge(subject):
    """Huge numbers can be told"""
    assert subject.Stack().huge() == 1

def test_in(subject):
    """It is among them"""
    assert subject.Stack().size() in [5, 6]

def test_choice(subject):
    """It is one of several"""
    assert subject.Stack().size() in (5, 6)

def test_object_for_value(subject):
    """A plain value is due"""
    assert subject.Stack() == 3

def test_truth_of_object(subject):
    """Truth of an object is refused"""
    assert subject.Stack()

def test_their_skip(subject):
    """Their skip is no skip"""
    subject.Stack().skip()

def test_own_skip(subject):
    """A skip of the check is no pass"""
    pytest.skip("not today")

def test_check_breaks(subject):
    """A check that cannot go on says where"""
    subject.Stack().size() + "x"

def test_no_such_name(subject):
    """A missing name is told"""
    subject.Stak()

def test_outcomes(subject):
    """Scripts are judged"""
    assert play(subject.Stack(), [("push", 1), ("size",)]) == [None, 1]

def test_printed(subject):
    """What was printed is shown"""
    subject.chatter()

@requires("differs")
def test_blocked(subject):
    """Blocked ones are not run"""
    raise AssertionError("was run")

def test_unknown_fixture(nothing_such):
    """A missing fixture fails"""
'''


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Result]:
    """All verdicts of one run."""
    import textwrap

    from backroad import referee
    from backroad.content.stages import read_stages
    from backroad.model import Kind
    from backroad.plan import Plan

    tree, checks = tmp_path_factory.mktemp("tree"), tmp_path_factory.mktemp("checks")
    (tree / "thing.py").write_text(textwrap.dedent(CODE))
    (checks / "test_1_first.py").write_text(CHECKS)
    order = tuple(check for stage in read_stages(checks)[0] for check in stage.checks)
    report = referee.run(Plan("thing", Kind.MODULE, "thing", checks, tree, "digest", order=order))
    return {result.name: result for result in report.results}


def test_every_check_has_a_verdict(results: dict[str, Result]) -> None:
    """No check is skipped, whatever it or the code does."""
    assert len(results) == CHECKS.count("def test_")


VERDICTS = {
    "passes": Verdict.PASSED,
    "differs": Verdict.FAILED,
    "raises": Verdict.RAISED,
    "own_error": Verdict.RAISED,
    "their_assertion": Verdict.RAISED,
    "did_not_raise": Verdict.FAILED,
    "other_error": Verdict.RAISED,
    "message": Verdict.FAILED,
    "only_message": Verdict.FAILED,
    "types": Verdict.FAILED,
    "huge": Verdict.FAILED,
    "in": Verdict.FAILED,
    "object_for_value": Verdict.FAILED,
    "truth_of_object": Verdict.FAILED,
    "their_skip": Verdict.RAISED,
    "own_skip": Verdict.FAILED,
    "check_breaks": Verdict.FAILED,
    "no_such_name": Verdict.FAILED,
    "outcomes": Verdict.FAILED,
    "printed": Verdict.RAISED,
    "blocked": Verdict.BLOCKED,
    "unknown_fixture": Verdict.FAILED,
}


@pytest.mark.parametrize("name", VERDICTS)
def test_the_verdict_is_the_honest_one(results: dict[str, Result], name: str) -> None:
    """Each kind of failure has its verdict."""
    assert results[name].verdict is VERDICTS[name]


def test_a_green_check_has_no_evidence(results: dict[str, Result]) -> None:
    """Only a sentence and its time."""
    green = results["passes"]
    assert (green.did, green.expected, green.got, green.message, green.why) == ((), None, None, None, None)


def test_a_difference_tells_calls_and_values(results: dict[str, Result]) -> None:
    """What was done in the check's own names, expected, got, and why it matters."""
    found = results["differs"]
    assert found.did == ("mine = Stack()", "mine.push('a')", "mine.size()")
    assert (found.expected, found.got, found.why) == ("1", "2", "Nobody could trust it.")


def test_an_exception_tells_its_line(results: dict[str, Result]) -> None:
    """Type, message, the learner's line."""
    found = results["raises"]
    assert found.message == "IndexError: pop from empty list"
    assert found.where is not None
    assert (found.where.file, found.where.source) == ("thing.py", "return self.items.pop()  # here")
    assert results["own_error"].message == "Own: mine"


EVIDENCE = {
    "did_not_raise": ("it raises KeyError or Own", "nothing was raised", None),
    "message": ("less than 1", "1", "said by the check"),
    "only_message": (None, None, "nothing else"),
    "types": ("1", "True", None),
    "in": ("1 is in it", "[5, 6]", None),
    "choice": ("5 or 6", "1", None),
    "object_for_value": ("3", "<Stack>", "expected a plain value"),
    "truth_of_object": ("True or False", "<Stack>", "expected a plain value"),
    "no_such_name": (
        "Stak in thing.py",
        "it has Own, Stack, assertion, chatter, own",
        "thing.py has no Stak",
    ),
    "outcomes": ("1", "2", None),
    "blocked": (None, None, "differs"),
}


@pytest.mark.parametrize("name", EVIDENCE)
def test_expected_got_and_message(results: dict[str, Result], name: str) -> None:
    """Evidence is in words that a learner can use."""
    found = results[name]
    expected, got, message = EVIDENCE[name]
    assert (found.expected, found.message) == (expected, message)
    assert (found.got or "").replace("Stack, Own", "Own, Stack") == (got or "") or name == "no_such_name"


def test_a_check_that_breaks_names_its_line(results: dict[str, Result]) -> None:
    """A check that gets what it cannot use fails, and says where."""
    said = str(results["check_breaks"].message)
    assert "TypeError" in said
    line = next(number for number, text in enumerate(CHECKS.splitlines(), 1) if '+ "x"' in text)
    assert f"test_1_first.py:{line}" in said


def test_what_was_printed_is_kept(results: dict[str, Result]) -> None:
    """The output of a failed check is what the code printed during it."""
    assert results["printed"].output == "a line of print\n"
    assert results["raises"].output is None


def test_the_nearest_name_is_offered(results: dict[str, Result]) -> None:
    """A typing mistake is answered with the name that was meant."""
    assert results["no_such_name"].remedy == "did you mean Stack?"


def test_huge_values_are_cut(judge: Callable[..., Report]) -> None:
    """A value of a million characters is told in two thousand."""
    report = judge(
        "def f(): return 'x' * 10**6", 'def test_it(subject):\n    """It"""\n    assert subject.f() == "y"\n'
    )
    (found,) = report.results
    assert found.got is not None
    assert len(found.got) < 2_100
    assert "1,000,002 characters" in found.got
