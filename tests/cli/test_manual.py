"""docs/commands.md tells of every command and option, and of no other."""

from __future__ import annotations

import re
from pathlib import Path

import click

from backroad.cli import main

MANUAL = Path(__file__).parents[2] / "docs" / "commands.md"


def told() -> dict[str, set[str]]:
    """Return the options that the manual describes, by command; the group itself is ``."""
    found: dict[str, set[str]] = {}
    for section in re.split(r"^## backroad", MANUAL.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
        heading, _, body = section.partition("\n")
        name = (heading.split() or [""])[0]
        found[name] = set(re.findall(r"^- `(--[\w-]+)` \w", body, flags=re.MULTILINE))
    return found


def known() -> dict[str, set[str]]:
    """Return the options that click knows, by command."""
    context = click.Context(main)
    commands = {name: main.get_command(context, name) for name in main.list_commands(context)}
    found = {name: options(command) for name, command in commands.items() if command is not None}
    return {"": options(main) | {"--help"}, **found}


def options(command: click.Command) -> set[str]:
    """Return the options of one command, but --help."""
    named = [one for one in command.params if isinstance(one, click.Option)]
    return {max(one.opts, key=len) for one in named}


def test_manual_and_commands_agree() -> None:
    """Every command and every option has a sentence in the manual, and the manual tells of nothing else."""
    assert told() == known()


def test_every_command_has_a_sentence() -> None:
    """No section of the manual is empty."""
    sections = re.split(r"^## ", MANUAL.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    assert [section for section in sections if not re.search(r"\n\n[A-Z]", section)] == []
