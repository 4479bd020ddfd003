"""Words, JSON and distances, held to what the field's packages say."""

from __future__ import annotations

import asyncio
import time
from decimal import Decimal
from typing import Any

import pytest

from backend.errors import InvalidInput
from backend.experiments.engine.answers import Answer
from backend.experiments.engine.scoring import Scoring
from backend.experiments.evaluators.base import Case, Score
from backend.experiments.evaluators.overlap import bleu, rouge
from backend.experiments.evaluators.registry import KINDS, read
from backend.experiments.models import ExperimentCellRow
from backend.experiments.outside import Row
from tests.backend.experiments.evaluators.aid import Told, evaluator, score
from tests.later import Later

rouge_scorer = Later("rouge_score.rouge_scorer")
sacrebleu = Later("sacrebleu")

PAIRS = [
    ("the cat sat on the mat", "the cat is on the mat"),
    ("The collection costs $49, off the refund.", "Collection costs $49; we take it off the refund."),
    ("a", "a b c d e f"),
    ("one two three four five six seven", "one two three four five six seven"),
    ("nothing in common", "wholly different words"),
    ('It\'s 3.5 % of 1,000 -- "quoted" & done', "3.5% of 1,000: 'quoted' and done."),
    ("the the the the", "the cat"),
]


@pytest.mark.parametrize(("answer", "reference"), PAIRS)
def test_rouge_is_what_rouge_score_says(answer: str, reference: str) -> None:
    scorer = rouge_scorer.RougeScorer(["rouge1", "rouge2", "rougeL"], use_stemmer=False)
    expected = scorer.score(reference, answer)
    for variant in ("1", "2", "L"):
        assert rouge(answer, reference, variant) == pytest.approx(expected[f"rouge{variant}"].fmeasure, abs=1e-12)


@pytest.mark.parametrize(("answer", "reference"), PAIRS)
def test_bleu_is_what_sacrebleu_says(answer: str, reference: str) -> None:
    references = [reference, "the cat lies on a mat"]
    expected = sacrebleu.sentence_bleu(answer, references).score / 100
    assert bleu(answer, references) == pytest.approx(expected, abs=1e-12)


async def test_other_scripts_are_counted_too() -> None:
    assert (await score("rouge", "Возврат в течение 30 дней", "Возврат в течение 30 дней")).value == 1
    assert (await score("rouge", "三十天内可退货", "三十天内不可退货", variant="1")).value == pytest.approx(14 / 15)


