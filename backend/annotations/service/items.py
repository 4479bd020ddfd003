"""What is in a queue: added by hand or by a filter, assigned, taken out, listed with its labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from backend.annotations.errors import QueueClosed
from backend.annotations.models import AnnotationItemRow
from backend.annotations.repository import Items, Queues, answers_in, move_items, targets_of
from backend.annotations.service.base import Base, target
from backend.annotations.shapes import about_of, item_of
from backend.annotations.types import MAX_ADDED, MAX_ITEMS, Labeller, QueueItem, Target, Which
from backend.audit.repository import AuditTrail
from backend.columns import storable, utc_now
from backend.conversations.types import Filters
from backend.errors import InvalidInput, NotFound, QuotaExceeded
from backend.ids import new_id
from backend.operator import Operator, Permission
from backend.paging import Listed, Page
from backend.unit_of_work import Work


class ItemUseCases(Base):
    """An item is in a queue once, however often it is added."""

    async def moved(self, work: Work, project_id: str, places: Mapping[str, tuple[str, str]]) -> None:
        """Let labels hang on the messages that follow theirs, in the unit that writes those."""
        for message_id, to in places.items():
            await move_items(work.session, project_id, message_id, to)

    async def add_items(self, operator: Operator, queue_id: str, targets: Sequence[Target]) -> list[str]:
        """Add conversations and answers, and return the items that are new.

        Raise QueueNotFound, NotFound, QuotaExceeded.
        """
        operator.require(Permission.ANNOTATIONS_EDIT)
        wanted = list(dict.fromkeys(Target(storable(one.conversation_id), storable(one.message_id)) for one in targets))
        if len(wanted) > MAX_ADDED:
            raise InvalidInput(f"At most {MAX_ADDED:,} items at once.", fields={"items": str(len(wanted))})
        async with self._units.write(operator) as work:
            queues = Queues(work.session, operator.project_id)
            queue = await queues.get(storable(queue_id), lock=True)
            if queue.closed_at:
                raise QueueClosed
            items = Items(work.session, operator.project_id, queue.id)
            there, kept = await items.there(wanted), await items.among(wanted)
            if missing := [one for one in wanted if one not in there]:
                raise NotFound(f"{len(missing)} of these {len(wanted)} are not in the log.")
            new = [one for one in wanted if one not in kept]
            num_items = (await queues.counts([queue.id])).get(queue.id, (0, 0))[0]
            if num_items + len(new) > MAX_ITEMS:
                raise QuotaExceeded(f"A queue has at most {MAX_ITEMS:,} items.", hint="Begin another queue.")
            added = [
                AnnotationItemRow(
                    id=new_id("item"),
                    project_id=operator.project_id,
                    queue_id=queue.id,
                    conversation_id=one.conversation_id,
                    message_id=one.message_id,
                )
                for one in new
            ]
            for row in added:
                items.add(row)
            return [row.id for row in added]

    async def add_answers(
        self, operator: Operator, queue_id: str, conversation_ids: Sequence[str], *, most: int = MAX_ADDED
    ) -> list[str]:
        """Add each answer of conversations, `most` of them, and return the items that are new."""
        operator.require(Permission.ANNOTATIONS_EDIT)
        found = await self.answers(operator, [storable(one) for one in conversation_ids])
        return await self.add_items(operator, queue_id, found[:most])

    async def answers(self, operator: Operator, conversation_ids: Sequence[str]) -> list[Target]:
        """Return each answer of conversations, in their order and as it was given."""
        operator.require(Permission.CONVERSATIONS_READ)
        async with self._units.read(operator) as session:
            return await answers_in(session, operator.project_id, conversation_ids)

    async def targets(self, operator: Operator, queue_id: str, most: int) -> list[Target]:
        """Return what is in a queue, in its order. Raise QueueNotFound."""
        operator.require(Permission.ANNOTATIONS_READ)
        async with self._units.read(operator) as session:
            queue = await Queues(session, operator.project_id).get(storable(queue_id))
            return await targets_of(session, operator.project_id, queue.id, most)

    async def add_matching(
        self, operator: Operator, queue_id: str, filters: Filters, *, most: int = MAX_ADDED, each_answer: bool = False
    ) -> list[str]:
        """Add the conversations that filters leave, the last spoken in first, or `each_answer` of them.

        Return the items that are new.
        """
        operator.require(Permission.ANNOTATIONS_EDIT)
        if not 1 <= most <= MAX_ADDED:
            raise InvalidInput(f"Between 1 and {MAX_ADDED:,} at once.", fields={"most": str(most)})
        found = await self._conversations.matching(operator, filters, most)
        if each_answer:
            return await self.add_answers(operator, queue_id, found, most=most)
        return await self.add_items(operator, queue_id, [Target(one) for one in found])

    async def take_back(self, operator: Operator, queue_id: str, item_ids: Sequence[str]) -> int:
        """Undo that items were added; what somebody has labelled or put aside meanwhile stays. Return how many went.

        Raise QueueNotFound.
        """
        operator.require(Permission.ANNOTATIONS_EDIT)
        async with self._units.write(operator) as work:
            queues = Queues(work.session, operator.project_id)
            queue = await queues.get(storable(queue_id), lock=True)
            return await queues.take_out(queue.id, [storable(one) for one in item_ids])

    async def remove_item(self, operator: Operator, queue_id: str, item_id: str) -> None:
        """Take an item out with its labels. Raise QueueNotFound, ItemNotFound."""
        operator.require(Permission.ANNOTATIONS_EDIT)
        async with self._units.write(operator) as work:
            queue = await Queues(work.session, operator.project_id).get(storable(queue_id))
            items = Items(work.session, operator.project_id, queue.id)
            await items.delete(await items.get(storable(item_id)))

    async def assign(self, operator: Operator, queue_id: str, item_ids: Sequence[str], person: Labeller | None) -> int:
        """Let one person alone be offered items, or everybody again; return how many there were.

        What that person had put aside of them is offered again.
        Who has one open keeps it until they are done. Raise QueueNotFound, and InvalidInput for who does not label.
        """
        operator.require(Permission.ANNOTATIONS_EDIT)
        if len(item_ids) > MAX_ADDED:
            raise InvalidInput(f"At most {MAX_ADDED:,} items at once.", fields={"items": str(len(item_ids))})
        async with self._units.write(operator) as work:
            queue = await Queues(work.session, operator.project_id).get(storable(queue_id), lock=True)
            people = about_of(queue).people
            if person is not None and people and person.id not in {one.id for one in people}:
                words = f"{person.name} is not among the people of this queue."
                raise InvalidInput(words, fields={"person": words})
            items = Items(work.session, operator.project_id, queue.id)
            who = (storable(person.id), storable(person.name)) if person else ("", "")
            ids = [storable(one) for one in item_ids]
            num = await items.assign(ids, *who)
            if person is not None:
                await items.take_up(who[0], ids)
            after = {"items": num, "person": who[0]}
            await AuditTrail(work.session).record(operator, "annotation_queue.assign", target(queue), after=after)
            return num

    async def clear_queue(self, operator: Operator, queue_id: str, *, with_done: bool) -> int:
        """Take out what waits, or everything, with its labels; return how many items. Raise QueueNotFound."""
        operator.require(Permission.ANNOTATIONS_EDIT)
        async with self._units.write(operator) as work:
            queue = await Queues(work.session, operator.project_id).get(storable(queue_id), lock=True)
            num = await Items(work.session, operator.project_id, queue.id).clear(with_done=with_done)
            after = {"items": num, "with_done": with_done}
            await AuditTrail(work.session).record(operator, "annotation_queue.clear", target(queue), after=after)
            return num

    async def items(self, operator: Operator, queue_id: str, page: Page, which: Which = Which.ALL) -> Listed[QueueItem]:
        """Return a page of the items with what people said of each. Raise QueueNotFound."""
        operator.require(Permission.ANNOTATIONS_READ)
        now = utc_now()
        assigned = {Which.ALL: None, Which.MINE: operator.user_id, Which.UNASSIGNED: ""}[which]
        async with self._units.read(operator) as session:
            queue = await Queues(session, operator.project_id).get(storable(queue_id))
            items = Items(session, operator.project_id, queue.id)
            found = await items.page(Page(page.limit, storable(page.after)), assigned)
            said = await items.annotations([row.id for row, _ in found])
            skipped = frozenset(await items.skipped_by(operator.user_id, now))
        return Listed.cut([item_of(row, title, said, now, is_skipped=row.id in skipped) for row, title in found], page)
