"""`signalbox experiment run`: an experiment from a file, carried out where the engines are open."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import asdict, fields
from typing import Any

import msgspec

from backend.bootstrap.services import Services
from backend.control import RESULT
from backend.errors import InvalidInput
from backend.experiments.passing import ASK_AGAIN, is_asked, short_of, unjudged
from backend.experiments.types import Draft, Experiment, FlowChoice, MetricComparison, PromptChoice, VariantDraft
from backend.operator import Operator
from backend.paging import MAX_LIMIT, Page


async def run_experiment(services: Services, arguments: dict[str, Any]) -> AsyncIterator[str]:
    """Make the experiment, run it to its end, and tell its verdicts; the last line is the result as JSON."""
    owner = await services.identity.ensure_owner()
    draft = await _draft(services, owner, arguments["experiment"])
    made = await services.experiments.create(owner, draft)
    yield f"{made.name}: {made.id}"
    await services.experiments.start(owner, made.id)
    carried = asyncio.create_task(services.experiments.carry_out(owner, made.id))
    try:
        async with aclosing(services.experiments.watch(owner, made.id)) as seen:
            async for found in seen:
                if found.progress.num_cells:
                    yield _line(found)
    finally:
        await asyncio.gather(carried, return_exceptions=True)
    ended = await services.experiments.get(owner, made.id)
    if ended.error:
        yield f"{ended.error} {ended.hint}".strip()
    metrics: tuple[MetricComparison, ...] = ()
    silent: dict[str, str] = {}
    asking: set[str] = set()
    fallen: set[tuple[str, str]] = set()
    short: set[tuple[str, str]] = set()
    if ended.progress.num_done:
        compared = await services.experiments.comparison(owner, made.id)
        apart = await services.experiments.comparison(owner, made.id, apart=True)
        fallen = {(one.variant, one.metric) for one in apart.metrics if one.verdict == "worse"}
        short = {(aim.metric, name) for aim in compared.aims for name in aim.missed}
        metrics, silent = compared.metrics, await services.experiments.unscored(owner, made.id)
        asking = set(unjudged(compared))
        # The baseline stands beside nothing, and has to reach its targets too.
        alone = await services.experiments.comparison(owner, made.id, variants=(ended.baseline, ended.baseline))
        metrics = (*[one for one in alone.metrics if one.target is not None], *metrics)
    for one in metrics:
        said = f"{one.variant}, {one.metric}: {one.verdict}, {one.baseline_value:.4g} -> {one.value:.4g}"
        yield f"{said}. {words}" if (words := short_of(one)) else said
    for name, words in silent.items():
        yield f"{words} {ASK_AGAIN}" if name in asking else words
    asked = {str(one.get("name") or one["kind"]) for one in ended.draft.evaluators}
    told = [
        {
            **asdict(one),
            "missed": one.is_missed or (one.metric, one.variant) in short,
            "short": short_of(one),
            "asked": is_asked(one.metric, asked),
            "fell": (one.variant, one.metric) in fallen,
        }
        for one in metrics
    ]
    result: dict[str, Any] = {"id": made.id, "name": made.name, "status": ended.shown_status, "error": ended.error}
    result["num_failed"] = ended.progress.num_failed
    yield RESULT + json.dumps({**result, "metrics": told, "unjudged": silent}, default=str)


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
