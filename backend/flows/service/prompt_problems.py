"""What the prompts that a document uses say against it: they stand outside, so the document alone cannot tell."""

from __future__ import annotations

from dataclasses import dataclass

from backend.errors import DomainError
from backend.flows.context import Prompts
from backend.flows.document import FlowDocument, Node
from backend.flows.engine.loader import run_operator
from backend.flows.managed import FIELD, HISTORY, ManagedPrompt, managed
from backend.flows.types import Problem, Severity
from backend.operator import Operator
from backend.prompts.types import VersionRef


@dataclass(frozen=True, slots=True)
class PromptProblems:
    """Asks for each prompt what a run would ask: whether it is there, and whether each of its variables has a value."""

    prompts: Prompts | None = None

    async def of(self, operator: Operator, document: FlowDocument) -> list[Problem]:
        if self.prompts is None:
            return []
        acting = run_operator(operator.project_id, operator.user_id, operator.name)
        found = [
            await self._of(acting, self.prompts, node, prompt) for node, prompt in managed(document) if prompt.slug
        ]
        return [problem for problem in found if problem is not None]

    async def _of(self, operator: Operator, prompts: Prompts, node: Node, prompt: ManagedPrompt) -> Problem | None:
        try:
            needed = await prompts.needed(operator, prompt.slug, VersionRef(prompt.label, prompt.version))
        except DomainError as error:
            return _problem(node, error.message, error.hint or "Choose another prompt, label or version.")
        missing = [name for name in needed if name != HISTORY and name not in prompt.values]
        if not missing:
            return None
        values = "values" if len(missing) > 1 else "a value"
        return _problem(node, f"The prompt {prompt.slug} needs {values} for {', '.join(missing)}.", "Fill it in.")


def _problem(node: Node, sentence: str, fix: str) -> Problem:
    return Problem(Severity.ERROR, sentence, fix, node=node.id, plate=node.plate, field=FIELD)
