"""What was said to a database, as a check reads it."""

from __future__ import annotations

from backroad.referee.recordings import Commands, Statement, Statements


def test_statements_are_counted_by_their_verb() -> None:
    """Case and white space do not matter; without a verb, all count."""
    seen = Statements()
    seen.fill(
        [["select 1", False, 1], ["\n  INSERT INTO t", True, 0], ["(SELECT 2)", False, 4], ["", False, 0]]
    )
    assert seen.count() == 4
    assert seen.count("SELECT") == seen.count("select") == 2
    assert seen.count("insert", "update") == 1
    assert seen.fetched == 5
    assert repr(seen) == "2 SELECT, 1 INSERT, 1 "
    assert Statement("WITH x AS (SELECT 1) SELECT * FROM x").verb == "WITH"


def test_commands_have_names() -> None:
    """In the order in which they were sent."""
    seen = Commands()
    assert repr(seen) == "nothing"
    seen.fill([["find", "notes", {"filter": {}}, [{"_id": "1"}]], ["insert", "notes", {}, []]])
    assert seen.names == ["find", "insert"]
    assert seen.all[0].documents == [{"_id": "1"}]
    assert repr(seen) == "1 find, 1 insert"
