"""A subject for the checks of a run: loaded, replaced when it is gone, or told why there is none."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from backroad.model import Level, Limits
from backroad.plan import Plan
from backroad.referee.evidence import Evidence, Trouble
from backroad.referee.host import Host
from backroad.referee.recorder import Recorder
from backroad.report import Verdict

Make = Callable[..., Host]


@pytest.fixture
def host(plan: Callable[..., Plan]) -> Iterator[Make]:
    """Make the host of a submission."""
    hosts: list[Host] = []

    def make(code: str | Mapping[str, str], **choices: Any) -> Host:
        hosts.append(Host(plan(code, **choices), Recorder()))
        return hosts[-1]

    yield make
    for made in hosts:
        made.close()


def trouble(host: Host) -> Evidence:
    """Return why there is no subject."""
    with pytest.raises(Trouble) as caught:
        host.subject()
    return caught.value.evidence


def test_one_subject_serves_the_run(host: Make) -> None:
    """Checks share the process, as in plain pytest; a fresh one is asked for."""
    made = host("seen = []\ndef see(): seen.append(1); return len(seen)\n")
    assert [made.subject().module.see() for _ in range(2)] == [1, 2]
    assert [made.subject(fresh=True).module.see() for _ in range(2)] == [1, 2], (
        "one for all that a check uses"
    )
    assert made.subject().module.see() == 3


def test_a_fresh_subject_goes_with_its_check(host: Make) -> None:
    """Its process ends when the check is over; the shared one stays."""
    made = host("")
    made.subject()
    channel: Any = made.subject(fresh=True).remote.channel
    made.drop_spare()
    assert channel.started.process.poll() is not None
    assert made.subject().module is not None


def test_the_first_process_is_started_ahead(host: Make) -> None:
    """What was started while pytest was imported is the one that is used."""
    made = host("")
    made.launch_ahead()
    ahead = made._ahead
    assert ahead is not None
    channel: Any = made.subject().remote.channel
    assert channel.started is ahead


def test_a_process_started_ahead_and_not_used_ends(host: Make) -> None:
    """A run without a check that needs it leaves nothing behind."""
    made = host("")
    made.launch_ahead()
    assert made._ahead is not None
    process = made._ahead.process
    made.close()
    assert process.poll() is not None


@pytest.mark.parametrize(("level", "reached"), [(Level.NONE, 0), (Level.PROCESS, 1)])
def test_the_level_is_the_one_reached(host: Make, level: Level, reached: int) -> None:
    """Less than the machine offers can be asked for."""
    made = host("", max_level=level)
    made.subject()
    assert made.level == reached


UNREADABLE: dict[str, tuple[str | dict[str, str], str, str | None, int | None]] = {
    "syntax": ("x = 1\nx = = 2\n", "SyntaxError: invalid syntax", None, 2),
    "indentation": ("def f():\n\tx = 1\n        y = 2\n", "TabError: inconsistent use of tabs", None, 3),
    "print": ("print 'x'\n", "SyntaxError: Missing parentheses", None, 1),
    "raises": ("def f():\n    return 1 / 0\nf()\n", "ZeroDivisionError: division by zero", None, 2),
    "missing": ("import flask_of_nobody\n", "ModuleNotFoundError", "install it, or leave the import out", 1),
    "circular": (
        {"thing.py": "import other\nX = 1\n", "other.py": "from thing import X\n"},
        "ImportError: cannot import name 'X'",
        None,
        1,
    ),
    "input": ("input()\n", "EOFError", "no keyboard is there: take input() out", 1),
    "exit": ("import sys\nsys.exit(0)\n", "while thing.py was loaded: your code ended its process", None, 2),
    "os-exit": (
        "import os\nos._exit(0)\n",
        "while thing.py was loaded: your code ended its process",
        None,
        None,
    ),
    "loop": ("while True:\n    pass\n", "while thing.py was loaded: no answer", None, 2),
    "assert": ("assert False\n", "AssertionError: an assert at import", None, 1),
    "interrupt": ("raise KeyboardInterrupt\n", "KeyboardInterrupt", None, 1),
    "skip": ("import unittest\nraise unittest.SkipTest('x')\n", "SkipTest: x", None, 2),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_does_not_load_is_unreadable(host: Make, name: str) -> None:
    """Why, at which line, and what to do; the same for every check."""
    code, message, remedy, line = UNREADABLE[name]
    made = host(code, limits=Limits(call=0.5, check=1 if name == "loop" else 20))
    found = trouble(made)
    assert found.verdict is Verdict.UNREADABLE
    assert str(found.message).startswith(message)
    assert (found.remedy or "").startswith(remedy or "")
    assert (found.where.line if found.where else None) in ((1, 2) if name == "loop" else (line,))
    assert trouble(made) is found


@pytest.mark.parametrize(
    ("code", "verdict"),
    [
        ("x = bytearray(2**40)\n", Verdict.LIMIT),
        ("import os\nos.write(int(CHANNEL), b'x' * 9)\n", Verdict.TAMPERED),
    ],
    ids=["memory", "channel"],
)
def test_some_troubles_keep_their_verdict_at_import(host: Make, code: str, verdict: Verdict) -> None:
    """A limit and a breach of the protocol are what they are, at import too."""
    find = (
        "import os, stat\nCHANNEL = next(n for n in range(3, 50) if os.path.exists(f'/proc/self/fd/{n}') and "
    )
    find += "stat.S_ISSOCK(os.fstat(n).st_mode))\n"
    assert trouble(host(find + code)).verdict is verdict


def test_a_missing_name_offers_the_nearest(host: Make) -> None:
    """A class that is not there is told with the names that are."""
    module = host("class Stack: pass\ndef push(): pass\n_private = 1\n").subject().module
    with pytest.raises(Trouble) as caught:
        _ = module.Stak
    found = caught.value.evidence
    assert (found.message, found.got) == ("thing.py has no Stak", "it has Stack, push")
    assert found.remedy == "did you mean Stack?"


def test_an_attribute_error_inside_their_code_is_theirs(host: Make) -> None:
    """Only a missing name of the module is told as missing."""
    module = host("def f():\n    return None.x\n").subject().module
    with pytest.raises(AttributeError, match="NoneType"):
        module.f()


def test_the_output_of_a_check_is_what_came_since_the_last(host: Make) -> None:
    """Each check sees what was printed during it."""
    made = host("def say(text): print(text)\n")
    module = made.subject().module
    module.say("one")
    assert made.output() == "one\n"
    module.say("two")
    assert made.output() == "two\n"
    assert made.output() is None


def test_what_was_printed_before_the_end_is_kept(host: Make) -> None:
    """The output of code that died or hung is shown as well."""
    made = host("import os\ndef leave():\n    print('last words', flush=True)\n    os._exit(3)\n")
    module = made.subject().module
    with pytest.raises(Trouble):
        module.leave()
    assert made.output() == "last words\n"


def test_a_subject_that_does_not_load_is_ended(host: Make) -> None:
    """Its process goes at once, though the run has other checks to do."""
    made = host("raise ValueError\n")
    made.launch_ahead()
    assert made._ahead is not None
    process = made._ahead.process
    trouble(made)
    assert process.poll() is not None
