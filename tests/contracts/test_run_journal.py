"""What every run journal promises."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update
from sqlmodel import col, select

from backend.columns import utc_now
from backend.engines.run_journal.postgres import PostgresRunJournal
from backend.engines.run_journal.sqlite import SqliteRunJournal
from backend.errors import Unavailable
from backend.flows.models import FlowRow, NodeRunRow, RunRow
from backend.identity.service import IdentityService
from backend.ids import new_id
from backend.ports.database import Database
from backend.ports.run_journal import NodeEntry, RunEnding, RunJournal, RunOpening, RunUnit
from backend.unit_of_work import Units
from tests.tenancy import EVERYWHERE


class Desk:
    """A journal, and the rows that it writes."""

    def __init__(self, journal: RunJournal, units: Units, project_id: str, flow_id: str) -> None:
        self.journal, self.units, self.project_id, self.flow_id = journal, units, project_id, flow_id

    def opening(self, run_id: str, **other: Any) -> RunUnit:
        opening = RunOpening(
            project_id=self.project_id,
            flow_id=self.flow_id,
            version=3,
            draft_version=None,
            snapshot_id="snap",
            trigger="api",
            worker="worker_a",
            input={"question": "Où est-il? ☃"},
            conversation_id=None,
            started_by="Åsa",
            started_by_id="user_1",
            created_at=utc_now(),
        )
        return RunUnit(run_id, 1, opening, **other)

    async def read(self, run_id: str) -> tuple[RunRow, dict[str, NodeRunRow]]:
        async with self.units.read(EVERYWHERE) as session:
            run = (await session.exec(select(RunRow).where(RunRow.id == run_id))).one()
            nodes = (await session.exec(select(NodeRunRow).where(NodeRunRow.run_id == run_id))).all()
            return run, {row.node: row for row in nodes}

    async def set(self, run_id: str, **values: Any) -> None:
        async with self.units.write(EVERYWHERE) as work:
            await work.session.exec(update(RunRow).where(col(RunRow.id) == run_id).values(**values))


@pytest.fixture
async def desk(
    request: pytest.FixtureRequest, any_database: Database, tmp_path: Any, make_postgres: Callable[[str], str]
) -> AsyncIterator[Desk]:
    units = Units(any_database)
    owner = await IdentityService(units).ensure_owner()
    flow_id = new_id("flow")
    async with units.write(EVERYWHERE) as work:
        work.session.add(FlowRow(id=flow_id, project_id=owner.project_id, name="F", slug="f"))
    journal: RunJournal
    if any_database.kind == "sqlite":
        journal = SqliteRunJournal(tmp_path / "signalbox.db")
    else:
        engine = any_database._writers  # type: ignore[attr-defined]
        journal = PostgresRunJournal(engine.url.render_as_string(hide_password=False))
    yield Desk(journal, units, owner.project_id, flow_id)
    await journal.close()


def entry(name: str, status: str = "done", **other: Any) -> NodeEntry:
    return NodeEntry(node=name, status=status, started_at=utc_now(), offset_ms=1.5, **other)


def ending(**other: Any) -> RunEnding:
    values: dict[str, Any] = {
        "status": "done", "output": {"answer": "yes"}, "citations": [{"number": 1}], "error": "", "error_node": "",
        "tokens_in": 3, "tokens_out": 4, "cost": Decimal("0.000123456"), "finished_at": utc_now(), "time_ms": 12.25,
        "has_unpriced": True,
    }  # fmt: skip
    return RunEnding(**values | other)


async def test_a_whole_run_can_be_one_unit(desk: Desk) -> None:
    node = entry("a", output={"text": "☃"}, taken=["x"], cost=Decimal("0.0001"), tokens_in=2, detail={"k": [1]})
    verdict = await desk.journal.write(desk.opening("run_1", nodes=[node], ending=ending()))
    assert verdict.held
    run, nodes = await desk.read("run_1")
    assert (run.status, run.output, run.cost, run.citations) == (
        "done", {"answer": "yes"}, Decimal("0.000123456"), [{"number": 1}],
    )  # fmt: skip
    assert run.input == {"question": "Où est-il? ☃"}
    assert run.finished_at is not None
    assert run.started_at is not None
    assert (nodes["a"].output, nodes["a"].taken, nodes["a"].detail) == ({"text": "☃"}, ["x"], {"k": [1]})
    assert nodes["a"].cost == Decimal("0.0001")


async def test_a_start_is_replaced_by_its_end_and_an_end_by_nothing(desk: Desk) -> None:
    await desk.journal.write(desk.opening("run_1", nodes=[entry("a", "running")]))
    _, nodes = await desk.read("run_1")
    assert nodes["a"].status == "running"
    await desk.journal.write(RunUnit("run_1", 1, nodes=[entry("a", "done", output={"n": 1})]))
    await desk.journal.write(RunUnit("run_1", 1, nodes=[entry("a", "done", output={"n": 2})]))
    _, nodes = await desk.read("run_1")
    assert (nodes["a"].status, nodes["a"].output) == ("done", {"n": 1})


async def test_nothing_is_written_under_an_old_attempt(desk: Desk) -> None:
    await desk.journal.write(desk.opening("run_1"))
    await desk.set("run_1", attempt=2, worker="worker_b")
    verdict = await desk.journal.write(RunUnit("run_1", 1, nodes=[entry("a")], ending=ending()))
    assert not verdict.held
    run, nodes = await desk.read("run_1")
    assert (run.status, run.output, nodes) == ("running", None, {})
    assert (await desk.journal.write(RunUnit("run_1", 2, nodes=[entry("a")]))).held


async def test_nothing_is_written_to_a_run_that_has_ended(desk: Desk) -> None:
    await desk.journal.write(desk.opening("run_1", ending=ending()))
    assert not (await desk.journal.write(RunUnit("run_1", 1, nodes=[entry("late")]))).held
    assert not (await desk.journal.write(RunUnit("run_nobody", 1, nodes=[entry("late")]))).held


async def test_a_wish_to_cancel_is_heard_with_the_next_unit(desk: Desk) -> None:
    await desk.journal.write(desk.opening("run_1"))
    await desk.set("run_1", cancel_requested=True)
    assert await desk.journal.write(RunUnit("run_1", 1, nodes=[entry("a")])) == (True, True)


async def test_one_bad_unit_spoils_no_other(desk: Desk) -> None:
    """The same run twice in one group: the second breaks a key, the others stand."""
    units = [desk.opening(f"run_{number % 30}", nodes=[entry("a")]) for number in range(31)]
    outcomes = await asyncio.gather(*(desk.journal.write(unit) for unit in units), return_exceptions=True)
    assert sum(isinstance(outcome, Exception) for outcome in outcomes) == 1
    for number in range(30):
        _, nodes = await desk.read(f"run_{number}")
        assert set(nodes) == {"a"}


async def test_units_of_one_run_are_written_in_order(desk: Desk) -> None:
    first = desk.opening("run_1")
    rest = [RunUnit("run_1", 1, nodes=[entry(f"n{number}")]) for number in range(20)]
    last = RunUnit("run_1", 1, nodes=[entry("last")], ending=ending())
    verdicts = await asyncio.gather(*(desk.journal.write(unit) for unit in (first, *rest, last)))
    assert all(verdict.held for verdict in verdicts)
    run, nodes = await desk.read("run_1")
    assert (run.status, len(nodes)) == ("done", 21)


async def test_a_writer_that_gives_up_waiting_leaves_the_journal_working(desk: Desk) -> None:
    task = asyncio.create_task(desk.journal.write(desk.opening("run_1")))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (await desk.journal.write(desk.opening("run_2"))).held
    unit = replace(RunUnit("run_2", 1), ending=ending(output=None, status="failed", error="No."))
    assert (await desk.journal.write(unit)).held
    run, _ = await desk.read("run_2")
    assert (run.status, run.output, run.error) == ("failed", None, "No.")


async def test_units_of_work_and_the_journal_write_side_by_side(desk: Desk) -> None:
    await desk.journal.write(desk.opening("run_1"))

    async def beside(number: int) -> None:
        async with desk.units.write(EVERYWHERE) as work:
            flow = FlowRow(id=f"flow_{number}", project_id=desk.project_id, name="F", slug=f"f-{number}")
            work.session.add(flow)

    journal = (desk.journal.write(RunUnit("run_1", 1, nodes=[entry(f"n{number}")])) for number in range(50))
    await asyncio.gather(*journal, *(beside(number) for number in range(50)))
    _, nodes = await desk.read("run_1")
    assert len(nodes) == 50


@pytest.mark.parametrize("any_database", ["sqlite_database"], indirect=True)
async def test_a_database_that_cannot_be_opened_refuses_and_is_opened_again(tmp_path: Path, desk: Desk) -> None:
    """The journal of SQLite: its folder comes later, as a mounted disk may."""
    journal = SqliteRunJournal(tmp_path / "later" / "signalbox.db")
    units = [desk.opening(f"run_{number}") for number in range(3)]
    refused = await asyncio.wait_for(
        asyncio.gather(*(journal.write(unit) for unit in units), return_exceptions=True), timeout=5
    )
    assert [type(one) for one in refused] == [Unavailable] * 3
    (tmp_path / "later").symlink_to(tmp_path)
    assert (await asyncio.wait_for(journal.write(units[0]), timeout=5)).held
    assert (await desk.read("run_0"))[0].status == "running"
    await asyncio.wait_for(journal.close(), timeout=5)
