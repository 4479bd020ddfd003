"""The desks of other tests that those of the whole process have: a provider, a live test, and models with bad days."""

from tests.backend.experiments.conftest import lab, server
from tests.backend.live_tests.conftest import desk
from tests.backend.providers.conftest import gateway

__all__ = ["desk", "gateway", "lab", "server"]
