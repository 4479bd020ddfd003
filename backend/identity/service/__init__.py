"""Say who asks, and let those who may say who else does."""

from backend.identity.service.group_rules import GroupRuleUse
from backend.identity.service.invitations import InvitationUse
from backend.identity.service.key_making import KeyMaking
from backend.identity.service.keys import KeyUse
from backend.identity.service.members import MemberUse
from backend.identity.service.organisation import OrganisationUse
from backend.identity.service.projects import ProjectUse
from backend.identity.service.support import SupportUse


class IdentityService(
    SupportUse, OrganisationUse, ProjectUse, MemberUse, InvitationUse, GroupRuleUse, KeyUse, KeyMaking
):
    """All use cases of people, sessions and keys."""


__all__ = ["IdentityService"]
