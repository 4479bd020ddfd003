"""Run the migrations on SQLite and Postgres with the same files."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import JSON, Connection, create_engine, event, pool, text
from sqlmodel import AutoString, SQLModel

from alembic import context
from backend.columns import ONLY_ON, Money, Sealed, UtcDateTime
from backend.row_security import ENTER

# Every slice's tables must be known for `--autogenerate` and for the test that compares models and migrations.
for models in sorted((Path(__file__).resolve().parents[1] / "backend").glob("*/models*")):
    importlib.import_module(f"backend.{models.parent.name}.models")

# Any number that no other program on the same server uses.
ADVISORY_LOCK = 0x5167_6E61_6C62_6F78


def render_item(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Write our column types by name, so that a generated migration reads as if written by hand."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "UtcDateTime()"
    if kind == "type" and isinstance(item, Money):
        return "Money()"
    if kind == "type" and isinstance(item, JSON):
        return "Json"
    if kind == "type" and isinstance(item, AutoString | Sealed):
        return "sa.String()"
    return False


def include_object(item: Any, _name: str | None, _kind: str, _reflected: bool, _compared: Any) -> bool:  # noqa: FBT001  # as it is called
    """Leave out what the other database alone has."""
    return item.info.get(ONLY_ON) in (None, engine.dialect.name)


url = context.config.get_main_option("sqlalchemy.url") or ""
engine = create_engine(url.replace("+aiosqlite", ""), poolclass=pool.NullPool)
if engine.dialect.name == "sqlite":
    # The driver would commit each CREATE by itself; our own BEGIN makes a killed migration leave nothing.
    @event.listens_for(engine, "connect")
    def leave_transactions_to_us(connection: Any, _record: Any) -> None:
        connection.isolation_level = None

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")


with engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=SQLModel.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
        render_item=render_item,
        include_object=include_object,
        # alembic holds SQLite for a database without transactional DDL; with our own BEGIN it has it.
        transactional_ddl=True,
        transaction_per_migration=False,
    )
    with context.begin_transaction():
        if connection.dialect.name == "postgresql":
            # Of two starts at once the second waits here, and then finds nothing left to do.
            connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": ADVISORY_LOCK})
            # A migration that moves rows moves those of everybody.
            connection.exec_driver_sql(ENTER, ("*", "*"))
        context.run_migrations()
engine.dispose()
