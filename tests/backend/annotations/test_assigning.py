"""Who an item is assigned to alone is offered it; a hold stays what it is. A closed queue is only read."""

from __future__ import annotations

from dataclasses import replace

import pytest

from backend.annotations.errors import HeldByOther, QueueClosed
from backend.annotations.types import Labeller, Queue, Target, Which
from backend.errors import Forbidden, InvalidInput
from backend.operator import Operator
from backend.paging import Page
from tests.backend.annotations.conftest import Scene

YES = True
ADA, BEN = Labeller("user_ada", "Ada"), Labeller("user_ben", "Ben")


async def ids_of(scene: Scene, queue: Queue, which: Which = Which.ALL, who: Operator | None = None) -> list[str]:
    return [one.id for one in (await scene.annotations.items(who or scene.owner, queue.id, Page(), which)).items]


async def test_what_is_assigned_comes_first_and_to_nobody_else(scene: Scene) -> None:
    queue = await scene.queue()
    first, second, third = await ids_of(scene, queue)
    assert await scene.annotations.assign(scene.owner, queue.id, [first, third], BEN) == 2
    assert await ids_of(scene, queue, Which.UNASSIGNED) == [second]
    assert await ids_of(scene, queue, Which.MINE, scene.ben) == [first, third]
    turned = await scene.annotations.take_next(scene.ada, queue.id)
    assert turned.task is not None
    assert turned.task.item_id == second
    with pytest.raises(HeldByOther, match="assigned to Ben"):
        await scene.annotations.label(scene.ada, queue.id, first, "good", YES)
    turned = await scene.annotations.label(scene.ada, queue.id, second, "good", YES)
    assert turned.task is None
    turned = await scene.annotations.take_next(scene.ben, queue.id)
    assert turned.task is not None
    assert turned.task.item_id == first
    turned = await scene.annotations.skip(scene.ben, queue.id, first)  # then it is anybody's
    assert turned.task is not None
    assert turned.task.item_id == third
    assert await ids_of(scene, queue, Which.UNASSIGNED) == [first, second]


async def test_who_has_an_item_open_keeps_it_when_it_is_assigned_to_another(scene: Scene) -> None:
    queue = await scene.queue()
    turned = await scene.annotations.take_next(scene.ada, queue.id)
    assert turned.task is not None
    held = turned.task.item_id
    await scene.annotations.assign(scene.owner, queue.id, [held], BEN)
    with pytest.raises(HeldByOther, match="Ada has this item open"):
        await scene.annotations.label(scene.ben, queue.id, held, "good", YES)
    again = await scene.annotations.take_next(scene.ada, queue.id)
    assert again.task is not None
    assert again.task.item_id == held
    turned = await scene.annotations.label(scene.ada, queue.id, held, "good", YES)
    assert turned.progress.num_done == 1


async def test_the_second_label_of_an_assigned_item_is_anybodys(scene: Scene) -> None:
    queue = await scene.queue(num_labels=2)
    first, *_ = await ids_of(scene, queue)
    await scene.annotations.assign(scene.owner, queue.id, [first], BEN)
    await scene.annotations.take_next(scene.ben, queue.id)
    await scene.annotations.label(scene.ben, queue.id, first, "good", YES)
    turned = await scene.annotations.take_next(scene.ada, queue.id)
    assert turned.task is not None
    assert turned.task.item_id == first


async def test_what_is_assigned_to_who_put_it_aside_is_theirs_again(scene: Scene) -> None:
    queue = await scene.queue()
    first, second, _ = await ids_of(scene, queue)
    await scene.annotations.take_next(scene.ada, queue.id)
    await scene.annotations.skip(scene.ada, queue.id, first)
    await scene.annotations.leave(scene.ada, queue.id)
    await scene.annotations.assign(scene.owner, queue.id, [second], ADA)
    turned = await scene.annotations.take_next(scene.ada, queue.id)
    assert (turned.task and turned.task.item_id, turned.progress.num_skipped) == (second, 1)
    await scene.annotations.leave(scene.ada, queue.id)
    await scene.annotations.assign(scene.owner, queue.id, [first], ADA)
    turned = await scene.annotations.take_next(scene.ada, queue.id)
    assert (turned.task and turned.task.item_id, turned.progress.num_skipped) == (first, 0)


async def test_only_the_people_of_a_queue_are_assigned_and_only_editors_assign(scene: Scene) -> None:
    queue = await scene.queue(people=(ADA,))
    (first, *_) = await ids_of(scene, queue)
    with pytest.raises(InvalidInput, match="Ben is not among"):
        await scene.annotations.assign(scene.owner, queue.id, [first], BEN)
    with pytest.raises(Forbidden):
        await scene.annotations.assign(scene.ada, queue.id, [first], ADA)
    assert await scene.annotations.assign(scene.owner, queue.id, ["item_unknown"], ADA) == 0


async def test_what_is_assigned_to_who_labels_here_no_more_is_anybodys(scene: Scene) -> None:
    queue = await scene.queue(people=(ADA, BEN))
    first, second, _ = await ids_of(scene, queue)
    await scene.annotations.assign(scene.owner, queue.id, [first], BEN)
    await scene.annotations.assign(scene.owner, queue.id, [second], ADA)
    alone = replace(queue.about, people=(ADA,))
    await scene.annotations.change_queue(scene.owner, queue.id, alone, version=queue.version)
    assert await ids_of(scene, queue, Which.MINE, scene.ada) == [second]
    assert first in await ids_of(scene, queue, Which.UNASSIGNED)


async def test_a_closed_queue_is_read_and_opened_again(scene: Scene) -> None:
    queue = await scene.queue()
    turned = await scene.annotations.take_next(scene.ada, queue.id)
    assert turned.task is not None
    assert (await scene.annotations.close_queue(scene.owner, queue.id)).closed_at is not None
    with pytest.raises(QueueClosed):
        await scene.annotations.label(scene.ada, queue.id, turned.task.item_id, "good", YES)
    with pytest.raises(QueueClosed):
        await scene.annotations.add_items(scene.owner, queue.id, [Target(scene.turns[0].conversation_id)])
    await scene.annotations.leave(scene.ada, queue.id)
    assert len(await ids_of(scene, queue)) == 3
    assert (await scene.annotations.close_queue(scene.owner, queue.id, closed=False)).closed_at is None
    assert (await scene.annotations.take_next(scene.ada, queue.id)).task is not None


@pytest.mark.parametrize(("with_done", "left"), [(0, 1), (1, 0)])
async def test_a_queue_is_cleared_of_what_waits_or_of_everything(scene: Scene, with_done: int, left: int) -> None:
    queue = await scene.queue()
    await scene.label_all(scene.ada, queue, [True])
    assert await scene.annotations.clear_queue(scene.owner, queue.id, with_done=bool(with_done)) == 3 - left
    assert len(await ids_of(scene, queue)) == left
    found = await scene.annotations.queue(scene.owner, queue.id)
    assert (found.num_items, found.num_done) == (left, left)
