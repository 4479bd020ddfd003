"""What the project masks, how long it keeps conversations, and all of one person's. No masked word is in here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

import reflex as rx

from backend.bootstrap import services
from backend.errors import NotFound
from backend.masking.types import Kind, MaskCount, MaskingRules, OwnPattern
from backend.operator import Operator, Permission
from backend.paging import Page
from backend.privacy.types import Going, PrivacyJob
from console import toasts
from console.state import formats
from console.state.forms import Formed
from console.state.seat import Phased

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


class PrivacyState(Phased, Formed, rx.State):
    """`version` changes with each reading, so that the forms begin anew with what is stored."""

    version: rx.Field[int] = rx.field(0)
    kinds: rx.Field[list[str]] = rx.field(default_factory=list)
    regions: rx.Field[str] = rx.field("")
    patterns: rx.Field[str] = rx.field("")
    tried: rx.Field[str] = rx.field("")
    counts: rx.Field[list[CountLine]] = rx.field(default_factory=list)
    days: rx.Field[str] = rx.field("")
    preview: rx.Field[str] = rx.field("")
    project: rx.Field[str] = rx.field("")
    person: rx.Field[str] = rx.field("")
    people: rx.Field[list[PersonLine]] = rx.field(default_factory=list)
    going: rx.Field[str] = rx.field("")
    staying: rx.Field[str] = rx.field("")
    removing: rx.Field[bool] = rx.field(False)
    removals: rx.Field[list[RemovalLine]] = rx.field(default_factory=list)
    work: rx.Field[list[WorkLine]] = rx.field(default_factory=list)
    is_at_work: rx.Field[bool] = rx.field(False)

    @rx.event
    async def load(self) -> None:
        """Read rules, counts, days and removals."""
        operator = await self._operator(Permission.PROJECT_MANAGE)
        self.tried = self.preview = self.person = self.going = ""
        self.people = []
        await self._read(operator)

    @rx.event
    async def save_masking(self, form: dict[str, Any]) -> rx.event.EventSpec | None:
        """Mask so from now on."""
        operator = await self._operator(Permission.PROJECT_MANAGE)
        async with self._checking():
            await services().masking.set_rules(operator, _rules(form))
            await self._read(operator)
            return toasts.say("Saved.", "This applies to everything from now on.")
        return None

    @rx.event
    async def try_masking(self, form: dict[str, Any]) -> None:
        """Show what would be kept of a text."""
        operator = await self._operator(Permission.PROJECT_MANAGE)
        async with self._checking():
            self.tried = (await services().masking.try_on(operator, str(form.get("text", "")))).text

    @rx.event
    async def look_back(self, form: dict[str, Any]) -> None:
        """Count what a number of days would remove now."""
        operator = await self._operator(Permission.PROJECT_MANAGE)
        self.preview = ""
        async with self._checking():
            days = _days(form)
            if days is None:
                self.preview = "Everything is kept until somebody deletes it."
            else:
                self.preview = f"{_told(await services().privacy.preview(operator, days))} would go now."

    @rx.event
    async def save_days(self, form: dict[str, Any]) -> rx.event.EventSpec | None:
        """Keep conversations so long."""
        operator = await self._operator(Permission.PROJECT_MANAGE)
        async with self._checking():
            await services().privacy.set_retention(operator, _days(form))
            self.preview = ""
            await self._read(operator)
            return toasts.say("Saved.", "What is older is removed once a day.")
        return None

    @rx.event
    async def look(self, form: dict[str, Any]) -> None:
        """Count all of one person's."""
        operator = await self._operator(Permission.PROJECT_MANAGE)
        self.person, self.going, self.project = str(form.get("user", "")).strip(), "", operator.project_id
        self.people = []
        async with self._checking(NotFound, at="user"):
            found = await services().privacy.going(operator, self.person)
            self.going, self.staying = _told(found), _staying(found)

    @rx.event
    async def typed(self, text: str) -> None:
        """Let go of the count once another person stands in the field: nobody removes whom they do not read."""
        await self._operator(Permission.PROJECT_MANAGE)
        if text.strip() != self.person:
            self.going = ""

    @rx.event
    async def find(self, text: str) -> None:
        """Say whom a part of a name may mean."""
        operator = await self._operator(Permission.PROJECT_MANAGE)
        found = await services().privacy.people(operator, text)
        self.people = [
            PersonLine(one.id, one.member, formats.counted(one.num_conversations, "conversation"))
            for one in found
            if one.id != text.strip() or one.member
        ]

    @rx.event
    async def ask(self) -> None:
        """Ask before all of one person's is removed."""
        await self._operator(Permission.PROJECT_MANAGE)
        self.removing = True

    @rx.event
    async def keep(self) -> None:
        """Remove nothing."""
        await self._operator(Permission.PROJECT_MANAGE)
        self.removing = False

    @rx.event
    async def remove(self) -> rx.event.EventSpec | None:
        """Begin to remove all of the person's who was counted."""
        operator = await self._operator(Permission.PROJECT_MANAGE)
        self.removing = False
        async with self._checking(NotFound, at="user"):
            await services().privacy.remove(operator, self.person)
            self.person = self.going = ""
            await self._read(operator)
            return toasts.say("It is being removed.", "This page says how far it is.")
        return None

    @rx.event
    async def again(self, job_id: str) -> None:
        """Go on with a removal that failed."""
        operator = await self._operator(Permission.PROJECT_MANAGE)
        await services().privacy.retry(operator, job_id)
        await self._read_removals(operator)

    @rx.event(temporal=True)
    async def tick(self) -> None:
        """Read again how far removals are."""
        await self._read_removals(await self._operator(Permission.PROJECT_MANAGE))

    async def _read_removals(self, operator: Operator) -> None:
        jobs, zone, now = (await services().privacy.jobs(operator, Page())).items, await self._zone(), formats.now()
        self.removals = [_removal(one, zone, now) for one in jobs]
        unended = await services().privacy.unended(operator)
        self.work = [_work(one, zone, now) for one in unended]
        self.is_at_work = any(one.is_under_way for one in unended)

    async def _read(self, operator: Operator) -> None:
        async with self._loading():
            rules = await services().masking.rules(operator)
            self.kinds, self.regions = sorted(rules.kinds), ", ".join(rules.regions)
            self.patterns = "\n".join(f"{one.name}: {one.pattern}" for one in rules.patterns)
            self.counts = [_count(one) for one in await services().masking.counts(operator)]
            days = (await services().privacy.retention(operator)).days
            self.days = str(days) if days else ""
            await self._read_removals(operator)
            self.version += 1
            self.phase = "ready"


