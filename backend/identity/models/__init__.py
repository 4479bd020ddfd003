"""The tables of identity. Tokens and keys are stored as hashes only."""

from backend.identity.models.access import GroupRuleRow, InvitationRow, ProjectRoleRow
from backend.identity.models.accounts import (
    PasswordRow,
    RecoveryCodeRow,
    ResetLinkRow,
    SignInAttemptRow,
    SignInPolicyRow,
    UserIdentityRow,
    UserPictureRow,
)
from backend.identity.models.keys import ApiKeyRow
from backend.identity.models.people import MemberRow, OrganisationRow, ProjectRow, UserRow
from backend.identity.models.sessions import SessionRow, SignInLinkRow
from backend.identity.models.support import SupportGrantRow

__all__ = [
    "ApiKeyRow",
    "GroupRuleRow",
    "InvitationRow",
    "MemberRow",
    "OrganisationRow",
    "PasswordRow",
    "ProjectRoleRow",
    "ProjectRow",
    "RecoveryCodeRow",
    "ResetLinkRow",
    "SessionRow",
    "SignInAttemptRow",
    "SignInLinkRow",
    "SignInPolicyRow",
    "SupportGrantRow",
    "UserIdentityRow",
    "UserPictureRow",
    "UserRow",
]
