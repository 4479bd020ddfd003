"""Keep what experiments ended in, and tell it while it stands."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence

from sqlalchemy.exc import DBAPIError

from backend.errors import Unavailable
from backend.experiments.headlines import kept_as, kept_in, mark_of
from backend.experiments.models import ExperimentRow
from backend.experiments.repository import Cells, Experiments
from backend.experiments.service.base import UseCases
from backend.experiments.types import Comparison, Headline, Progress, Status, headline_of
from backend.operator import Operator, Permission

logger = logging.getLogger(__name__)


class Headlining(UseCases):
    """A list asks for no statistics: it shows what the last comparison said, if nothing changed since."""

    async def _headlines(
        self, operator: Operator, rows: Sequence[ExperimentRow], progress: Mapping[str, Progress]
    ) -> dict[str, Headline]:
        """Return by id what is known of these experiments as they are now."""
        told = [row for row in rows if row.status == Status.DONE and row.headline]
        if not told or not operator.may(Permission.DATASETS_READ):
            return {}
        revisions = await self._outside.revisions(operator, {row.dataset_id for row in told})
        found = {row.id: kept_in(row, mark_of(row, progress.get(row.id), revisions)) for row in told}
        return {identifier: one for identifier, one in found.items() if one is not None}

    async def _mark(self, operator: Operator, experiment_id: str) -> str:
        """Return what a headline would rest on now, empty before the end. Ask before what is compared is read.

        What changes in between makes the headline an old one, and never an old headline a new one.
        """
        async with self._units.read(operator) as session:
            row = await Experiments(session, operator.project_id).get(experiment_id)
            if row.status != Status.DONE or not operator.may(Permission.DATASETS_READ):
                return ""
            progress = await Cells(session, operator.project_id).progress([row.id])
        return mark_of(row, progress.get(row.id), await self._outside.revisions(operator, {row.dataset_id}))

    async def _keep_headline(self, operator: Operator, row: ExperimentRow, mark: str, said: Comparison) -> None:
        """Keep what it ended in, once for each mark; a database that cannot be written to stops nobody's reading."""
        if row.headline.get("mark") == mark:
            return
        try:
            async with self._units.write(operator) as work:
                rows = Experiments(work.session, operator.project_id)
                await rows.say(row.id, kept_as(headline_of(said), mark))
        except (DBAPIError, Unavailable):
            logger.warning("what experiment %s ended in could not be kept", row.id, exc_info=True)
