"""Labelling: one item at a time, held by one person, a label at a time, and the last one taken back."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from backend.annotations.configs import label_of
from backend.annotations.errors import AlreadyLabelled, HeldByOther, QueueClosed
from backend.annotations.models import AnnotationItemRow, AnnotationQueueRow, AnnotationRow
from backend.annotations.repository import DONE, OPEN, SKIPPED, Items, Queues, labellers
from backend.annotations.service.base import Base
from backend.annotations.shapes import about_of
from backend.annotations.types import ConfigKind, NewQueue, Progress, Target, Task, Turned
from backend.columns import storable, utc_now
from backend.conversations.service.base import AheadText
from backend.errors import Forbidden, InvalidInput
from backend.masking.types import Way
from backend.operator import Operator, Permission
from backend.unit_of_work import Work


class _Seat:
    """A labeller at a queue, for one unit of work."""

    def __init__(self, work: Work, operator: Operator, queue: AnnotationQueueRow) -> None:
        self.queue, self.about = queue, about_of(queue)
        self.items = Items(work.session, operator.project_id, queue.id)
        self.operator, self.now, self._work = operator, utc_now(), work
        if self.about.people and operator.user_id not in {one.id for one in self.about.people}:
            names = ", ".join(one.name for one in self.about.people)
            raise Forbidden(f"This queue is labelled by {names}.", hint="Ask somebody who edits it to add you.")

    async def item(self, item_id: str) -> AnnotationItemRow:
        """Return an item that nobody else has open or is to label. Raise ItemNotFound, HeldByOther."""
        row = await self.items.get(storable(item_id))
        me = self.operator.user_id
        is_held = row.locked_until is not None and row.locked_until > self.now
        if is_held and row.locked_by not in ("", me):
            raise HeldByOther(f"{row.locked_by_name} has this item open.", hint="Go on with the next one.")
        if row.assigned_to not in ("", me) and not (is_held and row.locked_by == me):
            raise HeldByOther(f"This item is assigned to {row.assigned_name}.", hint="Go on with the next one.")
        return row

    def pass_on(self, row: AnnotationItemRow) -> None:
        """Offer an item to everybody again that was assigned to this person, who is through with it."""
        if row.assigned_to == self.operator.user_id and not row.is_done:
            row.assigned_to = row.assigned_name = ""

    def hold(self, row: AnnotationItemRow) -> datetime:
        """Keep the item from others until the queue's minutes are over."""
        until = self.now + timedelta(minutes=self.queue.lock_minutes)
        row.locked_by, row.locked_by_name, row.locked_until = self.operator.user_id, self.operator.name, until
        self.items.add(row)
        return until

    def let_go(self, row: AnnotationItemRow) -> None:
        row.locked_by, row.locked_by_name, row.locked_until = "", "", None
        self.items.add(row)

    async def said(self, row: AnnotationItemRow) -> AnnotationRow:
        """Return what the labeller said of an item, new where nothing."""
        return await self.items.said_by(self.operator.user_id, row.id) or AnnotationRow(
            item_id=row.id,
            person_id=self.operator.user_id,
            project_id=self.operator.project_id,
            queue_id=self.queue.id,
            person_name=self.operator.name,
            state=OPEN,
        )

    async def turn(self, row: AnnotationItemRow | None = None, *, let_go: bool = False) -> Turned:
        """Hold an item, the next one where none is named, and say how far the queue is.

        Who has just let one go holds no other, so that none is looked for.
        """
        await self.items.flush()
        row = row or await self._next(open_first=not let_go)
        task = None
        if row is not None:
            said = await self.items.said_by(self.operator.user_id, row.id)
            task = _task(self.about, row, said.values if said else {}, self.hold(row))
            await self.items.flush()
        states = await self.items.states_of(self.operator.user_id)
        queues = Queues(self._work.session, self.operator.project_id)
        counts = (await queues.counts([self.queue.id])).get(self.queue.id, (0, 0))
        # What others labelled meanwhile, or have open, is none that this person could go back to.
        skipped = await self.items.skipped_by(self.operator.user_id, self.now) if states.get(SKIPPED) else ()
        return Turned(task, Progress(*counts, states.get(DONE, 0), len(skipped)))

    async def _next(self, *, open_first: bool) -> AnnotationItemRow | None:
        """Return what is next; where nothing is, look among what is assigned to who may label here no more."""
        me = self.operator.user_id
        found = await self.items.next_for(me, self.now, open_first=open_first)
        if found is None and (waited_for := await self.items.assignees(me)):
            here = await labellers(self._work.session, self.operator, waited_for)
            if gone := [one for one in waited_for if one not in here]:
                await self.items.pass_on_of(gone)
                found = await self.items.next_for(me, self.now, open_first=False)
        return found


