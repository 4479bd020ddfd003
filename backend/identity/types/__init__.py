"""What the rest of the house sees of people, sessions and keys."""

from backend.identity.types.keys import MAX_OVERLAP, OVERLAP, ApiKey
from backend.identity.types.people import Person, Project
from backend.identity.types.sessions import LINK_LIFETIME, SESSION_IDLE, SESSION_LIFETIME

__all__ = [
    "LINK_LIFETIME",
    "MAX_OVERLAP",
    "OVERLAP",
    "SESSION_IDLE",
    "SESSION_LIFETIME",
    "ApiKey",
    "Person",
    "Project",
]
