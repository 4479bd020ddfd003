"""Rows whose inputs are nearly the same, in a dataset or in what is about to come into it."""

from __future__ import annotations

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any
from weakref import WeakValueDictionary

from backend.datasets.checking import compared
from backend.datasets.errors import ItemNotFound
from backend.datasets.models import DatasetItemRow
from backend.datasets.outside import Outside
from backend.datasets.repository import Datasets, Items, Pairs
from backend.datasets.repository.pairs import pair_of
from backend.datasets.service.group import known
from backend.datasets.service.reading import ReadingUseCases
from backend.datasets.types import NEARLY, Alike, NearDuplicates, NewItem
from backend.errors import InvalidInput
from backend.operator import Operator, Permission
from backend.ports.schemas import Schemas
from backend.unit_of_work import Units

LEAST = 0.7  # below that rows share too few runs of letters to be found without comparing each with every other
MAX_PAIRS = 1_000
MAX_KEPT = 5_000
ANSWERS_KEPT = 8
ROWS_AT_ONCE = 1_000
Input = tuple[int, Mapping[str, Any], str]
# One for the process: of two that compute in Python, each takes its turn from the loop. Searches take turns in it, so
# that a short one waits for none that is long, and each ends for good: what is left then is told.
_beside = ThreadPoolExecutor(1, thread_name_prefix="likeness")
TURN_SECONDS, MOST_SECONDS = 0.05, 10.0


