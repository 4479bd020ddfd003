"""What the groups of use cases share."""

from __future__ import annotations

from backend.knowledge.parts import Parts


class UseCases:
    """Holds the engines. Every use case takes the operator first and checks the permission itself."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._units = parts.units
