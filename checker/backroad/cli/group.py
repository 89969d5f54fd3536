"""The group `backroad` and the list of its commands."""

from __future__ import annotations

import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from backroad import __version__
from backroad.cli.endings import code_of
from backroad.cli.session import Session

# A module and a function of the same name each; `list` must not hide the built-in inside its module.
COMMANDS = (
    *("list", "scaffold", "check", "run", "hint", "compare", "history"),
    *("reset", "undo", "update", "doctor", "serve", "grade", "new", "audit"),
)


class Commands(click.Group):
    """A group that imports a command when it is called, and ends every way in a code of its own."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        """Return the names of the commands in the order of use."""
        return [name for name in COMMANDS if _is_there(name)]

    def get_command(self, _ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return one command."""
        if cmd_name not in COMMANDS or not _is_there(cmd_name):
            return None
        command = import_module(f"backroad.cli.{cmd_name}").command
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command, or name the nearest ones."""
        if args and not args[0].startswith("-") and self.get_command(ctx, args[0]) is None:
            from backroad.errors import nearest

            ctx.fail(f"there is no command {args[0]}; {nearest(args[0], self.list_commands(ctx))}")
        return super().resolve_command(ctx, args)

    def main(self, args: Sequence[str] | None = None, *rest: Any, **more: Any) -> Any:
        """Run a command and exit with its code."""
        _stop_politely()
        more["standalone_mode"] = False
        sys.exit(code_of(lambda: super(Commands, self).main(args, *rest, **more)))


@click.group(cls=Commands, invoke_without_command=True)
@click.version_option(__version__, message="backroad %(version)s")
@click.option(
    "--content",
    type=click.Path(path_type=Path),
    help="Take exercises, solutions and templates from this folder.",
)
@click.pass_context
def main(context: click.Context, content: Path | None) -> int:
    """Practise back-end development: scaffold an exercise, write code, check it, compare it.

    Without a command: the roadmap with your progress, and the next command to type.
    """
    context.obj = Session(content)
    if context.invoked_subcommand is not None:
        return 0
    from backroad.cli.travel import show_road

    return show_road(context.obj)


def _is_there(name: str) -> bool:
    return (Path(__file__).parent / f"{name}.py").is_file()


def _stop_politely() -> None:
    """Let a request to end, or a closed terminal, end what was started, as Ctrl-C does."""
    with suppress(ValueError):  # not the main thread: somebody else's program
        for name in ("SIGTERM", "SIGHUP"):
            if hasattr(signal, name):
                signal.signal(getattr(signal, name), signal.default_int_handler)
