"""The tables, and how a task stands in its row."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Column, Integer, MetaData, String, Table, Text
from sqlalchemy.types import TypeEngine

Task = dict[str, Any]  # the members of a task, and its version

TIME = String(24)  # as it is printed: such texts sort by time, and no database rounds them
DIGEST = String(64)


def needed(name: str, kind: TypeEngine[Any] | type[TypeEngine[Any]]) -> Column[Any]:
    """Return a column that has a value in every row."""
    return Column(name, kind, nullable=False)


metadata = MetaData()
tasks = Table(
    "tasks",
    metadata,
    Column("id", Integer, primary_key=True),
    needed("title", String(200)),
    needed("description", Text),
    needed("status", String(5)),
    needed("priority", Integer),
    Column("due_at", TIME),
    needed("tags", Text),  # a JSON list
    needed("created_at", TIME),
    needed("updated_at", TIME),
    Column("completed_at", TIME),
    needed("version", Integer),
    sqlite_autoincrement=True,  # else SQLite gives the id of the last task again when that was deleted
)
# Which task was made for which Idempotency-Key. Digests, as some databases take "a" and "A" for the same key.
requests = Table(
    "requests",
    metadata,
    Column("key_digest", DIGEST, primary_key=True),
    needed("body_digest", DIGEST),
    needed("task_id", Integer),
)


def row_of(members: Mapping[str, Any]) -> dict[str, Any]:
    """Return members of a task as columns."""
    if "tags" not in members:
        return dict(members)
    return {**members, "tags": f"[{', '.join(map(tag_text, members['tags']))}]"}


def task_of(row: Mapping[str, Any]) -> Task:
    """Return the task of a row."""
    return {**row, "tags": json.loads(row["tags"])}


def tag_text(tag: str) -> str:
    """Return a tag in JSON, as the column `tags` holds it wherever a task has the tag.

    The quotes at its ends make it exact: one inside of a tag is written in its other way, \\u0022.
    """
    inside = json.dumps(tag)[1:-1].replace(r"\"", r"\u0022")
    return f'"{inside}"'
