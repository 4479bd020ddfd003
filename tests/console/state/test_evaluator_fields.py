"""The fields of an evaluator: drawn from its schema, shown where they mean something, and read back."""

from __future__ import annotations

import json
from typing import Any

import pytest

from backend.bootstrap import Services
from backend.errors import InvalidInput
from backend.experiments.evaluators.registry import matched, read
from backend.operator import Operator
from backend.providers.types import ModelDraft, ProviderDraft
from console.state.evaluator_fields import TITLES, EvaluatorLine, Offers, evaluator_line, settings_of
from console.state.forms import Choice
from tests.console.experimenting import dataset, entries, opened, owner
from tests.console.tab import Tab, tab

__all__ = ["dataset", "owner", "tab"]


async def test_every_kind_can_be_entered_as_its_schema_says(services: Services, owner: Operator) -> None:
    kinds = {one.kind: one for one in await services.experiments.evaluator_kinds(owner)}
    assert kinds.keys() == TITLES.keys()
    offers = Offers([Choice("", "The project's default"), Choice("p:m", "M")], [Choice("p:e", "E")])
    given: dict[str, dict[str, Any]] = {
        "contains": {"values": ["one", "two"], "mode": "all", "ignore_case": False, "weight": 2, "threshold": 0.5},
        "json_schema": {"schema": {"type": "object"}, "negate": True},
        "json_field": {"path": "a.b", "value": "EUR", "tolerance": 0.5},
        "judge": {"rubric": "Is it right?", "models": ["", "p:m"], "output": "score", "min": 0, "max": 10},
        "human": {"question": "Good?", "margin": 0.1, "direction": "lower"},
    }
    for kind, settings in given.items():
        line = evaluator_line(kinds[kind], "e1", 0, offers, settings)
        found = settings_of(line, untouched(line))
        assert {name: found[name] for name in settings} == settings
        assert found["kind"] == kind
        assert line.words
        assert "`" not in line.words


def untouched(line: EvaluatorLine) -> dict[str, str]:
    """Return what a browser sends of an evaluator that nobody changed."""
    lines = (*line.own, *line.first, *line.folded)
    form = {one.key: one.value for one in lines if one.kind != "switch"}
    form |= {one.key: "on" for one in lines if one.checked}
    return form | {f"{one.key}.{model}": "on" for one in lines for model in one.picked}


@pytest.mark.parametrize(
    "required",
    [
        {"kind": "judge", "rubric": "Right?", "model": "p:m"},
        {"kind": "judge", "rubric": "Right?", "models": ["p:m", ""], "threshold": 2 / 3, "output": "score"},
        {"kind": "pairwise", "model": ""},
        {"kind": "similarity", "model": "p:e", "threshold": 0.123456789, "margin": 1e-05},
        {"kind": "json_field", "path": "zip", "value": "01234"},
        {"kind": "json_field", "path": "zip", "value": "42"},
        {"kind": "json_field", "path": "zip", "value": {"a": [1.5, None]}},
        {"kind": "contains", "values": [" no ", "yes"], "whole": True},
        {"kind": "latency", "target": 1_234_567.5, "negate": True},
    ],
)
async def test_what_a_gate_requires_is_what_its_form_sends(
    services: Services, owner: Operator, required: dict[str, Any]
) -> None:
    kinds = {one.kind: one for one in await services.experiments.evaluator_kinds(owner)}
    offers = Offers([Choice("", "The project's default"), Choice("p:m", "M")], [Choice("p:e", "E")])
    line = evaluator_line(kinds[required["kind"]], "e1", 0, offers, required)
    sent = settings_of(line, untouched(line))
    assert matched(read([required]), read([sent])) == ([required["kind"]], [])


async def test_judges_begin_with_a_connected_model_and_the_default_is_named(
    services: Services, owner: Operator, tab: Tab, dataset: str
) -> None:
    async def judges() -> Any:
        form = await opened(tab)
        await form.add_evaluator("pairwise")
        return next(one for one in form.evaluators[-1].own if one.name == "models")

    alone = await judges()
    assert alone.options[0] == Choice("", "The project's default (scripted, built in)")
    assert alone.picked == [""]
    draft = ProviderDraft("Mine", "https://models.example/v1", models=(ModelDraft("large"),))
    await services.providers.create(owner, draft)
    beside = await judges()
    assert beside.picked == ["mine:large"]
    await services.providers.set_default(owner, "mine:large")
    chosen = await judges()
    assert (chosen.options[0].label, chosen.picked) == ("The project's default (large, Mine)", [""])


async def test_a_judge_is_asked_for_what_its_output_has(tab: Tab, dataset: str) -> None:
    form = await opened(tab)
    await form.add_evaluator("judge")
    key = form.evaluators[-1].key

    def shown() -> set[str]:
        judge = form.evaluators[-1]
        return {one.name for one in (*judge.own, *judge.first, *judge.folded) if not one.hidden}

    every = {"rubric", "models", "output", "name", "node"}
    numbers = {"weight", "negate", "direction", "unit", "target", "margin", "statistic"}
    assert shown() == every | numbers
    belongs = {
        "score": numbers | {"min", "max", "threshold"},
        "category": numbers | {"categories", "pass_labels", "values", "threshold"},
        "text": set(),
        "boolean": numbers,
    }
    typed = {"rubric": "Is it right?", "min": "low", "categories": "good\nbad", "pass_labels": "good", "target": "1"}
    sent = {f"{key}.{name}": value for name, value in typed.items()}
    for output, fields in belongs.items():
        await form.choose(f"{key}.output", output)
        assert shown() == every | fields
        entered = {**entries(form), **sent, f"{key}.output": output}
        if output == "score":  # only here what was typed as the lowest score counts
            with pytest.raises(InvalidInput, match="Min is a number"):
                settings_of(form.evaluators[-1], entered)
        else:
            assert settings_of(form.evaluators[-1], entered).keys() - every <= fields | {"kind"}
    rubric = next(one for one in form.evaluators[-1].own if one.name == "rubric")
    assert "the input, the answer, and the expected output" in rubric.help


async def test_what_is_no_json_is_told(services: Services, owner: Operator) -> None:
    kind = next(one for one in await services.experiments.evaluator_kinds(owner) if one.kind == "json_schema")
    line = evaluator_line(kind, "e1", 2, Offers())
    with pytest.raises(InvalidInput) as refusal:
        settings_of(line, {"e1.schema": "{", "e1.weight": "much"})
    assert refusal.value.fields == {
        "evaluators.2.schema": "Schema is JSON.",
        "evaluators.2.weight": "Weight is a number.",
    }
    assert json.loads(json.dumps(kind.schema))["properties"]["schema"]
