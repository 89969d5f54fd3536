"""The learner's modules are loaded from the bytes on disk, under names that hide nothing."""

from __future__ import annotations

import importlib
import os
import py_compile
import sys
from pathlib import Path

import pytest

from backroad.subject import loader

pytestmark = pytest.mark.usefixtures("clean_imports")
WHEN = 1_700_000_000


def write(file: Path, text: str) -> None:
    """Write a file with a time that never changes."""
    file.write_text(text, encoding="utf-8")
    os.utime(file, (WHEN, WHEN))


def test_two_hundred_edits_of_one_size_and_time_are_all_seen(tmp_path: Path) -> None:
    """The module is what the file says now, though size and time stay the same."""
    seen = []
    for number in range(100, 300):
        write(tmp_path / "thing.py", f"X = {number}\n")
        seen.append(loader.load(str(tmp_path), "thing").X)
    assert seen == list(range(100, 300))


def test_a_helper_module_is_fresh_too(tmp_path: Path) -> None:
    """What the learner's module imports of its own is read anew as well."""
    write(tmp_path / "thing.py", "import helper\nX = helper.X\n")
    loader.find_in(str(tmp_path))
    for number in (1, 2):
        write(tmp_path / "helper.py", f"X = {number}\n")
        sys.modules.pop("helper", None)
        assert vars(loader.load(str(tmp_path), "thing"))["X"] == number


def test_poisoned_bytecode_is_not_read(tmp_path: Path) -> None:
    """A `.pyc` beside the source that pretends to be its own changes nothing."""
    source = tmp_path / "thing.py"
    write(source, "X = 'wrong'\n")
    py_compile.compile(str(source), doraise=True)
    write(source, "X = 'right'\n")
    assert list((tmp_path / "__pycache__").iterdir())
    assert loader.load(str(tmp_path), "thing").X == "right"


def test_bytecode_is_not_written(tmp_path: Path) -> None:
    """Loading leaves no file behind."""
    write(tmp_path / "thing.py", "import other\n")
    write(tmp_path / "other.py", "")
    loader.find_in(str(tmp_path))
    loader.load(str(tmp_path), "thing")
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["other.py", "thing.py"]


def test_a_standard_name_is_loaded_under_a_private_one(tmp_path: Path) -> None:
    """A learner's queue.py is judged, and Python's own `queue` stays what it is."""
    import queue

    write(tmp_path / "queue.py", "X = 1\n")
    module = loader.load(str(tmp_path), "queue")
    assert (module.X, module.__name__) == (1, "_subject_queue")
    assert importlib.import_module("queue") is queue


def test_no_file_of_the_submission_hides_an_installed_module(tmp_path: Path) -> None:
    """Imports find the submission's modules last."""
    write(tmp_path / "random.py", "raise AssertionError('the submission was asked first')\n")
    write(tmp_path / "thing.py", "import random\nX = random.Random(1).random()\n")
    sys.modules.pop("random")
    loader.find_in(str(tmp_path))
    assert 0 < loader.load(str(tmp_path), "thing").X < 1


def test_packages_and_their_modules_are_found(tmp_path: Path) -> None:
    """A submission may be made of packages, with relative imports and without `__init__.py`."""
    for folder in ("parts", "loose"):
        (tmp_path / folder).mkdir()
    write(tmp_path / "parts" / "__init__.py", "from .inner import Y\n")
    write(tmp_path / "parts" / "inner.py", "Y = 2\n")
    write(tmp_path / "loose" / "end.py", "Z = 3\n")
    write(tmp_path / "thing.py", "from loose.end import Z\nfrom parts import Y\n")
    loader.find_in(str(tmp_path))
    module = loader.load(str(tmp_path), "thing")
    assert (module.Y, module.Z) == (2, 3)


def test_a_package_may_be_the_module_that_is_due(tmp_path: Path) -> None:
    """`thing/__init__.py` serves as `thing.py`."""
    (tmp_path / "thing").mkdir()
    write(tmp_path / "thing" / "__init__.py", "X = 1\n")
    assert loader.load(str(tmp_path), "thing").X == 1


def test_a_second_submission_in_one_process_is_found(tmp_path: Path) -> None:
    """Each folder that was named is searched, not only the first."""
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        loader.find_in(str(tmp_path / name))
    write(tmp_path / "two" / "helper_of_two.py", "X = 2\n")
    write(tmp_path / "two" / "thing.py", "from helper_of_two import X\n")
    assert loader.load(str(tmp_path / "two"), "thing").X == 2


@pytest.mark.parametrize(
    "source",
    [b"\xef\xbb\xbfX = '\xc3\xab'\n", b"X = '\xc3\xab'\r\n", b"# -*- coding: latin-1 -*-\nX = '\xeb'\n"],
    ids=["bom", "crlf", "declared-latin-1"],
)
def test_the_encodings_of_python_are_read(tmp_path: Path, source: bytes) -> None:
    """A byte order mark, other line ends and a declared encoding are fine."""
    (tmp_path / "thing.py").write_bytes(source)
    assert loader.load(str(tmp_path), "thing").X == "ë"


def test_undeclared_latin_1_is_a_syntax_error(tmp_path: Path) -> None:
    """Bytes that are not UTF-8 raise what Python raises."""
    (tmp_path / "thing.py").write_bytes(b"X = '\xeb'\n")
    with pytest.raises(SyntaxError, match=r"UTF-8|codec"):
        loader.load(str(tmp_path), "thing")


def test_nothing_there_is_said_so(tmp_path: Path) -> None:
    """A missing module is a missing file."""
    with pytest.raises(FileNotFoundError, match=r"thing\.py"):
        loader.load(str(tmp_path), "thing")


def test_the_flags_of_the_kit_are_not_inherited(tmp_path: Path) -> None:
    """`from __future__` of the kit's modules does not change how the learner's code is compiled."""
    write(tmp_path / "thing.py", "def f(x: int): ...\nX = f.__annotations__['x']\n")
    assert loader.load(str(tmp_path), "thing").X is int


def test_probes_are_a_module_of_the_kit_s_text() -> None:
    """An exercise's probes run from text; errors in them name their file."""
    module = loader.from_text("probes_of_test", "def f():\n    return 1 / 0\n", "/kit/probes.py")
    with pytest.raises(ZeroDivisionError) as caught:
        module.f()
    assert str(caught.traceback[-1].path) == "/kit/probes.py"
    assert loader.from_text("probes_of_test", "X = []\n", "/kit/probes.py").X == []


def test_probes_keep_nothing_from_one_module_to_the_next() -> None:
    """Their text is compiled once and executed each time."""
    one, other = (loader.from_text("probes_of_test", "X = []\n", "/kit/probes.py") for _ in range(2))
    one.X.append(1)
    assert other.X == []
