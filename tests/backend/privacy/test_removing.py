"""All of a person's is removed: no word of theirs is found in a table, a file or a search, and others keep theirs."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import SQLModel, select

from backend.audit.types import Filters
from backend.bootstrap import Services
from backend.columns import utc_now
from backend.conversations.reports import Report, Told
from backend.conversations.types import Channel, Role
from backend.conversations.types import Filters as LogFilters
from backend.datasets.models import DatasetPairRow
from backend.datasets.types import ItemEdit, NewItem
from backend.errors import Forbidden, InvalidInput, NotFound
from backend.experiments.types import Part
from backend.identity.permissions import PERMISSIONS
from backend.identity.permissions import Role as Seat
from backend.operator import Operator
from backend.paging import Page
from backend.privacy.service.base import Base
from backend.privacy.types import JobState
from backend.turns.types import NewTest
from tests.backend.privacy.conftest import plant, removed
from tests.planting import columns_with, files_with
from tests.tenancy import EVERYWHERE

WORD, OTHER = "zwiebelkuchen", "pfannkuchen"
# Tables into which no words come that a person said to an agent. Each is what members set up or typed themselves, a
# name of theirs, or ids, counts and states: of a conversation, a run or a row. Masked words are sealed or digests.
# What members chose to look at one person goes with the person: see test_chosen.
NEVER = {
    "alert", "alert_delivery", "alert_firing", "annotation_item", "annotation_queue", "api_key", "audit_event",
    "audit_head", "chunk", "code_approval", "conversation_index", "conversation_view", "dataset", "dataset_origin",
    "dataset_pair", "dataset_version", "demo", "document", "experiment", "experiment_pace", "flow", "flow_snapshot",
    "flow_version", "group_rule", "installation", "invitation", "knowledge_base", "live_test", "live_test_judged",
    "live_test_seat", "mask_count", "masked_value", "masking", "member", "model_default", "organisation", "password",
    "privacy_job", "project", "project_role", "prompt", "prompt_approval", "prompt_label", "prompt_label_move",
    "prompt_protected_label", "provider", "provider_model", "provider_rest", "publish_approval", "publish_requirement",
    "recovery_code", "removed_trace", "reset_link", "retention", "run_worker", "secret", "session", "sign_in_attempt",
    "sign_in_link", "sign_in_policy", "support_grant", "takeover", "user_account", "user_identity", "user_picture",
    "variable",
}  # fmt: skip


async def test_a_person_is_removed_from_every_table_and_file(
    house: Services, operator: Operator, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)  # as the server writes them
    planted = await plant(house, operator, "ada", WORD)
    await plant(house, operator, "bob", OTHER)
    asked = await house.experiments._outside.rows(operator, planted["dataset"], None, Part())
    assert WORD in str(asked.rows)
    going = await house.privacy.going(operator, "ada")
    assert (going.num_conversations, going.num_approvals, going.num_remarks) == (3, 1, 2)
    assert (going.num_items, going.num_cells, going.num_playgrounds, going.prompts) == (3, 1, 2, ())
    assert going.num_runs == 4  # one of them a replay
    others = await columns_with(house.units, OTHER)
    planted_in = {one.partition(".")[0] for one in others}
    every = {table.name for table in SQLModel.metadata.sorted_tables}
    # A new table is planted above, or somebody decides that nobody's words come into it.
    assert every - planted_in == NEVER
    job = await house.privacy.remove(operator, "ada")
    assert (job.state, job.num_total) == (JobState.QUEUED, 3)
    await house.privacy.execute(job.id)
    done = await house.privacy.job(operator, job.id)
    assert (done.state, done.num_done) == (JobState.DONE, 3)
    assert await columns_with(house.units, WORD) == []
    assert await columns_with(house.units, OTHER) == others
    asked = await house.experiments._outside.rows(operator, planted["dataset"], asked.version, Part())
    assert OTHER in str(asked.rows)
    assert WORD not in str(asked.rows)
    assert (await house.conversations.list(operator, LogFilters(text=WORD), Page())).items == []
    assert len((await house.conversations.list(operator, LogFilters(text=OTHER), Page())).items) == 3
    with pytest.raises(NotFound):
        await house.privacy.going(operator, "ada")
    acts = [one.action for one in (await house.audit.list(operator, Filters(kind="removal"))).items]
    assert acts == ["person.removed", "person.remove"]
    assert WORD not in caplog.text
    await house.database.close()
    assert files_with(tmp_path, WORD) == []


async def test_a_pair_of_rows_goes_with_one_of_them_and_other_pairs_stay(house: Services, operator: Operator) -> None:
    made = await plant(house, operator, "ada", WORD)
    datasets, at = house.datasets, made["dataset"]
    mine, alike = f"I say {WORD}", f"I say {WORD}!"
    asked = ["Who pays the bill of today?", "Who pays the bill of today!", alike]
    await datasets.add_items(operator, at, [NewItem({"question": one}) for one in asked])
    rows = {one.input["question"]: one for one in await datasets.all_items(operator, at)}
    for one, other in ((asked[0], asked[1]), (mine, alike)):
        await datasets.keep_both(operator, at, rows[one].row, rows[other].row)
    edit = ItemEdit(rows[mine].id, rows[mine].version, NewItem({"question": "What was said otherwise"}))
    await datasets.edit_items(operator, at, [edit])
    assert await num_pairs(house) == 2
    await removed(house, operator, "ada")
    assert await num_pairs(house) == 1
    assert (await datasets.near_duplicates(operator, at)).num_kept == 1


async def test_no_version_of_a_dataset_names_who_asked(house: Services, operator: Operator) -> None:
    who = "quittenbrot@example.org"
    made = await plant(house, operator, who, WORD)
    opened = await house.conversations.transcript(operator, made["talk"])
    wish = NewTest("better", made["dataset"])
    await house.turns.keep(operator, opened.messages[3].id, wish)
    assert "dataset_item.source_name: quittenbrot" in await columns_with(house.units, "quittenbrot")
    await removed(house, operator, who)
    left = await columns_with(house.units, "quittenbrot")
    assert [one for one in left if one.startswith("dataset")] == []


async def num_pairs(house: Services) -> int:
    async with house.units.read(EVERYWHERE) as session:
        return len((await session.exec(select(DatasetPairRow))).all())


async def test_one_conversation_leaves_nothing_once_its_undo_has_passed(house: Services, operator: Operator) -> None:
    made = await plant(house, operator, "ada", WORD)
    for talk in (made["talk"], made["waits"]):
        await house.conversations.delete(operator, talk)
    assert await house.privacy.purge_deleted(operator.project_id, utc_now()) == 0  # it can still be undone
    assert await house.privacy.purge_deleted(operator.project_id, utc_now() + timedelta(hours=2)) == 2
    left = {one.partition(".")[0] for one in await columns_with(house.units, WORD)}
    # The one that was reported.
    assert left == {"conversation", "message", "conversation_record", "conversation_detail", "conversation_word"}


async def test_a_removal_goes_on_after_it_was_cut(
    house: Services, operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backend.privacy.service.removing.AT_ONCE", 1)
    await plant(house, operator, "ada", WORD)
    job = await house.privacy.remove(operator, "ada")
    leave, num = Base.leave, 0

    async def cut(self: Base, *args: object) -> object:
        nonlocal num
        num += 1
        found = await leave(self, *args)  # type: ignore[arg-type]
        if num == 2:
            raise asyncio.CancelledError  # the process ends here
        return found

    house.conversations.leaving[:] = [cut.__get__(house.privacy)]
    with pytest.raises(asyncio.CancelledError):
        await house.privacy.execute(job.id)
    half = await house.privacy.job(operator, job.id)
    assert (half.state, half.num_done) == (JobState.RUNNING, 1)
    await house.privacy.execute(job.id)
    await house.privacy.execute(job.id)  # twice is once
    assert (await house.privacy.job(operator, job.id)).num_done == 3
    assert await columns_with(house.units, WORD) == []


async def test_a_removal_that_fails_says_why_and_goes_on_when_it_is_retried(
    house: Services, operator: Operator, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("backend.privacy.service.removing.AT_ONCE", 1)
    await plant(house, operator, "ada", WORD)
    job = await house.privacy.remove(operator, "ada")
    leave, faults = Base.leave, [None, SQLAlchemyError(WORD)]

    async def broken(self: Base, *args: object) -> object:
        if faults and (fault := faults.pop(0)):
            raise fault
        return await leave(self, *args)  # type: ignore[arg-type]

    house.conversations.leaving[:] = [broken.__get__(house.privacy)]
    await house.privacy.execute(job.id)
    await house.privacy.execute(job.id)  # nobody asked for it again
    [failed] = (await house.overview.home(operator)).removals
    assert (failed.id, failed.state, failed.num_done, failed.num_total) == (job.id, JobState.FAILED, 1, 3)
    assert failed.error == "A step failed. The server log names it; what was removed before stays removed."
    assert job.id in caplog.text
    assert await columns_with(house.units, WORD)
    await house.conversations.report(
        operator, Report("late", "a", "A", messages=(Told(Role.USER, WORD),), person="ada")
    )
    again = [await house.privacy.retry(operator, job.id) for _ in range(2)]  # as two clicks ask
    assert [one.state for one in again] == [JobState.QUEUED] * 2
    [waiting] = await house.privacy.waiting()
    assert waiting == (job.id, 2)
    await house.privacy.execute(job.id)
    done = await house.privacy.job(operator, job.id)
    assert (done.state, done.num_done, done.error) == (JobState.DONE, 4, "")
    assert (await house.privacy.retry(operator, job.id)).state is JobState.DONE
    assert (await house.overview.home(operator)).removals == []
    assert await columns_with(house.units, WORD) == []
    acts = [one.action for one in (await house.audit.list(operator, Filters(kind="removal"))).items]
    assert acts == ["person.removed", "person.remove_again", "person.failed", "person.remove"]


async def test_files_that_cannot_be_scrubbed_are_a_failure_and_remove_nobody_else(
    house: Services, operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    for person in ("ada", ""):
        said = Report("s", "a", "A", messages=(Told(Role.USER, WORD),), person=person)
        await house.conversations.report(operator, said)
    job, scrub = await house.privacy.remove(operator, "ada"), house.database.scrub

    async def full() -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(house.database, "scrub", full)
    await house.privacy.execute(job.id)
    assert (await house.privacy.job(operator, job.id)).state is JobState.FAILED
    monkeypatch.setattr(house.database, "scrub", scrub)
    await house.privacy.retry(operator, job.id)
    await house.privacy.execute(job.id)
    assert (await house.privacy.job(operator, job.id)).state is JobState.DONE
    assert len((await house.conversations.list(operator, LogFilters(), Page())).items) == 1


async def test_a_later_retention_settles_one_that_failed(
    house: Services, operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    await house.privacy.set_retention(operator, 30)
    now, batch = utc_now(), house.privacy._batch

    async def broken(_job_id: str) -> bool:
        await batch(_job_id)
        raise ValueError

    for day, made in ((31, broken), (32, batch)):
        await house.conversations.report(operator, Report("s", "a", "A", messages=(Told(Role.USER, WORD),)))
        monkeypatch.setattr(house.privacy, "_batch", made)
        assert await house.privacy.sweep(now + timedelta(days=day)) == 1
        [waiting] = await house.privacy.waiting()
        await house.privacy.execute(waiting.row_id)
        assert len((await house.overview.home(operator)).removals) == (made is broken)


async def test_retention_removes_what_is_older_once_a_day_and_keeps_datasets(
    house: Services, operator: Operator
) -> None:
    assert (await house.privacy.retention(operator)).days is None
    assert await house.privacy.sweep() == 0
    made = await plant(house, operator, "ada", WORD)
    ahead = "2150-01-01T00:00:00Z"
    transcript = {"messages": [{"role": "user", "content": WORD, "timestamp": ahead}]}
    for channel in (Channel.REPORTED, Channel.IMPORTED):  # a date of the future keeps nothing longer
        await house.conversations.report(operator, Report("s", "a", "A", transcript, channel=channel))
    await house.privacy.set_retention(operator, 30)
    assert (await house.privacy.preview(operator, 30)).num_conversations == 0
    assert await house.privacy.sweep() == 0
    now = utc_now()
    assert await house.privacy.sweep(now + timedelta(hours=23)) == 0  # not again on the same day
    assert await house.privacy.sweep(now + timedelta(days=31)) == 1
    [waiting] = await house.privacy.waiting()
    await house.privacy.execute(waiting.row_id)
    [job] = (await house.privacy.jobs(operator, Page())).items
    assert (job.kind, job.state, job.num_done) == ("retention", "done", 5)
    left = {one.partition(".")[0] for one in await columns_with(house.units, WORD)}
    assert left == {"dataset_item", "experiment_cell"}
    assert (await house.datasets.get(operator, made["dataset"])).num_items == 3
    await house.privacy.set_retention(operator, None)
    assert await house.privacy.sweep(now + timedelta(days=90)) == 0
    for days in (0, -1, 10_000):
        with pytest.raises(InvalidInput):
            await house.privacy.set_retention(operator, days)


async def test_only_who_manages_the_project_removes(house: Services, operator: Operator) -> None:
    viewer = Operator(
        "u", "U", operator.organisation_id, operator.project_id, PERMISSIONS[Seat.EDITOR], "session", role="editor"
    )
    for act in (house.privacy.going, house.privacy.remove, house.privacy.export):
        with pytest.raises(Forbidden):
            await act(viewer, "ada")


async def test_each_project_keeps_what_it_says_to_the_second(house: Services, operator: Operator) -> None:
    made = await house.identity.create_project(operator, "Billing")
    other = replace(operator, project_id=made.id)
    now, ages = utc_now(), {"a second older": 1, "to the second": 0, "a second younger": -1}
    for whose, days in ((operator, 30), (other, 90)):
        for text, seconds in ages.items():
            at = now - timedelta(days=30, seconds=seconds)
            said = Report("s", "a", "A", messages=(Told(Role.USER, text, at),))
            await house.conversations.report(whose, said)
        await house.privacy.set_retention(whose, days)
    assert await house.privacy.sweep(now) == 1
    [waiting] = await house.privacy.waiting()
    await house.privacy.execute(waiting.row_id)
    kept = {
        whose.project_id: {one.title for one in (await house.conversations.list(whose, LogFilters(), Page())).items}
        for whose in (operator, other)
    }
    assert kept == {operator.project_id: set(ages) - {"a second older"}, other.project_id: set(ages)}
