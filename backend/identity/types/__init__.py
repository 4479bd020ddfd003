"""What the rest of the house sees of people, sessions and keys."""

from backend.identity.permissions import ADDS, PERMISSIONS, Role
from backend.identity.types.access import INVITATION_LIFETIME, GroupRule, Invitation, Member
from backend.identity.types.keys import MAX_OVERLAP, OVERLAP, ApiKey
from backend.identity.types.people import Person, Project
from backend.identity.types.sessions import LINK_LIFETIME, SESSION_IDLE, SESSION_LIFETIME

__all__ = [
    "ADDS",
    "INVITATION_LIFETIME",
    "LINK_LIFETIME",
    "MAX_OVERLAP",
    "OVERLAP",
    "PERMISSIONS",
    "SESSION_IDLE",
    "SESSION_LIFETIME",
    "ApiKey",
    "GroupRule",
    "Invitation",
    "Member",
    "Person",
    "Project",
    "Role",
]
