"""An experiment that scores the answers of another one, in place of asking for its own."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from backend.errors import Conflict, InvalidInput
from backend.experiments.engine.taking_over import source_of, unchanged
from backend.experiments.outside import Outside
from backend.experiments.repository import Cells, Experiments
from backend.experiments.shapes import draft_of, pinned_of
from backend.experiments.types import Draft, Pinned, Progress, Status, kind_of
from backend.operator import Operator

NOTHING = "Name at least one evaluator: nothing else is asked here."
ASKED_THERE = "The answers are there already, so this stays as it was asked."
NO_CALLS = "Which tools the flow called was not kept with these answers."
CALLS = "tool_calls"
# By the name that REST gives them.
ASKED = {
    name: name for name in ("dataset_id", "variants", "split", "rows", "repetitions", "baseline", "early_stop")
} | {"dataset_version": "version"}
BLANK: dict[str, Any] = {"version": None, "baseline": "", "rows": ()}
MISSING = object()


async def over_answers(outside: Outside, operator: Operator, draft: Draft) -> Draft:
    """Return the draft with everything that was asked as the other experiment has it.

    Raise Conflict, InvalidInput where the draft says something else than was asked.
    """
    async with outside.units.read(operator) as session:
        source = await source_of(session, operator, draft)
    before = draft_of(source)
    kept = replace(before, version=source.dataset_version, baseline=source.baseline, early_stop=False)
    fields = {
        name: ASKED_THERE
        for name, field in ASKED.items()
        if getattr(draft, field) not in (getattr(kept, field), getattr(before, field), BLANK.get(field, MISSING))
    }
    fields |= {} if draft.evaluators else {"evaluators": NOTHING}
    if fields:
        raise InvalidInput(next(iter(fields.values())), fields=fields)
    _check_calls(before, draft)
    return replace(
        kept,
        name=draft.name,
        evaluators=draft.evaluators,
        concurrency=draft.concurrency,
        requests_per_minute=draft.requests_per_minute,
        budget=draft.budget,
        answers_of=source.id,
    )


def _check_calls(before: Draft, draft: Draft) -> None:
    """Raise InvalidInput where calls are asked for that were not kept: only who asks for them reads a flow's trace."""
    is_kept = any(kind_of(one) == CALLS for one in before.evaluators)
    asks = [number for number, one in enumerate(draft.evaluators) if kind_of(one) == CALLS]
    if asks and not is_kept and any(one.flow for one in before.variants):
        raise InvalidInput(NO_CALLS, hint="Copy the experiment instead.", fields={f"evaluators.{asks[0]}": NO_CALLS})


async def pinned_there(outside: Outside, operator: Operator, draft: Draft) -> tuple[Pinned, ...]:
    """Return the variants as they answered. Raise Conflict."""
    async with outside.units.read(operator) as session:
        source = await source_of(session, operator, draft)
    return tuple(replace(one, promoted=()) for one in pinned_of(source))


async def decided_there(session: AsyncSession, operator: Operator, draft: Draft) -> str:
    """Return what ended the other experiment early, empty where nothing did. Raise Conflict."""
    return (await source_of(session, operator, draft)).decided


async def answered_there(outside: Outside, operator: Operator, draft: Draft) -> tuple[Progress, frozenset[str]]:
    """Return how many answers there are with their tokens, and whose scores of them are taken over. Raise Conflict."""
    async with outside.units.read(operator) as session:
        source = await source_of(session, operator, draft)
        progress = (await Cells(session, operator.project_id).progress([source.id]))[source.id]
    return progress, await unchanged(outside, draft_of(source), draft)


async def refuse_twice(rows: Experiments, draft: Draft) -> None:
    """Raise Conflict where answers are scored by these evaluators already; whoever asks second waits for the first."""
    source = await rows.get(draft.answers_of, lock=True)
    for other in await rows.over(source.dataset_id):
        known = draft_of(other)
        is_alive = other.status not in (Status.FAILED, Status.CANCELLED)
        if is_alive and (known.answers_of, [*known.evaluators]) == (draft.answers_of, [*draft.evaluators]):
            raise Conflict(
                f"“{other.name}” scores these answers by the same evaluators already.", hint="Open that one."
            )
