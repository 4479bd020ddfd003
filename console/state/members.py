"""Members of the organisation, and what each role may do."""

from __future__ import annotations

import reflex as rx

from backend.bootstrap import services
from backend.errors import DomainError
from backend.identity.types import Role
from backend.operator import Operator, Permission
from backend.paging import MAX_LIMIT, Page
from console import toasts
from console.problems import Caught, caught, show_problem
from console.state import formats
from console.state.asking import Asking
from console.state.forms import Choice
from console.state.members_rows import MemberLine, choices, head_words, member_line
from console.state.seat import Phased


class MembersState(Phased, Asking, rx.State):
    """`may` tells whether the person manages members; `shown` is the member whose role the matrix marks.

    `shown_role` is the one that counts in this project, `shown_given` that of the organisation.
    `num_clears` rises when the server empties the filter.
    """

    rows: rx.Field[list[MemberLine]] = rx.field(default_factory=list)
    total: rx.Field[str] = rx.field("")
    query: rx.Field[str] = rx.field("")
    num_clears: rx.Field[int] = rx.field(0)
    may: rx.Field[bool] = rx.field(False)
    owns: rx.Field[bool] = rx.field(False)
    roles: rx.Field[list[Choice]] = rx.field(default_factory=list)
    counts: rx.Field[dict[str, int]] = rx.field(default_factory=dict)
    shown: rx.Field[str] = rx.field("")
    shown_name: rx.Field[str] = rx.field("")
    shown_role: rx.Field[str] = rx.field("")
    shown_given: rx.Field[str] = rx.field("")

    @rx.event
    async def load(self) -> None:
        operator = await self._operator(Permission.MEMBERS_READ)
        self.query, self.num_clears = "", self.num_clears + 1
        await self._read(operator)

    @rx.event
    async def search(self, query: str) -> None:
        """Show those whose name or address holds the words."""
        self.query = query
        await self._read(await self._operator(Permission.MEMBERS_READ))

    @rx.event
    async def show(self, user_id: str) -> None:
        """Mark what a member's role may do."""
        await self._operator(Permission.MEMBERS_READ)
        self._mark(user_id)

    @rx.event
    async def change_role(self, user_id: str, role: str) -> rx.event.EventSpec | None:
        """Give a member another role in the organisation."""
        operator = await self._operator(Permission.MEMBERS_MANAGE)
        self.shown = user_id
        with caught(DomainError) as refusal:
            await services().identity.change_role(operator, user_id, Role(role))
        return await self._after(operator, refusal)

    @rx.event
    async def change_here(self, user_id: str, role: str) -> rx.event.EventSpec | None:
        """Give a member another role in this project; empty gives the organisation's again."""
        operator = await self._operator(Permission.MEMBERS_MANAGE)
        given = Role(role) if role else None
        with caught(DomainError) as refusal:
            await services().identity.set_project_role(operator, user_id, operator.project_id, given)
        return await self._after(operator, refusal)

    @rx.event
    async def ask_remove(self, user_id: str, name: str) -> None:
        await self._operator(Permission.MEMBERS_READ)
        self._ask("remove", user_id, name)

    @rx.event
    async def remove(self) -> rx.event.EventSpec | None:
        """Take the member out; who leaves by themselves is sent on."""
        operator = await self._operator(Permission.MEMBERS_READ)
        user_id = self._answered("remove")
        await services().identity.remove_member(operator, user_id)
        if user_id == operator.user_id:
            return toasts.leave("/")
        await self._read(operator)
        return None

    @rx.event
    async def ask_transfer(self, user_id: str, name: str) -> None:
        await self._operator(Permission.ORGANISATION_MANAGE)
        self._ask("transfer", user_id, name)

    @rx.event
    async def transfer(self) -> None:
        """Make the member an owner and step down."""
        operator = await self._operator(Permission.ORGANISATION_MANAGE)
        user_id = self._answered("transfer")
        await services().identity.transfer_ownership(operator, user_id)
        await self._read(await self._operator(Permission.MEMBERS_READ))

    @rx.event
    async def keep(self) -> None:
        """Close the question; everything stays."""
        await self._operator(Permission.MEMBERS_READ)
        self.asking = ""

    async def _after(self, operator: Operator, refusal: Caught) -> rx.event.EventSpec | None:
        """Draw what is so now: a list of roles shows what was chosen, also where it was refused."""
        await self._read(operator)
        return show_problem(refusal.error) if refusal.error else None

    def _mark(self, user_id: str) -> None:
        found = next((one for one in self.rows if one.id == user_id), None)
        self.shown, self.shown_name = (found.id, found.name) if found else ("", "")
        self.shown_role, self.shown_given = (found.in_force, found.role) if found else ("", "")

    async def _read(self, operator: Operator) -> None:
        async with self._loading():
            identity = services().identity
            zone, now = await self._zone(), formats.now()
            found = await identity.list_members(operator, Page(MAX_LIMIT), self.query)
            counts = await identity.count_roles(operator)
            self.rows = [member_line(one, operator, zone, now) for one in found.items]
            self.counts = {role.value: number for role, number in counts.items()}
            self.total = head_words(counts, len(await identity.list_invitations(operator)))
            self.may, self.owns = operator.may(Permission.MEMBERS_MANAGE), operator.organisation_role == Role.OWNER
            self.roles = choices(operator)
            self._mark(self.shown or operator.user_id)
            self.phase = "ready"
