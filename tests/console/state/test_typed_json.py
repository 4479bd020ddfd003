"""JSON that is typed into a form keeps the rules of a body over REST."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from backend.errors import InvalidInput
from backend.experiments.types import EvaluatorKind
from backend.plain_json import MAX_DEPTH
from backend.prompts.types import Content
from console.state.datasets_rows import about_of
from console.state.evaluator_fields import Offers, evaluator_line, settings_of
from console.state.experiment_variants import INLINE, VariantLine, variant_of
from console.state.flows_form import value_of
from console.state.prompt_play_rows import ValueLine, values_of
from console.state.prompt_rows import with_parameter

DEEP = '{"not": ' * (MAX_DEPTH + 1) + "1" + "}" * (MAX_DEPTH + 1)
KIND = EvaluatorKind("json_schema", {"properties": {"schema": {"type": "object", "title": "Schema"}}})


def _variant(text: str) -> Any:
    line = VariantLine("v1", "variants.0", "A", INLINE)
    return variant_of(line, {"v1.template": "x", "v1.json_schema": text})


FORMS: dict[str, Callable[[str], Any]] = {
    "dataset": lambda text: about_of({"name": "Rows", "input_schema": text}),
    "evaluator": lambda text: settings_of(evaluator_line(KIND, "e1", 0, Offers()), {"e1.schema": text}),
    "parameter": lambda text: with_parameter(Content(text="x"), "response_schema", text),
    "playground": lambda text: values_of([ValueLine("a", "object", True, "{}", "")], {"a": text}),  # noqa: FBT003
    "variant": _variant,
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("text", [DEEP, "[" * 100_000, '{"a": NaN}', '{"a": 1e999}', '{"a": "\\ud800"}'])
def test_what_nothing_could_keep_is_refused_in_words(form: str, text: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        FORMS[form](text)
    said = " ".join(refusal.value.fields.values())
    assert "nested deeper than 64 levels" in said if text in (DEEP, "[" * 100_000) else "holds" in said


def test_a_field_of_a_run_stays_the_text_that_it_is() -> None:
    assert value_of(DEEP, "object") == DEEP
    assert value_of('{"a": 1}', "object") == {"a": 1}
