"""A job as a row draws it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo

from backend.activity.types import Job, Thing
from backend.knowledge.types import Stage
from console import routes
from console.state import formats
from console.state.stages import stage_marks

STATES = {
    "queued": ("queued", "Queued"),
    "running": ("run", "Running"),
    "waiting": ("wait", "Waiting for a person"),
    "done": ("ok", "Done"),
    "failed": ("fail", "Failed"),
    "cancelled": ("idle", "Cancelled"),
}
KINDS = {
    Thing.DOCUMENT: "Document", Thing.RUN: "Run", Thing.EXPERIMENT: "Experiment", Thing.JUDGEMENT: "Judgement",
}  # fmt: skip
ADDRESSES = {
    Thing.DOCUMENT: routes.DOCUMENT, Thing.RUN: routes.RUN, Thing.EXPERIMENT: routes.EXPERIMENT,
    Thing.JUDGEMENT: f"{routes.JUDGEMENTS}?of=[judgement_id]",
}  # fmt: skip
OF_ANSWERS = (Thing.EXPERIMENT, Thing.JUDGEMENT)
STAGES = [stage.value for stage in Stage]


@dataclass(frozen=True)
class JobLine:
    """`marks` are those of a document's staged bar; `is_counted` where `percent` is the share of a known count."""

    key: str
    kind: str
    title: str
    where: str
    href: str
    state: str
    words: str
    boxed: bool
    marks: list[str]
    percent: int
    label: str
    note: str
    at: str
    exact: str
    is_counted: bool = False


def job_line(job: Job, zone: tzinfo, now: datetime) -> JobLine:
    document = job.thing is Thing.DOCUMENT
    state, words = STATES[job.status]
    moment = job.ended_at or job.started_at
    if document and job.status == "running":
        words = f"{job.stage.capitalize()} {job.percent} %"
    return JobLine(
        key=f"{job.thing}:{job.id}",
        kind=KINDS[job.thing],
        title=job.title,
        where=job.where,
        href=routes.to(ADDRESSES[job.thing], job.id),
        state=state,
        words=words,
        boxed=job.status == "failed",
        marks=_marks(job) if document else [],
        percent=100 * job.num_done // job.num_all if job.num_all else job.percent,
        label=words,
        note=_note(job, now),
        at=formats.day(moment, zone, now),
        exact=formats.exact(moment, zone),
        is_counted=job.thing in OF_ANSWERS and job.in_work,
    )


def _marks(job: Job) -> list[str]:
    return stage_marks(STAGES, job.stage, failed=job.status == "failed", done=job.status == "done")


def _note(job: Job, now: datetime) -> str:
    if job.error:
        return job.error
    took = formats.span(((job.ended_at or now) - job.started_at).total_seconds() * formats.SECOND_MS)
    if job.thing is Thing.DOCUMENT:
        return took if job.ended_at else ""
    if job.thing in OF_ANSWERS:
        whole = formats.counted(job.num_all, "answer" if job.thing is Thing.EXPERIMENT else "item")
        return f"{formats.count(job.num_done)} of {whole}, {took}" if job.in_work else f"{whole}, {took}"
    return f"{formats.counted(job.num_done, 'node')} done, {took}"
