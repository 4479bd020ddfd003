"""Code that scores: who may write it, and who lets it run."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from backend.audit.repository import AuditTrail
from backend.audit.types import Target
from backend.columns import storable, utc_now
from backend.errors import Conflict, Forbidden, InvalidInput, NotFound
from backend.experiments.models import CodeApprovalRow, ExperimentRow
from backend.experiments.released import coded, unreleased
from backend.experiments.repository import Codes, Experiments
from backend.experiments.service.base import UseCases
from backend.experiments.shapes import approval_of, draft_of
from backend.experiments.types import CodeApproval, CodeState
from backend.ids import new_id
from backend.operator import Operator, Permission
from backend.ports.code import CodeFailed
from backend.unit_of_work import Work

MAX_REASON = 2_000


class Coding(UseCases):
    """An approval is of a text, character by character; nobody approves what they asked for themselves."""

    async def code_approvals(self, operator: Operator, *, waiting: bool = True) -> Sequence[CodeApproval]:
        """Return the wishes of the project: those that wait, or the last 200. Newest first."""
        operator.require(Permission.EXPERIMENTS_READ)
        async with self._units.read(operator) as session:
            codes = Codes(session, operator.project_id)
            rows = await codes.list(waiting=waiting)
            return _told(operator, rows, await codes.of({row.fingerprint for row in rows}))

    async def codes_of(self, operator: Operator, experiment_id: str) -> Sequence[CodeApproval]:
        """Return what became of the code of an experiment, a line for each text. Raise ExperimentNotFound."""
        operator.require(Permission.EXPERIMENTS_READ)
        async with self._units.read(operator) as session:
            row = await Experiments(session, operator.project_id).get(experiment_id)
            found = coded(await self._evaluators(draft_of(row).evaluators))
            rows = await Codes(session, operator.project_id).of(found) if found else []
        said = []
        for fingerprint in found:
            of_text = [one for one in rows if one.fingerprint == fingerprint]
            # What counts comes first: an approval, then a wish that waits, then the last word.
            order = sorted(of_text, key=lambda one: (one.state != "approved", one.state != "waiting"))
            said += _told(operator, order[:1], of_text)
        return said

    async def approve_code(self, operator: Operator, identifier: str) -> CodeApproval:
        """Let this text run in the project. Raise NotFound, Forbidden for one's own, Conflict once it is decided."""
        operator.require(Permission.EXPERIMENTS_CODE)
        async with self._units.write(operator) as work:
            asked, same = await self._approval(work, operator, identifier)
            if asked.state != "waiting":
                raise _decided(asked)
            if _is_author(operator, same):
                raise Forbidden("Nobody approves their own code.", hint="Ask somebody else with experiments:code.")
            await self._decide(work, operator, [one for one in same if one.state == "waiting"], "approved")
            return approval_of(asked, is_author=False)

    async def refuse_code(self, operator: Operator, identifier: str, reason: str) -> CodeApproval:
        """Say no and why, also to what was approved: it runs no more. Raise NotFound, InvalidInput, Conflict."""
        operator.require(Permission.EXPERIMENTS_CODE)
        reason = str(storable(reason)).strip()
        if not 1 <= len(reason) <= MAX_REASON:
            words = f"A reason has 1 to {MAX_REASON:,} characters."
            raise InvalidInput(words, fields={"reason": words})
        async with self._units.write(operator) as work:
            asked, same = await self._approval(work, operator, identifier)
            if asked.state not in ("waiting", "approved"):
                raise _decided(asked)
            open_still = [one for one in same if one.state in ("waiting", "approved")]
            await self._decide(work, operator, open_still, "refused", reason)
            return approval_of(asked, is_author=_is_author(operator, same))

    async def withdraw_code(self, operator: Operator, identifier: str) -> CodeApproval:
        """Take one's own wish back. Raise NotFound, Forbidden for another's, Conflict once it is decided."""
        operator.require(Permission.EXPERIMENTS_CODE)
        async with self._units.write(operator) as work:
            asked, _ = await self._approval(work, operator, identifier)
            if asked.state != "waiting":
                raise _decided(asked)
            if asked.asked_by_id != operator.user_id:
                raise Forbidden("Only who asked takes a wish back.", hint="Refuse it instead.")
            await self._decide(work, operator, [asked], "withdrawn")
            return approval_of(asked, is_author=True)

    async def _admitted(self, evaluators: Sequence[Any]) -> None:
        """Read the code of evaluators without running it. Raise InvalidInput where it is wrong, or code is off here."""
        for number, one in enumerate(evaluators):
            if not one.runs_code:
                continue
            field = f"evaluators.{number}.code"
            if why_off := await self._outside.code.why_off():
                raise InvalidInput(why_off, fields={field: why_off})
            try:
                await self._outside.code.check(one.code)
            except CodeFailed as failed:
                raise InvalidInput(f"{one.called}: {failed.message}", fields={field: failed.message}) from failed

    async def _ask_for_code(
        self, work: Work, operator: Operator, row: ExperimentRow, evaluators: Sequence[Any]
    ) -> None:
        """Ask that new texts may run. Raise Forbidden for who may use only what is approved."""
        asking = await unreleased(work.session, operator.project_id, evaluators)
        if not asking:
            return
        operator.require(Permission.EXPERIMENTS_CODE)
        codes = Codes(work.session, operator.project_id)
        waiting = {one.fingerprint for one in await codes.of(asking) if one.state == "waiting"}
        for fingerprint, one in asking.items():
            if fingerprint in waiting:
                continue
            wish = CodeApprovalRow(
                id=new_id("cap"),
                project_id=operator.project_id,
                fingerprint=fingerprint,
                code=one.code,
                name=one.called,
                experiment_id=row.id,
                experiment_name=row.name,
                asked_by=operator.name,
                asked_by_id=operator.user_id,
                asked_by_support_id=operator.support_id,
            )
            codes.add(wish)
            await self._record(work, operator, wish, "experiment.code.ask")

    async def _ask_once_more(self, operator: Operator, row: ExperimentRow, evaluators: Sequence[Any]) -> None:
        """Ask for texts that nobody is asked about any more: the wish of another experiment may be gone with it."""
        if not coded(evaluators) or not operator.may(Permission.EXPERIMENTS_CODE) or await self._outside.code.why_off():
            return
        async with self._units.write(operator) as work:
            await self._ask_for_code(work, operator, row, evaluators)

    async def _end_wishes(self, work: Work, operator: Operator, row: ExperimentRow, but: Collection[str] = ()) -> None:
        """Let nobody be asked about texts that an experiment has no more, all `but` those of these fingerprints."""
        waiting = await Codes(work.session, operator.project_id).list(waiting=True)
        gone = [one for one in waiting if one.experiment_id == row.id and one.fingerprint not in but]
        await self._decide(work, operator, gone, "withdrawn")

    async def _approval(
        self, work: Work, operator: Operator, identifier: str
    ) -> tuple[CodeApprovalRow, Sequence[CodeApprovalRow]]:
        """Return a wish, and all about the same text. Raise NotFound."""
        codes = Codes(work.session, operator.project_id)
        asked = await codes.get(str(storable(identifier)), lock=True)
        if asked is None:
            raise NotFound("There is nothing of that id to decide.")
        return asked, await codes.of({asked.fingerprint})

    async def _decide(
        self, work: Work, operator: Operator, rows: Sequence[CodeApprovalRow], state: CodeState, reason: str = ""
    ) -> None:
        for row in rows:
            row.state, row.reason, row.decided_at = state, reason, utc_now()
            row.decided_by, row.decided_by_id = operator.name, operator.user_id
            work.session.add(row)
            await self._record(work, operator, row, f"experiment.code.{state}")

    async def _record(self, work: Work, operator: Operator, row: CodeApprovalRow, action: str) -> None:
        target = Target("experiment", row.experiment_id, row.experiment_name)
        after = {"name": row.name, "sha256": row.fingerprint, "reason": row.reason}
        await AuditTrail(work.session).record(operator, action, target, after=after)


def _told(operator: Operator, rows: Sequence[CodeApprovalRow], same: Sequence[CodeApprovalRow]) -> list[CodeApproval]:
    return [
        approval_of(row, is_author=_is_author(operator, [one for one in same if one.fingerprint == row.fingerprint]))
        for row in rows
    ]


def _is_author(operator: Operator, same: Sequence[CodeApprovalRow]) -> bool:
    """Say whether the operator ever asked for the text; else one could take a wish back and let another ask."""
    return operator.is_one_of(*(one for row in same for one in (row.asked_by_id, row.asked_by_support_id)))


def _decided(asked: CodeApprovalRow) -> Conflict:
    return Conflict(f"It was {asked.state} by {asked.decided_by} already.")
