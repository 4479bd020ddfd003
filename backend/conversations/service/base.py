"""What the use cases of the log share."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sqlmodel.ext.asyncio.session import AsyncSession

from backend.conversations.folding import folded
from backend.conversations.mixes import Mixes
from backend.conversations.models import ConversationRow
from backend.conversations.postings import bits_of_numbers, block_of
from backend.conversations.reports import Tally
from backend.conversations.repository import ConversationRepository, Found, WordRepository, numbers_in
from backend.conversations.repository.others import Others
from backend.conversations.words import wanted_in, words_of
from backend.masking.aside import is_ahead, texts_in
from backend.masking.masker import OFF, Masker
from backend.masking.service import MaskingService
from backend.masking.types import Way
from backend.operator import Operator
from backend.unit_of_work import Units, Work

# Conversations that are not in the index of words yet are read through; beyond these, the search waits for the index.
MAX_FRESH = 500
MESSAGES_AT_ONCE = 5_000
# What stands in quotes is looked for in the messages themselves, which takes a second for 60,000 conversations.
MAX_READ = 8_000
# Takes what hangs on conversations away, rows of datasets too where that is True; returns all that go along.
Leave = Callable[[Work, str, Sequence[str], bool], Awaitable[Sequence[str]]]
# Takes along what hangs on messages that others follow: for each id, the conversation and the id of the one that does.
Move = Callable[[Work, str, Mapping[str, tuple[str, str]]], Awaitable[None]]
# Called in the unit that keeps conversations of other systems, with their sessions by id as they were told, unmasked;
# returns which version of a prompt some of them had, by conversation and prompt.
Seat = Callable[[Work, str, Mapping[str, str]], Awaitable[Mapping[tuple[str, str], int]]]
Places = dict[tuple[str, int], set[int]]


class Prompts(Protocol):
    """What prompts do for the log."""

    async def count_run(self, work: Work, project_id: str, prompt_id: str, tally: Tally) -> tuple[str, int]:
        """Count one more conversation under a prompt, in the unit that keeps it; return its slug and newest version.

        Raise PromptNotFound.
        """
        ...


@dataclass(frozen=True, slots=True)
class AheadText:
    """A masker that has read texts; `met` is what its conversation knew then."""

    conversation_id: str
    met: dict[tuple[str, str], int]
    masker: Masker

    def fits(self, conversation_id: str, masker: Masker) -> bool:
        """Tell whether it is the same conversation, which met nothing since: then its placeholders are the same."""
        met = self.met if self.masker.new else self.masker.numbers  # of several texts in one unit, the first is saved
        return (conversation_id, masker.numbers, masker.is_on) == (self.conversation_id, met, self.masker.is_on)


class Base:
    """Opened once for the process."""

    def __init__(self, units: Units, masking: MaskingService | None = None) -> None:
        """Without `masking`, as in a test of the log alone, every word is kept."""
        self._units, self.masking = units, masking
        self._mixes = Mixes()
        self._span_turns = defaultdict[str, asyncio.Lock](asyncio.Lock)
        self.prompts: Prompts | None = None
        self.seating: list[Seat] = []
        self.leaving: list[Leave] = []
        """Called before conversations are removed for good, in the unit that does it."""
        self.moving: list[Move] = []
        """Called where messages are followed by others, in the unit that does it."""

    async def _find(
        self, session: AsyncSession, operator: Operator, text: str, most: int | None = None
    ) -> Found | None:
        """Return what a search names, None where nothing is searched for.

        Where more than `most` conversations (MAX_READ) have to be read through, only those recorded last are.
        """
        wanted = wanted_in(text)
        if not wanted.pieces:
            return None
        words = WordRepository(session, operator.project_id)
        places, num_unread = await words.places(wanted), 0
        if wanted.said:
            numbers = numbers_in(places) if wanted.has_words else await words.numbers()
            num_unread = max(0, len(numbers) - (most or MAX_READ))
            places = bits_of_numbers(await words.saying(numbers[num_unread:], wanted.said) if numbers else ())
        return Found(places, await words.fresh(wanted, MAX_FRESH), num_unread)

    async def masker(
        self, work: Work, project_id: str, conversation_id: str, way: Way, ahead: AheadText | None = None
    ) -> Masker:
        """Return what every text passes before it is stored, folded or cut; then `masked` in the same unit.

        It knows already what was masked `ahead`, unless its conversation met more since.
        """
        masker = await self._masker(work.session, project_id, conversation_id, way)
        return ahead.masker if ahead and ahead.fits(conversation_id, masker) else masker

    def reads_ahead(self, operator: Operator, *said: Any) -> bool:
        """Tell whether `ahead` masks these, without a look at the database."""
        return self.masking is not None and not self.masking.is_off(operator.project_id) and is_ahead(*said)

    async def ahead(self, operator: Operator, conversation_id: str, way: Way, *said: Any) -> AheadText | None:
        """Mask what is said in or of a conversation before the unit that keeps it, where it is long."""
        if not self.reads_ahead(operator, *said):
            return None
        async with self._units.read(operator) as session:
            masker = await self._masker(session, operator.project_id, conversation_id, way)
        if not masker.is_on:
            return None
        met = dict(masker.numbers)
        for text in texts_in(said):
            await masker.know(text)
        return AheadText(conversation_id, met, masker)

    async def _masker(self, session: AsyncSession, project_id: str, conversation_id: str, way: Way) -> Masker:
        if self.masking is None:
            return OFF
        return await self.masking.open(session, project_id, conversation_id, way)

    async def masked(self, work: Work, masker: Masker) -> None:
        """Write down what the masker met, so that the conversation's next text has the same placeholders."""
        if self.masking is not None:
            await self.masking.save(work, masker)

    async def mask(self, operator: Operator, conversation_id: str, value: Any, way: Way) -> Any:
        """Return what may be kept elsewhere of what somebody says of a conversation."""
        ahead = await self.ahead(operator, conversation_id, way, value)
        async with self._units.write(operator) as work:
            masker = await self.masker(work, operator.project_id, conversation_id, way, ahead)
            kept = await masker.kept(value)
            await self.masked(work, masker)
        return kept

    async def has_placeholders(self, operator: Operator, conversation_id: str, value: Any) -> bool:
        """Tell whether masking took words of the conversation out of what was kept."""
        if self.masking is None:
            return False
        async with self._units.read(operator) as session:
            return await self.masking.stands_in(session, operator.project_id, conversation_id, value)

    async def _purge(
        self, work: Work, project_id: str, conversation_ids: Sequence[str], *, with_items: bool = True
    ) -> None:
        """Remove conversations for good, their words and what hangs on them too."""
        for leave in self.leaving:
            conversation_ids = await leave(work, project_id, conversation_ids, with_items)
        await self._unindex(work, project_id, conversation_ids)
        await ConversationRepository(work.session, project_id).purge(conversation_ids)

    async def _unindex(self, work: Work, project_id: str, conversation_ids: Sequence[str]) -> None:
        """Take the words of conversations out of the index."""
        rows, words = ConversationRepository(work.session, project_id), WordRepository(work.session, project_id)
        places: Places = {}
        if numbered := await rows.numbered(conversation_ids):
            await words.take_turn()
        others = await Others(work.session, project_id).of([row.id for row in numbered])
        for row in numbered:
            found, after = words_of(names_of(row, others.get(row.id, ()))), ""
            while texts := await words.texts(row.id, after, MESSAGES_AT_ONCE):
                after = texts[-1][0]
                found.update(*(words_of(text) for _, text in texts))
            note(places, row, found)
        await words.write(places, remove=True)


def names_of(row: ConversationRow, others: Iterable[str]) -> str:
    """Return what a conversation is found by beside its messages; `others` speak in it beside its person."""
    return folded(" ".join((row.id, row.session_id, row.person, *others)))


def note(places: Places, row: ConversationRow, words: Iterable[str]) -> None:
    """Note that words stand in a conversation."""
    block, place = block_of(row.number)
    for word in words:
        places.setdefault((word, block), set()).add(place)
