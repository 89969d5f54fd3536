"""`backroad doctor`: what works on this machine."""

from __future__ import annotations

import json
from dataclasses import asdict

import click

from backroad.cli.session import Session
from backroad.console.notices import Health, doctor_screen
from backroad.errors import ExitCode


@click.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def command(session: Session, as_json: bool) -> int:
    """Say what works on this machine, with a remedy for what does not."""
    from backroad.cli.examining import examine, facts

    findings, known = examine(session), facts(session)
    broken = any(finding.health is Health.BROKEN for finding in findings)
    if as_json:
        told = {"ok": not broken, "findings": [asdict(finding) for finding in findings], **known}
        session.out.write(json.dumps(told, indent=2) + "\n")
    else:
        session.out.show(doctor_screen(findings, known, session.out.width))
    return ExitCode.YOURS_TO_FIX if broken else ExitCode.PASSED
