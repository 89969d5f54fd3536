"""The document database of a check: fresh, seen by the referee's own client, its commands recorded.

Runs on the embedded server; with BACKROAD_MONGODB_URL on that server too.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable

import pytest

from backroad.model import Level, Limits, Need
from backroad.referee.servers import DOCUMENT_SERVER
from backroad.report import Report, Verdict
from backroad.subject.confinement import probe

Judge = Callable[..., Report]
CODE = """
    from pymongo import MongoClient
    import socket

    def connect(url):
        return MongoClient(url, tz_aware=True).get_default_database()

    def reach(port):
        try:
            socket.create_connection(("127.0.0.1", port), 2).close()
        except OSError as error:
            return type(error).__name__
        return "connected"

    class Notes:
        def __init__(self, db, clock=None):
            self.notes = db.notes
            self.clock = clock

        def add(self, text, **more):
            note = {"text": text, "count": 0, "at": self.clock and self.clock(), **more}
            return str(self.notes.insert_one(note).inserted_id)

        def texts(self):
            return [note["text"] for note in self.notes.find({}, {"text": 1})]

        def grow(self):
            note = self.notes.find_one_and_update(
                {"count": {"$lt": 5}}, {"$inc": {"count": 1}}, return_document=True
            )
            return note and note["count"]

        def grow_badly(self):
            note = self.notes.find_one({})
            self.notes.update_one({"_id": note["_id"]}, {"$set": {"count": note["count"] + 1}})

        def unique(self):
            return self.notes.create_index("text", unique=True, name="one_text")
"""
HEAD = '''
"""First"""
import datetime
import pytest

@pytest.fixture
def notes(subject, mongo, clock):
    return subject.Notes(subject.connect(mongo.url), clock)
'''


def checks(*bodies: str) -> str:
    """Return a check file, a check for each body."""
    texts = [
        f'\ndef test_{"abc"[at]}(subject, notes, mongo, instruments, clock):\n    """It does"""\n'
        + "".join(f"    {line}\n" for line in body.strip().splitlines())
        for at, body in enumerate(bodies)
    ]
    return HEAD + "".join(texts)


@pytest.fixture(params=["embedded", "server"])
def check(request: pytest.FixtureRequest, judge: Judge) -> Callable[..., Report]:
    """Judge the code above by some checks, on each document server that is there."""
    url = os.environ.get(DOCUMENT_SERVER, "") if request.param == "server" else ""
    if request.param == "server" and not url:
        pytest.skip(f"{DOCUMENT_SERVER} names no server")
    servers = {Need.DOCUMENTS: url} if url else {}
    return lambda *bodies, **more: judge(
        CODE, checks(*bodies), needs=(Need.DOCUMENTS,), servers=servers, **more
    )


def verdicts(report: Report) -> list[Verdict]:
    """Return the verdicts in order."""
    return [result.verdict for result in report.results]


def test_each_check_has_an_empty_database(check: Callable[..., Report]) -> None:
    """What one check stored is not there in the next; dates are those of the clock."""
    body = """
assert notes.texts() == []
made = notes.add("a")
(found,) = mongo.find("notes", {"text": "a"})
assert str(found["_id"]) == made
assert found["at"] == clock()
assert mongo.insert("notes", [{"text": "b"}]) == 1
assert notes.texts() == ["a", "b"]
assert notes.unique() == "one_text"
assert mongo.indexes("notes")["one_text"]["unique"] is True
assert mongo.collections() == ["notes"]
"""
    report = check(body, body)
    assert verdicts(report) == [Verdict.PASSED] * 2, report.results


def test_commands_are_recorded(check: Callable[..., Report]) -> None:
    """What PyMongo sent and got; the referee's own client is not heard."""
    report = check("""
with instruments.commands() as seen:
    number = notes.add("a", size=2**40)
    notes.texts()
    mongo.find("notes")
assert seen.names == ["insert", "find"]
assert [command.collection for command in seen.all] == ["notes", "notes"]
assert seen.all[0].body["documents"][0]["size"] == 2**40
assert seen.all[1].documents == [{"_id": number, "text": "a"}]
assert seen.all[1].body["projection"] == {"text": 1}
""")
    assert verdicts(report) == [Verdict.PASSED], report.results


def test_a_race_loses_what_is_read_first(check: Callable[..., Report]) -> None:
    """An atomic operator keeps its bound; a read before a write loses."""
    right = """
notes.add("a")
results = instruments.race([(notes, "grow")] * 12)
assert sorted(one for one in results if one) == [1, 2, 3, 4, 5]
assert results.count(None) == 7
"""
    wrong = """
notes.add("a")
instruments.race([(notes, "grow_badly")] * 12)
assert mongo.find("notes")[0]["count"] == 12
"""
    report = check(right, wrong, limits=Limits(call=10, check=60))
    assert verdicts(report) == [Verdict.PASSED, Verdict.FAILED], report.results


def test_what_was_sent_is_told(check: Callable[..., Report]) -> None:
    """A red check shows the commands; a duplicate is the driver's own exception."""
    report = check('notes.unique()\nnotes.add("a")\nnotes.add("a")')
    (result,) = report.results
    assert result.verdict is Verdict.RAISED
    assert "DuplicateKeyError" in str(result.message)
    assert [line.split()[0] for line in result.ran] == ["notes.createIndexes", "notes.insert", "notes.insert"]


@pytest.mark.skipif(probe().level < Level.SANDBOX, reason="this machine has no Landlock or no seccomp")
def test_only_the_server_is_reached(check: Callable[..., Report]) -> None:
    """A module that is given a server connects to that one, and to nothing else on this machine."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        report = check(f'assert subject.reach({other.getsockname()[1]}) == "PermissionError"\nnotes.add("a")')
    assert verdicts(report) == [Verdict.PASSED], report.results
