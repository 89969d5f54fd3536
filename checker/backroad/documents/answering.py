"""From a message to its answer: finds the command, bounds its time, and turns failures into replies."""

from __future__ import annotations

import sys
import traceback
from contextlib import suppress
from typing import Any

from bson.errors import BSONError

from backroad.documents import clock
from backroad.documents.commands import COMMANDS, Request, State
from backroad.documents.failures import Code, CommandFailure, bad_value
from backroad.documents.overtime import Overtime, TimeLimit
from backroad.documents.store import Store, check_database
from backroad.documents.values import Document, depth, encoded, is_number

DEEPEST_COMMAND = 200


class Answering:
    """Runs commands, one at a time, on one store."""

    def __init__(self, limit: TimeLimit) -> None:
        self._limit = limit
        self._state = State(Store(limit.postponed))

    def answer(self, body: Document, connection: int = 0) -> Document:
        """Return the answer to a command; whatever goes wrong is an answer, too."""
        try:
            return self._answered(body, connection)
        except CommandFailure as failure:
            return failure.reply()
        except (Overtime, MemoryError) as error:
            return _failed(error)
        except Exception as error:
            traceback.print_exc(file=sys.stderr)
            return _failed(error)

    def _answered(self, body: Document, connection: int) -> Document:
        name = next(iter(body), "")
        if name not in COMMANDS:
            raise CommandFailure(Code.CommandNotFound, f"no such command: '{name}'")
        if depth(body) > DEEPEST_COMMAND:
            raise CommandFailure(
                Code.Overflow, f"BSONObj exceeds maximum nested object depth: {DEEPEST_COMMAND}"
            )
        _refuse_transactions(body)
        clock.begin()
        request = Request(name, body, check_database(body.get("$db")), self._state, connection)
        with self._limit.of(_milliseconds(body)):
            return COMMANDS[name].answer(request)


def _milliseconds(body: Document) -> int | None:
    asked = body.get("maxTimeMS", 0)
    if not is_number(asked) or asked < 0 or asked != int(asked):
        raise bad_value(f"maxTimeMS has to be a whole number, and not below 0: {asked}")
    return int(asked) or None


def _refuse_transactions(body: Document) -> None:
    if "txnNumber" in body or "startTransaction" in body or "autocommit" in body:
        message = "Transaction numbers are only allowed on a replica set member or mongos"
        raise CommandFailure(Code.IllegalOperation, message)


def _failed(error: BaseException) -> Document:
    if isinstance(error, Overtime):
        return CommandFailure(Code.MaxTimeMSExpired, "operation exceeded time limit").reply()
    if isinstance(error, MemoryError):
        return CommandFailure(Code.ExceededMemoryLimit, "the operation needs too much memory").reply()
    return CommandFailure(Code.InternalError, f"{type(error).__name__}: {error}").reply()


def reply_bytes(answer: Document) -> bytes:
    """Return the bytes of an answer; values that BSON cannot hold make it a failure."""
    with suppress(BSONError, OverflowError, RecursionError, ValueError, TypeError):
        return encoded(answer)
    message = "the result holds a value that BSON cannot"
    return encoded(CommandFailure(Code.BadValue, message).reply())


def undecodable(error: Any) -> Document:
    """Return the answer to a message that is no BSON."""
    return CommandFailure(Code.InvalidBSON, f"invalid BSON: {error}").reply()
