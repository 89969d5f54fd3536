"""A run in parts, seen from one of them: it judges the checks that it is handed, one after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from backroad.referee.asking import CHECK, Asking

if TYPE_CHECKING:
    from backroad.referee.plugin import Referee


class Handed:
    """In place of pytest's own loop over all checks, where the plan is that of a part; see `parts`."""

    def __init__(self, referee: Referee, asking: Asking) -> None:
        self._referee = referee
        self._asking = asking

    @pytest.hookimpl
    def pytest_runtestloop(self, session: pytest.Session) -> bool | None:
        """Ask for one check after the other."""
        if not self._referee.plan.part:
            return None
        items = {check.name: item for item in session.items if (check := self._referee.check_of(item))}
        while (handed := self._asking.ask(CHECK)) is not None:
            self._referee.blocker = handed["blocker"]
            item = items[handed["check"]]
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)
        return True
