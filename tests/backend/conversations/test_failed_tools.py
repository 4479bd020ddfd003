"""Conversations in which a call of a tool failed are found, whatever was answered after it and whoever told it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlmodel import col, select

from backend.bootstrap import Services
from backend.conversations.models import ConversationRow
from backend.conversations.reports import Report, Told
from backend.conversations.repository.filtering import chosen
from backend.conversations.service import ConversationService
from backend.conversations.types import FailedTools, Filters, Role
from backend.identity.service import IdentityService
from backend.operator import Operator
from backend.paging import Page
from backend.ports.database import Database
from backend.ports.traces import Span
from backend.unit_of_work import Units
from tests.factories.conversations import chat

MONDAY = datetime(2026, 11, 16, 9, tzinfo=UTC)
SOME, NONE = Filters(failed_tools=(FailedTools.SOME,)), Filters(failed_tools=(FailedTools.NONE,))
CALL = {"id": "c", "name": "lookup", "arguments": {"failed": True}, "result": '"failed": true'}
WELL, BAD = CALL | {"failed": False}, CALL | {"failed": True}


async def sessions(log: ConversationService, owner: Operator, filters: Filters) -> set[str]:
    return {one.session_id or one.id for one in (await log.list(owner, filters, Page())).items}


async def test_each_way_in_says_whether_a_tool_failed(any_database: Database) -> None:
    units = Units(any_database)
    log, owner = ConversationService(units), await IdentityService(units).ensure_owner()
    held = (await chat(log, units, owner, reply={"tool_calls": (BAD, WELL)})).conversation_id
    await chat(log, units, owner, conversation_id=held, reply={"tool_calls": (WELL,)})
    well = (await chat(log, units, owner, reply={"tool_calls": (WELL,)})).conversation_id
    failed = (await chat(log, units, owner, reply={"error": "No."})).conversation_id
    asked, said = Told(Role.USER, "And?"), Told(Role.ASSISTANT, "Yes")
    for session, between in {
        "result": Told(Role.TOOL, "", error="No route."),
        "call": Told(Role.ASSISTANT, "", tool_calls=(WELL, BAD)),
        "text": Told(Role.ASSISTANT, "", tool_calls=(CALL | {"failed": "yes"},)),
        "turn": Told(Role.ASSISTANT, "", error="No."),
    }.items():
        await log.report(owner, Report(session, "a", "A", messages=(asked, between, said)))
    assert await sessions(log, owner, SOME) == {held, "result", "call"}
    assert await sessions(log, owner, NONE) == {well, failed, "text", "turn"}
    assert await sessions(log, owner, Filters(failed_tools=(*FailedTools,))) == {
        held, "result", "call", well, failed, "text", "turn",
    }  # fmt: skip
    found = await log.browse(owner, SOME, Page())
    assert {one.value: one.count for one in found.facets.failed_tools} == {"some": 3, "none": 4}
    assert (found.facets.matching, {one.has_failed_tool for one in found.listed.items}) == (3, {True})


@pytest.mark.parametrize("told", [{"is_error": True}, {"isError": True}, {"status": "error"}])
@pytest.mark.parametrize("words", ["No route.", ""])
async def test_the_result_of_a_transcript_says_it_as_other_systems_do(
    services: Services, told: dict[str, object], words: str
) -> None:
    log, owner = services.conversations, await services.identity.ensure_owner()
    for session, result in (("bad", told), ("well", {"status": "success", "is_error": False, "isError": "no"})):
        messages = [
            {"role": "user", "content": "Where is it?", **told},
            {"role": "tool", "content": words, **result},
            {"role": "assistant", "content": "On its way."},
        ]
        made = (await log.report(owner, Report(session, "a", "A", {"messages": messages}))).conversation
        said = (await log.transcript(owner, made.id)).messages
        assert [one.error for one in said if one.error] == ([words or "The tool failed."] if session == "bad" else [])
    assert (await sessions(log, owner, SOME), await sessions(log, owner, NONE)) == ({"bad"}, {"well"})


async def test_a_trace_says_it_of_the_conversation_that_it_belongs_to(any_database: Database) -> None:
    units = Units(any_database)
    log, owner = ConversationService(units), await IdentityService(units).ensure_owner()

    def span(trace: int, number: int, kind: str, session: str = "", error: str = "") -> Span:
        told = {"gen_ai.operation.name": kind, "gen_ai.tool.name": "lookup"}
        told |= {"gen_ai.input.messages": json.dumps([{"role": "user", "content": "And?"}])} if kind == "chat" else {}
        told |= {"session.id": session} if session else {}
        at = MONDAY + timedelta(minutes=10 * trace + number)
        return Span(f"{trace:032x}", f"{number:016x}", "", kind, at, at, told, error=error)

    await log.take_spans(owner, [span(1, 1, "chat", "one"), span(1, 2, "execute_tool")])
    assert await sessions(log, owner, SOME) == set()
    await log.take_spans(owner, [span(2, 1, "chat"), span(2, 2, "execute_tool", error="No route.")])
    alone = f"{2:032x}"
    assert await sessions(log, owner, SOME) == {alone}
    # Its session is told late: what it said moves there, and the other conversation is none any more.
    await log.take_spans(owner, [span(2, 0, "chat", "one")])
    assert await sessions(log, owner, SOME) == {"one"}
    await log.take_spans(owner, [span(3, 1, "chat", "two"), span(3, 2, "execute_tool", "two")])
    assert await sessions(log, owner, NONE) == {"two"}


async def test_a_list_of_them_looks_at_no_other_row(units: Units, owner: Operator) -> None:
    mine = (col(ConversationRow.project_id) == owner.project_id, col(ConversationRow.deleted_at).is_(None))
    newest = (col(ConversationRow.last_message_at).desc(), col(ConversationRow.id).desc())
    statement = select(ConversationRow).where(*mine, *chosen(SOME, "sqlite")).order_by(*newest).limit(51)
    async with units.read(owner) as session:
        connection = await session.connection()
        written = statement.compile(dialect=connection.dialect, compile_kwargs={"literal_binds": True})
        plan = (await connection.execute(text(f"EXPLAIN QUERY PLAN {written}"))).all()
    assert len(plan) == 1
    assert "USING INDEX ix_conversation_failed_tool" in str(plan)
