"""The provider on loopback that the tests of providers have."""

from tests.backend.providers.conftest import gateway

__all__ = ["gateway"]
