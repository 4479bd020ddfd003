"""What the bar shows on every page: who is signed in, where, what it cost today, how many jobs are in work."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import reflex as rx

from backend.bootstrap import services
from backend.identity.types import Person
from backend.operator import Operator, Permission
from console.state import formats
from console.state.seat import Seated


class BarState(Seated, rx.State):
    """A small state of its own, so that nothing else draws again when the bar changes."""

    name: rx.Field[str] = rx.field("")
    initials: rx.Field[str] = rx.field("")
    role: rx.Field[str] = rx.field("")
    organisation: rx.Field[str] = rx.field("")
    project: rx.Field[str] = rx.field("")
    cost_today: rx.Field[str] = rx.field("")
    jobs: rx.Field[int] = rx.field(0)

    @rx.event
    async def load(self) -> None:
        """Fill the bar. Runs when a page mounts."""
        person = await self._person()
        self.name = person.name
        self.initials = _initials(person.name)
        self.role = person.role.capitalize()
        self.organisation = person.organisation_name
        self.project = person.project_name
        await self._count(await self._operator(Permission.PROJECT_READ), person)

    @rx.event(temporal=True)
    async def count(self) -> None:
        """Read again what changes by itself."""
        operator = await self._operator(Permission.PROJECT_READ)
        await self._count(operator, await self._person())

    async def _count(self, operator: Operator, person: Person) -> None:
        since = formats.start_of_day(ZoneInfo(person.time_zone), formats.now())
        today = await services().activity.today(operator, since)
        self.cost_today = formats.money(today.cost)
        self.jobs = today.num_in_work


def _initials(name: str) -> str:
    words = name.split()
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()