class LikenessUseCases(ReadingUseCases):
    """Pairs are kept for the inputs that were compared last: most acts on rows change no input."""

    def __init__(self, units: Units, schemas: Schemas, outside: Outside) -> None:
        super().__init__(units, schemas)
        self._outside = outside
        self._found: OrderedDict[tuple[str, float], tuple[list[Alike], int]] = OrderedDict()
        self._finding: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def near_duplicates(
        self, operator: Operator, dataset_id: str, *, version: int | None = None, least: float = NEARLY
    ) -> NearDuplicates:
        """Return pairs of rows whose inputs are at least so alike and not equal, by their numbers, the first 1,000.

        Of rows with one input the first stands for all. Raise NotFound, InvalidInput.
        """
        if not LEAST <= least <= 1:
            raise InvalidInput(f"How alike rows are lies between {LEAST} and 1.")
        async with self._reading(operator, dataset_id) as opened:
            version = known(opened.dataset, version)
            kept = await opened.pairs.all()
        inputs = await self._inputs(operator, dataset_id, version)
        # Who asks for the same meanwhile waits for it, and one project has one turn.
        async with self._finding.setdefault(operator.project_id, asyncio.Lock()):
            found, num_left = await self._pairs(inputs, least)
        hashed = {number: told for number, _, told in inputs}
        pairs = [one for one in found if pair_of(hashed[one.number], hashed[one.other]) not in kept]
        rows = {number for one in pairs for number in (one.number, one.other)}
        shown = tuple(pairs[:MAX_PAIRS])
        return NearDuplicates(version, shown, len(rows), len(pairs) > MAX_PAIRS, len(found) - len(pairs), num_left)

    async def keep_both(self, operator: Operator, dataset_id: str, number: int, other: int) -> None:
        """Name two rows no more as nearly the same, as long as their inputs are as they are.

        Raise NotFound, InvalidInput where they are not nearly the same, or 5,000 pairs are kept.
        """
        operator.require(Permission.DATASETS_EDIT)
        async with self._reading(operator, dataset_id) as opened:
            one, last = await _two(opened.items, opened.dataset.version, number, other)
        texts, compared_pair = [compared(one.input), compared(last.input)], pair_of(one.input_hash, last.input_hash)
        if not (await self._alike(texts, LEAST))[0]:  # before the dataset is held: others may be compared now
            raise InvalidInput("The two rows are not nearly the same.")
        async with self._units.write(operator) as work:
            row = await Datasets(work.session, operator.project_id).change(dataset_id)
            one, last = await _two(Items(work.session, operator.project_id, dataset_id), row.version, number, other)
            if (pair := pair_of(one.input_hash, last.input_hash)) != compared_pair:
                raise InvalidInput("One of the two rows was changed meanwhile.")
            pairs = Pairs(work.session, operator.project_id, dataset_id)
            if pair not in (kept := await pairs.all()) and len(kept) >= MAX_KEPT:
                raise InvalidInput(f"A dataset keeps at most {MAX_KEPT:,} pairs.", hint="Delete one of the two rows.")
            await pairs.keep(pair, operator.name)

    async def name_all(self, operator: Operator, dataset_id: str) -> None:
        """Name all rows again that are nearly the same, those that were meant to be so too. Raise NotFound."""
        operator.require(Permission.DATASETS_EDIT)
        async with self._units.write(operator) as work:
            await Datasets(work.session, operator.project_id).change(dataset_id)
            await Pairs(work.session, operator.project_id, dataset_id).forget()

    async def nearest(
        self, operator: Operator, dataset_id: str, items: Sequence[NewItem], least: float = NEARLY
    ) -> tuple[list[Alike], int]:
        """Return for rows that are to come what each is most like: the number of a row, or 0 for one before it.

        `number` is the place among `items`, from 0. Rows that are like nothing are left out. Return beside it how many
        rows, of those and of the dataset, were not compared in time. Raise NotFound.
        """
        async with self._reading(operator, dataset_id) as opened:
            version = opened.dataset.version
        numbers, texts = _texts(await self._inputs(operator, dataset_id, version))
        since = len(texts)
        texts += [compared(item.input) for item in items]
        async with self._finding.setdefault(operator.project_id, asyncio.Lock()):
            found, num_left = await self._alike(texts, least, since=since, most=1)
        return [
            Alike(one.number - since, numbers[one.other] if one.other < since else 0, one.likeness) for one in found
        ], num_left

    async def _pairs(self, inputs: Sequence[Input], least: float) -> tuple[list[Alike], int]:
        told = "".join(f"{number} {hashed}\n" for number, _, hashed in inputs)
        key = hashlib.blake2b(told.encode()).hexdigest(), least
        if key not in self._found:
            numbers, texts = _texts(inputs)
            found, num_left = await self._alike(texts, least)
            pairs = [Alike(numbers[one.number], numbers[one.other], one.likeness) for one in found]
            self._found[key] = sorted(pairs, key=lambda one: (-one.likeness, one.number, one.other)), num_left
            while len(self._found) > ANSWERS_KEPT:
                self._found.popitem(last=False)
        self._found.move_to_end(key)
        return self._found[key]

    async def _inputs(self, operator: Operator, dataset_id: str, version: int) -> list[Input]:
        """Return number, input and its hash of the first row of each input."""
        found, after = dict[str, Input](), 0
        while True:
            async with self._reading(operator, dataset_id) as opened:
                rows = await opened.items.inputs(version, after=after, limit=ROWS_AT_ONCE)
            for row in rows:
                found.setdefault(row[2], row)
            if len(rows) < ROWS_AT_ONCE:
                return [*found.values()]
            after = rows[-1][0]

    async def _alike(
        self, texts: Sequence[str], least: float, *, since: int = 0, most: int = 5
    ) -> tuple[list[Alike], int]:
        """Compare beside the loop, turn by turn, and return how many texts are left; who asks no more ends it."""
        find = await self._outside.find_alike()
        turn = asyncio.get_running_loop().run_in_executor
        search = await turn(_beside, partial(find, texts, least, since=since, most=most))
        for _ in range(round(MOST_SECONDS / TURN_SECONDS)):
            if await turn(_beside, search.go_on, TURN_SECONDS):
                break
        return search.found(), search.num_left


async def _two(items: Items, version: int, number: int, other: int) -> tuple[DatasetItemRow, DatasetItemRow]:
    match await items.at(version, [number, other]):
        case [one, last]:
            return one, last
    raise ItemNotFound


def _texts(inputs: Sequence[Input]) -> tuple[list[int], list[str]]:
    return [number for number, _, _ in inputs], [compared(given) for _, given, _ in inputs]
