"""What a call used when one of its requests broke off before the server counted it."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic_ai.messages import (
    FunctionToolResultEvent,
    PartDeltaEvent,
    PartStartEvent,
    TextPart,
    TextPartDelta,
    ToolCallPart,
    ToolReturnPart,
)
from pydantic_ai.usage import RunUsage

from backend.engines.language_model.tally import Tally
from backend.engines.language_model.turns import usage_of
from backend.ports.language_model import Message, Usage

QUESTION = Message("user", "x" * 40)


def after_a_tool() -> Tally:
    """Return the tally of a call whose first request ended with a tool, counted by the server at 30 and 5 tokens."""
    tally = Tally([QUESTION])
    tally.begin()
    tally.hear(PartStartEvent(index=0, part=ToolCallPart("search", '{"query": "lamps"}')))
    tally.end()
    tally.counted.input_tokens, tally.counted.output_tokens, tally.counted.requests = 30, 5, 1
    tally.begin()
    tally.hear(FunctionToolResultEvent(ToolReturnPart("search", "y" * 80, "call_1")))
    tally.end()
    return tally


def test_a_second_request_that_is_cut_is_counted_beside_the_first():
    tally = after_a_tool()
    tally.begin()
    tally.hear(PartStartEvent(index=0, part=TextPart("It is ")))
    tally.hear(PartDeltaEvent(index=0, delta=TextPartDelta("half")))
    spent = tally.spent("It is half")
    assert spent.estimated
    assert spent.output_tokens == 5 + 3
    assert spent.input_tokens > 30 + (40 + 80) // 4, "the second request sent all of the first again"


def test_a_request_that_nobody_answered_costs_nothing():
    assert Tally([QUESTION]).spent("") == Usage()
    assert after_a_tool().spent("") == Usage(30, 5)


def test_what_the_server_counted_is_not_estimated():
    tally = after_a_tool()
    tally.begin()
    tally.hear(PartStartEvent(index=0, part=TextPart("It is half")))
    tally.counted.output_tokens += 4
    assert tally.spent("It is half") == Usage(30, 9)


@pytest.mark.parametrize("count", [10**25, 2**31, 1.5, -1])
def test_a_count_that_cannot_be_is_estimated(count: Any) -> None:
    """A server that reported half a token, or more than a database counts, ended an experiment without words."""
    counted = RunUsage(input_tokens=count, output_tokens=1)
    assert usage_of(counted, [QUESTION], "y" * 20) == Usage(10, 5, estimated=True)
