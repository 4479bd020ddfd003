"""What Postgres itself shows of whom, asked past every repository with plain SQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    DateTime,
    Engine,
    Float,
    Integer,
    LargeBinary,
    Numeric,
    Table,
    create_engine,
    delete,
    insert,
    make_url,
    pool,
    select,
    text,
    update,
)
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.types import TypeDecorator
from sqlmodel import SQLModel
from sqlmodel import select as model_select

from backend.engines.database.postgres import PostgresDatabase
from backend.flows.models import FlowRow
from backend.ports.database import OfProject
from backend.row_security import ENTER
from backend.unit_of_work import Units
from tests.tenancy import EVERYWHERE, SCOPES

# Who asks is found out by the session, before there is a tenant to ask for.
FINDS_WHO_ASKS = {"session"}
# These hang on a row of a tenant and carry no scope of their own.
PARTS = {"node_run": "run_id", "project_role": "project_id"}
TABLES = SQLModel.metadata.tables
WALLED = sorted(
    name
    for name, table in TABLES.items()
    if name not in FINDS_WHO_ASKS and (name in {*PARTS, "organisation"} or any(scope in table.c for scope in SCOPES))
)
NOBODY, OURS, THEIRS = ("", ""), ("org_a", "proj_a"), ("org_b", "proj_b")


def _kind(column: Column[Any]) -> Any:
    kind = column.type
    return kind.impl if isinstance(kind, TypeDecorator) else kind


def _value(column: Column[Any], letter: str) -> Any:
    kind = _kind(column)
    for one, value in (
        (Boolean, False),
        (Integer, 1),
        ((Numeric, Float), 0),
        (DateTime, datetime(2026, 1, 1, tzinfo=UTC)),
        (JSON, {}),
        (LargeBinary, b""),
    ):
        if isinstance(kind, one):
            return value
    return f"{column.name}_{letter}"


def _row(table: Table, letter: str) -> dict[str, Any]:
    """Return a row of tenant `letter`: ids that differ by tenant, and the simplest value of everything else.

    What the database computes itself it takes from nobody.
    """
    values = {one.name: _value(one, letter) for one in table.columns if one.computed is None}
    values |= {"organisation_id": f"org_{letter}"} if "organisation_id" in table.c else {}
    values |= {"project_id": f"proj_{letter}"} if "project_id" in table.c else {}
    if table.name in {"organisation", "project", "run"}:
        values["id"] = {"organisation": "org", "project": "proj", "run": "run"}[table.name] + f"_{letter}"
    return values | ({"run_id": f"run_{letter}"} if table.name == "node_run" else {})


def _mine(table: Table, letter: str) -> Any:
    key = next(iter(table.primary_key.columns)) if table.name != "audit_head" else table.c.organisation_id
    return key == _row(table, letter)[key.name]


@pytest.fixture(scope="module")
def stocked(make_postgres: Callable[[str], str], postgres_server: str) -> str:
    """A database with one row of each of two tenants in every table."""
    url = make_postgres("walled")
    superuser = create_engine(make_url(postgres_server).set(database="walled"), poolclass=pool.NullPool)
    with superuser.begin() as connection:
        connection.execute(text("SET session_replication_role = replica"))  # no foreign keys, in any order
        for name in WALLED:
            for letter in "ab":
                connection.execute(insert(TABLES[name]).values(_row(TABLES[name], letter)))
    return url


@pytest.fixture
def engine(stocked: str) -> Iterator[Engine]:
    made = create_engine(stocked, poolclass=pool.NullPool)
    yield made
    made.dispose()


def _asking(engine: Engine, tenant: tuple[str, str]) -> Connection:
    connection = engine.connect()
    connection.exec_driver_sql(ENTER, tenant)
    return connection


def _count(connection: Connection, table: Table) -> int:
    return len(connection.execute(select(table.primary_key.columns.values()[0])).all())


@pytest.mark.security("4", "10", "30")
@pytest.mark.parametrize("name", WALLED)
def test_a_plain_select_finds_the_rows_of_its_own_tenant_alone(engine: Engine, name: str) -> None:
    table = TABLES[name]
    with engine.connect() as connection:
        assert _count(connection, table) == 0
    for tenant, letter in ((NOBODY, ""), (OURS, "a"), (THEIRS, "b")):
        with _asking(engine, tenant) as connection:
            assert _count(connection, table) == len(letter)
            if letter:
                assert connection.execute(select(table).where(_mine(table, letter))).all()
    with _asking(engine, ("*", "*")) as connection:
        assert _count(connection, table) == 2


@pytest.mark.parametrize("name", WALLED)
def test_a_plain_update_or_delete_reaches_no_foreign_row(engine: Engine, name: str) -> None:
    table = TABLES[name]
    name, value = list(_row(table, "a").items())[-1]
    for tenant in (NOBODY, THEIRS):
        for statement in (update(table).values({name: value}), delete(table)):
            with _asking(engine, tenant) as connection:
                connection.execute(text("SET CONSTRAINTS ALL DEFERRED"))
                assert connection.execute(statement.where(_mine(table, "a"))).rowcount == 0
    with _asking(engine, OURS) as connection:
        assert _count(connection, table) == 1


@pytest.mark.parametrize("name", WALLED)
def test_a_row_is_neither_made_for_another_tenant_nor_given_to_one(engine: Engine, name: str) -> None:
    table = TABLES[name]
    scope = PARTS.get(name) or next(one for one in ("organisation_id", "project_id", "id") if one in table.c)
    for tenant in (NOBODY, THEIRS):
        with _asking(engine, tenant) as connection, pytest.raises(ProgrammingError, match="row-level security"):
            connection.execute(insert(table).values(_row(table, "a") | _new_keys(table, scope)))
    if name == "project":  # it is given away by its organisation, and seen by its id besides
        return
    with _asking(engine, THEIRS) as connection, pytest.raises(ProgrammingError, match="row-level security"):
        connection.execute(update(table).where(_mine(table, "b")).values({scope: _row(table, "a")[scope]}))


def _new_keys(table: Table, scope: str) -> dict[str, Any]:
    """Return keys that are not taken yet, so that nothing but the wall refuses the row."""
    keys = [one for one in table.primary_key.columns if one.name != scope and not isinstance(_kind(one), Integer)]
    return {one.name: "new" for one in keys}


def test_every_table_of_tenants_stands_behind_the_wall(engine: Engine) -> None:
    with engine.connect() as connection:
        walled = connection.execute(
            text("SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity ORDER BY relname")
        )
        assert list(walled.scalars()) == WALLED


@pytest.mark.security("7")
async def test_a_unit_of_work_sees_its_tenant_whatever_it_asks_for(stocked: str) -> None:
    database = PostgresDatabase(stocked)
    units = Units(database)
    async with units.read(OfProject("proj_a")) as session:
        assert [row.id for row in await session.exec(model_select(FlowRow))] == ["id_a"]
    async with units.write(OfProject("proj_b")) as work:
        assert [row.id for row in await work.session.exec(model_select(FlowRow))] == ["id_b"]
    async with units.read(EVERYWHERE) as session:
        assert len((await session.exec(model_select(FlowRow))).all()) == 2
    # What the transaction said is gone with it: the connection goes back to the pool as nobody's.
    async with database._writers.connect() as connection:
        assert (await connection.execute(text("SELECT count(*) FROM flow"))).scalar_one() == 0
    await database.close()
