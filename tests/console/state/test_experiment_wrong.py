"""Where the sentences of a refusal stand in the form of an experiment."""

from __future__ import annotations

from console.state.evaluator_fields import EvaluatorLine, FieldLine
from console.state.experiment_variants import FLOW, INLINE, VariantLine
from console.state.experiment_wrong import placed


def test_each_sentence_stands_at_the_nearest_place() -> None:
    variants = [VariantLine("f1", "variants.0", "A", INLINE), VariantLine("f2", "variants.1", "B", FLOW)]
    rubric = FieldLine("rubric", "f3.rubric", "Rubric", "area")
    told = {
        "variants.0.parameters.temperature": "a", "variants.0.temperature": "b", "variants.1.prompt.template": "c",
        "variants": "d", "evaluators.0.rubric.1": "e", "evaluators.0.kind": "f", "dataset_id": "g", "other": "h",
        "evaluators.7.kind": "i",
    }  # fmt: skip
    errors, wrong = placed(told, variants, [EvaluatorLine("f3", "evaluators.0", "judge", "Judge", "", own=[rubric])])
    assert errors == {
        "f1-temperature": "a b", "f2": "c", "xf-variants": "d", "f3.rubric": "e", "f3": "f", "xf-dataset": "g",
        "xf-wrong": "h i",
    }  # fmt: skip
    assert [one.label for one in wrong] == [
        "The form", "Dataset", "Variants", "Temperature of variant A", "Variant B", "Judge", "Rubric",
    ]  # fmt: skip
