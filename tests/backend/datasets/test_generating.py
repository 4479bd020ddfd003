"""A model writes rows: they are told with all that is odd about them, and none is kept that nobody accepted."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from backend.datasets.generation import MAX_ANSWER, MAX_READ, rows_in
from backend.datasets.generation_types import RowsWish
from backend.datasets.service import likeness
from backend.datasets.types import About, NewItem
from backend.errors import Forbidden, InvalidInput
from backend.identity.service import IdentityService
from backend.operator import Operator, Permission
from backend.ports.language_model import Finished, Message, ModelEndpoint, ModelEvent, ModelFailed, TextDelta, Usage
from backend.unit_of_work import Units
from tests.backend.datasets.conftest import opened
from tests.backend.datasets.test_likeness_bounds import long_text
from tests.doubles.player import Player
from tests.factories.datasets import dataset, item


@pytest.fixture
async def owner(units: Units) -> Operator:
    return await IdentityService(units).ensure_owner()


class Writer(Player):
    """Says one of its answers after the other, the last again and again; an answer of None fails."""

    def __init__(self, *answers: str | None) -> None:
        super().__init__()
        self.answers = [*answers]

    async def stream(
        self, endpoint: ModelEndpoint, messages: Sequence[Message], **more: Any
    ) -> AsyncGenerator[ModelEvent]:
        self.seen.append((endpoint, messages, more))
        said = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        self.num_open += 1
        try:
            if said is None:
                raise ModelFailed("It broke.", reason="cut", usage=Usage(5, 1))
            if said == "wait":
                await asyncio.Event().wait()
            yield TextDelta(said)
            yield Finished(said, Usage(100, 50), "stop", 1.0, 2.0)
        finally:
            self.num_open -= 1


def answer(*messages: str, **more: Any) -> str:
    rows = [{"input": {"message": one}, "expected_output": f"{one}!", **more} for one in messages]
    return f"Here they are, as {{asked}}:\n```json\n{json.dumps({'rows': rows})}\n```\nI hope {{they}} help."


async def test_rows_are_written_in_parts_told_with_what_is_odd_and_not_kept(units: Units, owner: Operator) -> None:
    writer = Writer(
        answer("Can I return a gift without receipt?", "Who pays for the table?", *(f"{at} {at}" for at in range(8))),
        answer("Who pays for the table?", "Where is my parcel?"),
    )
    datasets = opened(units, writer)
    made = await dataset(
        datasets, owner, item("Can I return a gift without a receipt?", "Yes."), item("Who pays for the table?")
    )
    wish = RowsWish("Returns of furniture.", rows=(1,), number=12, model="strict", temperature=0.4)
    found = await datasets.write_rows(owner, made.id, wish)
    odd = [(one.like, one.likeness == 1) for one in found.rows if one.likeness]
    assert odd == [(1, False), (2, True), (2, True)]
    assert (len(found.rows), found.stopped, found.model, found.generated_from) == (12, "", "strict", (1,))
    assert (found.tokens_in, found.tokens_out, found.cost) == (200, 100, Decimal(2) * 100 / 1_000_000)
    last = found.rows[-1].item
    assert (last.input, last.expected_output) == ({"message": "Where is my parcel?"}, "Where is my parcel?!")
    assert (await datasets.get(owner, made.id)).version == 1, "nothing is kept"
    (first, second) = [[one.content for one in messages] for _, messages, _ in writer.seen]
    assert "Write 10 rows." in first[1]
    assert "What they are about: Returns of furniture." in first[1]
    assert "Can I return a gift without a receipt?" in first[1]
    assert "Who pays for the table?" not in first[1], "only the chosen row is gone by"
    assert "Write 2 rows." in second[1]
    assert "Written already" in second[1]
    assert "Can I return a gift without receipt?" in second[1]
    assert [more["settings"].temperature for *_, more in writer.seen] == [0.4, 0.4]


async def test_the_schemas_hold_and_what_breaks_them_is_told(units: Units, owner: Operator) -> None:
    days = json.dumps({"rows": [
        {"input": {"message": "a"}, "expected_output": {"days": 3}},
        {"input": {"message": "b"}, "expected_output": {"days": "x"}},
        {"input": {"lang": "en", "odd": 1}, "expected_output": {"days": 1}},
        {"message": "flat", "expected_output": {"days": 1}},
        "no row",
    ]})  # fmt: skip
    writer = Writer(days)
    datasets = opened(units, writer)
    schema = {"type": "object", "properties": {"message": {"type": "string"}, "lang": {}}, "required": ["message"]}
    wanted = {"type": "object", "properties": {"days": {"type": "integer"}}}
    made = await datasets.create(owner, About("a", input_schema=schema, expected_schema=wanted))
    found = await datasets.write_rows(owner, made.id, RowsWish("Days.", number=4))
    assert [one.problems for one in found.rows] == [
        ("“lang” is missing.",),
        ("expected_output.days: A whole number is needed.",),
        ("input: “message” is missing.",),
        ("“lang” is missing.",),
    ]
    assert found.generated_from == ()
    assert found.rows[2].item.input == {"lang": "en"}, "a field that nobody asked for is left out"
    assert found.rows[3].item.input == {"message": "flat"}
    assert '"integer"' in writer.seen[0][1][0].content


async def test_the_price_is_told_before_and_the_budget_holds(units: Units, owner: Operator) -> None:
    writer = Writer(answer(*(f"row {at}" for at in range(10))))
    datasets = opened(units, writer)
    made = await datasets.create(owner, About("a"))
    wish = RowsWish("Days.", columns=("message",), number=30)
    plan = await datasets.plan_rows(owner, made.id, wish)
    assert (plan.num_calls, plan.columns, plan.num_affordable, writer.seen) == (3, ("message",), 30, [])
    assert 0 < plan.cost < plan.most
    one_call = plan.most / 3
    bounded = replace(wish, budget=one_call * Decimal("1.5"))
    assert (await datasets.plan_rows(owner, made.id, bounded)).num_affordable == 10
    found = await datasets.write_rows(owner, made.id, replace(wish, budget=one_call))
    assert (len(found.rows), found.stopped) == (10, "The budget does not suffice for more.")
    assert found.cost <= one_call
    none = await datasets.write_rows(owner, made.id, replace(wish, budget=one_call / 2))
    assert (len(none.rows), none.cost, len(writer.seen)) == (0, 0, 1)


async def test_a_model_that_fails_or_writes_no_rows_ends_it_with_what_there_is(units: Units, owner: Operator) -> None:
    writer = Writer(answer("one"), None)
    datasets = opened(units, writer)
    made = await datasets.create(owner, About("a"))
    wish = RowsWish("Days.", columns=("message",), number=9)
    found = await datasets.write_rows(owner, made.id, wish)
    assert ([one.item.input for one in found.rows], found.stopped) == ([{"message": "one"}], "It broke.")
    assert (found.tokens_in, found.tokens_out) == (105, 51)
    with pytest.raises(ModelFailed):
        await datasets.write_rows(owner, made.id, wish)
    silent = Writer("I cannot.")
    found = await opened(units, silent).write_rows(owner, made.id, wish)
    assert (found.rows, "without rows" in found.stopped, len(silent.seen)) == ((), True, 2)


async def test_who_goes_away_ends_the_question(units: Units, owner: Operator) -> None:
    writer = Writer("wait")
    datasets = opened(units, writer)
    made = await datasets.create(owner, About("a"))
    asking = asyncio.create_task(datasets.write_rows(owner, made.id, RowsWish("Days.", columns=("message",))))
    while not writer.num_open:
        await asyncio.sleep(0)
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    assert writer.num_open == 0


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        (RowsWish(), "about"),
        (RowsWish("x" * 4_001), "about"),
        (RowsWish("x"), "columns"),
        (RowsWish("x", columns=("a",), number=0), "number"),
        (RowsWish("x", columns=("a",), number=101), "number"),
        (RowsWish("x", rows=(7,)), "rows"),
        (RowsWish("x", temperature=3), "temperature"),
        (RowsWish("x", budget=Decimal(-1)), "budget"),
    ],
)
async def test_what_cannot_be_asked_is_refused_by_field(
    units: Units, owner: Operator, wish: RowsWish, field: str
) -> None:
    datasets = opened(units)
    made = await datasets.create(owner, About("a"))
    with pytest.raises(InvalidInput) as refusal:
        await datasets.plan_rows(owner, made.id, wish)
    assert [*refusal.value.fields] == [field]


async def test_who_may_not_edit_or_spend_asks_nobody(units: Units, owner: Operator) -> None:
    writer = Writer(answer("one"))
    datasets = opened(units, writer)
    made = await dataset(datasets, owner, NewItem({"message": "x"}))
    for lacking in (Permission.DATASETS_EDIT, Permission.PROMPTS_RUN):
        poor = replace(owner, permissions=owner.permissions - {lacking})
        with pytest.raises(Forbidden):
            await datasets.write_rows(poor, made.id, RowsWish("x"))
    assert writer.seen == []


@pytest.mark.parametrize("odd", ['"a\\ud800b"', "[" * 300 + "]" * 300, "NaN", "1e999", '"\\u0000"'])
def test_a_row_that_nothing_can_keep_is_none_and_takes_no_other_along(odd: str) -> None:
    told = f'{{"rows": [{{"input": {{"message": {odd}}}}}, {{"input": {{"message": "good"}}}}]}}'
    assert [one.input for one in rows_in(told, ["message"], with_expected=False)] == [{"message": "good"}]


def test_an_answer_that_is_no_object_is_not_read_again_from_each_of_its_braces(monkeypatch: pytest.MonkeyPatch) -> None:
    read, whole = list[int](), json.JSONDecoder.raw_decode

    def counted(self: json.JSONDecoder, s: str, idx: int = 0) -> Any:
        read.append(len(s) - idx)
        return whole(self, s, idx)

    monkeypatch.setattr(json.JSONDecoder, "raw_decode", counted)
    assert rows_in('{"a":' * 50 + "[" + "0," * 2_000_000, ["message"], with_expected=False) == []
    assert sum(read) <= MAX_READ + 2 * MAX_ANSWER
    late = '{"a": {"b": {"rows": [{"message": "good"}]} and no end'
    assert [one.input for one in rows_in(late, ["message"], with_expected=False)] == [{"message": "good"}]


async def test_of_rows_that_were_not_compared_in_time_it_is_told_how_many(
    units: Units, owner: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    datasets = opened(units, Writer(answer("Where is my parcel?")))
    made = await dataset(datasets, owner, *(item(long_text()) for _ in range(60)))
    wish = RowsWish("Parcels.", number=1)
    assert (await datasets.write_rows(owner, made.id, wish)).num_left == 0
    for name in ("TURN_SECONDS", "MOST_SECONDS"):
        monkeypatch.setattr(likeness, name, 0.001)
    assert 0 < (await datasets.write_rows(owner, made.id, wish)).num_left <= 61