@pytest.mark.parametrize(
    ("kind", "output", "expected", "settings", "value"),
    [
        ("exact", " 42 \n", "42", {}, 1),
        ("exact", "Yes", "yes", {}, 0),
        ("exact", "Yes", "yes", {"ignore_case": True}, 1),
        ("exact", "b", ["a", "b"], {}, 1),
        ("exact", "b", {"answer": "b"}, {}, 1),
        ("exact", "no", "yes", {"negate": True}, 1),
        ("contains", "It is not so.", "no", {}, 1),
        ("contains", "It is not so.", "no", {"whole": True}, 0),
        ("contains", "No, never.", "no", {"whole": True}, 1),
        ("contains", "Costs 5 (five) EUR", "(five) EUR", {"whole": True}, 1),
        ("contains", "Within 30 days", None, {"values": ["30 DAYS", "60"]}, 1),
        ("contains", "Within 30 days", None, {"values": ["30", "60"], "mode": "all"}, 0),
        ("contains", "Within 30 days", None, {"values": ["DAYS"], "ignore_case": False}, 0),
        ("contains", "Within 30 days", "30 days", {}, 1),
        ("regex", "order 1234", None, {"pattern": r"\d{4}"}, 1),
        ("regex", "order 1234", None, {"pattern": r"\d{4}", "whole": True}, 0),
        ("json_valid", '```json\n{"a": 1}\n```', None, {}, 1),
        ("json_valid", '```{"a": 1}```', None, {}, 1),
        ("json_valid", "```", None, {}, 0),
        ("json_valid", "```" + " " * 900_000 + "x", None, {}, 0),
        ("json_valid", " " * 900_000 + "x" + " " * 200_000, None, {}, 0),
        ("json_valid", "NaN", None, {}, 0),
        ("json_valid", "[" * 100_000, None, {}, 0),
        ("json_schema", '{"a": "x1"}', None, {"schema": {"properties": {"a": {"pattern": "^x\\d$"}}}}, 1),
        ("json_schema", '{"a": "y"}', None, {"schema": {"properties": {"a": {"pattern": "^x"}}}}, 0),
        ("json_schema", "{}", None, {"schema": {"required": ["a"]}}, 0),
        ("json_field", '{"a": [{"b": 1.001}]}', '{"a": [{"b": 1}]}', {"path": "a[0].b", "tolerance": 0.01}, 1),
        ("json_field", '{"a": true}', None, {"path": "a", "value": 1}, 0),
        ("json_field", '{"a": 1}', None, {"path": "b", "value": 1}, 0),
        ("json_equal", '{"b": 2, "a": [1, 2]}', {"a": [1, 2], "b": 2.0}, {}, 1),
        ("json_equal", "[2, 1]", [1, 2], {}, 0),
        ("json_equal", "[2, 1]", [1, 2], {"in_order": False}, 1),
        ("json_equal", '{"a": 1, "at": 5}', {"a": 1, "at": 6}, {"ignore": ["at"]}, 1),
        ("json_equal", "[" * 900 + "]" * 900, [1], {"ignore": ["at"]}, 0),
        ("json_equal", "9" * 400, 5, {"tolerance": 0.1}, 0),
        ("levenshtein", "kitten", "sitting", {"normalised": False}, 3),
        ("levenshtein", "kitten", "sitting", {}, 1 - 3 / 7),
    ],
)
async def test_each_kind_scores(kind: str, output: str, expected: object, settings: dict, value: float) -> None:
    assert (await score(kind, output, expected, **settings)).value == pytest.approx(value)


@pytest.mark.parametrize(
    ("output", "expected", "settings", "reason"),
    [
        (
            '{"order": {"items": [{"price": 3, "vat": true}], "odd key": 1, "note": "x"}}',
            {"order": {"id": 7, "items": [{"price": 4, "vat": 1}, {"price": 5}], "odd key": "1"}},
            {},
            (
                "order.id is missing, 7 expected. order.items[0].price is 3, 4 expected. "
                "order.items[0].vat is true, 1 expected. "
                'order.items[1] is missing, {"price": 5} expected. order["odd key"] is 1, "1" expected. And more.'
            ),
        ),
        ('{"a": 1, "b": null}', {"a": 1}, {}, "b is null, nothing expected."),
        ("[3, 1]", [1, 2], {"in_order": False}, "[] is 3, 2 expected."),
        ('"no"', "yes", {}, 'The whole is "no", "yes" expected.'),
    ],
)
async def test_where_two_values_differ_is_told_by_path_the_same_each_time(
    output: str, expected: object, settings: dict, reason: str
) -> None:
    assert (await score("json_equal", output, expected, **settings)).reason == reason
    field = await score("json_field", f'{{"a": {output}}}', None, path="a", value=expected)
    assert field.reason.startswith("a") or settings


SOURCES: tuple[dict[str, Any], ...] = ({"number": 1}, {"number": 2})


