"""Who may do what: the one table that the services, the docs and the page of roles read."""

from __future__ import annotations

from enum import StrEnum

from backend.operator import Permission as May


class Role(StrEnum):
    """Each role may do all that the next one may."""

    OWNER = "owner"
    ADMIN = "admin"
    EDITOR = "editor"
    REVIEWER = "reviewer"
    VIEWER = "viewer"


ADDS: dict[Role, tuple[May, ...]] = {
    Role.VIEWER: (
        May.PROJECT_READ,
        May.FLOWS_READ,
        May.EXPERIMENTS_READ,
        May.PROMPTS_READ,
        May.KNOWLEDGE_READ,
        May.DATASETS_READ,
        May.MODELS_READ,
        May.CONVERSATIONS_READ,
        May.ANNOTATIONS_READ,
        May.MEMBERS_READ,
    ),
    Role.REVIEWER: (
        May.CONVERSATIONS_REPLY,
        May.FLOWS_APPROVE,
        May.PROMPTS_APPROVE,
        May.EXPERIMENTS_REVIEW,
        May.ANNOTATIONS_LABEL,
    ),
    Role.EDITOR: (
        May.FLOWS_EDIT,
        May.FLOWS_PUBLISH,
        May.FLOWS_RUN,
        May.EXPERIMENTS_EDIT,
        May.EXPERIMENTS_RUN,
        May.PROMPTS_EDIT,
        May.PROMPTS_RUN,
        May.KNOWLEDGE_EDIT,
        May.DATASETS_EDIT,
        May.ANNOTATIONS_EDIT,
        May.CONVERSATIONS_INGEST,
        May.SECRETS_READ,
    ),
    Role.ADMIN: (
        May.MODELS_EDIT,
        May.SECRETS_EDIT,
        May.KEYS_MANAGE,
        May.MEMBERS_MANAGE,
        May.AUDIT_READ,
        May.PROJECT_MANAGE,
        May.EXPERIMENTS_CODE,
    ),
    Role.OWNER: (May.MODELS_PRIVATE, May.ORGANISATION_MANAGE, May.SUPPORT_GRANT),
}


def _held(role: Role) -> frozenset[May]:
    """Return what the role adds, and what all below it add."""
    roles = list(Role)
    return frozenset(permission for lower in roles[roles.index(role) :] for permission in ADDS[lower])


PERMISSIONS: dict[Role, frozenset[May]] = {role: _held(role) for role in Role}

# An override in one project gives or takes none of these: they reach beyond it.
OF_THE_ORGANISATION = frozenset(
    {May.MEMBERS_READ, May.MEMBERS_MANAGE, May.AUDIT_READ, May.ORGANISATION_MANAGE, May.SUPPORT_GRANT}
)


def held(role: Role, organisation_role: Role) -> frozenset[May]:
    """Return what somebody may who has `role` in a project and `organisation_role` in its organisation."""
    here = PERMISSIONS[role] - OF_THE_ORGANISATION
    return here | (PERMISSIONS[organisation_role] & OF_THE_ORGANISATION)


# Whoever stands in for a member changes nothing of who may do what, nor any credential; and approves nothing, since
# it could be their own change.
NEVER_OF_SUPPORT = frozenset(
    {
        May.FLOWS_APPROVE,
        May.PROMPTS_APPROVE,
        May.EXPERIMENTS_CODE,
        May.MEMBERS_MANAGE,
        May.KEYS_MANAGE,
        May.SECRETS_EDIT,
        May.MODELS_EDIT,
        May.MODELS_PRIVATE,
        May.PROJECT_MANAGE,
        May.ORGANISATION_MANAGE,
        May.SUPPORT_GRANT,
    }
)


def lower(role: Role, other: Role) -> Role:
    """Return the one of the two that may do less."""
    return other if outranks(role, other) else role


def held_by_support(role: Role, organisation_role: Role, granted: Role) -> frozenset[May]:
    """Return what support may in the seat of a member: what the member may now, and no more than was granted."""
    return held(lower(role, granted), lower(organisation_role, granted)) - NEVER_OF_SUPPORT


def outranks(role: Role, other: Role) -> bool:
    """Tell whether `role` may give `other` away: its own or one below."""
    roles = list(Role)
    return roles.index(role) <= roles.index(other)
