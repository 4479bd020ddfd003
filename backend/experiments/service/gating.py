"""What a flow or prompt must pass before it is published."""

from __future__ import annotations

from typing import Literal

from backend.audit.repository import AuditTrail
from backend.audit.types import Target
from backend.errors import NotFound
from backend.experiments.errors import GateRefused
from backend.experiments.models import ExperimentRow, PublishRequirementRow
from backend.experiments.outside import acting
from backend.experiments.passing import shortcomings
from backend.experiments.repository import Experiments
from backend.experiments.service.comparing import Comparing
from backend.experiments.shapes import draft_of, pinned_of
from backend.experiments.types import Draft
from backend.operator import Operator, Permission
from backend.ports.database import OfProject
from backend.ports.publish_gate import Publishing
from backend.prompts.types import PRODUCTION, VersionRef

Kind = Literal["flow", "prompt"]
# With these an evaluator of whoever publishes would let everything pass.
SOFTENING = frozenset({"negate", "direction", "margin"})


class Gating(Comparing):
    """Implements the port PublishGate."""

    async def requirement(self, operator: Operator, kind: Kind, name: str) -> str | None:
        """Return the id of the dataset that must be passed, None for none. Raise NotFound."""
        operator.require(Permission.EXPERIMENTS_READ)
        subject_id, _ = await self._subject(operator, kind, name)
        async with self._units.read(operator) as session:
            row = await Experiments(session, operator.project_id).requirement(kind, subject_id)
        return row.dataset_id if row else None

    async def require(self, operator: Operator, kind: Kind, name: str, dataset_id: str) -> None:
        """Let it be published only with an experiment over the dataset in which nothing got worse. Raise NotFound."""
        operator.require(Permission.EXPERIMENTS_EDIT)
        subject_id, title = await self._subject(operator, kind, name)
        rows = await self._outside.rows(operator, dataset_id, None, "")
        async with self._units.write(operator) as work:
            experiments = Experiments(work.session, operator.project_id)
            await experiments.drop_requirement(kind, subject_id)
            experiments.add(
                PublishRequirementRow(
                    project_id=operator.project_id,
                    kind=kind,
                    subject_id=subject_id,
                    dataset_id=dataset_id,
                    dataset_name=rows.name,
                    created_by=operator.name,
                )
            )
            target = Target(kind, subject_id, title)
            await AuditTrail(work.session).record(operator, "publish.require", target, after={"dataset": dataset_id})

    async def release(self, operator: Operator, kind: Kind, name: str) -> None:
        """Ask nothing of it any more. Raise NotFound."""
        operator.require(Permission.EXPERIMENTS_EDIT)
        subject_id, title = await self._subject(operator, kind, name)
        async with self._units.write(operator) as work:
            await Experiments(work.session, operator.project_id).drop_requirement(kind, subject_id)
            await AuditTrail(work.session).record(operator, "publish.release", Target(kind, subject_id, title))

    async def check(self, publishing: Publishing) -> None:
        """Raise GateRefused unless the newest experiment that counts passed with exactly this content.

        One counts that asked the whole of the dataset as it is now, with evaluators that were not softened, and with
        what is published at this moment as a variant, which is the baseline here whatever the experiment says.
        """
        project_id, name = publishing.project_id, publishing.name
        async with self._units.read(OfProject(project_id)) as session:
            experiments = Experiments(session, project_id)
            required = await experiments.requirement(publishing.kind, publishing.subject_id)
            if required is None:
                return
            done = await experiments.done_over(required.dataset_id)
        gate = acting(project_id, "", "The gate")
        published = await self._published(gate, publishing)
        if published == publishing.fingerprint:
            return
        version = await self._newest(gate, required.dataset_id)
        for row in done:
            ours = _variant(row, publishing, publishing.fingerprint)
            base = _variant(row, publishing, published) if published else row.baseline
            if not ours or not base or row.dataset_version != version or not await self._asks_all(draft_of(row)):
                continue
            found = await self.comparison(gate, row.id, base)
            said = shortcomings(found, [ours])
            if said:
                raise GateRefused(
                    f"{name} did not pass {required.dataset_name}: {said[0]}", hint=f"Experiment {row.name} says more."
                )
            return
        beside = " beside the published one" if published else ""
        raise GateRefused(
            f"{name} must pass the dataset {required.dataset_name} before it is published.",
            hint=f"Run an experiment over all of its newest version, with an evaluator that is neither negated, turned "
            f"round nor given a margin, and with this content as a variant{beside}.",
        )

    async def _asks_all(self, draft: Draft) -> bool:
        plain = [{name: value for name, value in one.items() if name not in SOFTENING} for one in draft.evaluators]
        is_plain = await self._evaluators(draft.evaluators) == await self._evaluators(plain)
        return not draft.split and bool(plain) and is_plain

    async def _published(self, gate: Operator, publishing: Publishing) -> str:
        """Return the fingerprint of what people get now, empty before the first."""
        if publishing.kind == "flow":
            flow = await self._outside.flows.get(gate, publishing.subject_id)
            if flow.published_version is None:
                return ""
            stored = await self._outside.flows.get_version(gate, flow.id, flow.published_version)
            return stored.document.fingerprint()
        prompts = self._outside.prompts
        number = (await prompts.get(gate, publishing.subject_id)).labels.get(PRODUCTION)
        if number is None:
            return ""
        live = await prompts.get_version(gate, publishing.subject_id, VersionRef(version=number))
        return live.content.fingerprint()

    async def _newest(self, gate: Operator, dataset_id: str) -> int | None:
        try:
            return (await self._outside.rows(gate, dataset_id, None, "")).version
        except NotFound:
            return None

    async def _subject(self, operator: Operator, kind: Kind, name: str) -> tuple[str, str]:
        if kind == "flow":
            flow = await self._outside.flows.get(operator, name)
            return flow.id, flow.name
        if kind == "prompt":
            prompt = await self._outside.prompts.get(operator, name)
            return prompt.id, prompt.name
        raise NotFound("Only flows and prompts are published.")


def _variant(row: ExperimentRow, publishing: Publishing, fingerprint: str) -> str:
    """Return the name of the variant of this content, empty where there is none."""
    for one in pinned_of(row):
        subject = one.flow_id if publishing.kind == "flow" else one.prompt_id
        if subject == publishing.subject_id and fingerprint in (one.fingerprint, one.as_run):
            return one.name
    return ""
