"""What a flow or prompt must pass before it is published."""

from __future__ import annotations

from typing import Literal

from backend.audit.repository import AuditTrail
from backend.audit.types import Target
from backend.errors import NotFound
from backend.experiments.errors import GateRefused
from backend.experiments.models import PublishRequirementRow
from backend.experiments.outside import acting
from backend.experiments.passing import shortcomings
from backend.experiments.repository import Experiments
from backend.experiments.service.comparing import Comparing
from backend.experiments.shapes import pinned_of
from backend.experiments.types import Pinned
from backend.operator import Operator, Permission
from backend.ports.database import OfProject
from backend.ports.publish_gate import Publishing

Kind = Literal["flow", "prompt"]


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
        """Raise GateRefused unless the newest experiment of exactly this content passed."""
        project_id = publishing.project_id
        async with self._units.read(OfProject(project_id)) as session:
            experiments = Experiments(session, project_id)
            required = await experiments.requirement(publishing.kind, publishing.subject_id)
            if required is None:
                return
            done = await experiments.done_over(required.dataset_id)
        for row in done:
            variant = next((one for one in pinned_of(row) if _is(one, publishing)), None)
            if variant is None:
                continue
            found = await self.comparison(acting(project_id, "", "The gate"), row.id)
            said = shortcomings(found, [variant.name])
            if said:
                raise GateRefused(
                    f"{publishing.name} did not pass {required.dataset_name}: {said[0]}",
                    hint=f"Experiment {row.name} says more.",
                )
            return
        raise GateRefused(
            f"{publishing.name} must pass the dataset {required.dataset_name} before it is published.",
            hint="Run an experiment over it with this content as a variant.",
        )

    async def _subject(self, operator: Operator, kind: Kind, name: str) -> tuple[str, str]:
        if kind == "flow":
            flow = await self._outside.flows.get(operator, name)
            return flow.id, flow.name
        if kind == "prompt":
            prompt = await self._outside.prompts.get(operator, name)
            return prompt.id, prompt.name
        raise NotFound("Only flows and prompts are published.")


def _is(variant: Pinned, publishing: Publishing) -> bool:
    subject = variant.flow_id if publishing.kind == "flow" else variant.prompt_id
    return subject == publishing.subject_id and publishing.fingerprint in (variant.fingerprint, variant.as_run)
