"""Where in the form of an experiment the sentences of a refusal stand: each at the field that it is about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from console.state.evaluator_fields import EvaluatorLine
from console.state.experiment_variants import FLOW, INLINE, MANAGED, VariantLine
from console.state.forms import Choice

REST = "xf-wrong"  # what concerns no field by itself
ROWS = (
    Choice("xf-name", "Name"), Choice("xf-dataset", "Dataset"), Choice("xf-version", "Version"),
    Choice("xf-split", "Split"),
    Choice("xf-rows", "Rows"),
)  # fmt: skip
VARIANTS, EVALUATORS = Choice("xf-variants", "Variants"), Choice("xf-evaluators", "Scored by")
RUNNING = (
    Choice("xf-baseline", "Baseline"), Choice("xf-repetitions", "Repetitions"), Choice("xf-concurrency", "At once"),
    Choice("xf-rate", "Requests per minute"), Choice("xf-budget", "Budget"),
)  # fmt: skip
CALLED = {"dataset_id": "xf-dataset", "requests_per_minute": "xf-rate"}
TITLES = {
    "subject": "Subject", "template": "Text", "max_tokens": "Maximum answer length", "stop": "Stop words",
    "json_schema": "JSON schema", "knowledge_base": "Knowledge base", "search": "Search by",
}  # fmt: skip
SUBJECT, TEXTS = ("subject", "version"), ("template", "system")
SEARCHED = ("knowledge_base", "passages", "search")
ASKED = ("model", "temperature", "max_tokens", "stop", "json_schema")
ENTRIES = {MANAGED: (*SUBJECT, *ASKED), INLINE: (*TEXTS, *ASKED), FLOW: (*SUBJECT, "model", *SEARCHED)}


def places(variants: Sequence[VariantLine], evaluators: Sequence[EvaluatorLine]) -> list[Choice]:
    """Return the id of each place where a sentence may stand and what it is called, from the top of the form down."""
    found = [Choice(REST, "The form"), *ROWS, VARIANTS]
    for one in variants:
        of = f"variant {one.letter}"
        names = ("name", *ENTRIES[one.kind])
        found.append(Choice(one.key, f"Variant {one.letter}"))
        found += [Choice(f"{one.key}-{name}", f"{TITLES.get(name, name.capitalize())} of {of}") for name in names]
    found.append(EVALUATORS)
    for line in evaluators:
        found.append(Choice(line.key, line.title))
        found += [Choice(field.key, field.label) for field in (*line.own, *line.first, *line.folded)]
    return [*found, *RUNNING]


def placed(
    errors: Mapping[str, str], variants: Sequence[VariantLine], evaluators: Sequence[EvaluatorLine]
) -> tuple[dict[str, str], list[Choice]]:
    """Return the sentences of a refusal by the id of the place where each stands, and these places in their order."""
    there = places(variants, evaluators)
    known = {one.value for one in there}
    cards: dict[str, VariantLine | EvaluatorLine] = {one.at: one for one in (*variants, *evaluators)}
    gathered: dict[str, str] = {}
    for name, sentence in errors.items():
        area, *path = name.split(".")
        card = cards.get(f"{area}.{path[0]}") if path else None
        own = _within(card.key, path) if card else []
        at = next((one for one in (*own, CALLED.get(name, f"xf-{name}")) if one in known), REST)
        gathered[at] = f"{gathered.get(at, '')} {sentence}".strip()
    return gathered, [one for one in there if one.value in gathered]


def _within(key: str, path: Sequence[str]) -> list[str]:
    """Return where in a card a sentence may stand, the nearest first; the last one is the card itself."""
    said = [f"{key}-{path[-1]}", *([f"{key}.{path[1]}"] if path[1:] else [])]
    return [*said, *([f"{key}-template", f"{key}-subject"] if path[-1] == "prompt" else []), key]
