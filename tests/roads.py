"""What the small roads of these tests share: how they are laid out, and the checks of a greeter."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

REPOSITORY = Path(__file__).parents[1]
GREETS = '''"""Says hello"""
from backroad.checks import hint, requires


@hint("Look at what comes back", "A function returns with return", "return 'hello ' + name")
def test_greets(subject):
    """hello(name) greets by name

    Everybody would get the same letter.
    """
    assert subject.hello("Ann") == "hello Ann"


@requires("greets")
@hint("a", "b", "c")
def test_greets_nobody(subject):
    """Without a name it greets the world

    A greeting of nobody looks like a bug.
    """
    assert subject.hello() == "hello world"
'''


def lay(root: Path, files: Mapping[str, str]) -> Path:
    """Write a road, and the kit's templates, into a folder; return the folder."""
    shutil.copytree(REPOSITORY / "templates", root / "templates")
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    return root
