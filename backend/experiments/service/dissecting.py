"""Say of flows what each of their nodes did, beside the baseline's."""

from __future__ import annotations

from backend.experiments.analysis.nodes import Known, beside, with_scores
from backend.experiments.models import ExperimentRow
from backend.experiments.repository import Experiments
from backend.experiments.repository.nodes import NodeTotals
from backend.experiments.service.comparing import Comparing, names_of, place_of
from backend.experiments.shapes import draft_of, pinned_of
from backend.experiments.types import ComparedNodes, FlowMap
from backend.flows.document import FlowDocument
from backend.operator import Operator, Permission


class Dissecting(Comparing):
    """Reads the runs that answered; nothing is kept of it."""

    async def nodes(
        self, operator: Operator, experiment_id: str, baseline: str = "", variant: str = ""
    ) -> ComparedNodes:
        """Compare the nodes of each variant that is a flow, or of one, with those of a baseline that is a flow too.

        None before the first answer. Raise ExperimentNotFound, NothingToCompare.
        """
        operator.require(Permission.EXPERIMENTS_READ)
        operator.require(Permission.FLOWS_READ)
        async with self._units.read(operator) as session:
            row = await Experiments(session, operator.project_id).get(experiment_id)
            counts = await NodeTotals(session, operator.project_id).num_answers(experiment_id)
        names = names_of(row)
        base = place_of(names, baseline or row.baseline)
        wanted = {place_of(names, variant)} if variant else set(range(len(names)))
        flows = {at for at, one in enumerate(pinned_of(row)) if one.kind == "flow" and counts.get(at)}
        others = sorted(wanted & flows - {base}) if base in flows else []
        ran = {at: await self._ran(operator, row, at) for at in ([base, *others] if others else [])}
        told = {at: known for at, (known, _) in ran.items()}
        found = [one for at in others for one in beside(names[at], told[at], counts[at], told[base], counts[base])]
        if any(one.get("node") for one in draft_of(row).evaluators) and found:
            compared = await self.comparison(operator, experiment_id, names[base])
            found = list(with_scores(found, compared.metrics))
        maps = {names[at]: _map(document) for at, (_, document) in ran.items() if document}
        return ComparedNodes(names[base], {names[at]: counts[at] for at in told}, tuple(found), maps)

    async def _ran(
        self, operator: Operator, row: ExperimentRow, variant: int
    ) -> tuple[list[Known], FlowDocument | None]:
        """Return the nodes of a variant's flow as its runs have them, with what each did in all of them, and it."""
        async with self._units.read(operator) as session:
            totals = await NodeTotals(session, operator.project_id).of(row.id, variant)
        if not totals:
            return [], None
        by_node = {one.node: one for one in totals}
        example = await self._outside.runs.get(operator, totals[0].slowest_run)
        known = [Known(one.node, one.title, one.kind, one.plate, by_node.get(one.node)) for one in example.nodes]
        return known, example.document


def _map(document: FlowDocument) -> FlowMap:
    placed = document.layout
    places = {one.id: (placed[one.id].x, placed[one.id].y) if one.id in placed else (0, 0) for one in document.nodes}
    return FlowMap(places, tuple(dict.fromkeys((one.source, one.target) for one in document.edges)))
