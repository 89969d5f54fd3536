"""`backroad serve`: the dashboard."""

from __future__ import annotations

from pathlib import Path

import click

from backroad.cli.session import Session
from backroad.console import EMPTY, Row
from backroad.console.rows import labelled, row
from backroad.errors import ExitCode
from backroad.glyphs import visible


@click.command("serve")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Listen on this port, not a free one.")
@click.option("--no-browser", is_flag=True, help="Print the address and open nothing.")
@click.option(
    "--folder",
    type=click.Path(file_okay=False, exists=True, path_type=Path),
    default=Path(),
    help="Make new workspaces here, not in the current folder.",
)
@click.pass_obj
def command(session: Session, port: int, no_browser: bool, folder: Path) -> int:
    """Open the dashboard in the browser: the map, exercises, comparisons, the history.

    It answers this machine alone, at an address that holds a secret, until Ctrl-C.
    """
    from backroad.dashboard import Guard, serve

    place = folder.resolve()

    def ready(guard: Guard) -> None:
        session.out.show(serve_screen(guard.address, place, session.kit))
        if not no_browser:
            click.launch(guard.opening())

    serve(session, place, port, ready)
    return ExitCode.PASSED


def serve_screen(address: str, folder: Path, kit: str) -> list[Row]:
    """Return where the dashboard is, where workspaces are made, and how to end it."""
    return [
        row(f"backroad {kit} · the dashboard"),
        *labelled("open", [address]),
        *labelled("makes", [f"new workspaces in {visible(str(folder))}"]),
        EMPTY,
        row(" Ctrl-C stops it"),
    ]
