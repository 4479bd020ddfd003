"""What the rest of the house sees of people, sessions and keys."""

from backend.identity.permissions import ADDS, OF_THE_ORGANISATION, PERMISSIONS, Role
from backend.identity.types.access import INVITATION_LIFETIME, GroupRule, Invitation, Member
from backend.identity.types.accounts import (
    FRESH,
    MAX_PASSWORD_CHARACTERS,
    MIN_PASSWORD_CHARACTERS,
    NUM_RECOVERY_CODES,
    OPENING_LIFETIME,
    RESET_LIFETIME,
    Account,
    Door,
    Linked,
    Policy,
    ResetLink,
    SecondStep,
)
from backend.identity.types.keys import MAX_OVERLAP, OVERLAP, ApiKey
from backend.identity.types.people import Organisation, Person, Project
from backend.identity.types.sessions import (
    BY_LINK,
    BY_PASSWORD,
    LINK_LIFETIME,
    Entered,
    SessionLimits,
    SessionSeen,
    Way,
)
from backend.identity.types.support import MAX_SUPPORT, MIN_SUPPORT, SupportGrant

__all__ = [
    "ADDS",
    "BY_LINK",
    "BY_PASSWORD",
    "FRESH",
    "INVITATION_LIFETIME",
    "LINK_LIFETIME",
    "MAX_OVERLAP",
    "MAX_PASSWORD_CHARACTERS",
    "MAX_SUPPORT",
    "MIN_PASSWORD_CHARACTERS",
    "MIN_SUPPORT",
    "NUM_RECOVERY_CODES",
    "OF_THE_ORGANISATION",
    "OPENING_LIFETIME",
    "OVERLAP",
    "PERMISSIONS",
    "RESET_LIFETIME",
    "Account",
    "ApiKey",
    "Door",
    "Entered",
    "GroupRule",
    "Invitation",
    "Linked",
    "Member",
    "Organisation",
    "Person",
    "Policy",
    "Project",
    "ResetLink",
    "Role",
    "SecondStep",
    "SessionLimits",
    "SessionSeen",
    "SupportGrant",
    "Way",
]