@pytest.mark.parametrize(
    ("kind", "output", "settings", "value"),
    [
        ("exact", "Not to Switzerland [2]. It is far. [1]", {}, 1),
        ("exact", "Not to Switzerland [1, 2]. It is far.", {"value": "Not to Switzerland [1, 2]. It is far."}, 1),
        ("exact", "Not to Switzerland [3]. It is far.", {}, 0),
        ("exact", "Not to Switzerland [1, 3]. It is far.", {}, 0),
        ("contains", "Not to Switzerland [1]. It is far. [2]", {}, 1),
        ("contains", "Not to Switzerland [1].", {"values": ["[1]"], "negate": True}, 0),
        ("regex", "Not to Switzerland [1].", {"pattern": "Not [^.]+d.", "whole": True}, 1),
        ("regex", "Not to Switzerland [1].", {"pattern": r"\[\d\]"}, 1),
        ("levenshtein", "Not to Switzerland. It is far. [1]", {"normalised": False}, 0),
        ("levenshtein", "Not to Switzerland. It is far. [1]", {}, 1),
        ("rouge", "Not to Switzerland. It is far. [1]", {}, 1),
        ("bleu", "Not to Switzerland. It is far. [1]", {}, 1),
        ("similarity", "Not to Switzerland. It is far. [1]", {}, 1),
    ],
)
async def test_what_an_answer_cites_is_no_part_of_its_words(kind: str, output: str, settings: dict, value: int) -> None:
    wanted = "Not to Switzerland. It is far."
    case = Case(output, expected=wanted, passages=SOURCES)
    aid = Told(rows={wanted: [1.0]})
    assert (await evaluator(kind, **settings).score(case, aid)).value == pytest.approx(value)


async def test_a_number_in_brackets_that_cites_nothing_is_a_word() -> None:
    assert (await score("exact", "See [1].", "See.")).value == 0


@pytest.mark.parametrize(
    ("output", "expected", "why"),
    [
        (
            "We do not deliver to Spain [1].",
            "We do not deliver to Switzerland.",
            "“Spain.” in place of “Switzerland.”.",
        ),
        ("a b c d e f g h", "a x", "“b c d e f…” in place of “x”."),
        ("no b", ["x", "no c"], "“b” in place of “c”."),
        ("one", "one two", "The answer ends before “two”."),
        ("one two", "one", "The answer goes on with “two”."),
        ("one  two", "one two", "The answer differs in its blanks alone."),
        ("", "one", "The answer is empty."),
    ],
)
async def test_an_answer_that_differs_says_where(output: str, expected: object, why: str) -> None:
    assert (await evaluator("exact").score(Case(output, expected=expected, passages=SOURCES), Told())).reason == why


@pytest.mark.parametrize("kind", ["rouge", "bleu"])
async def test_references_without_end_are_refused(kind: str) -> None:
    assert (await score(kind, "one two", ["one two"] * 100)).value == pytest.approx(1)
    with pytest.raises(InvalidInput, match="at most 100 references, not 50,000"):
        await score(kind, "one two", ["one two"] * 50_000)
    with pytest.raises(InvalidInput, match="200,000 characters together"):
        await score(kind, "one two", ["word " * 20_000] * 3)


async def test_an_expression_without_end_is_stopped_and_lets_others_run() -> None:
    began = time.perf_counter()
    with pytest.raises(InvalidInput, match="longer than"):
        await score("regex", "a" * 60 + "!", pattern="^(a|aa)+$")
    assert time.perf_counter() - began < 30  # without a bound it takes years


@pytest.mark.parametrize("kind", ["levenshtein", "rouge"])
async def test_long_texts_are_compared_while_others_work(kind: str) -> None:
    """A library that held all threads made the server stand for a minute."""
    texts = ["".join(chr(0x4E00 + at * step % 20_000) for at in range(20_000)) for step in (7, 9)]
    compared = asyncio.create_task(score(kind, *texts))
    num_turns = 0
    while not compared.done():
        await asyncio.sleep(0.001)
        num_turns += 1
    assert ((await compared).error, num_turns > 10) == ("", True)


async def test_a_schema_reaches_no_address() -> None:
    with pytest.raises(InvalidInput, match="none is fetched"):
        await score("json_schema", "{}", schema={"$ref": "http://127.0.0.1:9/schema.json"})


