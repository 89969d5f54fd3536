"""The commands, by their names, in a file for each sort."""

from backroad.documents.commands.administration import ADMINISTRATION
from backroad.documents.commands.connecting import CONNECTING
from backroad.documents.commands.reading import READING
from backroad.documents.commands.requests import Command, Request, State
from backroad.documents.commands.writing import WRITING

COMMANDS: dict[str, Command] = {**CONNECTING, **READING, **WRITING, **ADMINISTRATION}

__all__ = ["COMMANDS", "Request", "State"]
