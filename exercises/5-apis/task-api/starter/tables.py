"""The table. Change it as you like; then delete app.db, which your own runs have made with the old one."""

from sqlalchemy import Column, Integer, MetaData, String, Table, Text

metadata = MetaData()
tasks = Table(
    "tasks",
    metadata,
    Column("id", Integer, primary_key=True),  # the database counts
    Column("title", String(200), nullable=False),
    Column("description", Text, nullable=False),
    Column("status", String(5), nullable=False),
    Column("priority", Integer, nullable=False),
    # Times are stored as they are printed, 2026-03-01T09:30:00.000Z: such texts sort by time.
    Column("due_at", String(24)),
    # A JSON list: json.dumps() when you write, json.loads() when you read.
    Column("tags", Text, nullable=False),
    Column("created_at", String(24), nullable=False),
    Column("updated_at", String(24), nullable=False),
    Column("completed_at", String(24)),
    sqlite_autoincrement=True,  # else SQLite gives the id of the last task again when that was deleted
)
