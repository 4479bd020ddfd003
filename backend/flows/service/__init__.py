"""What may be done with flows and runs. Every use case takes the operator first."""

from __future__ import annotations

from backend.flows.service.runs import RunService
from backend.flows.service.versions import VersionUseCases

__all__ = ["FlowService", "RunService"]


class FlowService(VersionUseCases):
    """Flows, their drafts and their versions."""
