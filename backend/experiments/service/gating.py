"""What a flow or prompt must pass before it is published."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from backend.audit.repository import AuditTrail
from backend.audit.types import Target
from backend.errors import InvalidInput, NotFound
from backend.experiments.errors import GateRefused
from backend.experiments.models import ExperimentRow, PublishRequirementRow
from backend.experiments.outside import acting
from backend.experiments.passing import ASK_AGAIN, room_for, shortcomings, why_sooner
from backend.experiments.pinning import judges_named, judges_pinned
from backend.experiments.repository import Experiments
from backend.experiments.requiring import guarded_labels, requirement_of
from backend.experiments.served import Served, Texts, texts_of, variant_of, why_elsewhere
from backend.experiments.service.comparing import Comparing
from backend.experiments.shapes import draft_of, pinned_of
from backend.experiments.types import Draft, GateResult, Part, Requirement
from backend.operator import Operator, Permission
from backend.ports.database import OfProject
from backend.ports.publish_gate import Publishing
from backend.prompts.types import PRODUCTION, VersionRef

Kind = Literal["flow", "prompt"]
# With these an evaluator of whoever publishes would let everything pass.
SOFTENING = frozenset({"negate", "direction", "margin"})
EVERYTHING = Part()


class Gating(Comparing):
    """Implements the port PublishGate."""

    async def requirement(self, operator: Operator, kind: Kind, name: str) -> Requirement | None:
        """Return what must be passed, None for nothing. Raise NotFound."""
        operator.require(Permission.EXPERIMENTS_READ)
        subject_id, _ = await self._subject(operator, kind, name)
        async with self._units.read(operator) as session:
            row = await Experiments(session, operator.project_id).requirement(kind, subject_id)
        return requirement_of(row) if row else None

    async def require(self, operator: Operator, kind: Kind, name: str, wish: Requirement) -> Requirement:
        """Let it be published only with an experiment that asked these evaluators and in which nothing got worse.

        The evaluators of an experiment are taken with its dataset; the labels of a prompt are production where none is
        named. Raise NotFound, InvalidInput where no dataset or no evaluator is named.
        """
        operator.require(Permission.EXPERIMENTS_EDIT)
        subject_id, title = await self._subject(operator, kind, name)
        dataset_id, evaluators = await self._wished(operator, wish)
        rows = await self._outside.rows(operator, dataset_id, None, EVERYTHING)
        row = PublishRequirementRow(
            project_id=operator.project_id,
            kind=kind,
            subject_id=subject_id,
            dataset_id=dataset_id,
            dataset_name=rows.name,
            evaluators=[dict(one) for one in evaluators],
            labels=guarded_labels(kind, wish.labels),
            created_by=operator.name,
        )
        async with self._units.write(operator) as work:
            experiments = Experiments(work.session, operator.project_id)
            await experiments.drop_requirement(kind, subject_id)
            experiments.add(row)
            after = {"dataset": dataset_id, "evaluators": evaluators, "labels": row.labels}
            await AuditTrail(work.session).record(
                operator, "publish.require", Target(kind, subject_id, title), after=after
            )
            return requirement_of(row)

    async def _wished(self, operator: Operator, wish: Requirement) -> tuple[str, tuple[dict[str, Any], ...]]:
        """Return the dataset and the evaluators. Raise InvalidInput, ExperimentNotFound."""
        dataset_id, evaluators = wish.dataset_id, wish.evaluators
        if wish.experiment_id:
            async with self._units.read(operator) as session:
                draft = draft_of(await Experiments(session, operator.project_id).get(wish.experiment_id))
            if dataset_id and dataset_id != draft.dataset_id:
                words = "The experiment ran over another dataset."
                raise InvalidInput(words, fields={"dataset_id": words})
            dataset_id, evaluators = draft.dataset_id, evaluators or draft.evaluators
        if not dataset_id:
            words = "Name a dataset, or an experiment over it."
            raise InvalidInput(words, fields={"dataset_id": words})
        if not await self._fitting(evaluators):
            words = "Name the evaluators that must be asked, or an experiment that asked them."
            raise InvalidInput(words, fields={"evaluators": words})
        return dataset_id, await judges_pinned(self._outside, operator, evaluators)

    async def release(self, operator: Operator, kind: Kind, name: str) -> None:
        """Ask nothing of it any more. Raise NotFound."""
        operator.require(Permission.EXPERIMENTS_EDIT)
        subject_id, title = await self._subject(operator, kind, name)
        async with self._units.write(operator) as work:
            await Experiments(work.session, operator.project_id).drop_requirement(kind, subject_id)
            await AuditTrail(work.session).record(operator, "publish.release", Target(kind, subject_id, title))

    async def gate_result(
        self,
        operator: Operator,
        kind: Kind,
        name: str,
        fingerprint: str,
        version: int | None = None,
        *,
        label: str = PRODUCTION,
    ) -> GateResult:
        """Return what `check` would say to a content at this moment, of a prompt under a label. Raise NotFound."""
        operator.require(Permission.EXPERIMENTS_READ)
        subject_id, title = await self._subject(operator, kind, name)
        under = label if kind == "prompt" else ""
        publishing = Publishing(kind, operator.project_id, subject_id, title, fingerprint, version, under)
        try:
            return await self._passed_in(publishing)
        except GateRefused as refused:
            return GateResult(
                passed=False, words=refused.message, hint=refused.hint, experiment_id=refused.experiment_id
            )

    async def check(self, publishing: Publishing) -> None:
        """Raise GateRefused unless the newest experiment that counts passed with exactly this content."""
        await self._passed_in(publishing)

    async def _passed_in(self, publishing: Publishing) -> GateResult:
        """Return the experiment that passed, if one had to, and what it leaves open. Raise GateRefused.

        One counts that asked the whole of the dataset as it is now, with every evaluator of the requirement, and with
        what is published at this moment as a variant, which is the baseline here whatever the experiment says. Others
        that it asked can only refuse: the required ones are compared as if they stood alone, and so are the two.
        """
        project_id, name = publishing.project_id, publishing.name
        async with self._units.read(OfProject(project_id)) as session:
            experiments = Experiments(session, project_id)
            required = await experiments.requirement(publishing.kind, publishing.subject_id)
            if required is None or (publishing.kind == "prompt" and publishing.label not in required.labels):
                return GateResult(passed=True)
            done = await experiments.done_over(required.dataset_id)
        gate = acting(project_id, "", "The gate")
        published = await self._published(gate, publishing)
        if published and published.fingerprint == publishing.fingerprint:
            return GateResult(passed=True)
        taken_in = await self._taken_in(gate, publishing, publishing.version)
        default = (await self._outside.models.resolve(gate)).reference if publishing.kind == "prompt" else ""
        wanted = Served(publishing.fingerprint, taken_in, default, publishing.version)
        version = await self._newest(gate, required.dataset_id)
        if version is None:
            hint = "Require another dataset of it, or lift the requirement."
            raise GateRefused(f"The dataset {required.dataset_name}, which {name} must pass, was deleted.", hint=hint)
        said_lacking = said_elsewhere = ""
        for row in _over_all_of(done, version):
            draft, pinned = draft_of(row), pinned_of(row)
            ours = variant_of(pinned, publishing, wanted)
            base = variant_of(pinned, publishing, published) if published else row.baseline
            if not ours or not base:
                said_elsewhere = said_elsewhere or why_elsewhere(pinned, publishing, wanted, published)
                continue
            if row.decided:
                said_lacking = said_lacking or f" {row.name} ended early, before it had asked all of them."
                continue
            metrics, lacking = await self._asked(gate, draft, required)
            if lacking:
                told = f" {row.name} asks {' and '.join(lacking)} in no such way."
                said_lacking = said_lacking or told
                continue
            unscored, hint = await self._unscored(gate, row, base, ours, metrics)
            if unscored:
                words = f"{name} has not passed {required.dataset_name} yet: {unscored}"
                raise GateRefused(words, hint=hint, experiment_id=row.id)
            said, room = await self._shortcomings(gate, row, base, ours, metrics)
            if said:
                words = f"{name} did not pass {required.dataset_name}: {' '.join(said)}"
                hint = f"{await self._why_sooner(gate, row, base, ours, said)} Experiment {row.name} says more."
                raise GateRefused(words, hint=hint.strip(), experiment_id=row.id)
            return GateResult(passed=True, experiment_id=row.id, room=room)
        rescored = [
            row for row in _over_all_of(done, version, again=True) if variant_of(pinned_of(row), publishing, wanted)
        ]
        said_lacking = await self._asked_of_older(gate, rescored, required) or said_lacking
        of_prompt = publishing.kind == "prompt"
        beside = f" beside the {f'one in {publishing.label}' if of_prompt else 'published one'}" if published else ""
        goes = f"goes to {publishing.label}" if of_prompt else "is published"
        raise GateRefused(
            f"{name} must pass the dataset {required.dataset_name} before it {goes}.",
            hint=said_elsewhere
            or f"Run an experiment over all of its newest version, with {await self._words(required)}, and with this "
            f"content as a variant{beside}.{said_lacking}",
        )

    async def _asked_of_older(self, gate: Operator, rows: list[ExperimentRow], required: PublishRequirementRow) -> str:
        asked = (row.name for row in rows if not (await self._asked(gate, draft_of(row), required))[1])
        return await anext((f" {name} asks them of older answers, which does not count." async for name in asked), "")

    async def _shortcomings(
        self, gate: Operator, row: ExperimentRow, base: str, ours: str, metrics: list[str]
    ) -> tuple[list[str], str]:
        """Return what is not good enough, and what the required evaluators leave open.

        Those are asked by themselves first: each more beside them would let them miss more. Rows count by themselves
        too, so that nothing falls unseen because few conversations lie behind them.
        """
        said: list[str] = []
        room = ""
        evaluators = {one.called for one in await self._evaluators(draft_of(row).evaluators)}
        for some in [metrics, []] if metrics else [[]]:
            found = await self.comparison(gate, row.id, base, some, (base, ours))
            said = said or shortcomings(found, evaluators, [ours])
            alone = await self.comparison(gate, row.id, base, some, (base, ours), apart=True)
            said = said or shortcomings(alone, evaluators, [ours])
            room = room or ("" if base == ours else room_for(found, evaluators, ours))
        return said, room

    async def _why_sooner(self, gate: Operator, row: ExperimentRow, base: str, ours: str, said: list[str]) -> str:
        """Say why the page of the experiment may call undecided what the gate refuses."""
        if base == ours:
            return ""
        evaluators = {one.called for one in await self._evaluators(draft_of(row).evaluators)}
        return why_sooner(said, await self.comparison(gate, row.id, base), evaluators)

    async def _unscored(
        self, gate: Operator, row: ExperimentRow, base: str, ours: str, metrics: list[str]
    ) -> tuple[str, str]:
        """Say which required evaluator has not said what it thinks of these two, and what helps.

        Nothing would show a fall.
        """
        said = await self.unscored(gate, row.id, metrics, (base, ours))
        if not said:
            return "", ""
        name, words = next(iter(said.items()))
        asks = {one.called for one in await self._evaluators(draft_of(row).evaluators) if one.asks}
        return words, f"{ASK_AGAIN} It is {row.name}." if name in asks else ""

    async def _asked(
        self, gate: Operator, draft: Draft, required: PublishRequirementRow
    ) -> tuple[list[str], list[str]]:
        """Return what the required evaluators are called in an experiment, and which ones it lacks."""
        given = await self._evaluators(draft.evaluators)
        if required.evaluators:
            registry = await self._outside.late("evaluators.registry")
            asked = await self._evaluators(required.evaluators)
            meant = await self._evaluators(await judges_named(self._outside, gate, required.evaluators, asked))
            found: tuple[list[str], list[str]] = registry.matched(asked, given, meant)
            return found
        plain = [{name: value for name, value in one.items() if name not in SOFTENING} for one in draft.evaluators]
        is_plain = bool(given) and given == await self._evaluators(plain)
        return [], [] if is_plain else ["its evaluators"]

    async def _words(self, required: PublishRequirementRow) -> str:
        """Say which evaluators are needed."""
        if not required.evaluators:
            return "an evaluator that is neither negated, turned round nor given a margin"
        names = [one.called for one in await self._evaluators(required.evaluators)]
        return f"{', '.join(names)} set as the requirement has {'it' if len(names) == 1 else 'them'}"

    async def _published(self, gate: Operator, publishing: Publishing) -> Served | None:
        """Return what people get now, None before the first."""
        if publishing.kind == "flow":
            flow = await self._outside.flows.get(gate, publishing.subject_id)
            if flow.published_version is None:
                return None
            stored = await self._outside.flows.get_version(gate, flow.id, flow.published_version)
            return Served(stored.document.fingerprint())
        prompts = self._outside.prompts
        number = (await prompts.get(gate, publishing.subject_id)).labels.get(publishing.label)
        if number is None:
            return None
        live = await prompts.get_version(gate, publishing.subject_id, VersionRef(version=number))
        taken_in = await self._taken_in(gate, publishing, number)
        default = (await self._outside.models.resolve(gate)).reference
        return Served(live.content.fingerprint(), taken_in, default, number)

    async def _taken_in(self, gate: Operator, publishing: Publishing, version: int | None) -> Texts:
        """Return the texts of a prompt with what it takes in as labels stand now, nothing where it takes nothing in."""
        if publishing.kind == "flow" or version is None:
            return None
        return texts_of(await self._outside.prompts.composed(gate, publishing.subject_id, version))

    async def _newest(self, gate: Operator, dataset_id: str) -> int | None:
        try:
            return (await self._outside.rows(gate, dataset_id, None, EVERYTHING)).version
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


def _over_all_of(done: Sequence[ExperimentRow], version: int, *, again: bool = False) -> list[ExperimentRow]:
    """Leave out what scores older answers `again`, which would pass for the newest run; or return that alone."""
    asked = ((row, draft_of(row)) for row in done if row.dataset_version == version)
    return [row for row, draft in asked if draft.part.is_all and bool(draft.answers_of) is again]
