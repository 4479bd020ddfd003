"""Many columns at once: each ends by itself, in an answer or in words."""

from __future__ import annotations

import asyncio
import re
from contextlib import aclosing
from dataclasses import replace
from decimal import Decimal

import pytest

from backend.errors import Forbidden, InvalidInput, NotFound
from backend.operator import Operator, Permission
from backend.prompts.errors import PromptNotFound
from backend.prompts.service import PromptService
from backend.prompts.types import (
    Content,
    PlayColumn,
    PlayDocument,
    PlayDone,
    PlayEvent,
    PlayFailed,
    PlayText,
    PlayTool,
    Prompt,
    Values,
)
from tests.backend.prompts.conftest import text
from tests.doubles.player import Player

ASK = Values({"question": "Why?"})
TOOL = {"name": "weather", "description": "Tell the weather", "parameters": {"type": "object", "properties": {}}}


async def played(prompts: PromptService, operator: Operator, *columns: Content) -> dict[int, list[PlayEvent]]:
    found: dict[int, list[PlayEvent]] = {index: [] for index in range(len(columns))}
    async with aclosing(prompts.play(operator, columns, ASK)) as events:
        async for index, event in events:
            found[index].append(event)
    return found


async def test_ten_columns_are_asked_at_once(prompts: PromptService, ines: Operator, player: Player) -> None:
    player.barrier = asyncio.Barrier(10)
    columns = [text(f"{number}: {{{{ question }}}}", model=f"m{number}") for number in range(10)]
    found = await asyncio.wait_for(played(prompts, ines, *columns), 20)
    for number in range(10):
        done = found[number][-1]
        assert isinstance(done, PlayDone)
        assert (done.text, done.model, done.tokens_in, done.tokens_out) == (f"{number}: Why?", f"m{number}", 10, 3)
        assert done.cost == Decimal("0.000006")
    with pytest.raises(InvalidInput):
        await played(prompts, ines, *columns, text("eleven"))


async def test_a_failing_column_leaves_the_others_alone(prompts: PromptService, ines: Operator) -> None:
    found = await played(prompts, ines, text("ok"), text("x", model="failing"), text("{{ missing }}"))
    assert isinstance(found[0][-1], PlayDone)
    failed, unfilled = found[1][-1], found[2][-1]
    assert isinstance(failed, PlayFailed)
    assert isinstance(unfilled, PlayFailed)
    assert found[1][0] == PlayText("half")
    assert (failed.words, failed.hint, failed.tokens_out) == ("It broke.", "Try again.", 1)
    assert unfilled.words == "The prompt needs missing."


async def test_a_fault_of_ours_ends_its_column_and_stands_in_the_log(
    prompts: PromptService, ines: Operator, caplog: pytest.LogCaptureFixture
) -> None:
    found = await played(prompts, ines, text("ok"), text("x", model="broken"))
    failed = found[1][-1]
    assert isinstance(found[0][-1], PlayDone)
    assert isinstance(failed, PlayFailed)
    [reference] = re.findall(r"err_\w+", failed.hint)
    [record] = caplog.records
    assert reference in record.getMessage()
    assert record.exc_info


async def test_stopping_ends_every_column(prompts: PromptService, ines: Operator, player: Player) -> None:
    events = prompts.play(ines, [text("a", model="hanging"), text("b", model="hanging")], ASK)
    heard = {(await anext(events))[0], (await anext(events))[0]}
    assert (heard, player.num_open) == ({0, 1}, 2)
    await events.aclose()
    assert player.num_open == 0


async def test_a_tool_call_without_a_result_is_the_answer(
    prompts: PromptService, ines: Operator, player: Player
) -> None:
    found = await played(prompts, ines, text("x", tools=[TOOL]), text("x", tools=[{**TOOL, "result": "sunny"}]))
    call, done = found[0]
    assert call == PlayTool("weather", {"city": "Berlin"})
    assert isinstance(done, PlayDone)
    assert (done.text, done.tokens_in, done.tokens_out) == ("", 9, 4)
    assert found[1][0] == PlayTool("weather", {"city": "Berlin"}, "sunny")
    assert isinstance(last := found[1][-1], PlayDone)
    assert last.text == "It is sunny."
    limits = [more["limits"] for _, _, more in player.seen]
    assert {(one.max_requests, one.max_total_tokens) for one in limits} == {(1, 500_000), (6, 500_000)}


async def test_a_model_without_tools_is_said(prompts: PromptService, ines: Operator) -> None:
    (failed,) = (await played(prompts, ines, text("x", model="plain", tools=[TOOL])))[0]
    assert isinstance(failed, PlayFailed)
    assert failed.words == "plain cannot call tools."


async def test_structured_output_is_read(prompts: PromptService, ines: Operator, player: Player) -> None:
    schema = {"type": "object"}
    found = await played(
        prompts, ines, text('{"a": 1}', model="strict", response_schema=schema), text("no", response_schema=schema)
    )
    strict, loose = found[0][-1], found[1][-1]
    assert isinstance(strict, PlayDone)
    assert isinstance(loose, PlayDone)
    assert (strict.value, strict.problem) == ({"a": 1}, "")
    given = {endpoint.reference: (messages, more) for endpoint, messages, more in player.seen}
    assert given["strict"][1]["settings"].json_schema == schema
    assert given["the-default"][1]["settings"].json_schema is None
    assert "Answer with one JSON object of this schema" in given["the-default"][0][0].content


async def test_a_text_is_said_by_a_person_or_stands_before_what_one_says(
    prompts: PromptService, ines: Operator, player: Player
) -> None:
    await played(prompts, ines, text("Be calm."))
    async with aclosing(prompts.play(ines, [text("Be calm.")], replace(ASK, message="{{ hi }}"))) as events:
        assert [event async for _, event in events]
    alone, beside = ([(one.role, one.content) for one in messages] for _, messages, _ in player.seen)
    assert alone == [("user", "Be calm.")]
    assert beside == [("system", "Be calm."), ("user", "{{ hi }}")]


async def test_who_may_only_read_may_not_spend(prompts: PromptService, ines: Operator) -> None:
    reader = replace(ines, permissions=frozenset({Permission.PROMPTS_READ}))
    with pytest.raises(Forbidden):
        await played(prompts, reader, text("a"))


async def test_a_playground_is_shared_within_its_project(
    prompts: PromptService, ines: Operator, answer: Prompt
) -> None:
    columns = (PlayColumn(version=1, model="acme:one", temperature=0.1), PlayColumn(content=text("mine")))
    document = PlayDocument(columns=columns, values={"question": "Why?"})
    made = await prompts.share(ines, answer.id, document)
    found = await prompts.shared(ines, made.id)
    assert (found.document, found.prompt_id) == (document, answer.id)
    stranger = replace(ines, project_id="proj_other")
    with pytest.raises(NotFound):
        await prompts.shared(stranger, made.id)
    with pytest.raises(PromptNotFound):
        await prompts.share(stranger, answer.id, document)
