"""Keep a turn as a row of a dataset that an experiment can ask again, and say how that row stands."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from backend.conversations.errors import MessageNotFound
from backend.conversations.service import ConversationService
from backend.conversations.types import SAID, Message, Role
from backend.datasets.service import DatasetService
from backend.datasets.types import Item, KeptRow, KeyFit, NewItem, Source, SourceKind
from backend.errors import NotFound
from backend.experiments.service import ExperimentService
from backend.experiments.standing_types import ItemStanding
from backend.experiments.types import CORRECTED, Status
from backend.flows.service import RunService
from backend.masking.types import Way
from backend.operator import Operator, Permission
from backend.paging import Page
from backend.turns.types import MAX_HISTORY, NewTest, TestState, Turn, TurnTest

HISTORY = "history"
QUESTION = "question"
MOST_CORRECTED = 10_000  # characters of an answer that its row keeps beside the right one
# A question stands at most so many messages before its answer: tools and the words of the system come between.
REACH = 4 * MAX_HISTORY


class KeepingUseCases:
    """Opened once for the process."""

    _conversations: ConversationService
    _runs: RunService
    _datasets: DatasetService
    _experiments: ExperimentService

    async def turn(self, operator: Operator, message_id: str) -> Turn:
        """Return the turn that an answer belongs to. Raise MessageNotFound, also where nobody asked."""
        opened = await self._conversations.turn(operator, message_id, REACH)
        *before, answer = opened.messages
        asked = [at for at, one in enumerate(before) if one.role is Role.USER]
        if not asked:
            raise MessageNotFound("Nobody asked for this answer.")
        question = before[asked[-1]]
        history = [one for one in before[: asked[-1]] if _is_told(one)]
        rules = tuple(one for one in before if one.role is Role.SYSTEM)
        return Turn(opened.conversation, question, answer, tuple(history[-MAX_HISTORY:]), rules)

    async def keep(self, operator: Operator, message_id: str, wish: NewTest) -> KeptRow:
        """Make a turn a row, or the row that it is already another one: twice is once.

        A row that is refused leaves no new dataset behind. Raise MessageNotFound, NotFound (dataset), InvalidInput,
        BadRows.
        """
        operator.require(Permission.DATASETS_EDIT)
        turn = await self.turn(operator, message_id)
        named = None if wish.dataset_id else await self._datasets.named(operator, wish.dataset_name)
        dataset_id = named.id if named else wish.dataset_id
        given = await self._input(operator, turn, dataset_id)
        if wish.with_history and turn.history:
            given[HISTORY] = _told(turn)
        metadata = {"conversation": turn.conversation.id, "run": turn.answer.run_id}
        source = Source(SourceKind.LOG, turn.question.author, turn.answer.id)
        corrected = await self._conversations.mask(operator, turn.conversation.id, wish.expected_output, Way.FEEDBACK)
        if isinstance(corrected, str) and _differs(turn.answer.text, corrected):
            metadata[CORRECTED] = turn.answer.text
        item = NewItem(given, corrected, metadata, wish.split)
        return await self._datasets.keep_item(operator, dataset_id, item, source, named=wish.dataset_name, is_once=True)

    async def fit(self, operator: Operator, message_id: str, dataset_id: str) -> KeyFit:
        """Say how the input of a turn fits the other rows of a dataset; none has to have a history. Raise as `keep`."""
        operator.require(Permission.DATASETS_READ)
        turn = await self.turn(operator, message_id)
        given = await self._input(operator, turn, dataset_id)
        if turn.history:
            given[HISTORY] = _told(turn)
        fit = await self._datasets.key_fit(operator, dataset_id, given)
        missing, unknown = (tuple(one for one in keys if one != HISTORY) for keys in (fit.missing, fit.unknown))
        return KeyFit(missing, unknown, fit.row)

    async def tests(self, operator: Operator, message_ids: Sequence[str]) -> list[TurnTest]:
        """Return the rows that these answers became, as they stand; nothing for who may not read datasets."""
        if not operator.may(Permission.DATASETS_READ):
            return []
        found = await self._datasets.from_sources(operator, message_ids)
        standing: dict[str, ItemStanding] = {}
        if operator.may(Permission.EXPERIMENTS_READ):
            standing = await self._experiments.standing(operator, [one.item.id for one in found])
        told = [_test(one.item, one.dataset_id, one.dataset_name, standing.get(one.item.id)) for one in found]
        return [await self._with_next(operator, one) for one in told]

    async def _with_next(self, operator: Operator, test: TurnTest) -> TurnTest:
        """Name the experiment that asks the row next when it is run again, where none asked it as it is now."""
        if test.state not in (TestState.NEW, TestState.CHANGED) or not operator.may(Permission.EXPERIMENTS_RUN):
            return test
        done = await self._experiments.list(
            operator, Page(limit=1), dataset_id=test.dataset_id, statuses=(Status.DONE,)
        )
        newest = next(iter(done.items), None)
        return replace(test, is_due=True, next_id=newest.id if newest else "", next_name=newest.name if newest else "")

    async def _input(self, operator: Operator, turn: Turn, dataset_id: str) -> dict[str, Any]:
        """Return what the run was given, its one text under the name that the dataset has for questions.

        A dataset without an id is to be made.
        """
        given = await self._given(operator, turn.answer)
        if not dataset_id:
            return given or {QUESTION: turn.question.text}
        field = await self._datasets.main_field(operator, dataset_id)
        if len(given) != 1 or field in given:
            return given or {field: turn.question.text}
        (value,) = given.values()
        is_fresh = not (await self._datasets.get(operator, dataset_id)).version
        return given if is_fresh and field == QUESTION else {field: value}

    async def _given(self, operator: Operator, answer: Message) -> dict[str, Any]:
        """Return the input of the run behind an answer; nothing where none is kept that may be read."""
        if answer.run_id and operator.may(Permission.FLOWS_READ):
            with suppress(NotFound):
                return dict((await self._runs.get(operator, answer.run_id)).run.input)
        return {}


def _differs(answer: str, corrected: str) -> bool:
    return answer.strip() != corrected.strip() and 0 < len(answer) <= MOST_CORRECTED


def _is_told(message: Message) -> bool:
    return message.role in (Role.USER, Role.ASSISTANT) and message.state in SAID


def _test(item: Item, dataset_id: str, dataset_name: str, last: ItemStanding | None) -> TurnTest:
    common = (item.source.reference, dataset_id, dataset_name, item.row, item.expected_output)
    if last is None:
        return TurnTest(*common, TestState.NEW)
    asked = (last.experiment_id, last.experiment_name, last.passed, last.failed)
    if item.version > last.dataset_version:
        return TurnTest(*common, TestState.CHANGED, *asked)
    if last.passed and last.failed:
        return TurnTest(*common, TestState.MIXED, *asked)
    state = TestState.PASSES if last.passed else TestState.FAILS if last.failed else TestState.UNSCORED
    return TurnTest(*common, state, *asked)


def _told(turn: Turn) -> list[dict[str, str]]:
    """Return what was said before a turn, as a row keeps it."""
    return [{"role": one.role.value, "content": one.text} for one in turn.history]
