"""Tags and comments. Both are added and taken away one by one, so that nobody overwrites what another did meanwhile."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

from backend.columns import storable
from backend.conversations.errors import CommentNotFound, ConversationNotFound, MessageNotFound
from backend.conversations.models import ConversationCommentRow, ConversationRow
from backend.conversations.remark_types import Tagged
from backend.conversations.repository import ConversationRepository, RemarkRepository
from backend.conversations.service.base import Base
from backend.conversations.shapes import comment_of
from backend.conversations.tags import MAX_BYTES, MAX_TAGS, has_room, tag_of, tags_in, tags_text
from backend.conversations.types import Comment
from backend.errors import Forbidden, InvalidInput, QuotaExceeded
from backend.ids import new_id
from backend.masking.types import Way
from backend.operator import Operator, Permission

MAX_COMMENT_CHARACTERS = 2_000
MAX_COMMENTS = 500


class RemarkUseCases(Base):
    """What people note on conversations for one another."""

    async def add_tag(self, operator: Operator, conversation_id: str, tag: str) -> tuple[str, ...]:
        """Tag a conversation and return all its tags. Raise ConversationNotFound, InvalidInput, QuotaExceeded."""
        return await self._retag(operator, conversation_id, add=tag_of(tag))

    async def remove_tag(self, operator: Operator, conversation_id: str, tag: str) -> tuple[str, ...]:
        """Take a tag away, also one that is gone, and return those that are left. Raise ConversationNotFound."""
        return await self._retag(operator, conversation_id, remove=" ".join(storable(tag).lower().split()))

    async def _retag(
        self, operator: Operator, conversation_id: str, *, add: str = "", remove: str = ""
    ) -> tuple[str, ...]:
        operator.require(Permission.CONVERSATIONS_REPLY)
        async with self._units.write(operator) as work:
            rows = ConversationRepository(work.session, operator.project_id)
            row = await rows.conversation(storable(conversation_id))
            if row is None:
                raise ConversationNotFound
            masker = await self.masker(work, operator.project_id, row.id, Way.FEEDBACK)
            add = masker.name(add)  # the same in every conversation: tags are filtered by
            tags = ({*tags_in(row.tags)} | {add}) - {remove, ""}
            if add and len(tags) > MAX_TAGS:
                raise QuotaExceeded(f"A conversation has at most {MAX_TAGS} tags.", hint="Take one away first.")
            row.tags = tags_text(tags)
            if add and len(row.tags.encode()) > MAX_BYTES:
                raise QuotaExceeded("The tags of a conversation are too long together.", hint="Take one away first.")
            rows.add(row)
            return tags_in(row.tags)

    async def tag_some(self, operator: Operator, conversation_ids: Sequence[str], tag: str) -> Tagged:
        """Tag those that are there and have room for it; `untag_some` takes it back. Raise InvalidInput."""
        operator.require(Permission.CONVERSATIONS_REPLY)
        tag, added, had, full = tag_of(tag), list[str](), list[str](), list[str]()
        async with self._units.write(operator) as work:
            rows = ConversationRepository(work.session, operator.project_id)
            async for row in _each(rows, conversation_ids):
                if not (added or had or full):
                    masker = await self.masker(work, operator.project_id, row.id, Way.FEEDBACK)
                    tag = masker.name(tag)  # the same in every conversation: tags are filtered by
                tags = tags_in(row.tags)
                if tag in tags:
                    had.append(row.id)
                elif not has_room([*tags, tag]):
                    full.append(row.id)
                else:
                    row.tags = tags_text([*tags, tag])
                    rows.add(row)
                    added.append(row.id)
        return Tagged(tag, tuple(added), tuple(had), tuple(full))

    async def untag_some(self, operator: Operator, conversation_ids: Sequence[str], tag: str) -> None:
        """Take a tag of `tag_some` away from those that got it and are there still."""
        operator.require(Permission.CONVERSATIONS_REPLY)
        async with self._units.write(operator) as work:
            rows = ConversationRepository(work.session, operator.project_id)
            async for row in _each(rows, conversation_ids):
                row.tags = tags_text({*tags_in(row.tags)} - {tag})
                rows.add(row)

    async def comments(self, operator: Operator, conversation_id: str) -> list[Comment]:
        """Return the comments of a conversation, oldest first. Raise ConversationNotFound."""
        operator.require(Permission.CONVERSATIONS_READ)
        async with self._units.read(operator) as session:
            rows = ConversationRepository(session, operator.project_id)
            if await rows.conversation(storable(conversation_id), lock=False) is None:
                raise ConversationNotFound
            found = await RemarkRepository(session, operator.project_id).comments(conversation_id)
            return [comment_of(row) for row in found]

    async def add_comment(self, operator: Operator, conversation_id: str, text: str, message_id: str = "") -> Comment:
        """Write a comment. Raise ConversationNotFound, MessageNotFound, InvalidInput, QuotaExceeded."""
        operator.require(Permission.CONVERSATIONS_REPLY)
        text, message_id = storable(text).strip(), storable(message_id)
        if not 1 <= len(text) <= MAX_COMMENT_CHARACTERS:
            raise InvalidInput(
                f"A comment has 1 to {MAX_COMMENT_CHARACTERS:,} characters.", fields={"text": "too long or empty"}
            )
        ahead = await self.ahead(operator, storable(conversation_id), Way.FEEDBACK, text)
        async with self._units.write(operator) as work:
            rows = ConversationRepository(work.session, operator.project_id)
            remarks = RemarkRepository(work.session, operator.project_id)
            row = await rows.conversation(storable(conversation_id))
            if row is None:
                raise ConversationNotFound
            if message_id and not await remarks.has_message(row.id, message_id):
                raise MessageNotFound("This message is not there.")
            if await remarks.num_comments(row.id) >= MAX_COMMENTS:
                raise QuotaExceeded(f"A conversation has at most {MAX_COMMENTS} comments.")
            masker = await self.masker(work, operator.project_id, row.id, Way.FEEDBACK, ahead)
            comment = ConversationCommentRow(
                id=new_id("comment"),
                project_id=operator.project_id,
                conversation_id=row.id,
                message_id=message_id,
                text=await masker.kept(text),
                author=operator.name,
                author_id=operator.user_id,
            )
            remarks.add(comment)
            await self.masked(work, masker)
            return comment_of(comment)

    async def delete_comment(self, operator: Operator, comment_id: str) -> None:
        """Delete one's own comment. Raise CommentNotFound, Forbidden."""
        operator.require(Permission.CONVERSATIONS_REPLY)
        async with self._units.write(operator) as work:
            remarks = RemarkRepository(work.session, operator.project_id)
            row = await remarks.comment(storable(comment_id))
            if row is None:
                raise CommentNotFound("This comment is not there.")
            if row.author_id != operator.user_id:
                raise Forbidden(f"Only {row.author} may delete this comment.")
            await remarks.delete(row)


async def _each(rows: ConversationRepository, conversation_ids: Sequence[str]) -> AsyncIterator[ConversationRow]:
    """Read those that are there, in the order in which a removal locks them."""
    for one in sorted({storable(one) for one in conversation_ids}):
        row = await rows.conversation(one)
        if row is not None:
            yield row
