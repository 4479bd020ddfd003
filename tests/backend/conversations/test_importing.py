"""Files of conversations: what becomes what, what is bad, and nothing by halves."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from backend.bootstrap import Services
from backend.columns import utc_now
from backend.conversations.errors import ImportCut
from backend.conversations.importing import MAX_ID, MAX_TEXT
from backend.conversations.repository import ConversationRepository
from backend.conversations.service.importing import ImportUseCases
from backend.conversations.types import Channel, Filters
from backend.errors import Forbidden, InvalidInput
from backend.mapped_tables import BadRows
from backend.masking.types import Kind, MaskingRules
from backend.operator import Operator
from backend.paging import Page
from tests.planting import columns_with
from tests.tenancy import EVERYWHERE

HOSTILE = "<img src=x onerror=alert(1)>"
MESSAGES = f"""session_id,role,content,timestamp,model,prompt_tokens,completion_tokens,csat,metadata.region,user_id
a-1,user,{HOSTILE},2026-11-20T09:00:00Z,,,,,north,u7
b-2,customer,'=1+1,1763800000,,,,4,south,
a-1,assistant,"On its way, tomorrow.",2026-11-20T09:00:05Z,gpt-4o,100,20,5,north,u7
"""
Write = Callable[[str, str], Path]


@pytest.fixture
async def operator(services: Services) -> Operator:
    return await services.identity.ensure_owner()


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def file(name: str, content: str) -> Path:
        path = tmp_path / name
        path.write_text(content)
        return path

    return file


async def titles(services: Services, operator: Operator) -> list[str]:
    listed = await services.conversations.list(operator, Filters(channels=(Channel.IMPORTED,)), Page())
    return sorted(one.title for one in listed.items)


async def test_rows_of_one_id_are_one_conversation(services: Services, operator: Operator, write: Write) -> None:
    path, log = write("log.csv", MESSAGES), services.conversations
    plan = await log.plan_import(operator, path, "log.csv")
    assert plan.targets == {
        "session_id": "conversation_id", "role": "role", "content": "text", "timestamp": "at", "model": "model",
        "prompt_tokens": "tokens_in", "completion_tokens": "tokens_out", "csat": "satisfaction",
        "metadata.region": "metadata.region", "user_id": "person",
    }  # fmt: skip
    assert (plan.num_rows, plan.num_fitting, plan.num_bad) == (3, 2, 0)
    assert await titles(services, operator) == []
    steps: list[str] = []
    made = await log.import_file(operator, path, "log.csv", progress=lambda stage, _done, _of: steps.append(stage))
    assert (made.num_added, made.num_known, made.num_bad) == (2, 0, 0)
    assert [*dict.fromkeys(steps)] == ["read", "check", "write"]
    listed = await log.list(operator, Filters(channels=(Channel.IMPORTED,)), Page())
    one = next(one for one in listed.items if one.session_id == "a-1")
    assert (one.title, one.satisfaction, one.person, one.tokens_in, one.num_turns) == (HOSTILE, 5, "u7", 100, 1)
    opened = await log.opened(operator, one.id)
    assert [(said.role.value, said.text) for said in opened.messages] == [
        ("user", HOSTILE), ("assistant", "On its way, tomorrow."),
    ]  # fmt: skip
    assert opened.details == {"region": "north"}
    assert await titles(services, operator) == sorted([HOSTILE, "=1+1"])


async def test_the_same_file_twice_adds_nothing(services: Services, operator: Operator, write: Write) -> None:
    await services.masking.set_rules(operator, MaskingRules(frozenset(Kind)))
    said = MESSAGES.replace("On its way, tomorrow.", "Write to ada@example.org")
    named = write("log.csv", said.replace("a-1", "ada@example.org"))
    turns = write("turns.jsonl", '{"question": "Who?", "answer": "Me."}\n' * 3 + '{"question": "Who?"}\n')
    masked = []
    for path, number in ((named, 2), (turns, 4)):  # who asks the same, and has no id, is another
        made = await services.conversations.import_file(operator, path, path.name)
        assert (made.num_added, made.num_known) == (number, 0)
        masked.append(made.num_masked)
        made = await services.conversations.import_file(operator, path, path.name)
        assert (made.num_added, made.num_known) == (0, number)
        plan = await services.conversations.plan_import(operator, path, path.name)
        assert (plan.num_duplicates, plan.num_fitting) == (number, number)
    assert (masked, made.num_masked) == ([1, 0], 0)
    assert len(await titles(services, operator)) == 6


async def test_the_same_file_twice_at_once_adds_it_once(
    services: Services, operator: Operator, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    log, both, look = services.conversations, asyncio.Barrier(2), ImportUseCases._there
    path = write("many.jsonl", "\n".join(json.dumps({"id": f"c{one}", "text": f"x{one}"}) for one in range(60)))

    async def looked(*given: Any) -> set[str]:
        found = await look(*given)
        await both.wait()  # neither sees what the other brings
        return found

    monkeypatch.setattr(ImportUseCases, "_there", looked)
    made = await asyncio.gather(*(log.import_file(operator, path, "many.jsonl") for _ in range(2)))
    assert sorted((one.num_added, one.num_known) for one in made) == [(0, 60), (60, 0)]
    shown = await log.browse(operator, Filters(channels=(Channel.IMPORTED,)), Page())
    assert shown.facets.matching == 60
    async with services.units.write(EVERYWHERE) as work:
        assert await ConversationRepository(work.session, operator.project_id).deleted(before=utc_now()) == []


async def test_a_row_may_hold_a_whole_transcript(services: Services, operator: Operator, write: Write) -> None:
    said = [{"role": "user", "content": "Hello?"}, {"role": "assistant", "content": "Hi.", "tool_calls": []}]
    rows = [{"id": "t1", "messages": said, "agent": "Desk"}, {"id": "t2", "messages": [{"role": "user"}]}]
    path = write("t.jsonl", "\n".join(map(json.dumps, rows)))
    with pytest.raises(InvalidInput, match="Nothing is said"):
        await services.conversations.import_file(operator, path, "t.jsonl")
    rows[1] = {**rows[0], "id": "t2", "agent": "Shop"}
    path = write("t.jsonl", "\n".join(map(json.dumps, rows)))
    await services.conversations.import_file(operator, path, "t.jsonl")
    listed = (await services.conversations.list(operator, Filters(channels=(Channel.IMPORTED,)), Page())).items
    assert {(one.flow_name, one.num_messages, one.title) for one in listed} == {
        ("Desk", 2, "Hello?"), ("Shop", 2, "Hello?"),
    }  # fmt: skip


@pytest.mark.parametrize("name", ["metadata", "plan", "messages", "question"])
async def test_what_is_nested_too_deep_to_be_read_again_is_a_bad_row(
    services: Services, operator: Operator, write: Write, name: str
) -> None:
    value = json.loads("[" * 70 + "]" * 70)
    held = [{"role": "user", "content": "x", "tool_calls": [{"arguments": value}]}] if name == "messages" else value
    rows = [{"id": "a", "answer": "Yes.", name: held}, {"id": "b", "answer": "No."}]
    path = write("t.jsonl", "\n".join(map(json.dumps, rows)))
    [problem] = (await services.conversations.plan_import(operator, path, "t.jsonl")).problems
    assert (problem.row, problem.words) == (1, "It is nested deeper than 64 levels.")
    assert (await services.conversations.import_file(operator, path, "t.jsonl", skip_bad=True)).num_bad == 1
    assert await titles(services, operator) == ["No."]


BAD = """conversation_id,role,text,at,cost,satisfaction,task_completed
a,wizard,Hello,,,,
b,user,Hello,yesterday,,,
c,user,Hello,,-1,,
d,user,Hello,,nan,,
e,user,Hello,,,good,
f,user,Hello,,,,perhaps
g,user,,,,,
h,user,Fine,2026-11-20T09:00:00Z,0.5,3,yes
a,user,And more,,,,
i,user,Hello,,1000.01,,
"""


async def test_each_bad_row_says_why_and_keeps_all_out(services: Services, operator: Operator, write: Write) -> None:
    path, log = write("bad.csv", BAD), services.conversations
    with pytest.raises(BadRows) as refused:
        await log.import_file(operator, path, "bad.csv")
    told = {(one.row, one.field): one.words for one in refused.value.rows}
    assert [*told] == [
        (2, "role"), (3, "at"), (4, "cost"), (5, "cost"), (6, "satisfaction"), (7, "task_completed"), (8, ""),
        (11, "cost"),
    ]  # fmt: skip
    assert told[2, "role"].startswith("A role is one of agent, ai, assistant")
    assert told[11, "cost"] == "It is more than $1,000: costs are told in dollars."
    assert told[6, "satisfaction"] == "Satisfaction is a whole number from 1 (not at all) to 5."
    assert refused.value.num_bad == 9  # the good row of a conversation with a bad one is out too
    assert await titles(services, operator) == []
    made = await log.import_file(operator, path, "bad.csv", skip_bad=True)
    assert (made.num_added, made.num_bad) == (1, 9)
    assert await titles(services, operator) == ["Fine"]
    long = [{"text": "x" * (MAX_TEXT + 1)}, {"text": "Said", "agent": "a" * (MAX_ID + 1)}]
    path = write("long.jsonl", "\n".join(map(json.dumps, long)))
    with pytest.raises(BadRows) as too_long:
        await log.import_file(operator, path, "long.jsonl")
    assert [(one.row, one.field) for one in too_long.value.rows] == [(1, "text"), (2, "agent")]


async def test_a_failure_in_the_middle_leaves_nothing(
    services: Services, operator: Operator, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_given: Any) -> None:
        raise OSError("full")

    path = write("many.jsonl", "\n".join(json.dumps({"id": f"c{one}", "text": "x"}) for one in range(120)))
    with monkeypatch.context() as patch:
        patch.setattr(ConversationRepository, "show", fail)
        with pytest.raises(OSError, match="full"):
            await services.conversations.import_file(operator, path, "many.jsonl")
    async with services.units.read(EVERYWHERE) as session:
        assert await ConversationRepository(session, operator.project_id).imported(["c0"]) == []
        rows = ConversationRepository(session, operator.project_id)
        assert await rows.numbered([]) == []
    made = await services.conversations.import_file(operator, path, "many.jsonl")
    assert made.num_added == 120


def many(write: Write, number: int = 120) -> Path:
    return write("many.jsonl", "\n".join(json.dumps({"id": f"c{one}", "text": "x"}) for one in range(number)))


async def test_an_import_of_hours_stays_hidden_and_whole(
    services: Services, operator: Operator, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, now = ImportUseCases.ready, [utc_now()]

    async def slowly(*given: Any) -> Any:
        now[0] += timedelta(minutes=40)
        await services.privacy.purge_deleted(operator.project_id, now[0])
        assert await titles(services, operator) == []
        return await real(*given)

    monkeypatch.setattr("backend.conversations.service.importing.utc_now", lambda: now[0])
    monkeypatch.setattr(ImportUseCases, "ready", slowly)
    made = await services.conversations.import_file(operator, many(write), "many.jsonl")
    assert made.num_added == 120
    shown = await services.conversations.browse(operator, Filters(channels=(Channel.IMPORTED,)), Page())
    assert shown.facets.matching == 120


async def test_what_is_removed_while_it_comes_in_keeps_all_out(
    services: Services, operator: Operator, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    show, log = ConversationRepository.show, services.conversations

    async def late(rows: ConversationRepository, ids: list[str]) -> None:
        await rows.purge(ids[:1])  # as where the machine slept for an hour
        await show(rows, ids)

    path = many(write)
    with monkeypatch.context() as patch:
        patch.setattr(ConversationRepository, "show", late)
        with pytest.raises(ImportCut, match="so none of them is kept"):
            await log.import_file(operator, path, "many.jsonl")
    assert await columns_with(services.units, "c119") == []
    assert (await log.import_file(operator, path, "many.jsonl")).num_added == 120


@pytest.mark.parametrize(
    ("targets", "words"),
    [
        ({"text": "input"}, "no part of a conversation"),
        ({"text": "metadata."}, "no part of a conversation"),
        ({"text": "metadata"}, "No column becomes what was said"),
        ({"nothing": "text"}, "no column “nothing”"),
        ({"id": "text", "text": "text"}, "Two columns become text"),
    ],
)
async def test_a_mapping_that_makes_nothing_is_refused(
    services: Services, operator: Operator, write: Write, targets: dict[str, str], words: str
) -> None:
    path = write("one.jsonl", '{"id": "1", "text": "Hello"}')
    with pytest.raises(InvalidInput, match=words):
        await services.conversations.plan_import(operator, path, "one.jsonl", targets=targets)


async def test_columns_of_unknown_names_are_shown_to_be_mapped(
    services: Services, operator: Operator, write: Write
) -> None:
    path = write("tickets.csv", "ticket,words\n1,Where is it?\n2,Here")
    plan = await services.conversations.plan_import(operator, path, "tickets.csv")
    assert (plan.columns, plan.num_rows, plan.num_fitting, plan.num_bad) == (("ticket", "words"), 2, 0, 2)
    with pytest.raises(InvalidInput, match="No column becomes what was said"):
        await services.conversations.import_file(operator, path, "tickets.csv")
    mapped = await services.conversations.plan_import(operator, path, "tickets.csv", targets={"words": "question"})
    assert (mapped.num_fitting, mapped.num_bad) == (2, 0)


async def test_only_who_may_bring_in_may_look(services: Services, operator: Operator, write: Write) -> None:
    narrow = replace(operator, permissions=frozenset())
    with pytest.raises(Forbidden):
        await services.conversations.plan_import(narrow, write("one.jsonl", "{}"), "one.jsonl")


async def test_eight_digits_are_a_day(services: Services, operator: Operator, write: Write) -> None:
    path = write("days.csv", "conversation_id,at,text\nd-1,20261120,Hello\nd-2,1763800000,Hello\n")
    await services.conversations.import_file(operator, path, path.name)
    listed = await services.conversations.list(operator, Filters(channels=(Channel.IMPORTED,)), Page())
    days = {one.session_id: f"{one.started_at:%Y-%m-%d}" for one in listed.items}
    assert days == {"d-1": "2026-11-20", "d-2": "2025-11-22"}
