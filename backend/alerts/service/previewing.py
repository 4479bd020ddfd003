"""What a rule would have done in the last days, before anybody is told anything."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from backend.alerts.checks import checked
from backend.alerts.service.base import Base
from backend.alerts.standing import Standing, look
from backend.alerts.types import Event, Looked, NewAlert, Preview, Spell
from backend.columns import utc_now
from backend.conversations.figure_types import Figures
from backend.operator import Operator, Permission

BACK = timedelta(days=7)
# A window is cut into so many steps at least where they last five minutes or more, and none lasts above an hour.
STEPS, SHORTEST, LONGEST = 4, 5, 60


class PreviewUseCases(Base):
    """The same machine that the watch runs, over the figures of the past."""

    async def preview(self, operator: Operator, rule: NewAlert, at: datetime | None = None) -> Preview:
        """Look back over seven days, as the log stands now. Raise InvalidInput for a rule that cannot be watched."""
        operator.require(Permission.CONVERSATIONS_READ)
        rule, until = checked(rule), at or utc_now()
        minutes = rule.window_minutes
        num_steps = max(min(STEPS, minutes // SHORTEST), math.ceil(minutes / LONGEST))
        step = timedelta(minutes=minutes) / num_steps
        num = math.ceil(BACK / step)
        edges = [until - step * back for back in range(num + num_steps - 1, -1, -1)]
        found = await self._conversations.windows(operator, rule.filters, edges, num_steps)
        # A look stands for all those of its step.
        coarse = replace(rule, looks=math.ceil(timedelta(minutes=rule.looks) / step))
        looks, spells = _played(coarse, zip(edges[num_steps:], found, strict=True))
        of_all = await self._conversations.figures(operator, replace(rule.filters, since=edges[0], until=until))
        return Preview(until - step * num, until, step / timedelta(minutes=1), looks, spells, of_all.num)


def _played(
    rule: NewAlert, windows: Iterable[tuple[datetime, Figures]]
) -> tuple[tuple[Looked, ...], tuple[Spell, ...]]:
    """Return what each look saw and when the rule would have fired."""
    standing, looks, spells = Standing(), list[Looked](), list[Spell]()
    for at, figures in windows:
        value, num_behind = rule.measure.of(figures)
        told = value if num_behind >= rule.min_count else None
        looks.append(Looked(at, told))
        standing, event = look(rule, standing, value, num_behind, at)
        if event is Event.FIRED:
            spells.append(Spell(at, None, value or 0.0))
        elif event is Event.RESOLVED:
            spells[-1] = replace(spells[-1], until=at)
    return tuple(looks), tuple(spells)
