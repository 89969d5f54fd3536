"""The tables, and how a task stands in its row."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Column, Integer, MetaData, String, Table, Text

Task = dict[str, Any]  # the members of a task, and its version

metadata = MetaData()
tasks = Table(
    "tasks",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("title", String(200), nullable=False),
    Column("description", Text, nullable=False),
    Column("status", String(5), nullable=False),
    Column("priority", Integer, nullable=False),
    # Times are stored as they are printed: texts of this form sort by time, and no database rounds them.
    Column("due_at", String(24)),
    Column("tags", Text, nullable=False),  # a JSON list
    Column("created_at", String(24), nullable=False),
    Column("updated_at", String(24), nullable=False),
    Column("completed_at", String(24)),
    Column("version", Integer, nullable=False),
)
# Which task was made for which Idempotency-Key. Digests, as some databases take "a" and "A" for the same key.
requests = Table(
    "requests",
    metadata,
    Column("key_digest", String(64), primary_key=True),
    Column("body_digest", String(64), nullable=False),
    Column("task_id", Integer, nullable=False),
)


def row_of(members: Mapping[str, Any]) -> dict[str, Any]:
    """Return members of a task as columns."""
    return {**members, "tags": json.dumps(members["tags"])} if "tags" in members else dict(members)


def task_of(row: Mapping[str, Any]) -> Task:
    """Return the task of a row."""
    return {**row, "tags": json.loads(row["tags"])}


def tag_text(tag: str) -> str:
    """Return what the column `tags` holds wherever a task has the tag.

    The quotes make it exact: inside of another tag they would be escaped.
    """
    return json.dumps(tag)