def _rules(form: dict[str, Any]) -> MaskingRules:
    kinds = frozenset(kind for kind in Kind if form.get(f"kind-{kind.value}"))
    lines = [line for line in str(form.get("patterns", "")).splitlines() if line.strip()]
    parts = [line.partition(":") for line in lines]
    patterns = tuple(OwnPattern(name.strip(), pattern.strip()) for name, _, pattern in parts)
    return MaskingRules(kinds, patterns, tuple(str(form.get("regions", "")).split(",")))


def _days(form: dict[str, Any]) -> int | None:
    """Return the number that was typed, None for none; what is no number is no number of days either."""
    text = str(form.get("days", "")).strip()
    return (int(text) if text.isdecimal() else 0) if text else None


def _told(going: Going) -> str:
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


def _staying(going: Going) -> str:
    """Name what is not removed; empty where all is."""
    names = ", ".join(going.prompts)
    ways = "Delete those first, and they go too."
    return f"Prompts that were made of their calls stay, with what was said: {names}. {ways}" if names else ""


def _count(one: MaskCount) -> CountLine:
    key = f"{one.day} {one.way} {one.kind}"
    return CountLine(key, one.day.isoformat(), WAYS[one.way.value], one.kind, f"{one.num:,}")


def _work(job: PrivacyJob, zone: tzinfo, now: datetime) -> WorkLine:
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


def _removal(job: PrivacyJob, zone: tzinfo, now: datetime) -> RemovalLine:
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
