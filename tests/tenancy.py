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
BACKEND, TESTS = f"{ROOT / 'backend'}/", f"{ROOT / 'tests'}/"
EVERYWHERE = Everywhere("a test prepares and looks at the rows of everybody")
SCOPES = ("project_id", "organisation_id")
WAY_OUT = "unscoped"
_REPOSITORY = "backend/identity/repository"
# Who asks, and so which tenant, is found out by these: nothing else is let through, in identity as little as elsewhere.
FINDS_THE_TENANT = {
    f"{_REPOSITORY}/accounts.py::Accounts.homes": "the places of one person",
    f"{_REPOSITORY}/accounts.py::Accounts.invited": "the invitations of one address, from wherever",
    f"{_REPOSITORY}/accounts.py::Accounts.has_rule": "somebody who is nobody's yet comes with groups",
    f"{_REPOSITORY}/accounts.py::Accounts.ruled_organisations": "as above, and the places of one person",
    f"{_REPOSITORY}/accounts.py::Accounts.policies": "to which organisation a newcomer belongs",
    f"{_REPOSITORY}/accounts.py::Accounts.sessions": "a person's own sessions, in whichever project",
    f"{_REPOSITORY}/accounts.py::Accounts.end_sessions": "a person's own sessions, in whichever project",
    f"{_REPOSITORY}/invitations.py::by_token": "the hash of a link tells whose it is",
    f"{_REPOSITORY}/keys.py::Keys.by_public_id": "the public id of a key tells whose it is",
    f"{_REPOSITORY}/keys.py::Keys.by_hash": "the hash of a key tells whose it is",
    f"{_REPOSITORY}/keys.py::Keys.touch": "the key that was found so",
    f"{_REPOSITORY}/members.py::Members.last_seen": "sessions of people who were found as members before",
    f"{_REPOSITORY}/people.py::People.first_owner": "the first start knows of no tenant",
    f"{_REPOSITORY}/people.py::People.seats": "the places of one person",
    f"{_REPOSITORY}/people.py::People.seat": "the seat of one person in a project that they name",
    f"{_REPOSITORY}/sessions.py::Sessions.session": "the hash of a cookie tells whose it is",
    f"{_REPOSITORY}/sessions.py::Sessions.open_now": "the hashes of cookies tell whose they are",
    f"{_REPOSITORY}/sessions.py::Sessions.doors": "the places of a few people, and how each organisation lets in",
    f"{_REPOSITORY}/sessions.py::Sessions.by_id": "the session that was found by its cookie",
    f"{_REPOSITORY}/sessions.py::Sessions.touch": "the session that was found by its cookie",
    f"{_REPOSITORY}/sessions.py::Sessions.revoke": "the hash of a cookie tells whose it is",
    f"{_REPOSITORY}/sessions.py::Sessions.enter": "the hash of a cookie tells whose it is",
    f"{_REPOSITORY}/support.py::Support.standing": "one grant of one person of support",
    f"{_REPOSITORY}/support.py::Support.offered": "the grants of one person of support",
    f"{_REPOSITORY}/support.py::Support.in_use": "sessions that act under grants which were found before",
    f"{_REPOSITORY}/support.py::Support.put_on": "the session that was found by its cookie",
    f"{_REPOSITORY}/support.py::Support.take_off": "sessions that act under a grant which was found before",
}
# What was seen since the fixture emptied it: one sentence each.
SEEN: list[str] = []
_worked_out: dict[Any, set[str]] = {}
_flushing: ContextVar[bool] = ContextVar("flushing", default=False)


def unscoped(clause: Any) -> set[str]:
    """Return the names of the tenant tables that the statement, or a query inside it, does not hold to one tenant.

    Worked out once for each shape of a statement: asked of every one, it took a third of the time of the tests.
    """
    shape = clause._generate_cache_key()
    if shape is None:
        return _unscoped(clause)
    if shape.key not in _worked_out:
        _worked_out[shape.key] = _unscoped(clause)
    return _worked_out[shape.key]


def _unscoped(clause: Any) -> set[str]:
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
    """Return file and line of the backend's code that asks; empty where a test asks, one of those above, or nobody."""
    caller = ""
    for frame in _frames():
        name = frame.f_code.co_filename
        if name.startswith(TESTS) and name != __file__:
            break
        if name.startswith(BACKEND):
            place = name.removeprefix(f"{ROOT}/")
            if f"{place}::{frame.f_code.co_qualname}" in FINDS_THE_TENANT:
                return ""
            caller = caller or f"{place}:{frame.f_lineno}"
    return caller


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
