"""What stands in for the slices below flows: a handbook, and models by the scripted server's days."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from backend.knowledge.types import Passage
from backend.operator import Operator
from backend.ports.language_model import Capabilities, ModelEndpoint, Usage

HANDBOOK = [
    ("Returns.md", "Refunds", "A refund takes five working days."),
    ("Shipping.md", "Costs", "Shipping inside Germany is free above 50 euros."),
]


class Desk:
    """What stands in for the slices below: a handbook, and models by the scripted server's days."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url
        self.asked: list[tuple[str, tuple[str, ...], str]] = []
        self.finds = True
        self.tools = True

    async def search(
        self, operator: Operator, bases: Any, query: str, *, limit: int = 10, mode: str = ""
    ) -> list[Passage]:
        self.asked.append((operator.project_id, tuple(bases), query))
        found = HANDBOOK[:limit] if self.finds else []
        return [
            Passage(f"chunk_{rank}", f"doc_{rank}", name, "kb_1", 0, heading, text, None, 1 / rank, rank)
            for rank, (name, heading, text) in enumerate(found, start=1)
        ]

    async def resolve(self, _operator: Operator, reference: str) -> ModelEndpoint:
        can = Capabilities(tools=self.tools, json_schema=False)
        day = reference.partition(":")[2] or "scripted"
        return ModelEndpoint(
            "openai", f"test:{day}", day, self.base_url, "key", capabilities=can, allow_private_address=True
        )

    def cost(self, _endpoint: ModelEndpoint, usage: Usage) -> Decimal:
        return Decimal(usage.total_tokens) / 1_000
