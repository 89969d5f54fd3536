"""A small road for the browser: a module with two stages and hardening, one that waits for it, an odd one.

What an author or a learner wrote is text to the dashboard: BAIT would show a dialog were it anything else.
"""

from __future__ import annotations

from tests.roads import GREETS

BAIT = "<img src=x onerror=alert(1)><script>alert(2)</script>"

ROAD = """
[steps.1-basics]
title = "Basics"
exercises = ["greeter", "parting"]
[steps.2-beyond]
title = "Beyond"
exercises = ["odd"]
[steps.3-hosting]
title = "Hosting"
exercises = []
"""
SETTINGS = """
title = '{title}'
summary = '{summary}'
kind = "module"
template = "python-module"
minutes = 20
difficulty = 2
teaches = ["{topic}"]
requires = [{requires}]
after = []
[limits]
call = 1
"""
POLITE = '''"""Says which one it is"""
from backroad.checks import hint


@hint("a", "b", "c")
def test_has_a_version(subject):
    """The version is a number

    Releases could not be told apart.
    """
    assert subject.VERSION == 1
'''
HARDENING = '''"""Strange names"""
from backroad.checks import hint


@hint("a", "b", "c")
def test_takes_long_names(subject):
    """A long name is taken whole

    Half a name is another person's.
    """
    assert subject.hello("x" * 300) == "hello " + "x" * 300
'''
ODD = f'''"""Odd {BAIT}"""
from backroad.checks import hint


@hint("One {BAIT}", "Two", "Three")
def test_echoes(subject):
    """echo() of {BAIT[:40]}

    Why {BAIT}
    """
    assert subject.echo() == "{BAIT}"
'''
README = """# A greeter

## Build

A function `hello(name)`, see the [manual](https://docs.python.org/3/).

```python
def hello(name="world"):  # a comment
    return f"hello {name}"
```

| call | result |
|---|---|
| `hello("Ann")` | `"hello Ann"` |
"""
STARTER = "VERSION = 1\n\n\ndef hello(name='world'):\n    ...  # TODO 1: greet\n"
RIGHT = "VERSION = 1  # the first one\n\n\ndef hello(name='world'):\n    return 'hello ' + name\n"
REFERENCE = RIGHT.replace("first", "only")
SLOW = RIGHT.replace("    return", "    import time\n    time.sleep(0.8)\n    return")
NOTES = "# Why so\n\nBecause it is *short*.\n"


def exercise(
    place: str, settings: str, starter: str, reference: str, checks: dict[str, str]
) -> dict[str, str]:
    """Return the files of an exercise whose module has the name of its folder."""
    module = f"{place.rpartition('/')[2]}.py"
    return {
        f"exercises/{place}/exercise.toml": settings,
        f"exercises/{place}/README.md": README,
        f"exercises/{place}/starter/{module}": starter,
        **{f"exercises/{place}/checks/{name}.py": text for name, text in checks.items()},
        f"solutions/{place}/reference/{module}": reference,
        f"solutions/{place}/NOTES.md": NOTES,
        f"solutions/{place}/mutants.toml": "",
    }


GREETER = SETTINGS.format(title="A greeter", summary="Say hello", topic="functions", requires="")
PARTING = SETTINGS.format(title="A farewell", summary="Say it", topic="modules", requires='"greeter"')
STRANGE = SETTINGS.format(title=f"Odd {BAIT}", summary=BAIT, topic=BAIT, requires="")
STRANGE_README = f"# {BAIT}\n\n## Build {BAIT}\n\n{BAIT}\n\n[x](javascript:alert(3))\n"
FILES = {
    "exercises/roadmap.toml": ROAD,
    **exercise(
        "1-basics/greeter",
        GREETER,
        STARTER,
        REFERENCE,
        {"test_1_hello": GREETS, "test_2_polite": POLITE, "test_3_hardening": HARDENING},
    ),
    "solutions/1-basics/greeter/alternatives/joined/greeter.py": RIGHT.replace(
        "'hello ' + name", "f'hello {name}'"
    ),
    **exercise("1-basics/parting", PARTING, "", "VERSION = 1\n", {"test_1_bye": POLITE}),
    **exercise(
        "2-beyond/odd",
        STRANGE,
        "def echo():\n    ...  # TODO 1\n",
        f"def echo():\n    return {BAIT!r}\n",
        {"test_1_echo": ODD},
    ),
    "exercises/2-beyond/odd/README.md": STRANGE_README,
    f"exercises/2-beyond/odd/starter/{BAIT[:28]}.py": "",
    "solutions/2-beyond/odd/NOTES.md": f"# {BAIT}\n\n{BAIT}\n",
}
