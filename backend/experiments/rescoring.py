"""An experiment that scores the answers of another one, in place of asking for its own."""

from __future__ import annotations

from dataclasses import replace

from backend.errors import Conflict, InvalidInput
from backend.experiments.engine.taking_over import source_of, unchanged
from backend.experiments.outside import Outside
from backend.experiments.repository import Cells
from backend.experiments.shapes import draft_of, pinned_of
from backend.experiments.types import Draft, Pinned, Progress, Status
from backend.operator import Operator

NOTHING = "Name at least one evaluator: nothing else is asked here."


async def over_answers(outside: Outside, operator: Operator, draft: Draft) -> Draft:
    """Return the draft with everything that was asked as the other experiment has it. Raise Conflict, InvalidInput."""
    if not draft.evaluators:
        raise InvalidInput(NOTHING, fields={"evaluators": NOTHING})
    async with outside.units.read(operator) as session:
        source = await source_of(session, operator, draft)
        progress = (await Cells(session, operator.project_id).progress([source.id])).get(source.id)
    if Status(source.status).is_open or progress is None or not progress.num_done:
        raise Conflict("That experiment has no answers to score yet.", hint="Wait until it has ended.")
    return replace(
        draft_of(source),
        name=draft.name,
        evaluators=draft.evaluators,
        concurrency=draft.concurrency,
        requests_per_minute=draft.requests_per_minute,
        budget=draft.budget,
        version=source.dataset_version,
        baseline=source.baseline,
        early_stop=False,
        answers_of=source.id,
    )


async def pinned_there(outside: Outside, operator: Operator, draft: Draft) -> tuple[Pinned, ...]:
    """Return the variants as they answered. Raise Conflict where the other experiment was deleted."""
    async with outside.units.read(operator) as session:
        source = await source_of(session, operator, draft)
    return tuple(replace(one, promoted=()) for one in pinned_of(source))


async def answered_there(outside: Outside, operator: Operator, draft: Draft) -> tuple[Progress, frozenset[str]]:
    """Return how many answers there are with their tokens, and whose scores of them are taken over. Raise Conflict."""
    async with outside.units.read(operator) as session:
        source = await source_of(session, operator, draft)
        progress = (await Cells(session, operator.project_id).progress([source.id]))[source.id]
    return progress, await unchanged(outside, draft_of(source), draft)
