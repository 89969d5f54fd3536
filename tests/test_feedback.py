"""What is told of a report, and in which order."""

from __future__ import annotations

import pytest

from backroad.feedback import differing, explain, is_told_once, mistake, paragraphs, statements_text
from backroad.model import Kind, Level
from backroad.report import Place, Report, Result, Verdict

V = Verdict


def result(name: str, verdict: Verdict, **evidence: object) -> Result:
    """Return one result of stage 1; a check called `hard…` is hardening."""
    return Result(name, f"Sentence of {name}", 1, name.startswith("hard"), verdict, **evidence)  # type: ignore[arg-type]  # a table's fields


def report(*results: Result) -> Report:
    """Return a report of some results."""
    return Report("0.1.0", "greeter", Level.SANDBOX, 1.0, "0" * 64, results)


FULL = result(
    "a",
    V.RAISED,
    did=("stack.pop()",),
    expected="1",
    got="2",
    message="KeyError: 1",
    where=Place("a.py", 3, "  d[1]"),
    frames=(Place("a.py", 3, "d[1]"), Place("a.py", 9, "f()")),
    ran=("SELECT 1",),
    again="curl -i localhost",
    output="printed",
    remedy="do this",
    why="because it breaks",
)


def test_order_of_paragraphs() -> None:
    """Sentence, did, expected, got, their line, statements, curl, why: this order and nothing else."""
    told = [(one.label, one.text) for one in paragraphs(FULL)]
    assert told == [
        ("did", "stack.pop()"),
        ("expected", "1"),
        ("got", "2"),
        ("raised", "KeyError: 1"),
        ("", "a.py:3  d[1]"),
        ("ran", "1 statement: SELECT 1"),
        ("again", "curl -i localhost"),
        ("next", "do this"),
        ("why", "because it breaks"),
    ]


def test_everything_adds_frames_and_output() -> None:
    """With --all the frames and what the code printed are told too."""
    labels = [one.label for one in paragraphs(FULL, everything=True)]
    assert {"frames", "output"} <= set(labels)


@pytest.mark.parametrize(
    ("verdict", "label"),
    [
        (V.FAILED, "because"), (V.RAISED, "raised"), (V.HUNG, "hung"), (V.DIED, "died"), (V.LIMIT, "limit"),
        (V.UNREADABLE, "got"), (V.TAMPERED, "tampered"), (V.BLOCKED, "blocked"),
    ],
)  # fmt: skip
def test_every_verdict_says_what_happened(verdict: Verdict, label: str) -> None:
    """The label in front of the message names the kind of event."""
    assert [(one.label, one.text) for one in paragraphs(result("a", verdict, message="m"))] == [(label, "m")]


@pytest.mark.parametrize("verdict", [V.HUNG, V.DIED, V.LIMIT, V.UNREADABLE, V.TAMPERED])
def test_no_event_is_silent(verdict: Verdict) -> None:
    """An event without a message is still told in words."""
    assert all(one.text for one in paragraphs(result("a", verdict)))
    assert list(paragraphs(result("a", verdict)))


def test_first_failure_in_full_others_in_a_line() -> None:
    """One failure is told in full, others in a line each, blocked ones as a count."""
    told = explain(
        report(result("p", V.PASSED), result("a", V.FAILED), result("b", V.HUNG), result("c", V.BLOCKED))
    )
    assert [one.name for one in told.mistakes] == ["a"]
    assert [(one.sentence, one.verdict) for one in told.others] == [("Sentence of b", V.HUNG)]
    assert told.blocked == ("Sentence of c",)


def test_core_before_hardening() -> None:
    """A failure of the core is told before one of hardening, wherever it stands."""
    told = explain(report(result("hard", V.FAILED), result("a", V.FAILED)))
    assert [one.name for one in told.mistakes] == ["a"]
    assert [one.sentence for one in told.others] == ["Sentence of hard"]


def test_green_says_nothing() -> None:
    """A green report has no mistakes."""
    assert explain(report(result("a", V.PASSED))).mistakes == ()


