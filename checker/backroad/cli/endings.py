"""The one place where every way out of a command becomes words on stderr and an exit code."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import click

from backroad.console.terminal import drop
from backroad.errors import BackroadError, ExitCode


def code_of(action: Callable[[], object]) -> int:
    """Run a command and return its exit code, whatever happens."""
    try:
        result = action()
        sys.stdout.flush()
    except click.exceptions.Exit as ending:
        return ending.exit_code
    except (KeyboardInterrupt, click.Abort):
        return _said("backroad: stopped", ExitCode.INTERRUPTED)
    except click.ClickException as error:
        error.show()
        return ExitCode.YOURS_TO_FIX
    except BackroadError as error:
        return _said(_told(error), error.code)
    except BrokenPipeError:
        drop(sys.stdout)
        return ExitCode.PASSED
    except OSError as error:
        return _said(_told(_refused(error)), ExitCode.YOURS_TO_FIX)
    except Exception:  # a bug: all of it is printed
        return _bug()
    return result if isinstance(result, int) else ExitCode.PASSED


def _said(text: str, code: ExitCode) -> int:
    from backroad.console import standard_error
    from backroad.glyphs import visible

    standard_error().write(f"{visible(text)}\n")
    return code


def _told(error: BackroadError) -> str:
    """Return one paragraph a problem; what a problem quotes stays as it was."""
    return "\n".join(f"backroad: {problem}" for problem in error.problems)


def _refused(error: OSError) -> BackroadError:
    from backroad.workspace.disk import refusal

    return refusal(error, Path(error.filename or "disk"))


def _bug() -> int:
    import traceback

    from backroad.console import standard_error

    standard_error().write(traceback.format_exc())
    return _said(
        "backroad: this is a bug in backroad; please report it with the lines above", ExitCode.KIT_AT_FAULT
    )
