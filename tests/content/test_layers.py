"""Start, reference, alternative, mutant and hand-in, all made of layers."""

from __future__ import annotations

from pathlib import Path

import pytest

from backroad.content import layers
from backroad.content.home import Content
from backroad.content.roadmap import find_exercise, load_roadmap, load_solution
from backroad.content.trees import File, Tree
from backroad.errors import BackroadError
from backroad.model import Edit, Exercise

START = ["backroad.toml", "given/tools.py", "greeter.py"]


@pytest.fixture
def greeter(kit: Path) -> Exercise:
    """The one exercise of the content."""
    return find_exercise(load_roadmap(Content(kit)), "greeter")


def test_the_start_is_template_and_starter(greeter: Exercise) -> None:
    """A learner starts from the template's files, unrendered, with the starter over them."""
    tree = layers.start(greeter)
    assert sorted(tree.files) == START
    assert "cookiecutter.slug" in tree.text("backroad.toml")
    assert "TODO" in tree.text("greeter.py")


def test_the_reference_lies_over_the_start(greeter: Exercise) -> None:
    """The reference replaces the starter's files and keeps the rest."""
    tree = layers.reference(greeter)
    assert sorted(tree.files) == START
    assert "return 'hello ' + name" in tree.text("greeter.py")


def test_an_alternative_lies_over_the_start(greeter: Exercise) -> None:
    """An alternative overlays the starter, and drops what its `.layer-removes` names."""
    assert sorted(layers.alternative(greeter, "node").files) == ["backroad.toml", "greeter.js"]


def test_an_unknown_alternative_is_told(greeter: Exercise) -> None:
    """An unknown alternative comes back with the nearest."""
    with pytest.raises(BackroadError, match=r"there is no alternative nod; did you mean node\?"):
        layers.alternative(greeter, "nod")


def test_removing_what_is_not_there_is_told(greeter: Exercise) -> None:
    """A line of `.layer-removes` that means nothing below is a mistake."""
    overlay = Tree({".layer-removes": File(b"\ngreter.py\n")})
    with pytest.raises(BackroadError, match=r"greter.py is no path .*did you mean greeter.py"):
        layers.laid(layers.start(greeter), overlay)


def test_a_mutant_is_the_reference_edited(greeter: Exercise) -> None:
    """A mutant differs from the reference in its edits alone."""
    (wrong,) = load_solution(greeter).mutants
    tree, reference = layers.mutant(greeter, wrong), layers.reference(greeter)
    changed = [name for name in tree.files if tree.files[name] != reference.files[name]]
    assert changed == ["greeter.py"]
    assert tree.text("greeter.py").endswith("return 'hello '\n")


def test_edits_are_made_one_after_the_other() -> None:
    """A later edit sees what an earlier one wrote; modes stay."""
    tree = Tree({"a.py": File(b"one\n", executable=True)})
    edits = [Edit("a.py", "one", "two two"), Edit("a.py", "two two", "three")]
    assert layers.edited(tree, edits) == Tree({"a.py": File(b"three\n", executable=True)})


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (Edit("a.py", "x", "y"), "a.py: find occurs 2 times: x; choose a text that occurs once"),
        (Edit("a.py", "z\nmore", "y"), "a.py: find occurs 0 times: z …; choose"),
        (Edit("a.py", "", "y"), "a.py: find occurs 0 times"),
        (Edit("b.py", "x", "y"), "b.py: there is no such file; did you mean a.py?"),
    ],
    ids=["twice", "never", "empty", "no file"],
)
def test_an_edit_that_does_not_fit_is_told(edit: Edit, said: str) -> None:
    """What an edit looks for occurs exactly once in a file that exists."""
    with pytest.raises(BackroadError) as caught:
        layers.edited(Tree({"a.py": File(b"x = x\n")}), [edit])
    assert said in str(caught.value)


def test_all_edits_that_do_not_fit_are_told() -> None:
    """Every edit that does not fit is told, not the first alone."""
    with pytest.raises(BackroadError) as caught:
        layers.edited(Tree({"a.py": File(b"")}), [Edit("a.py", "x", ""), Edit("a.py", "y", "")])
    assert len(caught.value.problems) == 2


def test_a_hand_in_is_judged_with_the_kits_given(greeter: Exercise, tmp_path: Path) -> None:
    """`given/` is restored over the hand-in, and what differed is named; their own files stay."""
    mine = tmp_path / "mine"
    layers.start(greeter).write(mine)
    assert layers.submission(greeter, mine).restored == ()
    (mine / "given/tools.py").write_text("KIT = 2\n")
    (mine / "given/mine.py").write_text("")
    tree = layers.submission(greeter, mine)
    assert tree.restored == ("given/tools.py",)
    assert tree.text("given/tools.py") == "KIT = 1\n"
    assert "given/mine.py" in tree.files


def test_a_hand_in_without_given_gets_it(greeter: Exercise, tmp_path: Path) -> None:
    """A hand-in that left `given/` out has it again, and nothing is said."""
    (tmp_path / "greeter.py").write_text("")
    tree = layers.submission(greeter, tmp_path)
    assert sorted(tree.files) == ["given/tools.py", "greeter.py"]
    assert tree.restored == ()


def test_a_hand_in_keeps_its_own_layer_file(greeter: Exercise, tmp_path: Path) -> None:
    """A `.layer-removes` of a learner is a file like any other."""
    (tmp_path / ".layer-removes").write_text("given/\n")
    assert sorted(layers.submission(greeter, tmp_path).files) == [".layer-removes", "given/tools.py"]


def test_reading_a_hand_in_changes_nothing(greeter: Exercise, tmp_path: Path) -> None:
    """The learner's folder is read only."""
    mine = tmp_path / "mine"
    layers.start(greeter).write(mine)
    (mine / "given/tools.py").write_text("KIT = 2\n")
    layers.submission(greeter, mine).write(tmp_path / "copy")
    assert (mine / "given/tools.py").read_text() == "KIT = 2\n"
    assert (tmp_path / "copy/given/tools.py").read_text() == "KIT = 1\n"
