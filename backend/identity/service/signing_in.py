"""Everything about getting in."""

from backend.identity.service.entering import Parts
from backend.identity.service.policy import PolicyUse
from backend.identity.service.profile import ProfileUse
from backend.identity.service.resets import ResetUse
from backend.identity.service.second_step import SecondStepUse
from backend.identity.service.single_sign_on import ProviderUse


class SignInService(ResetUse, SecondStepUse, ProviderUse, ProfileUse, PolicyUse):
    """Passwords, second steps, providers, what people see of their own account, and who may come how."""


__all__ = ["Parts", "SignInService"]
