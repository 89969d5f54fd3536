"""Which hand-ins are near-copies, shown on the kit's own solutions."""

from __future__ import annotations

import ast
import random
import re
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from functools import cache
from itertools import combinations

import pytest

from backroad.content import layers
from backroad.content.home import find_content
from backroad.content.roadmap import read_roadmap
from backroad.content.solutions import load_solution
from backroad.content.trees import File, Tree
from backroad.grading.likeness import LEAST, fingerprint, likenesses
from backroad.grading.values import Prints, prints_of
from backroad.model import Exercise

EXERCISES = read_roadmap(find_content(environ={}))[0].exercises
SOURCE = "data_structures.py"
EMPTY = Tree({})


@cache
def exercise() -> Exercise:
    """Return the exercise whose solutions are compared."""
    return next(one for one in EXERCISES if one.slug == "data-structures")


@cache
def reference() -> Tree:
    """Return its reference."""
    return layers.reference(exercise())


def prints(tree: Tree) -> Prints:
    """Return a fingerprint, less what everybody was given."""
    return fingerprint(tree, layers.start(exercise()))


def source(text: str) -> Tree:
    """Return a hand-in with this solution."""
    return Tree({**layers.start(exercise()).files, SOURCE: File(text.encode())})


def renamed(text: str) -> str:
    """Return the text with other names, in another layout, without comments and docstrings."""
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            node.id = f"my_{node.id[::-1]}"
        elif isinstance(node, ast.arg):
            node.arg = f"my_{node.arg[::-1]}"
        elif isinstance(node, ast.FunctionDef) and ast.get_docstring(node):
            node.body = node.body[1:] or [ast.Pass()]
    return ast.unparse(tree)


def reordered(text: str) -> str:
    """Return the text with the methods of each class the other way round."""
    tree = ast.parse(text)
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            node.body.reverse()
    return ast.unparse(tree)


def commented(text: str) -> str:
    """Return the text with a comment on every other line, and other docstrings."""
    lines = re.sub(r'"""[^"]+"""', '"""Mine."""', text).splitlines()
    return "\n".join(f"{line}  # mine" if index % 2 else line for index, line in enumerate(lines))


def split(text: str) -> Tree:
    """Return the solution with each class in a file of its own."""
    parts = re.split(r"^(?=class )", text, flags=re.MULTILINE)
    return Tree({f"part_{index}.py": File(part.encode()) for index, part in enumerate(parts)})


DISGUISES: dict[str, Callable[[str], Tree]] = {
    "renamed": lambda text: source(renamed(text)),
    "reordered": lambda text: source(reordered(text)),
    "commented": lambda text: source(commented(text)),
    "in several files": split,
    "under another name": lambda text: Tree({"src/other.py": File(text.encode())}),
}


def share(class_: Mapping[str, Prints]) -> float:
    """Return how much two hand-ins are alike."""
    (pair,) = likenesses(class_, 0.01)
    return pair.share


@pytest.mark.parametrize("disguise", DISGUISES)
def test_a_disguised_copy_is_found(disguise: str) -> None:
    """Renaming, moving, commenting and splitting do not hide whose code it is."""
    copy = DISGUISES[disguise](reference().text(SOURCE))
    assert share({"ann": prints(reference()), "bob": prints(copy)}) > LEAST


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.slug)
def test_other_designs_are_no_pairs(exercise: Exercise) -> None:
    """Right designs of one task share little, whoever wrote them: far below what is worth a look."""
    known = layers.start(exercise)
    designs = {
        folder.name: fingerprint(layers.alternative(exercise, folder.name), known)
        for folder in load_solution(exercise).alternatives
    }
    designs["reference"] = fingerprint(layers.reference(exercise), known)
    assert min(map(len, designs.values())) > 50
    assert likenesses(designs, 0.6 * LEAST) == []


def test_every_mutant_is_a_copy_of_the_reference() -> None:
    """A class in which all but one edited the same solution: each of them is listed, in one line each."""
    mutants = load_solution(exercise()).mutants
    class_ = {f"m{i:03}": prints(layers.mutant(exercise(), mutant)) for i, mutant in enumerate(mutants)}
    class_["treap"] = prints(layers.alternative(exercise(), "treap"))
    found = likenesses(class_, LEAST)
    assert {name for pair in found for name in (pair.first, pair.second)} == {*class_} - {"treap"}
    assert len(found) < 2 * len(class_)


def test_what_everybody_was_given_is_nobodys() -> None:
    """The starter has no print of its own, in whatever file it stands, and adds none to a solution."""
    start = layers.start(exercise())
    assert prints(start) == prints_of()
    assert prints(Tree({"copy.py": start.files[SOURCE]})) == prints_of()
    both = File(start.read(SOURCE) + b"\n" * 2 + reference().read(SOURCE))
    assert share({"a": prints(Tree({"x.py": both})), "b": prints(reference())}) > 0.95


