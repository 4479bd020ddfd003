"""Members of an organisation: who is one, with which role, here and in its projects."""

from __future__ import annotations

from backend.audit.repository import AuditTrail
from backend.audit.types import Target
from backend.errors import Conflict, Forbidden, InvalidInput
from backend.identity.errors import MemberNotFound, ProjectNotFound
from backend.identity.models import MemberRow, ProjectRoleRow, UserRow
from backend.identity.permissions import Role, held, outranks
from backend.identity.repository import Members
from backend.identity.service.base import Base
from backend.identity.types import Member
from backend.operator import Operator, Permission
from backend.paging import Listed, Page
from backend.unit_of_work import Work


class MemberUse(Base):
    """Nobody changes their own role or gives more than their own; the last owner stays."""

    async def list_members(self, operator: Operator, page: Page, query: str = "") -> Listed[Member]:
        """Return the members whose name or address holds `query`."""
        operator.require(Permission.MEMBERS_READ)
        async with self._units.read(operator) as reading:
            members = Members(reading, operator.organisation_id)
            rows = await members.page(page.limit + 1, page.after, query)
            shown = rows[: page.limit]
            ids = [user.id for user, _ in shown]
            seen, overrides = await members.last_seen(ids), await members.overrides(ids)
            local = await members.with_password(ids)
        roles: dict[str, dict[str, Role]] = {}
        for one in overrides:
            roles.setdefault(one.user_id, {})[one.project_id] = Role(one.role)
        items = [
            Member(
                user_id=user.id,
                name=user.name,
                email=user.email or "",
                role=Role(member.role),
                project_roles=roles.get(user.id, {}),
                last_seen_at=seen.get(user.id),
                from_rule=member.group_rule_id is not None,
                has_password=user.id in local,
            )
            for user, member in shown
        ]
        return Listed(items, ids[-1] if len(rows) > page.limit else None)

    async def count_roles(self, operator: Operator) -> dict[Role, int]:
        """Return how many members have each role in the organisation."""
        operator.require(Permission.MEMBERS_READ)
        async with self._units.read(operator) as reading:
            found = await Members(reading, operator.organisation_id).num_by_role()
        return {role: found.get(role, 0) for role in Role}

    async def is_alone(self, operator: Operator, permission: Permission, *but: str) -> bool:
        """Say whether nobody may do that in the operator's project, those in `but` aside."""
        operator.require(Permission.PROJECT_READ)
        async with self._units.read(operator) as reading:
            found = await Members(reading, operator.organisation_id).roles(operator.project_id)
        return not any(
            permission in held(Role(here or role), Role(role)) for user_id, role, here in found if user_id not in but
        )

    async def change_role(self, operator: Operator, user_id: str, role: Role) -> None:
        """Give a member another role in the organisation."""
        operator.require(Permission.MEMBERS_MANAGE)
        async with self._units.write(operator) as work:
            members, user, member = await self._to_change(work, operator, user_id, role)
            was = member.role
            if was == Role.OWNER:
                await _keep_an_owner(members)
            member.role, member.group_rule_id = role, None
            members.add(member)
            await _tell(work, operator, "member.role", user, ({"role": was}, {"role": role.value}))
            work.after_commit(self._changed)

    async def set_project_role(self, operator: Operator, user_id: str, project_id: str, role: Role | None) -> None:
        """Give a member another role in one project; None gives the organisation's again."""
        operator.require(Permission.MEMBERS_MANAGE)
        if role == Role.OWNER:
            raise InvalidInput("An owner owns the organisation, not one project.", fields={"role": "Choose another."})
        async with self._units.write(operator) as work:
            members, user, member = await self._to_change(work, operator, user_id, role or Role.VIEWER)
            project = await members.project(project_id)
            if project is None:
                raise ProjectNotFound
            if member.role == Role.OWNER:
                raise Conflict(f"{user.name} is an owner, and an owner has every right in every project.")
            row = await members.override(user_id, project_id)
            before = {"project": project.name, "role": row.role if row else member.role}
            if role is None and row is not None:
                await members.drop_override(row)
            elif role is not None:
                row = row or ProjectRoleRow(project_id=project_id, user_id=user_id, role=role)
                row.role = role
                members.add(row)
            after = {"project": project.name, "role": (role or Role(member.role)).value}
            await _tell(work, operator, "member.project_role", user, (before, after))
            work.after_commit(self._changed)

    async def remove_member(self, operator: Operator, user_id: str) -> None:
        """Take a member out of the organisation, at once and everywhere; anybody may leave."""
        leaves = user_id == operator.user_id
        operator.require(Permission.PROJECT_READ if leaves else Permission.MEMBERS_MANAGE)
        if leaves and operator.via == "key":
            raise Forbidden("A key does not leave an organisation for its maker.")
        if leaves:
            operator.require_self()
        async with self._units.write(operator) as work:
            if leaves:
                members, user, member = await self._found(work, operator, user_id)
            else:
                members, user, member = await self._to_change(work, operator, user_id, Role.VIEWER)
            if member.role == Role.OWNER:
                await _keep_an_owner(members)
            await members.remove(user_id)
            act = "member.leave" if leaves else "member.remove"
            await _tell(work, operator, act, user, ({"role": member.role}, None))
            work.after_commit(self._changed)

    async def transfer_ownership(self, operator: Operator, user_id: str) -> None:
        """Make another member an owner and step down to admin."""
        operator.require(Permission.ORGANISATION_MANAGE)
        async with self._units.write(operator) as work:
            members, user, member = await self._to_change(work, operator, user_id, Role.OWNER)
            own = await members.one(operator.user_id)
            assert own is not None
            was, member.role, member.group_rule_id = member.role, Role.OWNER, None
            own[1].role = Role.ADMIN
            for row in (member, own[1]):
                members.add(row)
            await _tell(work, operator, "organisation.transfer", user, ({"role": was}, {"role": Role.OWNER.value}))
            work.after_commit(self._changed)

    async def check_outranked(self, work: Work, operator: Operator, user_id: str) -> None:
        """Raise MemberNotFound, or Forbidden unless the operator may give and take this member's role."""
        await self._to_change(work, operator, user_id, Role.VIEWER)

    async def _to_change(
        self, work: Work, operator: Operator, user_id: str, role: Role
    ) -> tuple[Members, UserRow, MemberRow]:
        """Return the member, once it is sure that the operator may give and take their role.

        The operator's own role is read again under the lock: it may have been taken since they were asked who they are.
        """
        if user_id == operator.user_id:
            raise Forbidden("Nobody changes their own role.", hint="Ask another admin or owner.")
        members, user, member = await self._found(work, operator, user_id)
        own = await members.one(operator.user_id)
        rank = Role(own[1].role) if own else Role.VIEWER
        if rank not in {Role.OWNER, Role.ADMIN}:
            raise Forbidden("Your role has changed: you no longer manage members.")
        if not outranks(rank, Role(member.role)) or not outranks(rank, role):
            raise Forbidden(f"Only an owner may do that: your own role is {rank.value}.", hint="Ask an owner.")
        return members, user, member

    async def _found(self, work: Work, operator: Operator, user_id: str) -> tuple[Members, UserRow, MemberRow]:
        members = Members(work.session, operator.organisation_id)
        await members.lock()
        found = await members.one(user_id)
        if found is None:
            raise MemberNotFound
        return members, *found


async def _keep_an_owner(members: Members) -> None:
    if await members.num_owners() <= 1:
        raise Conflict("The last owner stays.", hint="Make somebody else an owner first.")


async def _tell(
    work: Work,
    operator: Operator,
    action: str,
    user: UserRow,
    change: tuple[dict[str, str] | None, dict[str, str] | None],
) -> None:
    before, after = change
    target = Target("member", user.id, user.name)
    await AuditTrail(work.session).record(operator, action, target, before=before, after=after)
