"""Everything about getting in."""

from backend.identity.service.entering import Parts
from backend.identity.service.passwords import PasswordUse
from backend.identity.service.profile import ProfileUse
from backend.identity.service.second_step import SecondStepUse
from backend.identity.service.single_sign_on import Door, ProviderUse


class SignInService(PasswordUse, SecondStepUse, ProviderUse, ProfileUse):
    """Passwords, second steps, providers, and what people see of their own account."""


__all__ = ["Door", "Parts", "SignInService"]