class LabellingUseCases(Base):
    """Each answers with what the labeller has before them next, so that a key press is one call."""

    async def take_next(self, operator: Operator, queue_id: str) -> Turned:
        """Open the item that was open, else the next that nobody has. Raise QueueNotFound, Forbidden."""
        operator.require(Permission.ANNOTATIONS_LABEL)
        async with self._units.write(operator) as work:
            return await (await self._seat(work, operator, queue_id)).turn()

    async def take_skipped(self, operator: Operator, queue_id: str, item_id: str = "") -> Turned:
        """Open what this person put aside, the first where no item is named, and what is next where nothing is.

        An item that is named opens in any case while it wants their label. Raise ItemNotFound, HeldByOther.
        """
        operator.require(Permission.ANNOTATIONS_LABEL)
        async with self._units.write(operator) as work:
            seat = await self._seat(work, operator, queue_id)
            item_id = item_id or next(iter(await seat.items.skipped_by(operator.user_id, seat.now)), "")
            if not item_id:
                return await seat.turn()
            row = await seat.item(item_id)
            said = await seat.items.said_by(operator.user_id, row.id)
            if row.is_done or (said is not None and said.state == DONE):
                return await seat.turn()
            await self._let_go_of_open(seat, row)
            if said is not None:
                await seat.items.reopen(said)
            return await seat.turn(row)

    async def label(self, operator: Operator, queue_id: str, item_id: str, name: str, value: Any) -> Turned:
        """Give one score of an item, and open what is asked next: its next score, or the next item.

        The same label twice counts once. Raise ItemNotFound, HeldByOther, AlreadyLabelled, InvalidInput.
        """
        operator.require(Permission.ANNOTATIONS_LABEL)
        ahead = await self._ahead(operator, queue_id, item_id, value)
        async with self._units.write(operator) as work:
            seat = await self._seat(work, operator, queue_id)
            config = next((one for one in seat.about.configs if one.name == name), None)
            if config is None:
                raise InvalidInput(f"This queue does not ask for {name}.", fields={"name": "not asked"})
            label, row = label_of(config, value), await seat.item(item_id)
            if isinstance(label, str) and config.kind is ConfigKind.TEXT:
                masker = await self._conversations.masker(
                    work, operator.project_id, row.conversation_id, Way.FEEDBACK, ahead
                )
                label = await masker.kept(label)
                await self._conversations.masked(work, masker)
            said = await seat.said(row)
            if name in said.values:
                if said.values[name] == label:
                    return await seat.turn(row if said.state == OPEN else None)
                raise AlreadyLabelled(f"You have given {name} another label.", hint="Undo it first.")
            if row.is_done:  # their hold had ended, and somebody else was first
                raise HeldByOther("This item has all of its labels meanwhile.", hint="Go on with the next one.")
            said.values = {**said.values, name: label}
            said.given, said.state, said.labelled_at = [*said.given, name], OPEN, seat.now
            is_whole = all(one.name in said.values for one in seat.about.configs)
            if is_whole:
                said.state = DONE
                row.num_done += 1
                row.is_done = row.num_done >= seat.queue.num_labels
                seat.pass_on(row)
                seat.let_go(row)
            seat.items.add(said)
            return await seat.turn(None if is_whole else row, let_go=is_whole)

    async def _ahead(self, operator: Operator, queue_id: str, item_id: str, value: Any) -> AheadText | None:
        """Mask a label in words before the unit that keeps it. Raise ItemNotFound."""
        if not isinstance(value, str) or not self._conversations.reads_ahead(operator, value):
            return None
        async with self._units.read(operator) as session:
            row = await Items(session, operator.project_id, storable(queue_id)).get(storable(item_id), lock=False)
        return await self._conversations.ahead(operator, row.conversation_id, Way.FEEDBACK, storable(value))

    async def skip(self, operator: Operator, queue_id: str, item_id: str) -> Turned:
        """Put an item aside and open the next one; it comes back to this person when they ask for what they skipped."""
        operator.require(Permission.ANNOTATIONS_LABEL)
        async with self._units.write(operator) as work:
            seat = await self._seat(work, operator, queue_id)
            row = await seat.item(item_id)
            said = await seat.said(row)
            if said.state == OPEN:
                said.state, said.labelled_at = SKIPPED, seat.now
                seat.items.add(said)
                seat.pass_on(row)
                seat.let_go(row)
            return await seat.turn()

    async def undo(self, operator: Operator, queue_id: str) -> Turned:
        """Take the last label or skip of this person back, and open its item. Raise HeldByOther."""
        operator.require(Permission.ANNOTATIONS_LABEL)
        async with self._units.write(operator) as work:
            seat = await self._seat(work, operator, queue_id)
            said = await seat.items.last_of(operator.user_id)
            if said is None:
                return await seat.turn()
            row = await seat.item(said.item_id)
            # Read again now that the item is locked: another tab of theirs may have labelled or undone it meanwhile.
            said = await seat.items.said_by(operator.user_id, row.id)
            if said is None:
                return await seat.turn()
            await self._let_go_of_open(seat, row)
            if said.state == DONE:
                row.num_done -= 1
                row.is_done = row.num_done >= seat.queue.num_labels
            if said.state != SKIPPED:
                said.given = said.given[:-1]
                said.values = {one: said.values[one] for one in said.given}
            await seat.items.reopen(said)
            return await seat.turn(row)

    async def leave(self, operator: Operator, queue_id: str) -> None:
        """Let others have what this person has open. Raise QueueNotFound."""
        operator.require(Permission.ANNOTATIONS_LABEL)
        async with self._units.write(operator) as work:
            seat = await self._seat(work, operator, queue_id, closed=True)
            await self._let_go_of_open(seat, None)

    async def _let_go_of_open(self, seat: _Seat, but: AnnotationItemRow | None) -> None:
        for row in await seat.items.held_by(seat.operator.user_id):
            if but is None or row.id != but.id:
                seat.let_go(row)

    async def _seat(self, work: Work, operator: Operator, queue_id: str, *, closed: bool = False) -> _Seat:
        """Raise QueueNotFound, Forbidden, and QueueClosed where it has to be open."""
        queue = await Queues(work.session, operator.project_id).get(storable(queue_id))
        if queue.closed_at and not closed:
            raise QueueClosed
        return _Seat(work, operator, queue)


def _task(about: NewQueue, row: AnnotationItemRow, values: dict[str, Any], until: datetime) -> Task:
    asked = next((one for one in about.configs if one.name not in values), None)
    return Task(row.id, Target(row.conversation_id, row.message_id), values, asked, until)
