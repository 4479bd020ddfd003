"""The composition root: settings become engines, engines become services."""

from backend.bootstrap.services import Services, override, services, start, stop

__all__ = ["Services", "override", "services", "start", "stop"]
