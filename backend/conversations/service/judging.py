"""What people think of answers and of a conversation as a whole, and conversations taken away."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from backend.audit.repository import AuditTrail
from backend.audit.types import Target
from backend.columns import storable, utc_now
from backend.conversations.errors import ConversationNotFound, JudgedMeanwhile, MessageNotFound, UndoPassed
from backend.conversations.models import ConversationCommentRow, ConversationRow, FeedbackRow
from backend.conversations.remark_types import OutcomeTold
from backend.conversations.repository import ConversationRepository
from backend.conversations.service.base import Base
from backend.conversations.types import Rating
from backend.errors import Conflict, InvalidInput
from backend.ids import new_id
from backend.masking.types import Way
from backend.operator import Operator, Permission
from backend.taking_turns import take_turn
from backend.unit_of_work import Work

# The undo bar stands 10 s; whoever finds out later still has an hour.
KEEP_DELETED = timedelta(hours=1)
MAX_COMMENT_CHARACTERS = 2_000
MOST_SATISFIED = 5


class JudgingUseCases(Base):
    """Feedback, and delete with its undo."""

    async def set_feedback(
        self,
        operator: Operator,
        message_id: str,
        rating: Rating,
        comment: str = "",
        *,
        seen: Rating | None = None,
    ) -> None:
        """Judge an answer and say why, or take the judgement back with NONE.

        `seen` is what stood there when the person made up their mind, None for whoever does not look. Raise
        MessageNotFound, JudgedMeanwhile.
        """
        operator.require(Permission.CONVERSATIONS_REPLY)
        if rating is Rating.HANDLED:
            raise InvalidInput("An answer is up, down or none.", fields={"rating": "It is up, down or none."})
        comment, ahead = str(storable(comment)).strip(), None
        if self.reads_ahead(operator, comment):
            async with self._units.read(operator) as session:
                judged = await ConversationRepository(session, operator.project_id).answer(message_id)
            if judged:
                ahead = await self.ahead(operator, judged.conversation_id, Way.FEEDBACK, comment)
        async with self._units.write(operator) as work:
            rows = ConversationRepository(work.session, operator.project_id)
            message = await rows.answer(message_id)
            if message is None:
                raise MessageNotFound("This answer is not there.")
            await take_turn(work.session, f"ratings of {message.conversation_id}")
            given = await rows.feedback(message_id)
            stands = Rating(given.rating) if given else Rating.NONE
            if given and seen not in (None, stands) and not _gave(operator, given):
                raise JudgedMeanwhile(
                    f"{given.given_by} has judged this answer meanwhile.", hint="It is shown now: judge it again."
                )
            if rating is Rating.NONE:
                await rows.delete_feedback(message_id)
            else:
                row = given or FeedbackRow(
                    message_id=message_id,
                    project_id=operator.project_id,
                    conversation_id=message.conversation_id,
                    rating=rating,
                )
                masker = await self.masker(work, operator.project_id, message.conversation_id, Way.FEEDBACK, ahead)
                kept = await masker.kept(comment)
                row.rating, row.comment = rating, kept[:MAX_COMMENT_CHARACTERS]
                row.given_by, row.given_by_id, row.given_at = operator.name, operator.user_id, utc_now()
                rows.add(row)
                await self.masked(work, masker)
                await rows.flush()
            await rows.change(message.conversation_id, rating=worst(await rows.ratings(message.conversation_id)))

    async def handle(self, operator: Operator, conversation_id: str, *, handled: bool = True) -> None:
        """Say that what somebody found not helpful was seen to, or that it is open again, as another thumb says too.

        A comment tells who did, and when. Raise ConversationNotFound, Conflict where nobody found it not helpful.
        """
        operator.require(Permission.CONVERSATIONS_REPLY)
        was, now = (Rating.DOWN, Rating.HANDLED) if handled else (Rating.HANDLED, Rating.DOWN)
        async with self._units.write(operator) as work:
            row = await ConversationRepository(work.session, operator.project_id).conversation(
                storable(conversation_id)
            )
            if row is None:
                raise ConversationNotFound
            if row.rating == now:
                return
            if row.rating != was:
                raise Conflict("No answer of this conversation was found not helpful.")
            row.rating = now.value
            comment = ConversationCommentRow(
                id=new_id("comment"), project_id=operator.project_id, conversation_id=row.id,
                text="Marked as handled." if handled else "Opened again.", author=operator.name,
                author_id=operator.user_id,
            )  # fmt: skip
            work.session.add_all((row, comment))
            act = "conversation.handle" if handled else "conversation.reopen"
            await AuditTrail(work.session).record(operator, act, _target(row))

    async def tell_outcome(self, operator: Operator, conversation_id: str, told: OutcomeTold) -> None:
        """Say how satisfied the person was and whether their task was done, None where it is not known after all.

        What is left out stays as it is. Raise ConversationNotFound, InvalidInput.
        """
        operator.require(Permission.CONVERSATIONS_REPLY)
        if told.get("satisfaction") not in (None, *range(1, MOST_SATISFIED + 1)):
            words = "Satisfaction is a whole number from 1 (not at all) to 5."
            raise InvalidInput(words, fields={"satisfaction": "1 to 5"})
        async with self._units.write(operator) as work:
            row = await ConversationRepository(work.session, operator.project_id).conversation(
                storable(conversation_id)
            )
            if row is None:
                raise ConversationNotFound
            before = {name: getattr(row, name) for name, value in told.items() if getattr(row, name) != value}
            if not before:
                return
            for name in before:
                setattr(row, name, told.get(name))
            work.session.add(row)
            after = {name: told.get(name) for name in before}
            await AuditTrail(work.session).record(
                operator, "conversation.outcome", _target(row), before=before, after=after
            )

    async def delete(self, operator: Operator, conversation_id: str) -> None:
        """Take the conversation out of every list; `restore` brings it back for an hour. Raise ConversationNotFound."""
        operator.require(Permission.CONVERSATIONS_REPLY)
        async with self._units.write(operator) as work:
            await self._take_out(work, operator, [conversation_id])

    async def delete_some(self, operator: Operator, conversation_ids: Sequence[str]) -> Sequence[str]:
        """Take conversations out of every list, and return those that were there; `restore` brings them back."""
        operator.require(Permission.CONVERSATIONS_REPLY)
        async with self._units.write(operator) as work:
            rows = ConversationRepository(work.session, operator.project_id)
            wanted = sorted({storable(one) for one in conversation_ids})  # in the order in which a removal locks them
            found = [one for one in wanted if await rows.conversation(one) is not None]
            await self._take_out(work, operator, found)
            return found

    async def delete_examples(self, operator: Operator) -> Sequence[str]:
        """Take what came with the product out of every list, and return its ids; `restore` brings it back."""
        operator.require(Permission.CONVERSATIONS_REPLY)
        async with self._units.write(operator) as work:
            found = await ConversationRepository(work.session, operator.project_id).examples()
            await self._take_out(work, operator, found)
            return found

    async def _take_out(self, work: Work, operator: Operator, conversation_ids: Sequence[str]) -> None:
        now, rows = utc_now(), ConversationRepository(work.session, operator.project_id)
        gone: list[Target] = []
        for conversation_id in conversation_ids:
            conversation = await rows.conversation(conversation_id)
            if conversation is None:
                raise ConversationNotFound
            conversation.deleted_at = now
            rows.add(conversation)
            gone.append(_target(conversation))
        await self._purge(work, operator.project_id, await rows.deleted(before=now - KEEP_DELETED))
        # Last, for whoever writes into the log holds up everybody else who would until the unit ends.
        for target in gone:
            await AuditTrail(work.session).record(operator, "conversation.delete", target)

    async def restore(self, operator: Operator, *conversation_ids: str) -> None:
        """Undo a delete. Raise UndoPassed once the rows are gone."""
        operator.require(Permission.CONVERSATIONS_REPLY)
        async with self._units.write(operator) as work:
            rows = ConversationRepository(work.session, operator.project_id)
            for conversation_id in sorted(conversation_ids):  # in the order in which a removal locks them
                conversation = await rows.conversation(conversation_id, deleted=True)
                if conversation is None:
                    raise UndoPassed
                conversation.deleted_at = None
                rows.add(conversation)
            for conversation_id in conversation_ids:
                await AuditTrail(work.session).record(
                    operator, "conversation.restore", Target("conversation", conversation_id)
                )


def _gave(operator: Operator, given: FeedbackRow) -> bool:
    """Tell whether it was them; what is older than the ids tells by the name alone."""
    return operator.user_id == given.given_by_id or (not given.given_by_id and operator.name == given.given_by)


def _target(row: ConversationRow) -> Target:
    """Return the id alone: a title is the first words of a person, and the log outlives what they may have removed."""
    return Target("conversation", row.id)


def worst(ratings: set[Rating]) -> Rating:
    """Return what a conversation is marked with: one bad answer is what a person must look at."""
    for rating in (Rating.DOWN, Rating.UP):
        if rating in ratings:
            return rating
    return Rating.NONE
