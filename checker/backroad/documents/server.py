"""The server: a loop that reads messages from many connections and answers them one at a time."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable
from contextlib import suppress

from backroad.documents.answering import Answering, reply_bytes, undecodable
from backroad.documents.failures import Code, CommandFailure
from backroad.documents.frames import (
    HEADER,
    BrokenDocument,
    BrokenFrame,
    Header,
    Message,
    answer_frame,
    read_header,
    read_message,
)
from backroad.documents.overtime import TimeLimit

HANDSHAKES = ("hello", "isMaster", "ismaster")
HOST = "127.0.0.1"


class DocumentServer:
    """Serves MongoDB's wire protocol on the loopback interface, from memory."""

    def __init__(self, limit: TimeLimit | None = None) -> None:
        self._answering = Answering(limit or TimeLimit())
        self._numbers = itertools.count(1)

    async def serve(self, ready: Callable[[int], None]) -> None:
        """Serve until cancelled; `ready` gets the port."""
        server = await asyncio.start_server(self._converse, HOST, 0)
        ready(server.sockets[0].getsockname()[1])
        async with server:
            await server.serve_forever()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        number = next(self._numbers)
        with suppress(BrokenFrame, asyncio.IncompleteReadError, ConnectionError):
            while True:
                header = read_header(await reader.readexactly(HEADER.size))
                if frame := self._answer(header, await reader.readexactly(header.rest), number):
                    writer.write(frame)
                    await writer.drain()
        writer.close()

    def _answer(self, header: Header, data: bytes, connection: int) -> bytes:
        try:
            message = read_message(header, data)
        except BrokenDocument as error:
            return answer_frame(header, Message({}), reply_bytes(undecodable(error)))
        if message.is_legacy and next(iter(message.body), "") not in HANDSHAKES:
            failure = CommandFailure(
                Code.UnsupportedOpQueryCommand, "Unsupported OP_QUERY command: use OP_MSG"
            )
            return answer_frame(header, message, reply_bytes(failure.reply()))
        answer = self._answering.answer(message.body, connection)
        return answer_frame(header, message, reply_bytes(answer)) if message.wants_answer else b""
