"""What fails equality by its form alone, in words: the answer is there, in another case or among other words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from backend.experiments.types import Comparison
from console.state import formats

# One answer may hold it by chance; of many wrong ones a few do.
FEWEST, SHARE = 2, 0.2
CONTAINS = "contains"
ADVICE = "Ask in the prompt for that alone, or score by whether an answer contains it."
KEPT = ("node", "target", "weight", "margin")


def form_words(found: Comparison, names: Mapping[str, str]) -> str:
    """Say of each variant how many wrong answers contain what is expected: "v2: 38 of 40 wrong answers ...".

    Of what decides alone; empty where that is no matter of form.
    """
    told = [
        f"{names[one.variant]}: {formats.count(one.num_held)} of {formats.counted(one.num_wrong, 'wrong answer')}"
        for one in found.form_only
        if one.metric == found.primary and one.num_held >= max(FEWEST, SHARE * one.num_wrong)
    ]
    return f"{formats.listed(told)} contain what is expected. {ADVICE}" if told else ""


def by_containing(evaluators: Sequence[dict[str, Any]], begun: Mapping[str, Any]) -> tuple[dict[str, Any], ...]:
    """Return the evaluators with `begun`, one that looks for what is expected, in place of each that asks equality."""
    return tuple({**begun, **_kept(one)} if one["kind"] == "exact" else one for one in evaluators)


def _kept(exact: Mapping[str, Any]) -> dict[str, Any]:
    """Return what holds however the words are compared."""
    own = {"values": [exact["value"]]} if exact.get("value") is not None else {}
    return {name: exact[name] for name in KEPT if name in exact} | own
