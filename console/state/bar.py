"""What the bar shows on every page: who is signed in, where, what it cost today, how many jobs are in work."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote
from zoneinfo import ZoneInfo

import reflex as rx

from backend.bootstrap import services
from backend.identity.types import Person
from backend.operator import Operator, Permission
from console import routes, toasts
from console.door.events import SeatState, cookie_of
from console.state import formats
from console.state.seat import Seated

LONG_MINUTES = 90


@dataclass(frozen=True)
class Place:
    """A project that the person may enter."""

    id: str
    name: str


class BarState(Seated, rx.State):
    """A small state of its own, so that nothing else draws again when the bar changes."""

    name: rx.Field[str] = rx.field("")
    picture: rx.Field[str] = rx.field("")
    support: rx.Field[str] = rx.field("")
    support_left: rx.Field[str] = rx.field("")
    initials: rx.Field[str] = rx.field("")
    role: rx.Field[str] = rx.field("")
    organisation: rx.Field[str] = rx.field("")
    project: rx.Field[str] = rx.field("")
    project_id: rx.Field[str] = rx.field("")
    places: rx.Field[list[Place]] = rx.field(default_factory=list)
    cost_today: rx.Field[str] = rx.field("")
    cost_words: rx.Field[str] = rx.field("")
    jobs: rx.Field[int] = rx.field(0)
    approvals: rx.Field[int] = rx.field(0)
    alerts: rx.Field[int] = rx.field(0)

    @rx.event
    async def load(self) -> None:
        """Fill the bar. Runs when a page mounts."""
        await self._fill(await self._operator(Permission.PROJECT_READ))

    async def _fill(self, operator: Operator) -> None:
        person = await self._person()
        self.name = person.name
        self.initials = formats.initials(person.name)
        self.role = person.role.capitalize()
        version = await services().sign_in.picture_version(operator)
        self.picture = f"/api/members/{person.user_id}/picture?v={version}" if version else ""
        self.organisation = person.organisation_name
        self.project, self.project_id = person.project_name, person.project_id
        found = await services().identity.list_places(operator)
        several = len({name for name, _ in found}) > 1
        self.places = [Place(one.id, f"{name} / {one.name}" if several else one.name) for name, one in found]
        await self._count(operator, person)

    @rx.event
    async def enter(self, project_id: str) -> rx.event.EventSpec:
        """Take this tab to another project; tabs that are opened from now on begin there too."""
        await self._operator(Permission.PROJECT_READ)
        await services().identity.enter(cookie_of(self), project_id)
        (await self.get_state(SeatState))._project_id = ""  # the next page begins anew, in the session's project
        return toasts.leave(f"{routes.OVERVIEW}?project={quote(project_id)}")

    @rx.event(temporal=True)
    async def count(self) -> None:
        """Read again what changes by itself."""
        operator = await self._operator(Permission.PROJECT_READ)
        if not self.name:  # the server was started anew under an open page
            await self._fill(operator)
            return
        await self._count(operator, await self._person())

    async def _count(self, operator: Operator, person: Person) -> None:
        since = formats.start_of_day(ZoneInfo(person.time_zone), formats.now())
        today = await services().activity.today(operator, since)
        self.cost_today = formats.summed(today.cost, 0 if today.cost else today.num_unpriced)
        self.cost_words = formats.without(today.num_unpriced)
        self.support = person.support_name
        self.support_left = _left(person.support_until)
        self.jobs = today.num_in_work
        reads = operator.may(Permission.FLOWS_READ)
        num_runs = await services().approvals.num_waiting(operator) if reads else 0
        self.approvals = num_runs + len(await services().overview.second_person(operator))
        watches = operator.may(Permission.CONVERSATIONS_READ)
        self.alerts = await services().alerts.num_firing(operator) if watches else 0


def _left(until: datetime | None) -> str:
    """Write the time that is left, in whole minutes, rounded up."""
    if until is None:
        return ""
    minutes = max(0, -int((formats.now() - until).total_seconds() // 60))
    return f"{minutes} min left" if minutes <= LONG_MINUTES else f"{minutes / 60:.1f} h left"
