"""What the fields of a new experiment show, and what was entered into them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import Any

from backend.experiments.types import DEFAULT_CONCURRENCY, Draft, VariantDraft
from console.state.evaluator_fields import EvaluatorLine, settings_of
from console.state.experiment_variants import LETTERS, VariantLine, variant_of

UNREADABLE = -1
# Which button sends the form.
PLAN, SAVE, START = "plan", "save", "start"
DEFAULTS = {"repetitions": "1", "concurrency": str(DEFAULT_CONCURRENCY)}


def numbers_of(draft: Draft) -> dict[str, str]:
    """Return the entries beside variants and evaluators, as text."""
    return {
        "version": str(draft.version or ""),
        "split": draft.split,
        "rows": ", ".join(str(one) for one in draft.rows),
        "repetitions": str(draft.repetitions),
        "concurrency": str(draft.concurrency),
        "rate": str(draft.requests_per_minute or ""),
        "budget": "" if draft.budget is None else f"{draft.budget:f}",
        "early": "on" if draft.early_stop else "",
    }


def draft_of(
    form: Mapping[str, Any],
    variants: Sequence[VariantLine],
    evaluators: Sequence[EvaluatorLine],
    over: Draft | None = None,
) -> Draft:
    """Return the experiment as it was entered; of one `over` answers of another, which those are stays as it is.

    Raise InvalidInput by field.
    """

    def text(name: str) -> str:
        return str(form.get(name, "")).strip()

    entered: dict[str, Any] = {
        "name": text("name"),
        "evaluators": tuple(settings_of(one, form) for one in evaluators),
        "concurrency": _whole(text("concurrency") or DEFAULTS["concurrency"]) or 0,
        "requests_per_minute": _whole(text("rate")),
        "budget": _dollars(text("budget")),
    }
    if over is not None:
        return replace(over, **entered)
    made = _named([variant_of(one, form) for one in variants])
    baseline = next((one.name for line, one in zip(variants, made, strict=True) if line.key == text("baseline")), "")
    return Draft(
        **entered,
        dataset_id=text("dataset"),
        variants=made,
        version=_whole(text("version")),
        split=text("split"),
        rows=rows_of(text("rows")),
        repetitions=_whole(text("repetitions") or DEFAULTS["repetitions"]) or 0,
        early_stop=bool(form.get("early")),
        baseline=baseline,
    )


def _named(made: Sequence[VariantDraft]) -> tuple[VariantDraft, ...]:
    """Tell apart by a letter those that would have the same name."""
    names = [one.name for one in made]
    return tuple(
        replace(one, name=f"{one.name} {LETTERS[at]}") if names.count(one.name) > 1 else one
        for at, one in enumerate(made)
    )


def rows_of(text: str) -> tuple[int, ...]:
    """Return the numbers of rows in "12, 13"; what is no number is a row that no dataset has. Empty means none."""
    parts = (part for part in text.replace(",", " ").split() if part)
    return tuple(dict.fromkeys(int(part) if part.isascii() and part.isdigit() else UNREADABLE for part in parts))


def rows_text(written: str) -> str:
    """Return the numbers of rows as the form shows them: "12,13" gives "12, 13"."""
    return ", ".join(map(str, rows_of(written)))


def _whole(text: str) -> int | None:
    """Return a whole number, None for an empty entry; what is no number is out of every range."""
    try:
        return int(text) if text else None
    except ValueError:
        return UNREADABLE


def _dollars(text: str) -> Decimal | None:
    """Return dollars, None for an empty entry; what is no number is below every budget."""
    try:
        return Decimal(text) if text else None
    except InvalidOperation:
        return Decimal(UNREADABLE)
