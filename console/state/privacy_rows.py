"""What the page of privacy draws: people, counts, and how far removals are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from backend.masking.types import MaskCount
from backend.privacy.types import Going, Person, PrivacyJob
from console.state import formats

WAYS = {
    "console": "Console", "api": "REST", "reported": "Told over REST", "traced": "OpenTelemetry", "imported": "File",
    "run": "Answers and steps", "reply": "Replies of people", "feedback": "Feedback",
}  # fmt: skip
JOB_KINDS = {"person": "One person", "retention": "Older than is kept"}
JOB_MARKS = {"queued": "queued", "running": "run", "done": "ok", "failed": "fail"}


@dataclass(frozen=True)
class CountLine:
    """How many values of a kind were masked on a day, on one way in."""

    key: str
    day: str
    way: str
    kind: str
    num: str


@dataclass(frozen=True)
class RemovalLine:
    """A removal as the list draws it."""

    id: str
    what: str
    mark: str
    state: str
    done: str
    by: str
    at: str
    exact: str


@dataclass(frozen=True)
class WorkLine:
    """A removal that is under way, or failed and waits for somebody: `error` says why."""

    id: str
    what: str
    mark: str
    state: str
    percent: int
    words: str
    since: str
    error: str


@dataclass(frozen=True)
class PersonLine:
    """Somebody who may be meant: what goes into the field, who that is, and how much of theirs there is."""

    id: str
    member: str
    num: str


def person_lines(people: Sequence[Person], typed: str) -> list[PersonLine]:
    """Return those of people whom what was typed does not name whole already."""
    return [
        PersonLine(one.id, one.member, formats.counted(one.num_conversations, "conversation"))
        for one in people
        if one.id != typed or one.member
    ]


def told_of(going: Going) -> str:
    """Name what there is of it."""
    named = (
        (going.num_conversations, "conversation"), (going.num_messages, "message"), (going.num_runs, "run"),
        (going.num_approvals, "approval"), (going.num_remarks, "remark"), (going.num_items, "dataset row"),
        (going.num_traces, "trace"), (going.num_playgrounds, "shared playground"),
        (len(going.views), "saved view"), (len(going.alerts), "alert"),
    )  # fmt: skip
    told = [formats.counted(num, word) for num, word in named if num]
    if going.num_cells:
        told.append(formats.counted(going.num_cells, "answer of an experiment", "answers of experiments"))
    return ", ".join(told) or "Nothing"


def staying_of(going: Going) -> str:
    """Name what is not removed; empty where all is."""
    names = ", ".join(going.prompts)
    ways = "Delete those first, and they go too."
    return f"Prompts that were made of their calls stay, with what was said: {names}. {ways}" if names else ""


def count_line(one: MaskCount) -> CountLine:
    key = f"{one.day} {one.way} {one.kind}"
    return CountLine(key, one.day.isoformat(), WAYS[one.way.value], one.kind, f"{one.num:,}")


def work_line(job: PrivacyJob, zone: tzinfo, now: datetime) -> WorkLine:
    return WorkLine(
        id=job.id,
        what=JOB_KINDS[job.kind],
        mark=JOB_MARKS[job.state],
        state=job.state.value.capitalize(),
        percent=100 * job.num_done // job.num_total if job.num_total else 0,
        words=f"{job.num_done:,} of {formats.counted(job.num_total, 'conversation')}",
        since=f"since {formats.day(job.created_at, zone, now)}",
        error=job.error,
    )


def removal_line(job: PrivacyJob, zone: tzinfo, now: datetime) -> RemovalLine:
    return RemovalLine(
        id=job.id,
        what=JOB_KINDS[job.kind],
        mark=JOB_MARKS[job.state],
        state=job.state.value.capitalize(),
        done=f"{job.num_done:,} of {job.num_total:,}",
        by=job.asked_by or "Retention",
        at=formats.day(job.created_at, zone, now),
        exact=formats.exact(job.created_at, zone),
    )
