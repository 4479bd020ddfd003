"""The wall between tenants that Postgres itself holds: a row shows itself to the transactions of its tenant alone.

A transaction says whose it is with `set_config('signalbox.project', ..., true)`; without, it sees no row of anybody.
Superusers and roles with BYPASSRLS see everything: `signalbox doctor` warns of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import DDL

# Both at once, by one statement, for the transaction that it stands in.
ENTER = "SELECT set_config('signalbox.organisation', %s, true), set_config('signalbox.project', %s, true)"
# For a connection that is system work from its beginning to its end.
SYSTEM_OPTIONS = "-c signalbox.organisation=* -c signalbox.project=*"

# Read once for a statement and not for each row, as a sub-select; '*' is what system work says.
_PROJECT = "(SELECT current_setting('signalbox.project', true))"
_ORGANISATION = "(SELECT current_setting('signalbox.organisation', true))"


def of_project(column: str = "project_id") -> str:
    """Return the condition that a row belongs to the project of the transaction."""
    return f"{_PROJECT} IN ({column}, '*')"


def of_organisation(column: str = "organisation_id") -> str:
    """Return the condition that a row belongs to the organisation of the transaction."""
    return f"{_ORGANISATION} IN ({column}, '*')"


def of_parent(parent: str, column: str) -> str:
    """Return the condition that the row is part of one in `parent` that the transaction may see."""
    return f"EXISTS (SELECT FROM {parent} WHERE {parent}.id = {column})"


def protect(operations: Any, conditions: Mapping[str, str]) -> None:
    """Put tables behind the wall, each with its condition; FORCE holds it for their owner too. For migrations."""
    for table, condition in conditions.items():
        _execute(
            operations,
            f"CREATE POLICY tenant ON {table} USING ({condition})",
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
            f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
        )


def open_up(operations: Any, tables: Iterable[str]) -> None:
    """Take the wall away again."""
    for table in tables:
        _execute(
            operations,
            f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY",
            f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",
            f"DROP POLICY tenant ON {table}",
        )


def _execute(operations: Any, *statements: str) -> None:
    if operations.get_context().dialect.name == "postgresql":  # SQLite has no such thing
        for statement in statements:
            operations.execute(DDL(statement))  # type: ignore[no-untyped-call]  # of SQLAlchemy
