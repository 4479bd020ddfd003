"""What comes in while other words of the same conversation are masked."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from backend.bootstrap import Services
from backend.columns import utc_now
from backend.conversations.service.tracing import TracingUseCases
from backend.conversations.types import Filters
from backend.operator import Operator
from backend.paging import Page
from backend.ports.traces import Span
from tests.backend.masking.test_ways_in import MAIL, on_the_loop, operator

__all__ = ["on_the_loop", "operator"]


async def test_spans_of_one_trace_that_come_at_once_share_no_placeholder(
    services: Services, operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    log, at = services.conversations, utc_now()

    def span(number: int, *words: str) -> Span:
        asked = [{"role": "user", "content": " and ".join(words)}]
        told = {"gen_ai.operation.name": "chat", "gen_ai.input.messages": json.dumps(asked)}
        return Span("a" * 32, f"{number:016x}", "", "chat", at + timedelta(seconds=number), at, told, ())

    await log.take_spans(operator, [span(1, MAIL)])
    ahead, late = TracingUseCases._ahead, [span(2, "bob@example.org")]

    async def meanwhile(*given: Any) -> Any:
        found = await ahead(*given)
        if late:
            await log.take_spans(operator, [late.pop()])
        return found

    monkeypatch.setattr(TracingUseCases, "_ahead", meanwhile)
    await log.take_spans(operator, [span(3, MAIL, "eve@example.org")])
    (kept,) = (await log.list(operator, Filters(), Page())).items
    spans = (await log.spans(operator, kept.id, "", Page())).items
    words = {one.span.span_id[-1]: str(one.span.attributes) for one in spans}
    assert [mail in words["3"] for mail in ("[e-mail 1]", "[e-mail 2]", "[e-mail 3]")] == [True, False, True]
    assert "[e-mail 2]" in words["2"]
