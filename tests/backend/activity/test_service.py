"""Find and watch across slices: only one's own project, only what is not deleted, only what one may read."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlmodel import SQLModel

from backend.activity.service import ActivityService
from backend.activity.types import Thing
from backend.columns import utc_now
from backend.conversations.models import ConversationRow
from backend.datasets.models import DatasetRow
from backend.errors import Forbidden
from backend.experiments.models import ExperimentCellRow, ExperimentRow
from backend.experiments.types import HAS_UNPRICED
from backend.flows.models import FlowRow, RunRow
from backend.identity.service import IdentityService
from backend.ids import new_id
from backend.knowledge.models import DocumentRow, KnowledgeBaseRow
from backend.knowledge.types import DocumentStatus, Stage
from backend.operator import Operator, Permission
from backend.ports.database import Database
from backend.prompts.models import PromptRow
from backend.unit_of_work import Units
from tests.tenancy import EVERYWHERE


@pytest.fixture
def units(any_database: Database) -> Units:
    return Units(any_database)


@pytest.fixture
async def owner(units: Units) -> Operator:
    return await IdentityService(units).ensure_owner()


@pytest.fixture
def activity(units: Units) -> ActivityService:
    return ActivityService(units)


async def save(units: Units, *rows: SQLModel) -> None:
    """Save the rows in order: what others point at comes first."""
    async with units.write(EVERYWHERE) as work:
        for row in rows:
            work.session.add(row)
            await work.session.flush()


def flow(owner: Operator, name: str = "Support desk", deleted_at: datetime | None = None) -> FlowRow:
    return FlowRow(
        id=new_id("flow"), project_id=owner.project_id, name=name, slug=new_id("slug"), deleted_at=deleted_at
    )


def run(of: FlowRow, status: str = "running", cost: str = "0", created_at: datetime | None = None) -> RunRow:
    ended = utc_now() if status in {"done", "failed", "cancelled"} else None
    return RunRow(
        id=new_id("run"),
        project_id=of.project_id,
        flow_id=of.id,
        snapshot_id="",
        status=status,
        trigger="api",
        input={},
        cost=Decimal(cost),
        created_at=created_at or utc_now(),
        finished_at=ended,
    )


def experiment(owner: Operator, rows: DatasetRow) -> ExperimentRow:
    return ExperimentRow(
        id=new_id("exp"),
        project_id=owner.project_id,
        name="Which prompt",
        dataset_id=rows.id,
        definition={},
        baseline="a",
        concurrency=1,
        created_by="Ida",
        created_by_id=owner.user_id,
    )


def cell(of: ExperimentRow, number: int, **more: Any) -> ExperimentCellRow:
    told = {"finished_at": utc_now(), "status": "done", **more}
    return ExperimentCellRow(
        experiment_id=of.id, number=number, project_id=of.project_id, row=number, item_id="", variant=0, repetition=0,
        **told,
    )  # fmt: skip


def base(owner: Operator, name: str = "Help centre") -> KnowledgeBaseRow:
    return KnowledgeBaseRow(
        id=new_id("kb"), project_id=owner.project_id, name=name, embedding_model="m", chunk_size=800, chunk_overlap=80
    )


def document(of: KnowledgeBaseRow, name: str = "Returns policy.pdf", **other: object) -> DocumentRow:
    facts = {"size_bytes": 1, "sha256": "", "embedding_model": "m", "stage": Stage.EMBED, "percent": 38, **other}
    return DocumentRow(id=new_id("doc"), project_id=of.project_id, knowledge_base_id=of.id, name=name, **facts)


async def test_a_name_is_found_in_any_case_wherever_it_stands(
    units: Units, owner: Operator, activity: ActivityService
) -> None:
    desk, help_centre = flow(owner, "Returns triage"), base(owner, "Returns")
    chat = ConversationRow(
        id=new_id("conv"), project_id=owner.project_id, title="When do returns end?", channel="", state=""
    )
    told = PromptRow(id="prompt_1", project_id=owner.project_id, slug="answer", name="Answer returns")
    gone = PromptRow(
        id="prompt_2", project_id=owner.project_id, slug="gone", name="Returns", deleted_at=told.created_at
    )
    rows = DatasetRow(id="dset_1", project_id=owner.project_id, name="returns-240", version=3)
    await save(units, desk, help_centre, document(help_centre), chat, run(desk), told, gone, rows)
    found = await activity.find(owner, "  RETURNS ")
    assert [one.thing for one in found] == [
        Thing.FLOW,
        Thing.PROMPT,
        Thing.KNOWLEDGE_BASE,
        Thing.DOCUMENT,
        Thing.DATASET,
        Thing.CONVERSATION,
        Thing.RUN,
    ]
    assert next(one.where for one in found if one.thing is Thing.DOCUMENT) == "Returns"


async def test_a_run_is_found_by_the_beginning_of_its_id(
    units: Units, owner: Operator, activity: ActivityService
) -> None:
    desk = flow(owner)
    made = run(desk)
    await save(units, desk, made)
    assert [one.id for one in await activity.find(owner, made.id[:20])] == [made.id]


async def test_a_sign_of_the_pattern_language_finds_only_itself(
    units: Units, owner: Operator, activity: ActivityService
) -> None:
    await save(units, flow(owner, "Plain"), flow(owner, "50 % off"))
    assert [one.title for one in await activity.find(owner, "%")] == ["50 % off"]


async def test_nothing_is_found_for_no_words(units: Units, owner: Operator, activity: ActivityService) -> None:
    await save(units, flow(owner))
    assert await activity.find(owner, "   ") == []


async def test_what_is_deleted_or_foreign_is_not_found(
    units: Units, owner: Operator, activity: ActivityService
) -> None:
    hidden = base(owner, "Hidden")
    hidden.deleted_at = utc_now()
    await save(
        units, flow(owner, "Gone desk", utc_now()), flow(owner, "Here desk"), hidden, document(hidden, "desk.pdf")
    )
    assert [one.title for one in await activity.find(owner, "desk")] == ["Here desk"]
    stranger = replace(owner, project_id=new_id("project"))
    assert await activity.find(stranger, "desk") == []
    assert (await activity.work(stranger)).num_in_work == 0


async def test_one_sees_only_what_one_may_read(units: Units, owner: Operator, activity: ActivityService) -> None:
    help_centre = base(owner)
    await save(units, flow(owner, "Help flow"), help_centre, document(help_centre, status=DocumentStatus.RUNNING))
    narrow = replace(owner, permissions=frozenset({Permission.PROJECT_READ, Permission.FLOWS_READ}))
    assert [one.thing for one in await activity.find(narrow, "help")] == [Thing.FLOW]
    assert (await activity.work(narrow)).in_work == ()
    with pytest.raises(Forbidden):
        await activity.find(replace(owner, permissions=frozenset()), "help")


async def test_work_lists_runs_and_documents_and_counts_those_in_work(
    units: Units, owner: Operator, activity: ActivityService
) -> None:
    desk, help_centre = flow(owner), base(owner)
    rows = DatasetRow(id=new_id("ds"), project_id=owner.project_id, name="Questions")
    compared, tried = experiment(owner, rows), experiment(owner, rows)
    compared.status, compared.num_cells, tried.status, tried.num_cells = "running", 4, "done", 4
    asked_by_it = run(desk, "running")
    asked_by_it.trigger = "experiment"
    await save(
        units,
        rows,
        compared,
        tried,
        cell(compared, 0),
        cell(compared, 1, status="failed"),
        cell(compared, 2, status="running"),
        desk,
        asked_by_it,
        help_centre,
        document(help_centre, "a.pdf", status=DocumentStatus.RUNNING),
        document(help_centre, "b.pdf", status=DocumentStatus.FAILED, error="No text layer."),
        run(desk, "queued"),
        run(desk, "done"),
    )
    work = await activity.work(owner)
    assert work.num_in_work == 3
    in_work = {(job.thing, job.status) for job in work.in_work}
    assert in_work == {(Thing.RUN, "queued"), (Thing.DOCUMENT, "running"), (Thing.EXPERIMENT, "running")}
    counted = {job.id: (job.num_done, job.num_all, job.in_work) for job in (*work.in_work, *work.ended) if job.num_all}
    assert counted == {compared.id: (2, 4, True), tried.id: (4, 4, False)}
    assert {job.status for job in work.ended} == {"done", "failed"}
    assert all(job.ended_at is not None for job in work.ended)
    assert next(job.error for job in work.ended if job.thing is Thing.DOCUMENT) == "No text layer."


async def test_today_adds_what_runs_cost_since_the_day_began(
    units: Units, owner: Operator, activity: ActivityService
) -> None:
    desk, since = flow(owner), utc_now() - timedelta(hours=1)
    await save(
        units,
        desk,
        run(desk, "done", "0.0121"),
        run(desk, "running", "0.30"),
        run(desk, "done", "9", since - timedelta(minutes=1)),
    )
    today = await activity.today(owner, since)
    assert (today.cost, today.num_unpriced) == (Decimal("0.3121"), 0)
    assert today.num_in_work == 1
    unpriced = run(desk, "done", "0")
    unpriced.has_unpriced, free = True, run(desk, "done", "0")
    free.tokens_in = 5  # of the built-in model, which costs nothing
    await save(units, unpriced, free)
    assert (await activity.today(owner, since)).num_unpriced == 1


async def test_today_adds_what_experiments_cost(units: Units, owner: Operator, activity: ActivityService) -> None:
    since = utc_now() - timedelta(hours=1)
    rows = DatasetRow(id=new_id("ds"), project_id=owner.project_id, name="Questions")
    answered = experiment(owner, rows)
    await save(
        units,
        rows,
        answered,
        cell(answered, 0, cost=Decimal("0.02"), judge_cost=Decimal("0.003")),
        cell(answered, 1, cost=Decimal(5), run_id="run_counted", judge_cost=Decimal("0.001")),
        cell(answered, 2, cost=Decimal(7), finished_at=since - timedelta(minutes=1)),
        cell(answered, 3, cost=Decimal(0), tokens_out=4, detail={HAS_UNPRICED: True}),
        cell(answered, 4, cost=Decimal(0), tokens_out=4, detail={HAS_UNPRICED: True}, run_id="run_counted"),
        cell(answered, 5, cost=Decimal(0), tokens_out=4),
    )
    today = await activity.today(owner, since)
    assert (today.cost, today.num_unpriced) == (Decimal("0.024"), 1)


async def test_a_run_is_found_under_what_it_was_asked(units: Units, owner: Operator, activity: ActivityService) -> None:
    desk = flow(owner)
    asked, silent = run(desk, "done"), run(desk, "done")
    asked.input = {"count": 3, "question": "  How long is\nthe warranty? " + "x" * 500}
    await save(units, desk, asked, silent)
    found = {one.id: one for one in await activity.find(owner, "support") if one.thing is Thing.RUN}
    assert found[asked.id].title.startswith("How long is the warranty? xx")
    assert len(found[asked.id].title) == 160
    assert (found[silent.id].title, found[silent.id].where) == ("Support desk", "Support desk")
