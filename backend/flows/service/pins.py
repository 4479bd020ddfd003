"""Write the versions that labels mean into the document of a run, so that it says the same when it is resumed."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection
from dataclasses import replace

from backend.errors import InvalidInput
from backend.flows.context import Prompts
from backend.flows.document import FlowDocument
from backend.flows.engine.loader import run_operator
from backend.flows.managed import Followed, pinned
from backend.flows.published import Live
from backend.flows.repository.flows import FlowRepository
from backend.operator import Operator
from backend.prompts.types import Taking
from backend.unit_of_work import Units

MAX_KEPT = 200


class Pins:
    """Labels are read at the start of each run; a document is written only when one of them moved."""

    def __init__(self, units: Units, prompts: Prompts | None) -> None:
        self._units, self._prompts = units, prompts
        self._kept: OrderedDict[tuple[object, ...], str] = OrderedDict()

    async def stand(self, operator: Operator, live: Live, follows: Collection[Followed], taking: Taking | None) -> Live:
        """Return the same flow with a snapshot whose prompts stand. Raise NotFound where a label has no version.

        `taking` is None for a run that is no conversation with people: it takes no part in a live test.
        """
        if self._prompts is None:
            raise InvalidInput("There are no prompts here.")
        acting = run_operator(operator.project_id, operator.user_id, operator.name)
        numbers = {
            (slug, label): await self._prompts.pinned(acting, slug, label, taking) for slug, label in sorted(follows)
        }
        key = (operator.project_id, live.snapshot_id, *sorted(numbers.items()))
        known = self._kept.get(key)
        return replace(live, snapshot_id=known or await self._keep(operator, live, numbers, key))

    async def _keep(self, operator: Operator, live: Live, numbers: dict[Followed, int], key: tuple[object, ...]) -> str:
        async with self._units.write(operator) as work:
            rows = FlowRepository(work.session, operator.project_id)
            document = FlowDocument.model_validate(await rows.snapshot(live.snapshot_id))
            kept = await rows.keep_snapshot(pinned(document, numbers))
        self._kept[key] = kept
        if len(self._kept) > MAX_KEPT:
            self._kept.popitem(last=False)
        return kept
