"""Generated mutants have stable names, and differ from the text in one place."""

from __future__ import annotations

import ast

import pytest

from backroad.audit.mutation import mutations, scope_at

TEXT = '''"""A module."""

SIZE = 8  # Größe


class Box:
    """A box."""

    def room(self, used):
        if used > 0 and used + 1 < 9:
            return SIZE - used
        return (
            SIZE
            - 1
        )
'''


def test_an_id_names_file_scope_and_change() -> None:
    """An id can be copied into mutants.toml, and is the same in every run."""
    ids = [one.id for one in mutations("box.py", TEXT)]
    assert ids[:2] == ["box.py:Number 8 9", "box.py:Number 8 7"]
    assert "box.py:Box.room:Arithmetic - +" in ids
    assert ids == [one.id for one in mutations("box.py", TEXT)]


def test_the_same_change_twice_in_a_scope_has_two_ids() -> None:
    """Two places of one function are told apart."""
    ids = [one.id for one in mutations("m.py", "x = 1 + 1\n")]
    assert {"m.py:Number 1 2", "m.py:Number 1 2 (2)"} <= set(ids)
    assert len(ids) == len(set(ids))


def test_an_id_outlives_edits_elsewhere() -> None:
    """What is written above a function changes no id of its own."""
    ids = {one.id for one in mutations("box.py", TEXT) if one.scope == "Box.room"}
    grown = TEXT.replace("class Box", "LIMIT = 5\n\n\nclass Box")
    assert ids == {one.id for one in mutations("box.py", grown) if one.scope == "Box.room"}


def test_a_mutant_keeps_everything_else() -> None:
    """Comments, letters beyond ASCII and the other lines stay as they are."""
    one = next(one for one in mutations("box.py", TEXT) if one.id == "box.py:Box.room:Comparison < <=")
    changed = [line for line in one.text.split("\n") if line not in TEXT.split("\n")]
    assert changed == ["        if used > 0 and (used + 1 <= 9):"]
    assert (one.before, one.after) == ("if used > 0 and used + 1 < 9:", "if used > 0 and (used + 1 <= 9):")


def test_a_mutant_knows_its_function() -> None:
    """The scope is the function or class around, by its full name."""
    assert {one.scope for one in mutations("box.py", TEXT)} == {"", "Box.room"}


def test_every_mutant_is_python_and_another_program() -> None:
    """A mutant compiles, and no two are the same."""
    texts = [one.text for one in mutations("box.py", TEXT)]
    programs = {ast.dump(ast.parse(text)) for text in (TEXT, *texts)}
    assert len(programs) == len(texts) + 1


def test_an_expression_over_several_lines_is_replaced_whole() -> None:
    """What stands on later lines of the changed expression is gone."""
    one = next(one for one in mutations("box.py", TEXT) if one.id == "box.py:Box.room:Arithmetic - + (2)")
    assert "return (\n            (SIZE + 1)\n        )" in one.text


@pytest.mark.parametrize(
    ("line", "scope"), [(3, ""), (6, "Box"), (10, "Box.room")], ids=["module", "class", "method"]
)
def test_a_line_knows_its_function(line: int, scope: str) -> None:
    """The scope of a line is the innermost one around it."""
    assert scope_at(TEXT, line) == scope
