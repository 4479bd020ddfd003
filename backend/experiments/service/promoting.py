"""From a verdict to production: what won gets a label or is published, with its evidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from backend.audit.repository import AuditTrail
from backend.columns import utc_now
from backend.errors import Conflict, NotFound
from backend.experiments.errors import NothingToCompare, WrongState
from backend.experiments.evidence import evidence
from backend.experiments.models import ExperimentRow
from backend.experiments.outside import acting
from backend.experiments.pinning import as_run, reference_of
from backend.experiments.repository import Experiments
from backend.experiments.service.base import target
from backend.experiments.service.comparing import Comparing
from backend.experiments.shapes import draft_of, experiment_of, pinned_as_json, pinned_of
from backend.experiments.types import Pinned, Promoted, Promotion, Status, VariantDraft, Whereabouts, WishEnd
from backend.flows.types import Flow, PublishApproval
from backend.operator import Operator, Permission
from backend.prompts.types import PRODUCTION, Approval, Content, VersionRef
from backend.unit_of_work import Work


class Promoting(Comparing):
    """The rules of labels and of publishing stay theirs: approval, protection and gates are asked as ever."""

    async def promotion(self, operator: Operator, experiment_id: str, variant: str) -> Promotion:
        """Say what `promote` would do. Raise as it does, but for what labels and publishing refuse."""
        _, draft, pinned = await self._promotable(operator, experiment_id, variant)
        if pinned.kind == "flow":
            flow = await self._draft_that_ran(operator, pinned)
            number = (flow.published_version or 0) + 1
            return Promotion("flow", flow.id, flow.name, number, fingerprint=pinned.fingerprint)
        return (await self._version_that_says_it(operator, draft, pinned))[0]

    async def promote(
        self,
        operator: Operator,
        experiment_id: str,
        variant: str,
        *,
        label: str = PRODUCTION,
        comment: str = "",
        baseline: str = "",
    ) -> Promotion:
        """Point a label at a variant's prompt, or publish its flow; the verdicts go along as the comment.

        They are those beside `baseline`, the experiment's own where none is named.

        A prompt that ran on another model or with other parameters than its version names gets a version that names
        them. Raise ExperimentNotFound, WrongState before its end, Conflict for what cannot be promoted.
        """
        row, draft, pinned = await self._promotable(operator, experiment_id, variant)
        said = evidence(experiment_of(row), await self.comparison(operator, experiment_id, baseline), variant)
        words = f"{comment.strip()}\n{said}" if comment.strip() else said
        if pinned.kind == "flow":
            made = await self._publish(operator, pinned, words)
        else:
            made = await self._label(operator, draft, pinned, label, words)
        async with self._units.write(operator) as work:
            await self._keep(work, operator, experiment_id, variant, made)
            after = {"variant": variant, "kind": made.kind, "name": made.name, "version": made.version}
            after |= {"label": made.label} if made.label else {}
            await AuditTrail(work.session).record(operator, "experiment.promote", target(row), after=after)
        return made

    async def whereabouts(self, operator: Operator, experiment_id: str) -> Sequence[Whereabouts]:
        """Return what was promoted and where it stands by now, newest first. Raise ExperimentNotFound."""
        operator.require(Permission.EXPERIMENTS_READ)
        async with self._units.read(operator) as session:
            row = await Experiments(session, operator.project_id).get(experiment_id)
        reader = acting(operator.project_id, "", "The experiment")  # whoever reads it may hear how it ended
        found = [await self._stands(reader, pinned.name, one) for pinned in pinned_of(row) for one in pinned.promoted]
        return sorted(found, key=lambda one: one.promoted.at, reverse=True)

    async def _stands(self, reader: Operator, variant: str, kept: Promoted) -> Whereabouts:
        try:
            if kept.kind == "flow":
                return await self._flow_stands(reader, variant, kept)
            labels = await self._outside.prompts.labels(reader, kept.id)
            label = next((one for one in labels if one.name == kept.label), None)
            now = label.version if label else None
            if label and now == kept.version:
                kept = replace(kept, by=label.moved_by, at=label.moved_at)
            if now == kept.version:
                return Whereabouts(variant, kept, "there", now)
            wishes = await self._outside.prompts.approvals(reader, kept.id, waiting=False) if kept.waits_for else ()
        except NotFound:
            return Whereabouts(variant, kept, "gone")
        wish = next((one for one in wishes if one.id == kept.waits_for), None)
        return _undecided_or_declined(variant, kept, wish, now) or Whereabouts(variant, kept, "left", now)

    async def _flow_stands(self, reader: Operator, variant: str, kept: Promoted) -> Whereabouts:
        """The number alone does not say it: what was declined left its number to another."""
        flows = self._outside.flows
        now = (await flows.get(reader, kept.id)).published_version
        wishes = await flows.publish_approvals(reader, kept.id, waiting=False) if kept.waits_for else ()
        wish = next((one for one in wishes if one.id == kept.waits_for), None)
        if stands := _undecided_or_declined(variant, kept, wish, now):
            return stands
        kept = replace(kept, at=wish.decided_at) if wish and wish.decided_at else kept
        return Whereabouts(variant, kept, "there" if now == kept.version else "left", now)

    async def _keep(self, work: Work, operator: Operator, experiment_id: str, variant: str, made: Promotion) -> None:
        """Write down where the variant went; the same place again is the newest word on it."""
        kept = Promoted(
            made.kind, made.id, made.name, made.version, made.label, made.waits_for, operator.name, utc_now()
        )
        row = await Experiments(work.session, operator.project_id).get(experiment_id, lock=True)
        row.pinned = pinned_as_json(
            [
                replace(one, promoted=(*[old for old in one.promoted if _place(old) != _place(kept)], kept))
                if one.name == variant
                else one
                for one in pinned_of(row)
            ]
        )
        work.session.add(row)

    async def _promotable(
        self, operator: Operator, experiment_id: str, variant: str
    ) -> tuple[ExperimentRow, VariantDraft, Pinned]:
        operator.require(Permission.EXPERIMENTS_EDIT)
        async with self._units.read(operator) as session:
            row = await Experiments(session, operator.project_id).get(experiment_id)
        if row.status != Status.DONE:
            raise WrongState("promoted", experiment_of(row).shown_status)
        pairs = zip(draft_of(row).variants, pinned_of(row), strict=True)
        draft, pinned = next((pair for pair in pairs if pair[0].name == variant), (None, None))
        if draft is None or pinned is None:
            raise NothingToCompare(f"There is no variant called {variant}.")
        return row, draft, pinned

    async def _draft_that_ran(self, operator: Operator, pinned: Pinned) -> Flow:
        flow = await self._outside.flows.get(operator, pinned.flow_id)
        if pinned.instead:
            hint = "Put it into the draft of the flow, and compare that."
            raise Conflict(f"{flow.name} ran with {pinned.instead} in place of its own.", hint=hint)
        if pinned.version is not None:
            if pinned.version == flow.published_version:
                raise Conflict(f"{flow.name} v{pinned.version} is published already.")
            hint = "Make it the draft again and publish that."
            raise Conflict(f"{flow.name} v{pinned.version} is an older version.", hint=hint)
        if flow.draft.fingerprint() != pinned.fingerprint:
            hint = "Compare the draft as it is now."
            raise Conflict(f"The draft of {flow.name} has changed since this experiment.", hint=hint)
        return flow

    async def _publish(self, operator: Operator, pinned: Pinned, words: str) -> Promotion:
        flow = await self._draft_that_ran(operator, pinned)
        made = await self._outside.flows.publish(operator, flow.id, words, flow.draft_version)
        if made.approval:
            return Promotion("flow", flow.id, flow.name, made.approval.version, waits_for=made.approval.id)
        assert made.version
        return Promotion("flow", flow.id, flow.name, made.version.number)

    async def _version_that_says_it(
        self, operator: Operator, draft: VariantDraft, pinned: Pinned
    ) -> tuple[Promotion, Content]:
        """Return the version that names the model and the parameters which ran, and its content."""
        prompts = self._outside.prompts
        if not pinned.prompt_id or pinned.version is None:
            hint = "Save its text as a prompt, and compare that."
            raise Conflict(f"{draft.name} is a text of this experiment alone.", hint=hint)
        if draft.parameters.get("stop"):
            raise Conflict("A prompt keeps no texts to stop at.", hint="Compare it without them.")
        version = await prompts.get_version(operator, pinned.prompt_id, VersionRef(version=pinned.version))
        models = await self._outside.models.list_models(operator)
        own = reference_of(version.content.model, models) or (await self._outside.models.resolve(operator)).reference
        content = as_run(version.content, draft, own)
        told = Promotion(
            "prompt",
            pinned.prompt_id,
            pinned.prompt_name,
            version.number,
            ran=version.number,
            fingerprint=content.fingerprint(),
        )
        if content == version.content:
            return told, content
        newest = (await prompts.get(operator, pinned.prompt_id)).latest
        said = (await prompts.get_version(operator, pinned.prompt_id, VersionRef(version=newest))).content
        is_new = said.fingerprint() != content.fingerprint()
        return replace(told, version=newest + is_new, is_new=is_new), content

    async def _label(
        self, operator: Operator, draft: VariantDraft, pinned: Pinned, label: str, words: str
    ) -> Promotion:
        told, content = await self._version_that_says_it(operator, draft, pinned)
        prompts = self._outside.prompts
        if told.is_new:
            operator.require(Permission.PROMPTS_EDIT)
            await prompts.check_label(operator, pinned.prompt_id, label, told.ran, content)  # before there is a version
            written = await prompts.save_version(operator, pinned.prompt_id, content, words)
            told = replace(told, version=written.version.number, is_new=written.is_new)
        change = await prompts.set_label(operator, pinned.prompt_id, label, told.version, words)
        return replace(told, label=label, waits_for=change.approval.id if change.approval else "")


def _undecided_or_declined(
    variant: str, kept: Promoted, wish: Approval | PublishApproval | None, now: int | None
) -> Whereabouts | None:
    """Return how a wish stands that was not approved, None for one that was, and where there was none."""
    if wish is None or wish.state == "approved":
        return None
    if wish.state == "waiting":
        return Whereabouts(variant, kept, "waits", now)
    end = WishEnd(wish.state, wish.decided_by, wish.decided_at, wish.reason)
    return Whereabouts(variant, kept, "declined", now, end)


def _place(kept: Promoted) -> tuple[str, str]:
    return kept.id, kept.label
