"""Several people at one queue at once, on both databases: nobody meets, nothing is counted twice."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import select

from backend.annotations.errors import HeldByOther
from backend.annotations.models import AnnotationItemRow, AnnotationRow
from backend.annotations.types import Labeller
from backend.columns import utc_now
from backend.conversations.types import Filters
from backend.identity.permissions import Role
from backend.identity.service import IdentityService
from backend.operator import Operator
from backend.paging import Page
from backend.ports.database import Database
from tests.factories.conversations import chat


@pytest.fixture
def database(any_database: Database) -> Database:
    return any_database


async def test_four_people_label_every_item_twice(scene, units):
    for number in range(9):
        turn = await chat(scene.log, units, scene.owner, said=f"More {number}")
    assert await scene.log.add_tag(scene.owner, turn.conversation_id, "50 %") == ("50 %",)
    assert len((await scene.log.list(scene.owner, Filters(tags=("50 %",)), Page())).items) == 1
    queue = await scene.queue(num_labels=2)
    assert len(await scene.annotations.add_matching(scene.owner, queue.id, Filters())) == 12
    people = [replace(scene.ada, user_id=f"user_{number}", name=f"Person {number}") for number in range(4)]

    async def label_all(who: Operator) -> int:
        turned, num_labels = await scene.annotations.take_next(who, queue.id), 0
        while turned.task:
            turned = await scene.annotations.label(who, queue.id, turned.task.item_id, "good", value=num_labels % 3 > 0)
            num_labels += 1
        await scene.annotations.leave(who, queue.id)
        return num_labels

    by_each = await asyncio.gather(*(label_all(one) for one in people))
    for one in people:  # what another held when they came by
        by_each.append(await label_all(one))
    found = await scene.annotations.queue(scene.owner, queue.id)
    assert (found.num_items, found.num_done, sum(by_each)) == (15, 15, 30)
    items = (await scene.annotations.items(scene.owner, queue.id, Page())).items
    assert {len({said.person.id for said in one.annotations}) for one in items} == {2}
    assert (await scene.annotations.undo(people[0], queue.id)).progress.num_done == 14
    pairs = (await scene.annotations.agreements(scene.owner, queue.id)).people
    assert sum(one.num_items for one in pairs) == 14
    tabs = [scene.annotations.undo(one, queue.id) for one in people * 3]  # three of each, all at once
    refused = [one for one in await asyncio.gather(*tabs, return_exceptions=True) if isinstance(one, Exception)]
    assert all(isinstance(one, HeldByOther) for one in refused), refused
    async with units.read(scene.owner) as session:
        mine = scene.owner.project_id
        rows = (await session.exec(select(AnnotationItemRow).where(AnnotationItemRow.project_id == mine))).all()
        said = await session.exec(select(AnnotationRow).where(AnnotationRow.project_id == mine))
        done = Counter(one.item_id for one in said if one.state == "done")
        assert {row.id: row.num_done for row in rows} == {row.id: done[row.id] for row in rows}


@pytest.mark.parametrize("is_taken", [True, False], ids=["taken by Ben", "free again"])
async def test_of_two_who_label_when_a_hold_has_ended_one_counts_and_the_other_is_told(scene, monkeypatch, is_taken):
    queue = await scene.queue(lock_minutes=10)
    item = (await scene.annotations.take_next(scene.ada, queue.id)).task.item_id
    later = utc_now() + timedelta(minutes=11)
    monkeypatch.setattr("backend.annotations.service.labelling.utc_now", lambda: later)
    if is_taken:
        assert (await scene.annotations.take_next(scene.ben, queue.id)).task.item_id == item
    both = [(scene.ben, False), (scene.ada, True)]
    said = await asyncio.gather(
        *(scene.annotations.label(who, queue.id, item, "good", value) for who, value in both), return_exceptions=True
    )
    (told,) = (one for one in said if isinstance(one, Exception))
    assert isinstance(told, HeldByOther), told
    (kept,) = (one for one in (await scene.annotations.items(scene.owner, queue.id, Page())).items if one.annotations)
    (winner,) = (place for place, one in enumerate(said) if one is not told)
    assert [(one.person.id, one.values) for one in kept.annotations] == [
        (both[winner][0].user_id, {"good": both[winner][1]})
    ]
    assert winner == 0 or not is_taken
    found = await scene.annotations.queue(scene.owner, queue.id)
    assert (found.num_done, said[winner].progress.num_done, said[winner].progress.num_mine) == (1, 1, 1)
    with pytest.raises(HeldByOther):  # as often as they press
        await scene.annotations.label(both[1 - winner][0], queue.id, item, "good", both[1 - winner][1])


async def test_another_number_of_labels_counts_for_what_is_labelled(scene):
    queue = await scene.queue()
    ids = [one.id for one in (await scene.annotations.items(scene.owner, queue.id, Page())).items]
    await scene.annotations.assign(scene.owner, queue.id, ids, Labeller(scene.ada.user_id, "Ada"))
    await scene.label_all(scene.ada, queue, [True, True])
    twice = replace(queue.about, num_labels=2)
    saved = await scene.annotations.change_queue(scene.owner, queue.id, twice, version=queue.version)
    assert saved.num_done == 0
    turned = await scene.annotations.take_next(scene.ben, queue.id)  # the second label of what was Ada's
    assert turned.task is not None
    assert turned.task.item_id == ids[0]
    await scene.annotations.label(scene.ben, queue.id, ids[0], "good", value=False)
    await scene.annotations.leave(scene.ben, queue.id)
    assert (await scene.annotations.queue(scene.owner, queue.id)).num_done == 1
    saved = await scene.annotations.change_queue(scene.owner, queue.id, queue.about, version=saved.version)
    assert saved.num_done == 2
    turned = await scene.annotations.take_next(scene.ben, queue.id)
    assert turned.task is None  # what is left is Ada's


@pytest.mark.parametrize("how", ["removed", "made a viewer", "made a viewer here"])
async def test_what_is_assigned_to_who_may_label_no_more_is_offered_to_others(scene, units, how):
    queue, identity = await scene.queue(), IdentityService(units)
    ids = [one.id for one in (await scene.annotations.items(scene.owner, queue.id, Page())).items]
    await scene.annotations.assign(scene.owner, queue.id, ids, Labeller(scene.ada.user_id, "Ada"))
    assert (await scene.annotations.take_next(scene.ben, queue.id)).task is None
    assert (await scene.annotations.take_next(scene.ada, queue.id)).task is not None  # she has one open
    if how == "removed":
        await identity.remove_member(scene.owner, scene.ada.user_id)
    elif how == "made a viewer":
        await identity.change_role(scene.owner, scene.ada.user_id, Role.VIEWER)
    else:
        await identity.set_project_role(scene.owner, scene.ada.user_id, scene.owner.project_id, Role.VIEWER)
    turned = await scene.annotations.take_next(scene.ben, queue.id)
    assert turned.task is not None
    assert turned.task.item_id == ids[1]  # the one she had open comes once its minutes are over
