"""What the page of members draws, as text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo

from backend.identity.types import GroupRule, Invitation, Member, Role
from backend.operator import Operator, Permission
from console.state import formats
from console.state.forms import Choice

RANKS = list(Role)


@dataclass(frozen=True)
class MemberLine:
    """A member. `fixed`: the person who looks may not change this role.

    `here` is the role given in this project, empty for none, and `in_force` the one that counts there.
    """

    id: str
    name: str
    initials: str
    email: str
    role: str
    label: str
    here: str
    in_force: str
    seen: str
    exact: str
    is_self: bool
    fixed: bool
    from_rule: bool
    has_password: bool


@dataclass(frozen=True)
class InvitationLine:
    id: str
    email: str
    initials: str
    label: str
    words: str
    state: str


@dataclass(frozen=True)
class RuleLine:
    id: str
    group: str
    label: str
    people: str


def choices(operator: Operator, *, owners: bool = True) -> list[Choice]:
    """Return the roles that the operator may give: their own and those below."""
    rank = RANKS.index(Role(operator.organisation_role)) if operator.may(Permission.MEMBERS_MANAGE) else len(RANKS)
    return [
        Choice(one.value, one.value.capitalize())
        for place, one in enumerate(RANKS)
        if place >= rank and (owners or one != Role.OWNER)
    ]


def member_line(one: Member, operator: Operator, zone: tzinfo, now: datetime) -> MemberLine:
    given = {choice.value for choice in choices(operator)}
    here = one.project_roles.get(operator.project_id)
    return MemberLine(
        id=one.user_id,
        name=one.name,
        initials=formats.initials(one.name),
        email=one.email or "no address",
        role=one.role.value,
        label=one.role.value.capitalize(),
        here=here.value if here else "",
        in_force=(one.role if here is None or one.role == Role.OWNER else here).value,
        seen=formats.day(one.last_seen_at, zone, now) if one.last_seen_at else "never",
        exact=formats.exact(one.last_seen_at, zone) if one.last_seen_at else "",
        is_self=one.user_id == operator.user_id,
        fixed=one.user_id == operator.user_id or one.role.value not in given,
        from_rule=one.from_rule,
        has_password=one.has_password,
    )


def invitation_line(one: Invitation, zone: tzinfo, now: datetime) -> InvitationLine:
    expired = one.expired(now)
    sent = f"Invited {formats.day(one.created_at, zone, now)}"
    return InvitationLine(
        id=one.id,
        email=one.email,
        initials=one.email[:2].upper(),
        label=one.role.value.capitalize(),
        words="Expired" if expired else sent,
        state="stale" if expired else "queued",
    )


def rule_line(one: GroupRule) -> RuleLine:
    people = formats.counted(one.num_members, "person", "people")
    return RuleLine(one.id, one.group, one.role.value.capitalize(), people)


def head_words(counts: Mapping[Role, int], invitations: int) -> str:
    people = formats.counted(sum(counts.values()), "person", "people")
    return f"{people}, {formats.counted(invitations, 'invitation')}" if invitations else people