def test_everything_tells_all_in_full() -> None:
    """With --all every failure is told in full."""
    told = explain(report(result("a", V.FAILED), result("b", V.HUNG)), everything=True)
    assert [one.name for one in told.mistakes] == ["a", "b"]


UNREAD = {"message": "SyntaxError: invalid syntax", "where": Place("a.py", 1, "def")}


@pytest.mark.parametrize(
    ("results", "once"),
    [
        pytest.param(
            [result("a", V.UNREADABLE, **UNREAD), result("b", V.UNREADABLE, **UNREAD)], True, id="one cause"
        ),
        pytest.param(
            [result("a", V.UNREADABLE, **UNREAD), result("b", V.BLOCKED)], True, id="the rest is blocked"
        ),
        pytest.param([result("a", V.UNREADABLE, **UNREAD), result("b", V.PASSED)], False, id="something ran"),
        pytest.param(
            [result("a", V.UNREADABLE, **UNREAD), result("b", V.UNREADABLE)], False, id="several causes"
        ),
        pytest.param([result("a", V.FAILED)], False, id="nothing of the kind"),
    ],
)
def test_what_cannot_be_read_is_told_once(results: list[Result], once: bool) -> None:
    """When nothing could run for one cause, that cause is told once and not once a check."""
    assert is_told_once(report(*results)) is once


def test_unreadable_has_a_sentence_of_its_own() -> None:
    """The sentence of a check that never ran would mislead."""
    told = explain(report(result("a", V.UNREADABLE), result("b", V.UNREADABLE)), Kind.SERVICE)
    assert told.mistakes[0].sentence == "No check could run: the service did not start"
    assert told.untold == 2


@pytest.mark.parametrize(
    ("left", "right", "stretches"),
    [
        pytest.param("[1, 2, 3]", "[1, 7, 3]", ((4, 5), (4, 5)), id="in the middle"),
        pytest.param("abc", "abcd", ((3, 3), (3, 4)), id="at the end"),
        pytest.param("aab", "ab", ((1, 2), (1, 1)), id="a repeated letter"),
        pytest.param("same", "same", None, id="equal texts"),
        pytest.param("200 ok", "500 Internal Server Error", None, id="nothing in common"),
    ],
)
def test_difference(left: str, right: str, stretches: object) -> None:
    """The stretch between common beginning and end is marked, unless nearly all differs."""
    assert differing(left, right) == stretches


def test_learners_text_is_made_visible() -> None:
    """No text of the learner reaches a screen as it is."""
    told = mistake(
        result("a", V.FAILED, did=("\x1b[2J",), expected="\x00", got="\u202e", output="\x07"), everything=True
    )
    assert not {"\x1b", "\x00", "\u202e", "\x07"} & {letter for one in told.paragraphs for letter in one.text}


def test_a_line_of_megabytes_is_cut() -> None:
    """A learner's line is shown as far as it can be read."""
    (told,) = paragraphs(result("a", V.FAILED, where=Place("a.py", 1, "x" * 10**6)))
    assert len(told.text) < 200


def test_what_a_service_was_started_with_is_labelled_so() -> None:
    """A start reads as a start."""
    told = next(paragraphs(result("a", V.UNREADABLE, did=("started python app.py   with PORT=1",))))
    assert (told.label, told.text) == ("started", "python app.py   with PORT=1")


def test_the_last_statements_are_shown() -> None:
    """How many ran, the last three, the very last first; all of them whole when that is asked for."""
    few = ("SELECT 1",)
    assert statements_text(few) == "1 statement: SELECT 1"
    many = ("… 7 before", *(f"SELECT\n  {number}" for number in range(5)), f"SELECT {'x' * 300}")
    lines = statements_text(many).split("\n")
    assert lines[0].startswith("6 statements, the last: SELECT xxx")
    assert (len(lines[0].removeprefix("6 statements, the last: ")), lines[0][-1]) == (120, "…")
    assert lines[1:] == ["before it: SELECT 4", "before it: SELECT 3"]
    assert statements_text(many, everything=True).split("\n")[:2] == ["6 statements:", "… 7 before"]
    assert "x" * 300 in statements_text(many, everything=True)
