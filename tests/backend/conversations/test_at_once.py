"""What comes at once for one conversation, view or prompt is taken one after another, on both databases."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from backend.conversations.service import ConversationService
from backend.conversations.types import Filters, Rating
from backend.errors import DomainError
from backend.identity.service import IdentityService
from backend.operator import Operator
from backend.paging import Page
from backend.ports.database import Database
from backend.unit_of_work import Units
from tests.factories.conversations import chat

TRIES = 6


async def opened(database: Database) -> tuple[Units, ConversationService, Operator]:
    units = Units(database)
    return units, ConversationService(units), await IdentityService(units).ensure_owner()


async def test_two_who_judge_an_answer_at_once_are_both_heard(any_database: Database) -> None:
    units, log, owner = await opened(any_database)
    for _ in range(TRIES):
        turn = await chat(log, units, owner)
        thumbs = (Rating.UP, Rating.DOWN, Rating.UP, Rating.DOWN)
        told = await asyncio.gather(
            *(log.set_feedback(owner, turn.answer_id, one, "") for one in thumbs), return_exceptions=True
        )
        assert [one for one in told if isinstance(one, Exception)] == []


async def test_a_conversation_is_as_bad_as_its_worst_answer_also_judged_at_once(any_database: Database) -> None:
    units, log, owner = await opened(any_database)
    for _ in range(TRIES):
        one = await chat(log, units, owner)
        other = await chat(log, units, owner, conversation_id=one.conversation_id)
        await asyncio.gather(
            log.set_feedback(owner, one.answer_id, Rating.DOWN, ""),
            log.set_feedback(owner, other.answer_id, Rating.UP, ""),
        )
    listed = (await log.list(owner, Filters(), Page(100))).items
    assert {one.rating for one in listed} == {Rating.DOWN}


async def test_of_two_who_save_a_view_as_they_read_it_one_is_told(any_database: Database) -> None:
    _, log, owner = await opened(any_database)
    daniel = replace(owner, user_id="user_daniel", name="Daniel")
    for number in range(TRIES):
        made = await log.save_view(owner, f"View {number}", {"flow": ["a"]})
        told = await asyncio.gather(
            *(log.save_view(who, made.name, {"flow": [who.name]}, made.version) for who in (owner, daniel)),
            return_exceptions=True,
        )
        (refused,) = [one for one in told if isinstance(one, Exception)]
        assert isinstance(refused, DomainError)


async def test_a_view_saved_anew_by_several_at_once_is_one(any_database: Database) -> None:
    _, log, owner = await opened(any_database)
    told = await asyncio.gather(
        *(log.save_view(owner, "View", {"flow": ["a"]}) for _ in range(4)), return_exceptions=True
    )
    odd = [one for one in told if isinstance(one, Exception) and not isinstance(one, DomainError)]
    assert (odd, len(await log.views(owner))) == ([], 1)