def test_data_and_prose_are_no_code() -> None:
    """Notes, settings, data, binaries and installed packages are nobody's design."""
    text = reference().files[SOURCE]
    names = ["notes.md", "data.json", "node_modules/x/index.js", "lib/site-packages/x.py", ".hidden.py"]
    assert prints(Tree(dict.fromkeys(names, text))) == prints_of()
    assert prints(Tree({"x.py": File(text.content + b"\0")})) == prints_of()


def test_prints_are_the_same_in_every_process() -> None:
    """What a journal remembers can be compared with what is made later."""
    program = (
        "from backroad.content.trees import File, Tree\n"
        "from backroad.grading.likeness import fingerprint\n"
        "text = b'\\n'.join(b'def f%d(a): return a[%d] %s a' % (i, i, b'+-*/'[i % 4:][:1] * (i % 3 + 1))"
        " for i in range(30))\n"
        "print(sorted(fingerprint(Tree({'a.py': File(text)}), Tree({}))))\n"
    )
    told = {
        subprocess.run(
            [sys.executable, "-c", program], env={"PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in "12"
    }
    (line,) = told
    assert all(0 <= int(one) < 2**63 for one in line.strip(b"[]\n").split(b","))
    assert line.count(b",") > 5


@pytest.mark.parametrize("suffix", ["py", "js", "sql", "html", "unknown"])
@pytest.mark.parametrize(
    "text",
    [
        pytest.param(b"x = y[1]; " * 6_000_000, id="one line of 60 MiB"),
        pytest.param(b'"\\' * 1_000_000, id="a text that never ends"),
        pytest.param(b"'''\\" * 500_000, id="docstrings that never end"),
        pytest.param(b"/*" * 1_000_000, id="comments that never end"),
        pytest.param(b"<!--" * 500_000, id="comments in comments"),
        pytest.param(b" " * 2_000_000, id="blanks"),
        pytest.param(b"#\n" * 1_000_000, id="empty comments"),
        pytest.param(b"(" * 2_000_000, id="brackets"),
        pytest.param(b"\\" * 2_000_000, id="backslashes"),
        pytest.param(bytes(range(1, 256)) * 8_000, id="no text"),
    ],
)
def test_hostile_text_costs_little(text: bytes, suffix: str) -> None:
    """Whatever a file holds, its fingerprint is small, and made at once."""
    start = time.perf_counter()
    assert len(fingerprint(Tree({f"a.{suffix}": File(text)}), EMPTY)) < 5_000
    assert time.perf_counter() - start < 5


def test_padding_does_not_hide_a_copy() -> None:
    """A large file beside the copied one is what is cut off."""
    padding = File(b"".join(b"a%d = b[%d] - c(%d)\n" % (i, i, i) for i in range(200_000)))
    padded = Tree({**reference().files, "aaa.py": padding})
    assert set(prints(reference())) <= set(prints(padded))


def random_class(size: int, rng: random.Random) -> dict[str, Prints]:
    """Return a class in which each has 300 prints, a third of them from what 200 ways are obvious."""
    obvious = [rng.getrandbits(62) for _ in range(200)]
    return {
        f"s{index:04}": prints_of([rng.getrandbits(62) for _ in range(200)] + rng.sample(obvious, 100))
        for index in range(size)
    }


def test_a_large_class_takes_seconds() -> None:
    """2,000 hand-ins, half of them copies of copies: linear in time and in pairs."""
    class_ = random_class(1_000, random.Random(1))
    class_ |= {f"t{index:04}": class_["s0007"] for index in range(500)}
    class_ |= {f"u{index:04}": class_[f"s{index:04}"] for index in range(500)}
    start = time.perf_counter()
    found = likenesses(class_, LEAST)
    assert time.perf_counter() - start < 20
    assert len(found) == 1_000
    assert {pair.first for pair in found if pair.second.startswith("t")} == {"s0007"}


def test_the_obvious_does_not_count() -> None:
    """What very many share makes no pair, in a small hand-in neither."""
    rng = random.Random(2)
    obvious = frozenset(rng.getrandbits(62) for _ in range(40))
    class_ = {f"s{i}": prints_of(obvious | {rng.getrandbits(62) for _ in range(15)}) for i in range(30)}
    assert likenesses(class_, LEAST) == []
    assert len(likenesses({name: class_[name] for name in ("s1", "s2")}, LEAST)) == 1


def test_too_little_says_nothing() -> None:
    """A handful of prints is left out, were they the same."""
    few = prints_of(range(5))
    assert likenesses({"a": few, "b": few, "c": prints_of()}, LEAST) == []


def test_pairs_come_in_one_order() -> None:
    """Most alike first, then by ids, whatever order the class comes in."""
    rng = random.Random(3)
    base = [rng.getrandbits(62) for _ in range(40)]
    class_ = {name: prints_of([index, *base[: 40 - 2 * index]]) for index, name in enumerate("dacb")}
    found = likenesses(class_, LEAST)
    assert found == likenesses(dict(sorted(class_.items())), LEAST)
    assert found == sorted(found, key=lambda pair: (-pair.share, pair.first, pair.second))
    assert all(pair.first < pair.second for pair in found)
    assert len(found) == len(list(combinations(class_, 2)))
