"""An answer that is not said: a person took the conversation over while it was made."""

from __future__ import annotations

import re
from typing import Any

from backend.conversations.repository import ConversationRepository
from backend.flows.engine.job import RunJob, RunOutcome
from backend.flows.models import RunRow
from backend.flows.repository.approvals import ApprovalRepository
from backend.flows.repository.takeovers import TakeoverRepository
from backend.flows.types import RunStatus
from backend.unit_of_work import Work

NUMBERED = re.compile(r"\[(\d{1,4})\]")


async def kept_back(work: Work, job: RunJob, outcome: RunOutcome) -> bool:
    """Let the run wait for whoever took over, its answer beside it as a draft; False where the flow answers.

    Locks the conversation as `take`, `reply` and `hand_back` do: an answer is said before somebody takes over, or never
    without them. The run stands as one that has not begun, like all that wait for that person. Handed back, it goes on
    behind its nodes, which have all ended: what they gave is said without asking anything again.
    """
    project_id, conversation_id = job.facts.operator.project_id, job.facts.conversation_id or ""
    talks = ConversationRepository(work.session, project_id)
    if await talks.conversation(conversation_id) is None:
        return False
    if await TakeoverRepository(work.session, project_id).holder(conversation_id) is None:
        return False
    run = await ApprovalRepository(work.session, project_id).run(job.run_id)
    is_ours = run is not None and run.attempt == job.attempt and run.status == RunStatus.RUNNING
    if run is None or not is_ours or await talks.open_answer(job.run_id) is None:
        return False
    run.output = await job.facts.mask.kept(outcome.output)
    run.citations = await job.facts.mask.kept(list(outcome.citations))
    await job.facts.mask.save(work)
    run.tokens_in, run.tokens_out, run.cost = outcome.usage.tokens_in, outcome.usage.tokens_out, outcome.usage.cost
    run.has_unpriced = outcome.usage.has_unpriced
    run.status, run.worker, run.started_at, run.time_ms = RunStatus.WAITING, "", None, outcome.time_ms
    work.session.add(run)
    await talks.wait(conversation_id)
    return True


def cited_of(run: RunRow, text: str) -> list[dict[str, Any]]:
    """Return the passages of a draft that stand behind what a person says: those that it still names by number."""
    named = {int(number) for number in NUMBERED.findall(text)}
    return [one for one in run.citations if run.output and one.get("number") in named]
