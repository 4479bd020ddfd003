"""A log that an older version wrote is read as one of today."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from sqlalchemy import text
from sqlmodel import select

from alembic import command
from backend import bootstrap
from backend.bootstrap import Services
from backend.bootstrap.migrations import alembic_config, database_url, migrate
from backend.conversations.models import ConversationWordRow, FeedbackRow, MessageRow
from backend.conversations.reports import Report, Told
from backend.conversations.types import ChatState, FailedTools, FailedTurns, Filters, Rating, Role
from backend.flows.types import Decision, RunWish
from backend.operator import Operator
from backend.paging import Page
from backend.settings import Settings
from tests.factories.conversations import chat
from tests.factories.flows import asking
from tests.migrations.databases import opened
from tests.tenancy import EVERYWHERE

BEHIND_THE_WALL = "SELECT set_config('signalbox.organisation', '*', true), set_config('signalbox.project', '*', true)"
SAID = "Herr Müller aß hier"
AS_IT_WAS = (
    "UPDATE message SET folded = 'herr müller ass hier' WHERE folded = 'herr muller ass hier'",
    "UPDATE conversation_word SET word = 'müller' WHERE word = 'muller'",
    "UPDATE message SET state = 'answered', error = '' WHERE state = 'refused'",
    "UPDATE conversation SET state = 'answered', is_fresh = false WHERE state = 'refused'",
    "UPDATE conversation SET person = '' WHERE person = 'ada'",
)


async def listed(house: Services, owner: Operator, filters: Filters) -> list[str]:
    return [one.id for one in (await house.conversations.list(owner, filters, Page())).items]


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
async def test_an_older_log_tells_who_replied_who_refused_and_is_found_by_plain_letters(
    engine: str, settings: Settings, request: pytest.FixtureRequest
) -> None:
    if engine == "postgres":
        make: Callable[[str], str] = request.getfixturevalue("make_postgres")
        settings = settings.model_copy(update={"database": make("older_log")})
    house = await bootstrap.start(settings, serving=False)
    owner = await house.identity.ensure_owner()
    made = await house.flows.create(owner, "Refunds", document=asking("chat"))
    await house.flows.publish(owner, made.slug)
    waits = await house.runs.run(owner, made.slug, RunWish({"question": SAID}, person="bob"))
    asked = await house.approvals.get(owner, waits.waits_for[0])
    await house.approvals.decide(owner, asked.id, Decision("refuse", asked.hash, comment="No"))
    await house.runs.execute(waits.run_id)
    talk = str(waits.conversation_id)
    answer = (await house.conversations.transcript(owner, talk)).messages[-1]
    await house.conversations.set_feedback(owner, answer.id, Rating.DOWN, "No")
    await house.conversations.index(owner.project_id)
    replied = str((await house.runs.run(owner, made.slug, RunWish({"question": "Hello"}))).conversation_id)
    await house.takeovers.take(owner, replied)
    await house.takeovers.reply(owner, replied, "A person here")
    failed = (await chat(house.conversations, house.units, owner, reply={"error": "No."})).conversation_id
    await chat(house.conversations, house.units, owner, conversation_id=failed)
    told = Report(
        "s",
        "a",
        "A",
        details={"Customer-ID": "ada", "shop": {"no": 7}},
        person="ada",
        messages=(Told(Role.USER, "Mine"),),
    )
    reported = (await house.conversations.report(owner, told)).conversation.id
    await bootstrap.stop(house)

    url = database_url(settings)
    await asyncio.to_thread(command.downgrade, alembic_config(url), "0055")
    with opened(url).begin() as connection:
        if engine == "postgres":
            connection.execute(text(BEHIND_THE_WALL))
        for statement in AS_IT_WAS:
            assert connection.execute(text(statement)).rowcount > 0, statement
    await asyncio.to_thread(migrate, settings)
    house = await bootstrap.start(settings, serving=False)
    opened_talk = await house.conversations.opened(owner, talk)
    assert opened_talk.conversation.state is ChatState.REFUSED
    assert (await house.conversations.transcript(owner, talk)).messages[-1].state is ChatState.REFUSED
    assert (await house.conversations.opened(owner, reported)).conversation.person == "ada"
    assert await listed(house, owner, Filters(metadata=("Customer-ID=ada", "shop.no=7"))) == [reported]
    await house.conversations.index(owner.project_id)
    for words in ("muller", "Müller"):
        assert await listed(house, owner, Filters(text=words)) == [talk], words
    some = await house.conversations.list(owner, Filters(failed_turns=(FailedTurns.SOME,)), Page())
    assert [(one.id, one.state) for one in some.items] == [(failed, ChatState.ANSWERED)]
    async with house.units.read(EVERYWHERE) as session:
        given = (await session.exec(select(FeedbackRow.given_by_id))).all()
        by = select(MessageRow.author_id).where(MessageRow.text == "A person here")
        written = (await session.exec(by)).all()
        words_kept = (await session.exec(select(ConversationWordRow.word))).all()
    assert [*given, *written] == [owner.user_id] * 2
    assert "müller" not in words_kept
    assert "muller" in words_kept
    await bootstrap.stop(house)


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
async def test_an_older_log_tells_in_which_conversations_a_tool_failed(
    engine: str, settings: Settings, request: pytest.FixtureRequest
) -> None:
    if engine == "postgres":
        make: Callable[[str], str] = request.getfixturevalue("make_postgres")
        settings = settings.model_copy(update={"database": make("older_tools")})
    house = await bootstrap.start(settings, serving=False)
    owner, log = await house.identity.ensure_owner(), house.conversations
    call = {"id": "c", "name": "lookup", "arguments": {"failed": True}, "result": '"failed": true'}
    talks = [
        (await chat(log, house.units, owner, reply={"tool_calls": (call | {"failed": one},)})).conversation_id
        for one in (True, False)
    ]
    said = (Told(Role.USER, "And?"), Told(Role.TOOL, "", error="No route."), Told(Role.ASSISTANT, "Yes"))
    talks.append((await log.report(owner, Report("t", "a", "A", messages=said))).conversation.id)
    await bootstrap.stop(house)
    url = database_url(settings)
    await asyncio.to_thread(command.downgrade, alembic_config(url), "0081")
    await asyncio.to_thread(migrate, settings)
    house = await bootstrap.start(settings, serving=False)
    some, none = [await listed(house, owner, Filters(failed_tools=(one,))) for one in FailedTools]
    assert (set(some), none) == ({talks[0], talks[2]}, [talks[1]])
    facets = (await house.conversations.browse(owner, Filters(), Page())).facets
    assert {one.value: one.count for one in facets.failed_tools} == {"some": 2, "none": 1}
    await bootstrap.stop(house)
