"""What the nodes of flows did in the runs that answered an experiment, summed where the rows lie."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import case, func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.experiments.models import ExperimentCellRow
from backend.experiments.types import CellStatus
from backend.flows.models import NodeRunRow, RunRow
from backend.flows.types import NodeStatus

# A node that was skipped, or cut because another one failed, did not run.
RAN = (NodeStatus.DONE.value, NodeStatus.FAILED.value)
# A run is named before it begins, and one under way tells nothing yet.
WAITING = (CellStatus.PENDING.value, CellStatus.RUNNING.value)


@dataclass(frozen=True, slots=True)
class NodeTotal:
    """Sums over the runs of one node; `failed_run` is empty where none failed, `cost` without what has no price."""

    node: str
    num_runs: int
    num_failed: int
    mean_ms: float
    median_ms: float
    cost: Decimal
    tokens: int
    slowest_run: str
    failed_run: str
    has_unpriced: bool = False


class NodeTotals:
    """Opened for one unit of work; sees one project."""

    def __init__(self, session: AsyncSession, project_id: str) -> None:
        self._session, self._project_id = session, project_id

    async def num_answers(self, experiment_id: str) -> dict[int, int]:
        """Return how many answers have a run that is still there, by the place of their variant."""
        variant = col(ExperimentCellRow.variant)
        runs = select(variant, func.count()).join(RunRow, col(RunRow.id) == col(ExperimentCellRow.run_id))
        statement = runs.where(*self._answered(experiment_id), col(RunRow.project_id) == self._project_id).group_by(
            variant
        )
        return dict((await self._session.exec(statement)).all())

    async def of(self, experiment_id: str, variant: int) -> list[NodeTotal]:
        """Return a total for each node that ran: one statement, of which as many rows come back as there are nodes.

        The median stands in the middle of the times in their order, by a count that both databases know; of an even
        number it is the mean of the middle two.
        """
        time, failed = col(NodeRunRow.time_ms), col(NodeRunRow.status) == NodeStatus.FAILED.value
        ran: Any = (
            select(
                col(NodeRunRow.node).label("node"),
                col(NodeRunRow.run_id).label("run_id"),
                case((failed, 1), else_=0).label("failed"),
                time.label("time"),
                col(NodeRunRow.cost).label("cost"),
                (col(NodeRunRow.tokens_in) + col(NodeRunRow.tokens_out)).label("tokens"),
                case((col(NodeRunRow.has_unpriced), 1), else_=0).label("unpriced"),
                func.row_number().over(partition_by=col(NodeRunRow.node), order_by=time).label("place"),
                func.count().over(partition_by=col(NodeRunRow.node)).label("many"),
            )  # type: ignore[call-overload]
            .join(ExperimentCellRow, col(ExperimentCellRow.run_id) == col(NodeRunRow.run_id))
            .where(*self._answered(experiment_id), col(ExperimentCellRow.variant) == variant)
            .where(col(NodeRunRow.status).in_(RAN))
            .subquery()
        ).c
        is_middle = (2 * ran.place >= ran.many) & (2 * ran.place <= ran.many + 2)
        statement: Any = select(
            ran.node,
            func.count(),
            func.sum(ran.failed),
            func.avg(ran.time),
            func.avg(case((is_middle, ran.time))),
            func.sum(ran.cost),
            func.sum(ran.tokens),
            func.max(case((ran.place == ran.many, ran.run_id))),
            func.max(case((ran.failed == 1, ran.run_id))),
            func.max(ran.unpriced),
        ).group_by(ran.node)  # type: ignore[call-overload]
        rows = (await self._session.exec(statement)).all()
        return [
            NodeTotal(
                node,
                count,
                int(failed),
                float(mean),
                float(median),
                cost,
                int(tokens),
                slowest,
                bad or "",
                bool(unpriced),
            )
            for node, count, failed, mean, median, cost, tokens, slowest, bad, unpriced in rows
        ]

    async def lack_price(self, run_ids: Sequence[str]) -> bool:
        """Say whether a node of these runs took tokens of a model without a price, whatever the others cost."""
        statement = (
            select(NodeRunRow.run_id)
            .join(RunRow, col(RunRow.id) == col(NodeRunRow.run_id))
            .where(RunRow.project_id == self._project_id, col(NodeRunRow.run_id).in_(run_ids))
            .where(col(NodeRunRow.has_unpriced))
            .limit(1)
        )
        return (await self._session.exec(statement)).first() is not None

    def _answered(self, experiment_id: str) -> tuple[Any, ...]:
        return (
            col(ExperimentCellRow.project_id) == self._project_id,
            col(ExperimentCellRow.experiment_id) == experiment_id,
            col(ExperimentCellRow.run_id) != "",
            ~col(ExperimentCellRow.status).in_(WAITING),
        )
