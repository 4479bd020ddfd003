"""What the project masks, how long it keeps conversations, and all of one person's. No masked word is in here."""

from __future__ import annotations

from typing import Any

import reflex as rx

from backend.bootstrap import services
from backend.errors import NotFound
from backend.masking.types import Kind, MaskingRules, OwnPattern
from backend.operator import Operator, Permission
from backend.paging import Page
from console import toasts
from console.problems import caught
from console.state import formats
from console.state.forms import Formed
from console.state.privacy_rows import (
    CountLine,
    PersonLine,
    RemovalLine,
    WorkLine,
    count_line,
    person_lines,
    removal_line,
    staying_of,
    told_of,
    work_line,
)
from console.state.seat import Phased

MASKED = "masked"


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
    unfound: rx.Field[str] = rx.field("")
    meant: rx.Field[list[PersonLine]] = rx.field(default_factory=list)
    chosen: rx.Field[str] = rx.field("")
    going: rx.Field[str] = rx.field("")
    staying: rx.Field[str] = rx.field("")
    removing: rx.Field[bool] = rx.field(False)
    removals: rx.Field[list[RemovalLine]] = rx.field(default_factory=list)
    work: rx.Field[list[WorkLine]] = rx.field(default_factory=list)
    is_at_work: rx.Field[bool] = rx.field(False)

    @rx.event
    async def load(self) -> rx.event.EventSpec | None:
        """Read rules, counts, days and removals; bring into view what was masked where the address asks for it."""
        operator = await self._operator(Permission.PROJECT_MANAGE)
        self.tried = self.preview = self.person = self.going = self.unfound = ""
        self.people, self.meant = [], []
        await self._read(operator)
        return toasts.reveal(MASKED) if self.router.url.query_parameters.get("at") == MASKED else None

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
                self.preview = f"{told_of(await services().privacy.preview(operator, days))} would go now."

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
        """Count all of one person's: of who stands under these words, else of the only one whom they may mean."""
        operator = await self._operator(Permission.PROJECT_MANAGE)
        words = str(form.get("user", "")).strip()
        if await self._count(operator, words):
            return
        self.meant = person_lines(await services().privacy.people(operator, words), words)
        if len(self.meant) == 1 and await self._count(operator, self.meant[0].id):
            return
        several = f"Nobody has the ID “{words}”. It may mean one of these:"
        nobody = f"Nothing of “{words}” is in this project. Write the ID as your systems send it, or a part of a name."
        self.unfound = several if self.meant else nobody

    @rx.event
    async def pick(self, person: str) -> None:
        """Count all of one of those who may be meant."""
        await self._count(await self._operator(Permission.PROJECT_MANAGE), person)

    async def _count(self, operator: Operator, person: str) -> bool:
        """Say what there is of a person, with whom in the field; False where nobody stands under that id."""
        self.person, self.project = person, operator.project_id
        self.going = self.unfound = ""
        self.people, self.meant = [], []
        async with self._checking(at="user"):
            with caught(NotFound):
                found = await services().privacy.going(operator, person)
                self.going, self.staying, self.chosen = told_of(found), staying_of(found), person
        return bool(self.going or self.errors)

    @rx.event
    async def typed(self, text: str) -> None:
        """Let go of the count once another person stands in the field: nobody removes whom they do not read."""
        await self._operator(Permission.PROJECT_MANAGE)
        if text.strip() != self.person:
            self.going = self.unfound = ""
            self.meant = []

    @rx.event
    async def find(self, text: str) -> None:
        """Say whom a part of a name may mean."""
        operator = await self._operator(Permission.PROJECT_MANAGE)
        self.people = person_lines(await services().privacy.people(operator, text), text.strip())

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
        self.removals = [removal_line(one, zone, now) for one in jobs]
        unended = await services().privacy.unended(operator)
        self.work = [work_line(one, zone, now) for one in unended]
        self.is_at_work = any(one.is_under_way for one in unended)

    async def _read(self, operator: Operator) -> None:
        async with self._loading():
            rules = await services().masking.rules(operator)
            self.kinds, self.regions = sorted(rules.kinds), ", ".join(rules.regions)
            self.patterns = "\n".join(f"{one.name}: {one.pattern}" for one in rules.patterns)
            self.counts = [count_line(one) for one in await services().masking.counts(operator)]
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
