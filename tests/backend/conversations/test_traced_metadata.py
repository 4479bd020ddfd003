"""What spans bring as metadata is that of their conversation: found by it, masked, and never refused for its length."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from backend.bootstrap import Services
from backend.columns import utc_now
from backend.conversations.service import ConversationService
from backend.conversations.tracing.metadata import ASSOCIATED
from backend.conversations.types import Filters
from backend.identity.service import IdentityService
from backend.masking.types import Kind, MaskingRules
from backend.operator import Operator
from backend.paging import Page
from backend.ports.database import Database
from backend.ports.traces import Span
from backend.unit_of_work import Units

START = utc_now() - timedelta(hours=1)


def span(number: int, *, trace: str = "1", session: str = "s", **told: Any) -> Span:
    at = START + timedelta(seconds=number)
    said = {"openinference.span.kind": "LLM", "session.id": session, "input.value": "Hello?"}
    return Span(trace * 32, f"{number:016}", "", "chat", at, at, {**said, **told}, service="shop")


async def found(log: ConversationService, owner: Operator, *metadata: str) -> list[tuple[str, str, dict[str, Any]]]:
    """Return session, person and metadata of what a filter leaves."""
    listed = await log.list(owner, Filters(metadata=metadata), Page())
    details = [(await log.opened(owner, one.id)).details for one in listed.items]
    return [(one.session_id, one.person, told) for one, told in zip(listed.items, details, strict=True)]


async def test_a_trace_is_found_by_what_its_first_span_says(any_database: Database) -> None:
    units = Units(any_database)
    log, owner = ConversationService(units), await IdentityService(units).ensure_owner()
    await log.take_spans(
        owner, [span(2, metadata='{"plan": "free"}'), span(1, metadata='{"plan": "pro", "user_id": 7}')]
    )
    await log.take_spans(owner, [span(3, trace="2", session="t", **{
        "traceloop.association.properties.plan": "pro", "traceloop.association.properties.user_id": "u",
    })])  # fmt: skip
    assert sorted(await found(log, owner, "plan=pro")) == [
        ("s", "7", {"plan": "pro", "user_id": "7"}), ("t", "u", {"plan": "pro"}),
    ]  # fmt: skip
    assert await found(log, owner, "plan=free") == []

    # A later turn says more; what comes late of an earlier one takes nothing back.
    await log.take_spans(owner, [span(4, trace="3", metadata='{"plan": "gold", "seats": 3}')])
    await log.take_spans(owner, [span(5, metadata='{"plan": "free"}')])
    assert await found(log, owner, "plan=gold", "seats=3") == [("s", "7", {"plan": "gold", "user_id": "7", "seats": 3})]


@pytest.mark.parametrize("said", ['{"plan": ', "[1]", "pro", 7, json.dumps({"plan": "pro", "why": "x" * 20_000})])
async def test_metadata_that_is_none_or_too_long_is_left_out(any_database: Database, said: Any) -> None:
    units = Units(any_database)
    log, owner = ConversationService(units), await IdentityService(units).ensure_owner()
    await log.take_spans(owner, [span(1, metadata=said)])
    assert await found(log, owner) == [("s", "", {})]


async def test_metadata_that_is_too_much_together_refuses_no_trace(any_database: Database) -> None:
    units = Units(any_database)
    log, owner = ConversationService(units), await IdentityService(units).ensure_owner()
    for number in range(1, 8):
        await log.take_spans(
            owner, [span(number, trace=str(number), metadata=json.dumps({f"n{number}": "x" * 19_000}))]
        )
    [(_, _, told)] = await found(log, owner)
    assert (sorted(told), (await log.list(owner, Filters(), Page())).items[0].num_turns) == (
        ["n1", "n2", "n3", "n4", "n5"], 7,
    )  # fmt: skip


async def test_a_session_that_is_told_late_takes_the_metadata_along(any_database: Database) -> None:
    units = Units(any_database)
    log, owner = ConversationService(units), await IdentityService(units).ensure_owner()
    await log.take_spans(owner, [span(1, session="", metadata='{"plan": "pro"}')])
    await log.take_spans(owner, [span(2)])
    assert await found(log, owner, "plan=pro") == [("s", "", {"plan": "pro"})]


async def test_whom_metadata_names_is_masked_alike_everywhere(services: Services) -> None:
    owner, log = await services.identity.ensure_owner(), services.conversations
    await services.masking.set_rules(owner, MaskingRules(frozenset({Kind.EMAIL})))
    said = json.dumps({"user_id": "ada@example.org", "from": "ada@example.org"})
    await log.take_spans(owner, [span(1, metadata=said), span(2, trace="2", session="t", metadata=said)])
    (_, one, told), (_, other, _) = await found(log, owner)
    assert one == other == told["user_id"]
    assert "ada" not in json.dumps(told)
    assert told["from"] == "[e-mail 1]"


async def test_whom_properties_name_stays_apart_and_is_masked_alike_everywhere(services: Services) -> None:
    owner, log = await services.identity.ensure_owner(), services.conversations
    await services.masking.set_rules(owner, MaskingRules(frozenset({Kind.EMAIL})))
    ada, bob = ({f"{ASSOCIATED}customer_id": f"{one}@example.org"} for one in ("ada", "bob"))
    await log.take_spans(owner, [span(1, **ada), span(2, trace="2", session="t", **bob)])
    await log.take_spans(owner, [span(3, trace="3", session="u", **ada)])
    (_, third, told), (_, second, _), (_, first, _) = await found(log, owner)
    assert first == third == told["customer_id"]
    assert (first == second, "ada" in first) == (False, False)


FLAWS = pytest.mark.parametrize(("flaw", "kept"), [("\\ud83d", "\ufffd"), ("\\u0000", "")])


async def keeps_flawed(log: ConversationService, owner: Operator, flaw: str, kept: str) -> None:
    """Take a trace whose metadata holds signs that no database keeps, along with another."""
    said = f'{{"plan{flaw}": "pro{flaw}", "user_id": "ada{flaw}"}}'
    await log.take_spans(owner, [span(1, metadata=said), span(2, trace="2", session="t", metadata='{"plan": "free"}')])
    (_, _, free), (_, _, told) = await found(log, owner)
    assert (free["plan"], told[f"plan{kept}"], flaw in str(told)) == ("free", f"pro{kept}", False)


@FLAWS
async def test_signs_that_no_database_keeps_lose_no_delivery(any_database: Database, flaw: str, kept: str) -> None:
    units = Units(any_database)
    await keeps_flawed(ConversationService(units), await IdentityService(units).ensure_owner(), flaw, kept)


@FLAWS
async def test_masking_loses_none_for_such_signs_either(services: Services, flaw: str, kept: str) -> None:
    owner = await services.identity.ensure_owner()
    await services.masking.set_rules(owner, MaskingRules(frozenset({Kind.EMAIL})))
    await keeps_flawed(services.conversations, owner, flaw, kept)
