"""`signalbox experiment run` and `wait`: an experiment in a pipeline, carried out where the engines are open."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import fields
from typing import Any

import msgspec

from backend.bootstrap.services import Services
from backend.control import RESULT
from backend.errors import InvalidInput
from backend.experiments.types import Draft, Experiment, FlowChoice, PromptChoice, VariantDraft
from backend.operator import Operator
from backend.paging import MAX_LIMIT, Page


async def run_experiment(services: Services, arguments: dict[str, Any]) -> AsyncIterator[str]:
    """Make the experiment, run it to its end, and tell its verdicts; the last line is the result as JSON.

    With an `id` it is one that is there. Its id and name come first, for whoever goes away meanwhile.
    """
    owner = await services.identity.ensure_owner()
    if known := str(arguments.get("id", "")):
        made = await services.experiments.get(owner, known)
    else:
        made = await services.experiments.create(owner, await _draft(services, owner, arguments["experiment"]))
    yield RESULT + json.dumps({"id": made.id, "name": made.name})
    await services.experiments.start(owner, made.id)
    carried = None if services.is_serving else asyncio.create_task(services.experiments.carry_out(owner, made.id))
    async with aclosing(services.experiments.watch(owner, made.id)) as seen:
        async for found in seen:
            if found.progress.num_cells:
                yield _line(found)
    if carried is not None:
        await asyncio.gather(carried, return_exceptions=True)
    ended = await services.experiments.gated(owner, made.id)
    yield RESULT + json.dumps(ended.as_json(), default=str)


def _line(found: Experiment) -> str:
    progress = found.progress
    ended = progress.num_done + progress.num_failed
    return f"{ended:,} of {progress.num_cells:,} answers, {progress.num_failed:,} failed, ${progress.cost:.4f}"


def _check_names(wish: dict[str, Any]) -> None:
    """Refuse what nothing reads: a misspelt `budget` would be no bound. Raise InvalidInput."""
    variants = [one for one in wish.get("variants") or () if isinstance(one, dict)]
    parts = [
        (one.get(name), kind) for one in variants for name, kind in (("prompt", PromptChoice), ("flow", FlowChoice))
    ]
    known = {one.name for one in fields(Draft)} - {"version", "answers_of"} | {"dataset", "dataset_version"}
    given = [(wish, known), *((one, _names(VariantDraft)) for one in variants)]
    given += [(part, _names(kind)) for part, kind in parts if isinstance(part, dict)]
    for part, names in given:
        if unknown := sorted(set(part) - names):
            raise InvalidInput(f"Nothing reads {', '.join(unknown)}.", hint=f"There are {', '.join(sorted(names))}.")


def _names(kind: type[Any]) -> set[str]:
    return {one.name for one in fields(kind)}


async def _draft(services: Services, owner: Operator, given: Any) -> Draft:
    """Read what POST /api/experiments takes; `dataset` may name a dataset in place of its id."""
    if not isinstance(given, dict):
        raise InvalidInput("The file holds one JSON object, as POST /api/experiments takes it.")
    wish = dict(given)
    _check_names(wish)
    wish["version"] = wish.pop("dataset_version", None)
    if named := wish.pop("dataset", ""):
        listed = await services.datasets.list(owner, Page(MAX_LIMIT), str(named))
        exact = [one.id for one in listed.items if one.name == named]
        if not exact:
            raise InvalidInput(f"There is no dataset called {named}.")
        wish["dataset_id"] = exact[0]
    try:
        return msgspec.convert(wish, Draft, strict=False)
    except msgspec.ValidationError as error:
        raise InvalidInput(f"The file cannot be used: {error}") from error
