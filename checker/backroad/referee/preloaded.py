"""A process of ours that has an exercise's libraries loaded, and forks subjects and services."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

from backroad.model import Kind
from backroad.plan import Plan
from backroad.referee.forked import ForkServer, end_by_itself
from backroad.referee.launch import SEED, SUBJECT, clean_environment
from backroad.referee.preloads import preloads
from backroad.referee.supplies import space_of

# What an interpreter reads when it starts, for the services that are forked from one.
OF_SERVICES = {"PYTHONFAULTHANDLER": "1", "PYTHONUNBUFFERED": "1"}


class Preloaded(ForkServer):
    """The process and our end of its control socket; `folder` is where it may leave what it likes.

    With `spare` it keeps one fork ready ahead.
    """

    def __init__(self, plan: Plan, folder: Path, *, spare: bool = False) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        super().__init__(ours)
        is_service = plan.kind is Kind.SERVICE
        with theirs:
            self.process = subprocess.Popen(
                [
                    *(sys.executable, *(() if is_service else ("-P",)), str(SUBJECT)),
                    *("--forks", str(theirs.fileno()), str(int(spare)), str(int(space_of(plan)))),
                    str(plan.probes or ""),
                    *preloads(plan),
                ],
                cwd=folder,
                env=clean_environment(folder, SEED) | (OF_SERVICES if is_service else {}),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=(theirs.fileno(),),
                start_new_session=True,
            )

    def close(self) -> None:
        """End the process; what it has forked goes on."""
        self.control.close()
        end_by_itself(self.process)
