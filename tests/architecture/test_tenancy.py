"""The watch over statements lets nothing through that reaches every tenant."""

from __future__ import annotations

import ast
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from sqlalchemy import and_, delete, or_, text, update
from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.conversations.models import FeedbackRow, MessageRow
from backend.flows.models import FlowRow, RunRow
from backend.identity.models import ApiKeyRow
from backend.operator import Operator
from backend.unit_of_work import Units
from tests import tenancy
from tests.tenancy import EVERYWHERE

OURS = "proj_1"
IN_OURS = col(FlowRow.project_id) == OURS
JOINED = select(RunRow, FlowRow).where(RunRow.project_id == OURS)
NEWEST = select(RunRow.flow_id).where(RunRow.project_id == OURS)

HELD: list[Any] = [
    select(FlowRow).where(FlowRow.id == "flow_1", IN_OURS),
    select(FlowRow).where(IN_OURS, or_(FlowRow.id == "flow_1", FlowRow.slug == "desk")),
    select(FlowRow.id).where(col(FlowRow.project_id).in_([OURS])),
    JOINED.join(FlowRow, and_(col(FlowRow.id) == RunRow.flow_id, FlowRow.project_id == RunRow.project_id)),
    select(MessageRow, FeedbackRow)
    .outerjoin(FeedbackRow, and_(FeedbackRow.message_id == MessageRow.id, FeedbackRow.project_id == OURS))
    .where(MessageRow.project_id == OURS),
    select(FlowRow).where(IN_OURS, col(FlowRow.id).in_(NEWEST)),
    update(FlowRow).where(IN_OURS).values(name="Desk"),
    delete(FlowRow).where(IN_OURS, col(FlowRow.id) == "flow_1"),
    text("SELECT 1"),
    text("SELECT name FROM flow WHERE project_id = :ours"),
]
LOOSE: list[tuple[Any, set[str]]] = [
    (select(FlowRow), {"flow"}),
    (select(FlowRow).where(FlowRow.id == "flow_1"), {"flow"}),
    (select(FlowRow).where(or_(IN_OURS, FlowRow.id == "flow_1")), {"flow"}),
    (select(FlowRow).where(col(FlowRow.project_id) != OURS), {"flow"}),
    (select(FlowRow).where(FlowRow.project_id == FlowRow.project_id), {"flow"}),
    (select(aliased(FlowRow)).where(aliased(FlowRow).id == "flow_1"), {"flow"}),
    (JOINED.join(FlowRow, col(FlowRow.id) == RunRow.flow_id), {"flow"}),
    (select(FlowRow).where(col(FlowRow.id).in_(NEWEST)), {"flow"}),
    (select(FlowRow).where(IN_OURS, col(FlowRow.id).in_(select(RunRow.flow_id))), {"run"}),
    (update(FlowRow).where(col(FlowRow.id) == "flow_1").values(name="Desk"), {"flow"}),
    (delete(RunRow), {"run"}),
    (text("SELECT name FROM flow WHERE id = :id"), {"flow"}),
]


@pytest.mark.parametrize("statement", HELD)
def test_what_is_held_to_one_tenant_passes(statement: Any) -> None:
    assert tenancy.unscoped(statement) == set()


@pytest.mark.parametrize(("statement", "tables"), LOOSE)
def test_what_reaches_every_tenant_is_named(statement: Any, tables: set[str]) -> None:
    assert tenancy.unscoped(statement) == tables


def _planted(expression: str, place: str = "flows/planted.py") -> Callable[[AsyncSession], Awaitable[Any]]:
    """Return a coroutine function as if it stood in the backend."""
    written = f"async def ask(session):\n    return await {expression}\n"
    names: dict[str, Any] = {"select": select, "FlowRow": FlowRow, "ApiKeyRow": ApiKeyRow}
    exec(compile(written, f"{tenancy.BACKEND}{place}", "exec"), names)  # our own words
    ask: Callable[[AsyncSession], Awaitable[Any]] = names["ask"]
    return ask


@pytest.mark.parametrize("expression", ["session.exec(select(FlowRow))", "session.get(FlowRow, 'flow_1')"])
async def test_a_planted_violation_fails_its_test(units: Units, tenants_kept_apart: list[str], expression: str) -> None:
    async with units.read(EVERYWHERE) as session:
        await _planted(expression)(session)
    assert tenants_kept_apart == ["backend/flows/planted.py:2 reaches flow of every tenant"]
    tenants_kept_apart.clear()


@pytest.mark.parametrize("place", ["identity/repository/keys.py", "identity/service/keys.py"])
async def test_a_violation_planted_in_identity_fails_its_test(
    units: Units, tenants_kept_apart: list[str], place: str
) -> None:
    """Who asks is found out there by functions that are named one by one; whatever comes besides is none of them."""
    async with units.read(EVERYWHERE) as session:
        await _planted("session.exec(select(ApiKeyRow).where(ApiKeyRow.name == 'x'))", place)(session)
    assert tenants_kept_apart == [f"backend/{place}:2 reaches api_key of every tenant"]
    tenants_kept_apart.clear()


def test_each_function_that_finds_the_tenant_is_there() -> None:
    missing = []
    for place in tenancy.FINDS_THE_TENANT:
        path, _, name = place.partition("::")
        tree = ast.parse((tenancy.ROOT / path).read_text())
        names = {one.name for one in tree.body if isinstance(one, ast.AsyncFunctionDef)}
        for kind in (one for one in tree.body if isinstance(one, ast.ClassDef)):
            names |= {f"{kind.name}.{one.name}" for one in kind.body if isinstance(one, ast.AsyncFunctionDef)}
        missing += [place] if name not in names else []
    assert missing == []


async def test_the_way_out_and_rows_that_were_loaded_pass(
    units: Units, owner: Operator, tenants_kept_apart: list[str]
) -> None:
    ask = _planted("session.exec(select(FlowRow).execution_options(unscoped='planted'))")
    async with units.write(EVERYWHERE) as work:
        work.session.add(
            FlowRow(id="flow_1", project_id=owner.project_id, name="a", slug="a", draft={}, draft_fingerprint="")
        )
    async with units.write(EVERYWHERE) as work:
        row = (await ask(work.session)).one()
        row.name = "b"
        await _planted("session.flush()")(work.session)
    assert tenants_kept_apart == []


# Each says in the code what for. A new one belongs here only where no tenant can be known.
PAST_THE_WALL = {
    "backend/addresses/service.py": "a link names a thing and no project",
    "backend/audit/service.py": "the command line holds every chain to its hashes",
    "backend/engines/database/postgres.py": "a ping touches no row",
    "backend/engines/database/sqlite.py": "a ping touches no row",
    "backend/engines/jobs/pulse.py": "beats of processes",
    "backend/identity/service/base.py": "who asks is found out, and accounts are people's",
    "backend/installation/resealing.py": "a new key holds for the rows of all projects",
    "backend/installation/service.py": "the installation is no tenant",
    "backend/ports/jobs.py": "a job knows its row by the id alone",
}


def test_every_way_past_the_wall_is_known() -> None:
    sources = {path: path.read_text() for path in sorted((tenancy.ROOT / "backend").rglob("*.py"))}
    found = {str(path.relative_to(tenancy.ROOT)) for path, text in sources.items() if "Everywhere(" in text}
    assert found - {"backend/ports/database.py"} == set(PAST_THE_WALL)
