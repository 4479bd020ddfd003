"""The same prompts and texts on other models: which of these there are not among the variants yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from backend.experiments.types import MAX_NAME
from console.state.experiment_variants import FLOW, INLINE, VariantLine

ENTERED = ("name", "subject", "version", "template", "system", "model", "temperature", "max_tokens", "stop",
           "json_schema")  # fmt: skip


def entered(line: VariantLine, form: Mapping[str, Any]) -> VariantLine:
    """Return a variant with what stands in its entries."""
    return replace(line, **{name: str(form.get(f"{line.key}.{name}", "")) for name in ENTERED})


def crossed(lines: Sequence[VariantLine], models: Sequence[str], meant: Mapping[str, str]) -> list[VariantLine]:
    """Return each prompt and text on each model, model by model, without what is there already; flows have their own.

    `meant` is by key the model of those that name none.
    """
    there = {_asked(one, one.model or meant.get(one.key, "")) for one in lines}
    found = []
    for model in models:
        for one in lines:
            if one.kind != FLOW and (asked := _asked(one, model)) not in there:
                there.add(asked)
                found.append(replace(one, name=_named(one, model), model=model))
    return found


def _asked(line: VariantLine, model: str) -> tuple[str, ...]:
    """Return all that makes a difference to an answer."""
    told = (getattr(line, name) for name in ENTERED if name not in ("name", "model"))
    return (line.kind, model, *told)


def _named(line: VariantLine, model: str) -> str:
    """Put the model behind a name that somebody gave, or the letter of a text; a prompt is called after its version."""
    name = line.name.strip() or (line.letter if line.kind == INLINE else "")
    if not name:
        return ""
    word, old = _word(model), _word(line.model)
    kept = name.removesuffix(f" {old}") if old else name
    return f"{kept[: max(MAX_NAME - len(word) - 1, 1)]} {word}"[:MAX_NAME]


def _word(model: str) -> str:
    return model.partition(":")[2]
