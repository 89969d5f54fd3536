"""`backroad list`."""

from __future__ import annotations

import json

import pytest

from .conftest import Kit


@pytest.mark.parametrize(
    ("options", "slugs"),
    [
        pytest.param([], ["greeter", "parting", "pinger"], id="all"),
        pytest.param(["--step", "2"], ["pinger"], id="a step by number"),
        pytest.param(["--step", "1-basics"], ["greeter", "parting"], id="a step by name"),
        pytest.param(["--step", "basics"], ["greeter", "parting"], id="a step by its word"),
        pytest.param(["--search", "FAREWELL"], ["parting"], id="a word, in any case"),
        pytest.param(["--search", "hello pinger"], ["pinger"], id="several words"),
        pytest.param(["--search", "quantum"], [], id="nothing fits"),
    ],
)
def test_choice(kit: Kit, options: list[str], slugs: list[str]) -> None:
    """Exercises are found by step and by what they say about themselves."""
    told = json.loads(kit("list", "--json", *options).stdout)
    assert [entry["slug"] for entry in told] == slugs


def test_screen(kit: Kit) -> None:
    """Every exercise is a line, and the last line is the next command."""
    ended = kit("list")
    assert ended.returncode == 0
    assert "○ greeter" in ended.stdout
    assert ended.stdout.rstrip().endswith("backroad scaffold greeter")


def test_nothing_found_says_so(kit: Kit) -> None:
    """An empty list is told, not shown as nothing."""
    assert "no exercise fits" in kit("list", "--search", "quantum").stdout


def test_unknown_step(kit: Kit) -> None:
    """An unknown step is answered with those there are."""
    ended = kit("list", "--step", "frameworkz")
    assert ended.returncode == 2
    assert "did you mean 2-frameworks?" in ended.stderr


@pytest.mark.usefixtures("greeter")
def test_state_for_scripts(kit: Kit) -> None:
    """JSON tells how far each exercise is."""
    states = {entry["slug"]: entry["state"] for entry in json.loads(kit("list", "--json").stdout)}
    assert states == {"greeter": "started", "parting": "open", "pinger": "open"}
