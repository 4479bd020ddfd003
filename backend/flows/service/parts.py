"""What the use cases of flows share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from backend.columns import storable
from backend.errors import Conflict, InvalidInput
from backend.flows.context import Models, Prompts
from backend.flows.document import FlowDocument
from backend.flows.errors import FlowNotFound
from backend.flows.graph.order import with_plates
from backend.flows.graph.validation import in_order, problems_of
from backend.flows.managed import taken_in
from backend.flows.models import FlowRow
from backend.flows.nodes.registry import AnyKind
from backend.flows.published import Published
from backend.flows.repository.flows import FlowRepository
from backend.flows.service.model_problems import ModelProblems
from backend.flows.service.prompt_problems import PromptProblems
from backend.flows.types import MAX_NAME_CHARACTERS, Problem
from backend.operator import Operator
from backend.ports.events import Events
from backend.ports.publish_gate import PublishGate
from backend.ports.templates import Templates
from backend.prompts.types import Served
from backend.unit_of_work import Units

MAX_DESCRIPTION = 2_000


class UseCases:
    """The base of each group of use cases."""

    def __init__(
        self,
        units: Units,
        events: Events,
        templates: Templates,
        kinds: Mapping[str, AnyKind],
        published: Published,
        *,
        prompts: Prompts | None = None,
        models: Models | None = None,
    ) -> None:
        self._units, self._events, self._templates = units, events, templates
        self._kinds, self._published = kinds, published
        self._prompts = prompts
        self._prompt_problems, self._model_problems = PromptProblems(prompts), ModelProblems(models)
        # Whoever may refuse a publication adds itself: it stands above and is not known here.
        self.gates: list[PublishGate] = []

    def _problems(self, document: FlowDocument) -> list[Problem]:
        """Return what the document alone tells."""
        return problems_of(document, self._kinds, self._templates)

    async def _all_problems(self, operator: Operator, document: FlowDocument) -> list[Problem]:
        """Return what the document tells, and what it names outside. That is asked, so it stands in no unit."""
        return in_order([*self._problems(document), *await self._outside_problems(operator, document)])

    async def _outside_problems(self, operator: Operator, document: FlowDocument) -> list[Problem]:
        """Return what the prompts and models that a document names say against it."""
        return [
            *await self._prompt_problems.of(operator, document),
            *await self._model_problems.of(operator, document),
        ]

    async def _check_followed(self, operator: Operator, name: str, document: FlowDocument) -> None:
        """Raise Conflict where a protected flow of this document would follow what one person changes alone."""
        if self._prompts is not None:
            await self._prompts.check_followed(operator, Served(name, taken_in(document)))


async def flow_row(rows: FlowRepository, name: str, *, lock: bool = False) -> FlowRow:
    """Return the flow of this id or slug. Raise FlowNotFound."""
    row = await rows.flow(name, lock=lock)
    if row is None:
        raise FlowNotFound("There is no such flow.", hint="It may have been deleted.")
    return row


def kept_document(document: FlowDocument) -> FlowDocument:
    """Return the document as every database keeps it, with its plates. Raise InvalidInput when two ids become one."""
    given = document.model_dump()
    kept = storable(given)
    if kept != given:
        try:
            document = FlowDocument.model_validate(kept)
        except ValidationError as error:
            raise InvalidInput(f"The document cannot be kept: {error.errors()[0]['msg']}.") from error
    return with_plates(document)


def checked_name(name: str) -> str:
    name = " ".join(storable(name).split())
    if not 1 <= len(name) <= MAX_NAME_CHARACTERS:
        raise InvalidInput(
            f"A flow's name has 1 to {MAX_NAME_CHARACTERS} characters.", fields={"name": "1 to 120 characters"}
        )
    return name


def checked_description(description: str) -> str:
    if len(description) > MAX_DESCRIPTION:
        sentence = f"A description has at most {MAX_DESCRIPTION} characters."
        raise InvalidInput(sentence, fields={"description": sentence})
    return str(storable(description)).strip()


async def free_slug(rows: FlowRepository, wanted: str, *, exact: bool) -> str:
    """Return `wanted`, or the next with a number. `exact` raises Conflict instead."""
    taken = await rows.slugs_like(wanted)
    if wanted not in taken:
        return wanted
    if exact:
        raise Conflict(f"Another flow has the address {wanted}.", hint="Choose another one.")
    return next(slug for number in range(2, len(taken) + 3) if (slug := f"{wanted}-{number}") not in taken)


def undo_steps(operations: list[Any]) -> list[dict[str, Any]]:
    return [operation.model_dump(mode="json") for operation in operations]
