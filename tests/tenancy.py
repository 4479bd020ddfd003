"""Fail a test in which the backend reads or changes rows of tenants without saying of which.

A statement on a table with `project_id` or `organisation_id` must hold that column to a value, where nothing can loosen
it: not inside an OR, not in another query only. `.execution_options(unscoped="why")` is the way out, to be found by its
name. What the unit of work writes of rows that it holds is let through: they were loaded by a statement that was seen.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextvars import ContextVar
from pathlib import Path
from types import FrameType
from typing import Any

import greenlet
from sqlalchemy import (
    Alias,
    BinaryExpression,
    BooleanClauseList,
    Column,
    Delete,
    Join,
    Select,
    Table,
    TextClause,
    Update,
)
from sqlalchemy import event as sqlalchemy_event
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session
from sqlalchemy.sql import operators, visitors
from sqlmodel import SQLModel

from backend.ports.database import Everywhere

ROOT = Path(__file__).resolve().parents[1]
# Who asks, and so which tenant, is found out by identity: by the hash of a token and the id of a person.
FINDS_THE_TENANT = f"{ROOT / 'backend' / 'identity'}/"
BACKEND, TESTS = f"{ROOT / 'backend'}/", f"{ROOT / 'tests'}/"
EVERYWHERE = Everywhere("a test prepares and looks at the rows of everybody")
SCOPES = ("project_id", "organisation_id")
WAY_OUT = "unscoped"
# What was seen since the fixture emptied it: one sentence each.
SEEN: list[str] = []
_flushing: ContextVar[bool] = ContextVar("flushing", default=False)


def unscoped(clause: Any) -> set[str]:
    """Return the names of the tenant tables that the statement, or a query inside it, does not hold to one tenant."""
    if isinstance(clause, TextClause):
        return _named_in(clause.text)
    found: set[str] = set()
    for one in visitors.iterate(clause):
        if isinstance(one, Select):
            joins = [*_joins(one.get_final_froms())]
            conditions = [one.whereclause, *(join.onclause for join in joins)]
            found |= _loose(_tables(one.get_final_froms()), conditions)
        elif isinstance(one, Update | Delete):
            found |= _loose(_tables([one.table]), [one.whereclause])
    return found


def _loose(tables: set[Table], conditions: list[Any]) -> set[str]:
    """Return the tenant tables among these that no condition holds, nor ties to one that is held."""
    tenants = {table.name for table in tables if _is_of_tenants(table)}
    held, ties = set[str](), list[tuple[str, str]]()
    for condition in conditions:
        for left, right in _equalities(condition):
            ours, others = _scope_of(left), _scope_of(right)
            if ours and others and others in tenants and ours in tenants:
                ties.append((ours, others))
            else:
                held |= {name for name in (ours, others) if name}
    for _ in ties:
        held |= {name for tie in ties if held & {*tie} for name in tie}
    return tenants - held


def _is_of_tenants(table: Table) -> bool:
    return any(scope in table.c for scope in SCOPES)


def _scope_of(side: Any) -> str:
    """Return the table whose scope this is, empty where it is anything else."""
    column = side if isinstance(side, Column) else getattr(side, "element", None)
    if getattr(side, "name", "") not in SCOPES:
        return ""
    table = getattr(column if column is not None else side, "table", None)
    return _base(table).name if table is not None else ""


def _equalities(condition: Any) -> Iterator[tuple[Any, Any]]:
    """Yield both sides of what must be equal, or one of a list, for the whole condition to hold."""
    if isinstance(condition, BooleanClauseList) and condition.operator is operators.and_:
        for clause in condition.clauses:
            yield from _equalities(clause)
    elif isinstance(condition, BinaryExpression) and condition.operator in {operators.eq, operators.in_op}:
        yield condition.left, condition.right


def _joins(froms: Any) -> Iterator[Join]:
    for one in froms:
        if isinstance(one, Join):
            yield one
            yield from _joins((one.left, one.right))


def _tables(froms: Any) -> set[Table]:
    found: set[Table] = set()
    for one in froms:
        if isinstance(one, Join):
            found |= _tables((one.left, one.right))
        elif isinstance(base := _base(one), Table):
            found.add(base)
    return found


def _base(table: Any) -> Any:
    while isinstance(table, Alias):
        table = table.element
    return table


def _named_in(sql: str) -> set[str]:
    tenants = (table.name for table in SQLModel.metadata.tables.values() if _is_of_tenants(table))
    if any(scope in sql for scope in SCOPES):
        return set()
    return {name for name in tenants if re.search(rf"\b(from|update|into|join)\s+\"?{name}\b", sql, re.IGNORECASE)}


def _frames() -> Iterator[FrameType]:
    """Yield the callers, also those on the other side of SQLAlchemy's greenlet."""
    here: Any = greenlet.getcurrent()
    frame: FrameType | None = sys._getframe(1)
    while here is not None:
        while frame is not None:
            yield frame
            frame = frame.f_back
        here = here.parent
        frame = here.gr_frame if here is not None else None


def _caller() -> str:
    """Return file and line of the backend's code that asks; empty where a test asks, or nobody of ours."""
    for frame in _frames():
        name = frame.f_code.co_filename
        if (name.startswith(TESTS) and name != __file__) or name.startswith(FINDS_THE_TENANT):
            return ""
        if name.startswith(BACKEND):
            return f"{name.removeprefix(f'{ROOT}/')}:{frame.f_lineno}"
    return ""


def _check(connection: Any, clause: Any, _many: Any, _values: Any, options: Any) -> None:
    if not isinstance(clause, Select | Update | Delete | TextClause):
        return
    by_core = clause._propagate_attrs.get("compile_state_plugin") != "orm"
    if isinstance(clause, Update | Delete) and by_core and _flushing.get():
        return
    if any(WAY_OUT in given for given in (options, clause.get_execution_options(), connection.get_execution_options())):
        return
    if (tables := unscoped(clause)) and (caller := _caller()):
        SEEN.append(f"{caller} reaches {', '.join(sorted(tables))} of every tenant")


def watch() -> None:
    """Look at every statement of this process from now on."""
    sqlalchemy_event.listen(Engine, "before_execute", _check)
    sqlalchemy_event.listen(Session, "before_flush", lambda *_: _flushing.set(True))  # a value
    sqlalchemy_event.listen(Session, "after_flush", lambda *_: _flushing.set(False))  # a value
