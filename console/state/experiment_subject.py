"""Which prompt a new experiment asks before anybody chose: the one that was saved last and reads these rows."""

from __future__ import annotations

from backend.bootstrap import services
from backend.operator import Operator
from backend.paging import Page
from backend.prompts.types import Holes

MOST_LOOKED_AT = 50


async def fitting(operator: Operator, dataset_id: str) -> str:
    """Return the prompt that needs nothing but what the first row has, reading some of it; empty for none."""
    rows = (await services().datasets.items(operator, dataset_id, page=Page(1))).items if dataset_id else ()
    if not rows:
        return ""
    given, prompts = set(rows[0].input), await services().prompts.list(operator)
    newest = sorted(prompts, key=lambda one: one.saved_at, reverse=True)[:MOST_LOOKED_AT]
    holes = await services().prompts.holes_of(operator, newest)
    return next((one.id for one, found in zip(newest, holes, strict=True) if _reads(found, given)), "")


def _reads(holes: Holes, given: set[str]) -> bool:
    needed = {one.name for one in holes.variables if one.required} | set(holes.placeholders)
    return not holes.problem and needed <= given and bool(given & (needed | {one.name for one in holes.variables}))
