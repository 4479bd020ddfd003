"""Let a model write rows, for somebody to look at: nothing is kept that nobody has seen."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from backend.columns import storable
from backend.datasets.checking import Rules, input_hash, problems_of
from backend.datasets.generation import lacking, messages_for, rows_in
from backend.datasets.generation_types import (
    MAX_ABOUT,
    MAX_ASKED,
    MAX_COLUMNS,
    MAX_EXAMPLES,
    Candidate,
    RowsPlan,
    RowsWish,
    WrittenRows,
)
from backend.datasets.models import DatasetRow
from backend.datasets.service.likeness import LikenessUseCases
from backend.datasets.types import Item, NewItem
from backend.errors import InvalidInput
from backend.mapped_tables import Progress, quiet
from backend.operator import Operator, Permission
from backend.paging import Page
from backend.ports.language_model import (
    AgentLimits,
    Finished,
    Message,
    ModelEndpoint,
    ModelFailed,
    ModelSettings,
    Patience,
    Usage,
    estimated_usage,
)

ROWS_A_CALL = 10
TOKENS_A_ROW = 120  # where no row tells how long one is
LEAST_TOKENS, MOST_TOKENS = 600, 8_000
HOTTEST = 2
# A person waits for it; a server that is too busy is asked three times.
PATIENCE = Patience(first_token=60, whole_call=180)
NO_ROWS = "The model answered without rows. Try a larger one, or say more about them."
OUT_OF_MONEY = "The budget does not suffice for more."


@dataclass(slots=True)
class _Asked:
    """What is needed for every question, and what came of those before."""

    wish: RowsWish
    row: DatasetRow
    endpoint: ModelEndpoint
    columns: tuple[str, ...]
    examples: Sequence[Item]
    tokens_a_row: int
    written: list[NewItem] = field(default_factory=list)
    usage: Usage = field(default_factory=Usage)
    cost: Decimal = Decimal(0)

    @property
    def left(self) -> int:
        return self.wish.number - len(self.written)

    def question(self, number: int) -> list[Message]:
        return messages_for(
            self.wish, self.columns, (self.row.input_schema, self.row.expected_schema),
            examples=self.examples, written=self.written, number=number,
        )  # fmt: skip

    def most_tokens(self, number: int) -> int:
        """Return where an answer of so many rows is cut: twice what they are supposed to take."""
        return min(MOST_TOKENS, max(LEAST_TOKENS, 2 * number * self.tokens_a_row))


class GeneratingUseCases(LikenessUseCases):
    """What the model wrote is told with all that is odd about it; who accepts rows adds them as any others."""

    async def plan_rows(self, operator: Operator, dataset_id: str, wish: RowsWish) -> RowsPlan:
        """Say what `write_rows` would take; no model is asked. Raise as that."""
        asked = await self._asked(operator, dataset_id, wish)
        parts = _parts(wish.number)
        used = Usage(sum(_tokens(asked.question(part)) for part in parts), wish.number * asked.tokens_a_row)
        each = [self._most(asked, part) for part in parts]
        affordable = 0
        for at, part in enumerate(parts, start=1):
            if wish.budget is None or sum(each[:at], Decimal(0)) <= wish.budget:
                affordable += part
        return RowsPlan(
            model=asked.endpoint.reference,
            columns=asked.columns,
            num_calls=len(parts),
            tokens_in=used.input_tokens,
            tokens_out=used.output_tokens,
            cost=self._outside.models.cost(asked.endpoint, used),
            most=sum(each, Decimal(0)),
            num_affordable=affordable,
        )

    async def write_rows(
        self, operator: Operator, dataset_id: str, wish: RowsWish, progress: Progress = quiet
    ) -> WrittenRows:
        """Ask a model for rows and return them; none is kept. Cancel it to end the question that is open.

        Raise NotFound, InvalidInput, and ModelFailed where there is no row to show.
        """
        operator.require(Permission.PROMPTS_RUN)
        asked = await self._asked(operator, dataset_id, wish)
        stopped, misses = "", 0
        while asked.left > 0 and not stopped:
            progress("ask", len(asked.written), wish.number)
            number = min(ROWS_A_CALL, asked.left)
            if wish.budget is not None and asked.cost + self._most(asked, number) > wish.budget:
                stopped = OUT_OF_MONEY
                break
            try:
                found = rows_in(await self._ask(asked, number), asked.columns, with_expected=wish.with_expected)
            except ModelFailed as failed:
                self._pay(asked, failed.usage)
                if not asked.written:
                    raise
                stopped = failed.message
                break
            asked.written += found[: asked.left]
            misses = 0 if found else misses + 1
            stopped = NO_ROWS if misses > 1 else ""
        progress("compare", len(asked.written), wish.number)
        rows, num_left = await self._looked_at(operator, asked)
        return WrittenRows(
            model=asked.endpoint.reference,
            rows=tuple(rows),
            tokens_in=asked.usage.input_tokens,
            tokens_out=asked.usage.output_tokens,
            cost=asked.cost,
            stopped=stopped,
            num_left=num_left,
            generated_from=tuple(one.row for one in asked.examples),
        )

    async def _ask(self, asked: _Asked, number: int) -> str:
        settings = ModelSettings(asked.wish.temperature, asked.most_tokens(number))
        limits = AgentLimits(max_requests=1, patience=PATIENCE)
        stream = self._outside.language_model.stream(
            asked.endpoint, asked.question(number), settings=settings, limits=limits
        )
        async with aclosing(stream) as events:
            async for event in events:
                if isinstance(event, Finished):
                    self._pay(asked, event.usage)
                    return event.text
        return ""

    def _pay(self, asked: _Asked, usage: Usage) -> None:
        was = asked.usage
        asked.usage = Usage(was.input_tokens + usage.input_tokens, was.output_tokens + usage.output_tokens)
        asked.cost += self._outside.models.cost(asked.endpoint, usage)

    def _most(self, asked: _Asked, number: int) -> Decimal:
        """Return the most that one question can cost; what it says is counted at three characters a token."""
        said = sum(len(one.content.encode()) for one in asked.question(number))
        return self._outside.models.cost(asked.endpoint, Usage(-(-said // 3), asked.most_tokens(number)))

    async def _looked_at(self, operator: Operator, asked: _Asked) -> tuple[list[Candidate], int]:
        """Return the rows with what each breaks, and which row each is like; and how many were not compared."""
        rules, items = self._rules(asked.row), asked.written
        alike, num_left = await self.nearest(operator, asked.row.id, items)
        near = {one.number: one for one in alike}
        hashes = [input_hash(item) for item in items]
        async with self._reading(operator, asked.row.id) as opened:
            there = await opened.items.hashes_there(hashes)
        found: list[Candidate] = []
        for at, (item, hashed) in enumerate(zip(items, hashes, strict=True)):
            problems = _problems(at + 1, item, rules, asked.columns)
            if hashed in there:
                found.append(Candidate(item, problems, there[hashed], 1.0))
            elif at in near:
                found.append(Candidate(item, problems, near[at].other, near[at].likeness))
            else:
                found.append(Candidate(item, problems))
            there.setdefault(hashed, 0)
        return found, num_left

    async def _asked(self, operator: Operator, dataset_id: str, wish: RowsWish) -> _Asked:
        operator.require(Permission.DATASETS_EDIT)
        _check(wish)
        async with self._reading(operator, dataset_id) as opened:
            row = opened.dataset
        examples = await self.rows(operator, dataset_id, wish.rows) if wish.rows else []
        if len(examples) < len(set(wish.rows)):
            raise InvalidInput("The newest version lacks a row to go by.", fields={"rows": "A row is not there."})
        some = examples or (await self.items(operator, dataset_id, page=Page(MAX_EXAMPLES))).items
        columns = tuple(dict.fromkeys(storable(one).strip() for one in wish.columns)) or _columns(row, some)
        if not columns:
            words = "Name the fields that the input of a row has."
            raise InvalidInput(words, fields={"columns": words})
        endpoint = await self._outside.models.resolve(operator, wish.model)
        sizes = [len(json.dumps([one.input, one.expected_output], ensure_ascii=False)) for one in some]
        tokens = estimated_usage(0, sum(sizes) // len(sizes)).output_tokens if sizes else TOKENS_A_ROW
        return _Asked(wish, row, endpoint, columns, examples, max(10, min(tokens, MOST_TOKENS // 2)))


def _check(wish: RowsWish) -> None:
    """Raise InvalidInput with a sentence for each field."""
    fields: dict[str, str] = {}
    if not wish.about.strip() and not wish.rows:
        fields["about"] = "Say what the rows are about, or choose rows to go by."
    if len(wish.about) > MAX_ABOUT:
        fields["about"] = f"What the rows are about has at most {MAX_ABOUT:,} characters."
    if len(wish.rows) > MAX_EXAMPLES:
        fields["rows"] = f"At most {MAX_EXAMPLES} rows are gone by."
    if len(wish.columns) > MAX_COLUMNS:
        fields["columns"] = f"An input has at most {MAX_COLUMNS} fields here."
    if not 1 <= wish.number <= MAX_ASKED:
        fields["number"] = f"1 to {MAX_ASKED} rows are written at once."
    if not 0 <= wish.temperature <= HOTTEST:
        fields["temperature"] = "A temperature lies between 0 and 2."
    if wish.budget is not None and not (wish.budget.is_finite() and wish.budget > 0):
        fields["budget"] = "A budget is above 0."
    if fields:
        raise InvalidInput(next(iter(fields.values())), fields=fields)


def _columns(row: DatasetRow, items: Sequence[Item]) -> tuple[str, ...]:
    """Return the fields that the schema names, else those that the rows have."""
    properties: Any = (row.input_schema or {}).get("properties")
    named = properties if isinstance(properties, dict) and properties else {}
    found = dict.fromkeys(named) or dict.fromkeys(name for item in items for name in item.input)
    return tuple(found)[:MAX_COLUMNS]


def _problems(number: int, item: NewItem, rules: Rules, columns: Sequence[str]) -> tuple[str, ...]:
    found = [one.spoken for one in problems_of(number, item, rules)]
    return tuple(found or lacking(item, columns))


def _parts(number: int) -> list[int]:
    whole, rest = divmod(number, ROWS_A_CALL)
    return [ROWS_A_CALL] * whole + ([rest] if rest else [])


def _tokens(messages: Sequence[Message]) -> int:
    return estimated_usage(sum(len(one.content) for one in messages), 0).input_tokens
