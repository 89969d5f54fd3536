"""The learner's source, read by the referee: nothing of it is executed."""

from __future__ import annotations

import ast
from functools import lru_cache
from pathlib import Path

from backroad.referee.evidence import Evidence, Trouble, places
from backroad.report import Verdict

MAX_SOURCE = 2**20


@lru_cache(maxsize=8)
def parsed(text: str, file: str) -> ast.Module:
    """Return the syntax tree of a file's text; the checks of a run share it, and only read."""
    return ast.parse(text, filename=file)


class Source:
    """Text and syntax tree of the submission's files."""

    def __init__(self, tree: Path) -> None:
        self._tree = tree

    def text(self, file: str) -> str:
        """Return the text of a file; the check fails where there is none."""
        path = self._tree / file
        try:
            if path.stat().st_size > MAX_SOURCE:
                raise Trouble(Evidence(Verdict.LIMIT, f"{file} is larger than {MAX_SOURCE // 2**20} MiB"))
            return path.read_text(encoding="utf-8-sig")
        except OSError:
            raise Trouble(Evidence(Verdict.UNREADABLE, f"{file} is not there")) from None
        except UnicodeDecodeError:
            message = f"{file} is not UTF-8"
            raise Trouble(Evidence(Verdict.UNREADABLE, message, remedy="save the file as UTF-8")) from None

    def tree(self, file: str) -> ast.Module:
        """Return the syntax tree of a file; the check fails where it has none."""
        try:
            return parsed(self.text(file), file)
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            line = getattr(error, "lineno", None) or 1
            raise self._trouble(Verdict.UNREADABLE, f"{type(error).__name__}: {error}", file, line) from None

    def fail(self, message: str, *, file: str, line: int) -> None:
        """Fail the check at a line of the submission."""
        raise self._trouble(Verdict.FAILED, message, file, line)

    def _trouble(self, verdict: Verdict, message: str, file: str, line: int) -> Trouble:
        return Trouble(Evidence(verdict, message, frames=places([[file, line, ""]], self._tree)))
