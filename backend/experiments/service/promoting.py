"""From a verdict to production: what won gets a label or is published, with its evidence."""

from __future__ import annotations

from backend.audit.repository import AuditTrail
from backend.errors import Conflict
from backend.experiments.errors import NothingToCompare, WrongState
from backend.experiments.evidence import evidence
from backend.experiments.pinning import as_run, reference_of
from backend.experiments.repository import Experiments
from backend.experiments.service.base import target
from backend.experiments.service.comparing import Comparing
from backend.experiments.shapes import draft_of, experiment_of, pinned_of
from backend.experiments.types import Pinned, Promotion, Status, VariantDraft
from backend.operator import Operator, Permission
from backend.prompts.types import PRODUCTION, VersionRef


class Promoting(Comparing):
    """The rules of labels and of publishing stay theirs: approval, protection and gates are asked as ever."""

    async def promote(
        self, operator: Operator, experiment_id: str, variant: str, *, label: str = PRODUCTION, comment: str = ""
    ) -> Promotion:
        """Point a label at a variant's prompt, or publish its flow; the verdicts go along as the comment.

        A prompt that ran on another model or with other parameters than its version names gets a version that names
        them. Raise ExperimentNotFound, WrongState before its end, Conflict for what cannot be promoted.
        """
        operator.require(Permission.EXPERIMENTS_EDIT)
        async with self._units.read(operator) as session:
            row = await Experiments(session, operator.project_id).get(experiment_id)
        if row.status != Status.DONE:
            raise WrongState("promoted", experiment_of(row).shown_status)
        pairs = zip(draft_of(row).variants, pinned_of(row), strict=True)
        draft, pinned = next((pair for pair in pairs if pair[0].name == variant), (None, None))
        if draft is None or pinned is None:
            raise NothingToCompare(f"There is no variant called {variant}.")
        said = evidence(experiment_of(row), await self.comparison(operator, experiment_id), variant)
        words = f"{comment.strip()}\n{said}" if comment.strip() else said
        if pinned.kind == "flow":
            made = await self._publish(operator, pinned, words)
        else:
            made = await self._label(operator, draft, pinned, label, words)
        async with self._units.write(operator) as work:
            after = {"variant": variant, "kind": made.kind, "name": made.name, "version": made.version}
            after |= {"label": made.label} if made.label else {}
            await AuditTrail(work.session).record(operator, "experiment.promote", target(row), after=after)
        return made

    async def _publish(self, operator: Operator, pinned: Pinned, words: str) -> Promotion:
        flow = await self._outside.flows.get(operator, pinned.flow_id)
        if pinned.version is not None:
            if pinned.version == flow.published_version:
                raise Conflict(f"{flow.name} v{pinned.version} is published already.")
            hint = "Make it the draft again and publish that."
            raise Conflict(f"{flow.name} v{pinned.version} is an older version.", hint=hint)
        if flow.draft.fingerprint() != pinned.fingerprint:
            hint = "Compare the draft as it is now."
            raise Conflict(f"The draft of {flow.name} has changed since this experiment.", hint=hint)
        made = await self._outside.flows.publish(operator, flow.id, words, flow.draft_version)
        return Promotion("flow", flow.id, flow.name, made.number)

    async def _label(
        self, operator: Operator, draft: VariantDraft, pinned: Pinned, label: str, words: str
    ) -> Promotion:
        prompts = self._outside.prompts
        if not pinned.prompt_id or pinned.version is None:
            hint = "Save its text as a prompt, and compare that."
            raise Conflict(f"{draft.name} is a text of this experiment alone.", hint=hint)
        if draft.parameters.get("stop"):
            raise Conflict("A prompt keeps no texts to stop at.", hint="Compare it without them.")
        version = await prompts.get_version(operator, pinned.prompt_id, VersionRef(version=pinned.version))
        models = await self._outside.models.list_models(operator)
        own = reference_of(version.content.model, models) or (await self._outside.models.resolve(operator)).reference
        content, number = as_run(version.content, draft, own), version.number
        if content != version.content:
            operator.require(Permission.PROMPTS_EDIT)
            number = (await prompts.save_version(operator, pinned.prompt_id, content, words)).version.number
        change = await prompts.set_label(operator, pinned.prompt_id, label, number, words)
        waits = change.approval.id if change.approval else ""
        return Promotion("prompt", pinned.prompt_id, pinned.prompt_name, number, label, waits)
