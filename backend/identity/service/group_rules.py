"""Roles that groups of the identity provider give."""

from __future__ import annotations

from collections.abc import Collection

from backend.audit.repository import AuditTrail
from backend.audit.types import Actor, Target
from backend.errors import Conflict, Forbidden, InvalidInput, NotFound
from backend.identity.models import GroupRuleRow, MemberRow
from backend.identity.permissions import Role, outranks
from backend.identity.repository import Invitations, Members, People
from backend.identity.service.base import Base
from backend.identity.types import GroupRule
from backend.ids import new_id
from backend.operator import Operator, Permission
from backend.ports.database import OfOrganisation

MAX_GROUP_CHARACTERS = 200
RULES = Actor("", "Group rules", "system")


class GroupRuleUse(Base):
    """A rule gives a role at sign-in and takes it again; a role that a person gave is left alone."""

    async def list_group_rules(self, operator: Operator) -> list[GroupRule]:
        """Return the rules of the organisation by group."""
        operator.require(Permission.MEMBERS_READ)
        async with self._units.read(operator) as reading:
            rules = await Invitations(reading, operator.organisation_id).rules()
            held = await Members(reading, operator.organisation_id).num_by_rule()
        return [GroupRule(row.id, row.group_name, Role(row.role), held.get(row.id, 0)) for row in rules]

    async def add_group_rule(self, operator: Operator, group: str, role: Role) -> GroupRule:
        """Let a group give a role, from the next sign-in on. No group makes owners."""
        operator.require(Permission.MEMBERS_MANAGE)
        group = group.strip()
        if not group or len(group) > MAX_GROUP_CHARACTERS or not group.isprintable():
            raise InvalidInput("This is no name of a group.", fields={"group": "Write it as the provider sends it."})
        if role == Role.OWNER:
            raise InvalidInput("No group makes owners.", fields={"role": "Choose another role."})
        async with self._units.write(operator) as work:
            members = Members(work.session, operator.organisation_id)
            rules = Invitations(work.session, operator.organisation_id)
            await members.lock()
            own = await members.one(operator.user_id)
            if own is None or not outranks(Role(own[1].role), role):
                raise Forbidden(f"You cannot give the role {role.value}.")
            if any(row.group_name == group for row in await rules.rules()):
                raise Conflict(f"There is a rule for {group} already.", hint="Remove it first.")
            row = GroupRuleRow(id=new_id("rule"), organisation_id=operator.organisation_id, group_name=group, role=role)
            rules.add(row)
            target = Target("group_rule", row.id, group)
            await AuditTrail(work.session).record(operator, "group_rule.create", target, after={"role": role.value})
        return GroupRule(row.id, group, role, 0)

    async def remove_group_rule(self, operator: Operator, rule_id: str) -> None:
        """End a rule. Those who have their role from it lose it at their next sign-in."""
        operator.require(Permission.MEMBERS_MANAGE)
        async with self._units.write(operator) as work:
            rules = Invitations(work.session, operator.organisation_id)
            row = next((one for one in await rules.rules() if one.id == rule_id), None)
            if row is None:
                raise NotFound("There is no rule of that id.")
            await rules.drop_rule(row)
            target = Target("group_rule", row.id, row.group_name)
            await AuditTrail(work.session).record(operator, "group_rule.remove", target, before={"role": row.role})

    async def apply_group_rules(self, organisation_id: str, user_id: str, groups: Collection[str]) -> Role | None:
        """Give or take the role that the groups of somebody who signs in stand for; return the role they end with."""
        async with self._units.write(OfOrganisation(organisation_id)) as work:
            members = Members(work.session, organisation_id)
            await members.lock()
            rules = [
                one for one in await Invitations(work.session, organisation_id).rules() if one.group_name in groups
            ]
            best = min(rules, key=lambda one: list(Role).index(Role(one.role)), default=None)
            found = await members.one(user_id)
            member = found[1] if found else None
            if member is not None and member.group_rule_id is None:
                return Role(member.role)
            was = member.role if member else None
            if best is None:
                if member is not None:
                    await members.remove(user_id)
            elif member is None:
                members.add(
                    MemberRow(organisation_id=organisation_id, user_id=user_id, role=best.role, group_rule_id=best.id)
                )
            else:
                member.role, member.group_rule_id = best.role, best.id
                members.add(member)
            now = best.role if best else None
            if was != now:
                user = await People(work.session).user(user_id)
                target = Target("member", user_id, user.name if user else "")
                before, after = {"role": was}, {"role": now, "group": best.group_name if best else None}
                trail = AuditTrail(work.session)
                await trail.record_of(organisation_id, RULES, "member.group_role", target, before=before, after=after)
                work.after_commit(self._changed)
            return Role(now) if now else None