async def test_a_threshold_is_a_pass_mark_in_the_metrics_direction() -> None:
    case = Case("x", latency_ms=1_200, cost=Decimal("0.002"))
    slow = evaluator("latency", threshold=1_000)
    assert (slow.direction, slow.unit, slow.worst) == ("lower", "ms", None)
    assert (await slow.score(case, Told())).passed is False
    assert (await evaluator("cost", threshold=0.01).score(case, Told())).passed is True
    assert (await score("levenshtein", "kitten", "sitting", threshold=0.5)).passed is True
    assert evaluator("levenshtein", normalised=False).direction == "lower"


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ({"kind": "regex", "pattern": "(" * 600 + ")" * 600}, "nested too deeply"),
        ({"kind": "sorcery"}, "no evaluator called sorcery"),
        ({"kind": "regex", "pattern": "("}, "not a regular expression"),
        ({"kind": "exact", "negated": True}, "negated"),
        ({"kind": "judge", "rubric": "?", "output": "category"}, "needs categories"),
        ({"kind": "human", "min": "nan"}, "finite number"),
        ({"kind": "human", "min": 5, "max": 5}, "min lies below max"),
        ({"kind": "judge", "rubric": "?", "output": "score", "max": "inf"}, "finite number"),
        ({"kind": "judge", "rubric": "?", "output": "category", "categories": ["a"], "values": {"a": "nan"}}, "finite"),
    ],
)
def test_wrong_settings_are_refused_in_words(spec: dict, words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        read([spec])


def test_two_of_a_kind_get_names_of_their_own() -> None:
    found = read([{"kind": "contains"}, {"kind": "contains"}, {"kind": "is-json", "name": "Form"}])
    assert [one.called for one in found] == ["contains", "contains 2", "Form"]


@pytest.mark.parametrize("kind", [name for name in KINDS if name != "pairwise"])
def test_every_kind_can_be_negated(kind: str) -> None:
    """On a scale the score is turned round, and the pass mark with it; without one more of it is good, or less."""
    needed: dict[str, dict[str, Any]] = {
        "regex": {"pattern": "x"}, "json_schema": {"schema": {}}, "json_field": {"path": "a"},
        "judge": {"rubric": "?", "output": "score", "min": 1, "max": 5}, "human": {"min": 1, "max": 4},
        "python": {"code": "def score(output):\n    return 1"}, "contains": {"values": ["x"]},
    }  # fmt: skip
    plain, turned = (evaluator(kind, negate=negate, **needed.get(kind, {})) for negate in (False, True))
    if plain.scale is None:
        assert (plain.aim, turned.aim) == ("lower", "higher")
        assert turned.judged(Score(7.0)).value == 7.0
        assert turned.model_copy(update={"threshold": 5.0}).judged(Score(7.0)).passed is True
        return
    low, high = plain.scale
    near = low + (high - low) / 4
    assert (turned.aim, turned.judged(Score(near, passed=False)).value) == (plain.aim, pytest.approx(low + high - near))
    assert turned.judged(Score(near, passed=False)).passed is True
    marked = turned.model_copy(update={"threshold": (low + high) / 2})
    assert (marked.judged(Score(low)).passed, marked.judged(Score(high)).passed) == (True, False)


async def test_weights_that_differ_make_one_metric_of_all_on_the_same_scale() -> None:
    specs = [
        {"kind": "exact", "weight": 3},
        {"kind": "regex", "pattern": "x"},
        {"kind": "exact", "name": "turned", "negate": True, "weight": 2},
    ]
    row, cost = Row("item_1", 1, {}, "yes"), Decimal(0)

    async def scored(*some: dict[str, Any]) -> dict[str, Any]:
        nonlocal cost
        cell = ExperimentCellRow(
            experiment_id="", number=0, project_id="", row=1, item_id="", variant=0, repetition=0,
            scores={}, judge_cost=cost,
        )  # fmt: skip
        given: Any = Told()
        await Scoring(read(some), given).score(cell, Answer(text="yes"), row, is_baseline=False, keep=given.ask)
        cost = cell.judge_cost
        return cell.scores

    told = await scored(*specs)
    assert [told[name]["value"] for name in ("exact", "regex", "turned")] == [1, 0, 0]
    assert (told["overall"]["value"], cost) == (pytest.approx(3 / 6), 0)
    assert "overall" not in await scored(specs[1])
