"""What the pickers of the inspector offer: the project's models, knowledge bases and prompts."""

from __future__ import annotations

import itertools
from typing import Any

from backend.bootstrap import services
from backend.operator import Operator, Permission
from backend.paging import MAX_LIMIT, Page
from console.state import formats

Choices = dict[str, list[dict[str, Any]]]
MOST_PROMPTS = 200


async def choices_of(operator: Operator, *, with_variables: bool = True) -> Choices:
    """Return id, title and a detail for each; a list is empty where the operator may not read it.

    What a prompt needs is found by reading what it takes in, so a page that only names the choices goes without.
    """
    models = await _models(operator) if operator.may(Permission.MODELS_READ) else []
    bases = await _knowledge_bases(operator) if operator.may(Permission.KNOWLEDGE_READ) else []
    prompts = await _prompts(operator, with_variables=with_variables) if operator.may(Permission.PROMPTS_READ) else []
    return {"models": models, "knowledge_bases": bases, "prompts": prompts}


def names_of(choices: Choices) -> dict[str, str]:
    """Return what the lines of nodes call each id."""
    return {one["id"]: one["title"] for found in choices.values() for one in found}


async def _models(operator: Operator) -> list[dict[str, str]]:
    found = await services().providers.list_models(operator)
    return [
        {
            "id": one.reference,
            "title": one.name,
            "detail": f"{one.provider_name}, the project's" if one.is_default else one.provider_name,
            "tools": "yes" if one.capabilities.tools else "",
        }
        for one in found
    ]


async def _knowledge_bases(operator: Operator) -> list[dict[str, str]]:
    """Return the newest 500; an older one keeps its id on the node."""
    listed = await services().knowledge.list(operator, Page(MAX_LIMIT))
    return [
        {"id": one.id, "title": one.name, "detail": formats.counted(one.tally.num_documents, "document")}
        for one in listed.items
    ]


async def _prompts(operator: Operator, *, with_variables: bool) -> list[dict[str, Any]]:
    """Return the prompts by slug; `variables` are those of the newest version, without what may be missing."""
    prompts = services().prompts
    listed = (await prompts.list(operator))[:MOST_PROMPTS]
    holes = await prompts.holes_of(operator, listed) if with_variables else []
    found = [
        {
            "id": one.slug,
            "title": one.name,
            "detail": one.folder,
            "labels": one.labels,
            "latest": one.latest,
            "variables": [variable.name for variable in needed.variables] if needed else [],
        }
        for one, needed in itertools.zip_longest(listed, holes)
    ]
    return sorted(found, key=lambda one: str(one["title"]).casefold())
