"""What an experiment must be before it is kept."""

from __future__ import annotations

from collections.abc import Container, Mapping
from decimal import Decimal
from typing import Any

from backend.errors import InvalidInput
from backend.experiments.types import (
    MAX_CHOSEN,
    MAX_CONCURRENCY,
    MAX_NAME,
    MAX_REPETITIONS,
    MAX_VARIANTS,
    Draft,
    VariantDraft,
)
from backend.ports.templates import TemplateFailed, Templates

MAX_TEMPLATE = 100_000
MAX_RATE = 100_000
MAX_BUDGET = Decimal(1_000_000)
MAX_TOKENS = 2_000_000
HOTTEST = 2
MAX_STOPS = 8
# What an answer from passages reads at most; a search alone may find more.
MAX_PASSAGES = 20


def checked(draft: Draft, templates: Templates) -> None:
    """Raise InvalidInput with a sentence for each field."""
    fields = _of_numbers(draft)
    names = [variant.name.strip() for variant in draft.variants]
    if not 1 <= len(names) <= MAX_VARIANTS:
        fields["variants"] = f"An experiment has 1 to {MAX_VARIANTS} variants."
    if len({name.casefold() for name in names}) != len(names):
        fields["variants"] = "Each variant has a name of its own."
    if draft.baseline and draft.baseline not in names:
        fields["baseline"] = "The baseline is one of the variants."
    if draft.rows and draft.split:
        fields["rows"] = "Name a split or rows, not both."
    elif any(number < 1 for number in draft.rows):
        fields["rows"] = "Rows are named by their numbers, as 12, 13, 40."
    elif len(draft.rows) > MAX_CHOSEN:
        fields["rows"] = f"At most {MAX_CHOSEN:,} rows are chosen. Put them into a split."
    for number, variant in enumerate(draft.variants):
        for name, sentence in _of_variant(variant, templates).items():
            fields[f"variants.{number}.{name}"] = f"{variant.name or number + 1}: {sentence}"
    if fields:
        raise InvalidInput(next(iter(fields.values())), fields=fields)


def all_there(draft: Draft, version: int, numbers: Container[int]) -> None:
    """Raise InvalidInput where a row that was chosen is not in the version."""
    if gone := [number for number in draft.rows if number not in numbers]:
        sentence = f"Row {gone[0]:04} is not in version {version} of the dataset."
        raise InvalidInput(sentence, fields={"rows": sentence})


def _of_numbers(draft: Draft) -> dict[str, str]:
    fields: dict[str, str] = {}
    if not 1 <= len(draft.name.strip()) <= MAX_NAME:
        fields["name"] = f"An experiment's name has 1 to {MAX_NAME} characters."
    if not 1 <= draft.repetitions <= MAX_REPETITIONS:
        fields["repetitions"] = f"There are 1 to {MAX_REPETITIONS} repetitions."
    if not 1 <= draft.concurrency <= MAX_CONCURRENCY:
        fields["concurrency"] = f"1 to {MAX_CONCURRENCY} answers are asked for at once."
    if draft.requests_per_minute is not None and not 1 <= draft.requests_per_minute <= MAX_RATE:
        fields["requests_per_minute"] = f"There are 1 to {MAX_RATE:,} requests a minute."
    if draft.budget is not None and not (draft.budget.is_finite() and 0 < draft.budget <= MAX_BUDGET):
        fields["budget"] = f"A budget is above 0 and at most ${MAX_BUDGET:,}."
    return fields


def _of_variant(variant: VariantDraft, templates: Templates) -> dict[str, str]:
    fields: dict[str, str] = {}
    if not 1 <= len(variant.name.strip()) <= MAX_NAME:
        fields["name"] = f"A variant's name has 1 to {MAX_NAME} characters."
    if (variant.prompt is None) == (variant.flow is None):
        fields["prompt"] = "A variant is a prompt or a flow."
    if variant.prompt is not None:
        prompt = variant.prompt
        if bool(prompt.template.strip()) == bool(prompt.id):
            fields["prompt"] = "A prompt is a template, or the id of a managed one."
        for name in ("template", "system"):
            try:
                templates.check(getattr(prompt, name))
            except TemplateFailed as failed:
                fields[f"prompt.{name}"] = failed.message
        if prompt.version is not None and prompt.label:
            fields["prompt"] = "Name a version or a label, not both."
    if variant.flow is not None and variant.parameters:
        fields["parameters"] = "A flow has its parameters in its nodes."
    if (
        variant.flow is not None
        and variant.flow.passages is not None
        and not 1 <= variant.flow.passages <= MAX_PASSAGES
    ):
        fields["flow"] = f"A search finds 1 to {MAX_PASSAGES} passages here."
    return fields | {f"parameters.{name}": said for name, said in _of_parameters(variant.parameters).items()}


def _of_parameters(parameters: Mapping[str, Any]) -> dict[str, str]:
    fields: dict[str, str] = {}
    for name, value in parameters.items():
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if name == "temperature":
            if not (number and 0 <= value <= HOTTEST):
                fields[name] = "A temperature lies between 0 and 2."
        elif name == "max_tokens":
            if not (isinstance(value, int) and number and 1 <= value <= MAX_TOKENS):
                fields[name] = f"An answer has 1 to {MAX_TOKENS:,} tokens."
        elif name == "stop":
            if not (isinstance(value, list) and len(value) <= MAX_STOPS and all(isinstance(one, str) for one in value)):
                fields[name] = f"There are at most {MAX_STOPS} texts to stop at."
        elif name == "json_schema":
            if not isinstance(value, dict):
                fields[name] = "A JSON schema is an object."
        else:
            fields[name] = "There are temperature, max_tokens, stop and json_schema."
    return fields
