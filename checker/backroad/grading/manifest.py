"""A manifest: a CSV file that lists hand-ins, `id` and `path`, and their `name` if there is one."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterator
from pathlib import Path

from backroad.content.names import shown
from backroad.errors import BackroadError, Problem, stop
from backroad.grading.values import HandIn

MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
OLD = "cp1252"  # what spreadsheets on Windows write where they do not write UTF-8
NEEDED = ("id", "path")
HEADER = "begin it with the line id,path or id,name,path"


def read_manifest(file: Path) -> list[HandIn]:
    """Return the hand-ins that a manifest lists; paths are relative to it. Raises all that is wrong."""
    text = _text(file)
    try:
        dialect = csv.Sniffer().sniff(text.partition("\n")[0], ",;\t")
    except csv.Error:
        dialect = csv.excel
    rows = csv.DictReader(io.StringIO(text, newline=""), dialect=dialect, restkey="", strict=False)
    columns = [name.strip().lower() for name in rows.fieldnames or ()]
    for name in NEEDED:
        if name not in columns:
            raise stop(shown(str(file)), f"has no column {name}", HEADER)
    rows.fieldnames = columns
    found, problems = list[HandIn](), list[Problem]()
    try:
        for row in rows:
            where = f"{shown(str(file))}: line {rows.line_num}"
            wrong = list(
                _problems({key: value for key, value in row.items() if isinstance(value, str)}, file)
            )
            problems += [Problem(where, what, remedy) for what, remedy in wrong]
            if not wrong:
                identity = row["id"].strip()
                found.append(
                    HandIn(identity, (row.get("name") or "").strip() or identity, _path(file, row["path"]))
                )
    except csv.Error as error:
        raise stop(f"{shown(str(file))}: line {rows.line_num}", str(error), "save it as CSV again") from None
    if problems:
        raise BackroadError(*problems)
    return found


def _problems(row: dict[str, str], file: Path) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with a row, and what to do."""
    identity, path = row.get("id", "").strip(), row.get("path", "").strip()
    if not identity:
        yield "has no id", "give each hand-in one of its own"
    if not path:
        yield "has no path", "name its folder or archive"
    elif not os.path.lexists(_path(file, path)):
        yield f"{shown(path)} does not exist", "paths are relative to the manifest"


def _path(file: Path, text: str) -> Path:
    return file.parent / text.strip()


def _text(file: Path) -> str:
    """Return the text of a manifest in UTF-8, UTF-16 with its mark, or the old encoding of Windows."""
    try:
        data = file.read_bytes()
    except OSError as error:
        raise stop(shown(str(file)), f"cannot be read: {error.strerror}", "check its path") from None
    encoding = next((name for mark, name in MARKS.items() if data.startswith(mark)), "utf-8")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        text = data.decode(OLD, "replace")
    if "\0" in text:
        raise stop(shown(str(file)), "is no text", "save it as CSV in UTF-8")
    return text
