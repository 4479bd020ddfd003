"""Say who asks, and let those who may say who else does."""

from backend.identity.service.key_making import KeyMaking
from backend.identity.service.keys import KeyUse
from backend.identity.service.projects import ProjectUse
from backend.identity.service.sessions import SessionUse


class IdentityService(SessionUse, ProjectUse, KeyUse, KeyMaking):
    """All use cases of people, sessions and keys."""


__all__ = ["IdentityService"]
