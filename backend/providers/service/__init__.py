"""Connect providers, choose models, try them, and say where a model is asked."""

from backend.providers.service.choosing import Choosing
from backend.providers.service.connecting import Connecting


class ProviderService(Connecting, Choosing):
    """All use cases of providers and their models."""


__all__ = ["ProviderService"]
