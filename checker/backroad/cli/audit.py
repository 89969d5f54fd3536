"""`backroad audit`: prove that exercises are sound, for authors."""

from __future__ import annotations

import json

import click

from backroad.cli.places import Slug
from backroad.cli.session import Session


@click.command("audit")
@click.argument("slugs", nargs=-1, type=Slug(), metavar="[SLUG]...")
@click.option("--no-generated", is_flag=True, help="Leave out the audit's own mutants of the reference.")
@click.option("--fresh", is_flag=True, help="Run everything again, whatever earlier audits found.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def command(session: Session, slugs: tuple[str, ...], no_generated: bool, fresh: bool, as_json: bool) -> int:
    """Prove that exercises are sound: those of SLUG, or all.

    The reference and the alternatives pass, the starter and every mutant fail as they should, and so do
    nearly all small mistakes that the audit puts into the reference itself.
    """
    from backroad.audit import Request, audits, audits_to_json, exit_code
    from backroad.console.audits import audit_screen
    from backroad.console.bar import bar

    request = Request(slugs, not no_generated, fresh, session.home / "audit")
    found = audits(session.content, request, lambda title, runs: bar(session.err, title, runs))
    if as_json:
        session.out.write(json.dumps(audits_to_json(found), indent=1) + "\n")
    else:
        session.out.show(audit_screen(found, str(session.content.root), session.out.width))
    return exit_code(found)
