"""Nodes that name a model which is gone: the providers know it, the document alone cannot tell."""

from __future__ import annotations

from dataclasses import dataclass

from backend.errors import NotFound
from backend.flows.context import Models
from backend.flows.document import FlowDocument
from backend.flows.engine.loader import run_operator
from backend.flows.types import Problem, Severity
from backend.operator import Operator

FIELD = "model"


@dataclass(frozen=True, slots=True)
class ModelProblems:
    """Asks for each model what a run would ask: whether it is there. A node that names none has the project's."""

    models: Models | None = None

    async def of(self, operator: Operator, document: FlowDocument) -> list[Problem]:
        if self.models is None:
            return []
        acting = run_operator(operator.project_id, operator.user_id, operator.name)
        named = {node.id: node.config.get(FIELD) for node in document.nodes}
        gone: dict[str, NotFound] = {}
        for reference in {one for one in named.values() if isinstance(one, str) and one}:
            try:
                await self.models.resolve(acting, reference)
            except NotFound as error:
                gone[reference] = error
        return [
            Problem(Severity.ERROR, gone[name].message, gone[name].hint, node=node.id, plate=node.plate, field=FIELD)
            for node in document.nodes
            if isinstance(name := named[node.id], str) and name in gone
        ]
