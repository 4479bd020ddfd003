"""Try the model that ships with the product and every connected provider with one real, bounded request each."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

from backend.bootstrap.services import Services
from backend.operator import Operator
from backend.paging import Page
from backend.providers.types import EMBEDDED, Provider

MAX_PROVIDERS = 500
# The embedded model's first start lays its file together, which takes most of this on a slow disk.
ANSWER_SECONDS = 60
SHORT_CHARACTERS = 120

Check = Callable[[Services], Awaitable[str]]


class Unwell(Exception):
    """What is wrong, with what to do about it."""


def _built_in(operator: Operator, mend: str) -> Check:
    async def check(services: Services) -> str:
        if services.settings.models == "none":
            return "none ships with this start (SIGNALBOX_MODELS); connected providers answer"
        return await _answer(services, operator, EMBEDDED, mend)

    return check


def _connected(operator: Operator, provider: Provider) -> Check:
    async def check(services: Services) -> str:
        if not provider.models:
            raise Unwell("it has no model: add one on its page under Models")
        return await _answer(services, operator, provider.id, "See it under Models, where Test sends the same request.")

    return check


async def _answer(services: Services, operator: Operator, provider_id: str, mend: str) -> str:
    """Ask the provider's first model the test question and say what came. Raise Unwell with what to do."""
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            test = await services.providers.test(operator, provider_id)
    except TimeoutError as late:
        raise Unwell(f"no answer within {ANSWER_SECONDS} s. {mend}") from late
    if not test.ok:
        raise Unwell(f"{test.words} {mend}".strip())
    said = " ".join(test.answer.split())
    return f"it answered: {said[:SHORT_CHARACTERS]}" if said else "it answered without a word"


async def _file(services: Services) -> str:
    raise Unwell(services.providers.file_problem)


async def model_checks(services: Services) -> list[tuple[str, Check]]:
    """Return a check for each model with the name of its line; a project is named where there are several."""
    owner = await services.identity.ensure_owner()
    shipped = "embedded model" if services.settings.models == EMBEDDED else "built-in model"
    restart = "Start Signalbox again; data/logs/children.log has what the model said last."
    checks = [(shipped, _built_in(owner, restart))]
    if services.providers.file_problem:
        checks.append(("custom models", _file))
    projects = await services.identity.list_projects(owner)
    for project in projects:
        there = replace(owner, project_id=project.id)
        where = f" in {project.name}" if len(projects) > 1 else ""
        listed = await services.providers.list(there, Page(MAX_PROVIDERS))
        checks += [(f"provider {one.name}{where}", _connected(there, one)) for one in listed.items]
    return checks
