"""The composition root: settings become engines, engines become services."""

from backend.bootstrap.demo import example_being_made
from backend.bootstrap.edge import Edge
from backend.bootstrap.facts import Facts, facts
from backend.bootstrap.services import Services, override, services, start, stop

__all__ = ["Edge", "Facts", "Services", "example_being_made", "facts", "override", "services", "start", "stop"]
