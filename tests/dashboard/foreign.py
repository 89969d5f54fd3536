"""A small road whose authors and learners wrote what no page may obey."""

from __future__ import annotations

from ..roads import GREETS

SCRIPT = "<script>alert(1)</script>"
SETTINGS = """
title = "{title}"
summary = "{summary}"
kind = "module"
template = "python-module"
minutes = 20
difficulty = 1
teaches = ["{topic}"]
requires = {requires}
after = []
"""
CHECKS = GREETS.replace("A function returns with return", "<img src=x onerror=alert(1)>")
HARDENING = '''"""Strange names"""
from backroad.checks import hint, requires


@requires("greets_nobody")
@hint("a", "b", "c")
def test_takes_long_names(subject):
    """A long name is taken whole

    Half a name is another person's.
    """
    assert subject.hello("x" * 5000) == "hello " + "x" * 5000
'''
STRANGE = '''"""A <b>stage</b>"""
from backroad.checks import hint


@hint("a", "b", "c")
def test_is_there(subject):
    """<script>alert(1)</script> is there

    Why <script>alert(1)</script>.
    """
    assert subject.VERSION == 1
'''
README = f"""# {SCRIPT}

{SCRIPT} <img src=x onerror=alert(1)> [a link](javascript:alert(1)) ![a sign](x" onerror="alert(1))

```{SCRIPT}
{SCRIPT} \u2028 \x1b[2J
```
"""
STARTER = "VERSION = 1\n\n\ndef hello(name='world'):\n    ...  # TODO 1: greet\n"
RIGHT = STARTER.replace("...  # TODO 1: greet", "return 'hello ' + name")
ENDLESS = STARTER.replace("...  # TODO 1: greet", "while True: pass")
BASIC = "exercises/1-basics"
SOLVED = "solutions/1-basics"
FILES = {
    "exercises/roadmap.toml": """
[steps.1-basics]
title = "Basics <b>"
exercises = ["greeter", "farewell"]
[steps.2-beyond]
title = "Beyond"
exercises = []
""",
    f"{BASIC}/greeter/exercise.toml": SETTINGS.format(
        title="A greeter", summary="Say hello", topic="functions", requires=[]
    ),
    f"{BASIC}/greeter/README.md": "# A greeter\n",
    f"{BASIC}/greeter/starter/greeter.py": STARTER,
    f"{BASIC}/greeter/starter/given/tools.py": "KIT = 1\n",
    f"{BASIC}/greeter/checks/test_1_hello.py": CHECKS,
    f"{BASIC}/greeter/checks/test_2_hardening.py": HARDENING,
    f"{SOLVED}/greeter/reference/greeter.py": RIGHT,
    f"{SOLVED}/greeter/NOTES.md": f"# Why so\n\n{SCRIPT}\n",
    f"{SOLVED}/greeter/mutants.toml": "",
    f"{BASIC}/farewell/exercise.toml": SETTINGS.format(
        title=SCRIPT, summary=SCRIPT, topic="'><img src=x onerror=alert(1)>", requires=["greeter"]
    ),
    f"{BASIC}/farewell/README.md": README,
    f"{BASIC}/farewell/starter/farewell.py": "VERSION = 0\n",
    f"{BASIC}/farewell/checks/test_1_bye.py": STRANGE,
    f"{SOLVED}/farewell/reference/farewell.py": "VERSION = 1\n",
    f"{SOLVED}/farewell/NOTES.md": "# Why so\n",
    f"{SOLVED}/farewell/mutants.toml": "",
}
