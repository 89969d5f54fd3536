"""The part of the corpus that depends on who runs it, as a user without any rights of root."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]
NOBODY = 65534
AS_NOBODY = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--no-new-privs"]
TELLING = "35b or 36 or 39c or 40 or 42d or 53a or 75d"
NEEDED = [CHECKOUT, Path(sys.prefix), Path(sys.base_prefix)]


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A temporary folder that everybody may write into."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o777)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def hidden_from_all(path: Path) -> Path | None:
    """Return the topmost folder above a path that only its owner may enter."""
    return next((folder for folder in reversed(path.parents) if not folder.stat().st_mode & 0o001), None)


def uncovering(folder: Path) -> str:
    """Return the shell commands that show what is needed, and nothing else, of hidden folders.

    They are for a mount namespace of their own: the machine itself stays as it is.
    """
    hidden = {path: above for path in NEEDED if (above := hidden_from_all(path)) is not None}
    outer = [path for path in hidden if not any(other in path.parents for other in hidden)]
    lines = ["mount --make-rprivate /"]
    for number, path in enumerate(outer):
        lines += [f"mkdir -p '{folder}/{number}'", f"mount --bind '{path}' '{folder}/{number}'"]
    lines += [f"mount -t tmpfs -o mode=755 none '{above}'" for above in sorted(set(hidden.values()))]
    for number, path in enumerate(outer):
        lines += [f"mkdir -p '{path}'", f"mount --move '{folder}/{number}' '{path}'"]
    return " && ".join(lines)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="the corpus ran unprivileged")
@pytest.mark.skipif(not shutil.which("setpriv") or not shutil.which("unshare"), reason="needs util-linux")
def test_the_verdicts_do_not_need_root(open_folder: Path) -> None:
    """A user without rights gets the same verdicts, and nothing of theirs is left behind either."""
    shown = ["unshare", "--mount", "sh", "-c", f'{uncovering(open_folder)} && exec "$@"', "sh", *AS_NOBODY]
    environment = {"HOME": str(open_folder), "PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1"}
    if subprocess.run(
        [*shown, sys.executable, "-c", "import backroad, pytest"], capture_output=True
    ).returncode:
        pytest.skip("nobody may not read this Python, and this machine allows no mount namespace")
    corpus = [str(Path(__file__).with_name("test_corpus.py")), "-k", TELLING]
    options = ["-q", "-p", "no:cacheprovider", f"--basetemp={open_folder}/base"]
    done = subprocess.run(
        [*shown, sys.executable, "-m", "pytest", *corpus, *options],
        cwd=CHECKOUT,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert "skipped" not in done.stdout
