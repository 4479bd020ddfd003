"""What the plan says of who is asked what, and of what it will take."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from backend.experiments.asked_words import ITSELF, asked_words
from backend.experiments.statistics.power import detectable_difference
from backend.experiments.types import FlowChoice, PromptChoice, VariantDraft
from backend.operator import Operator
from backend.ports.language_model import ModelEndpoint
from backend.prompts.types import Content, NewPrompt
from console.state import formats
from console.state.experiment_plan import plan_view
from tests.backend.experiments.conftest import PRICE, Lab, prompt
from tests.factories import flows


async def asked(lab: Lab, text: str) -> tuple[str, ...]:
    made = await lab.services.prompts.create(lab.operator, NewPrompt("Support", Content(text=text)))
    variant = VariantDraft("v1", PromptChoice(id=made.id, version=1))
    return (await lab.service.plan(lab.operator, lab.draft(variant))).asked


async def test_the_plan_names_the_field_that_a_text_prompt_is_asked(lab: Lab) -> None:
    lab.fill(3)
    said = "v1: each row's question is asked, which the text does not read."
    assert await asked(lab, "Answer in one word: {{ good }}") == (said,)
    assert await asked(lab, "Answer {{ question }}") == ()
    del lab.rows[0].input["question"]
    said = "v1: what is asked differs, question in 2 rows, the text itself in row 1."
    assert await asked(lab, "Answer in one word: {{ good }}") == (said,)
    assert await asked(lab, "Answer {{ question }}") == ()  # the one that lacks it is asked nothing
    said = "v1: what is asked differs, what the text reads in 2 rows, the text itself in row 1."
    assert await asked(lab, "Answer {{ question | default('nothing') }}") == (said,)
    for row in lab.rows:
        row.input.pop("question", None)
    said = "v1: the text itself is asked, for no row has a question beside it."
    assert await asked(lab, "Answer in one word: {{ good }}") == (said,)


def test_rows_that_are_asked_otherwise_are_named_as_long_as_they_are_few() -> None:
    of = {"question": range(1, 11), ITSELF: [11, 12], "query": range(20, 27)}
    said = "what is asked differs, question in 10 rows, query in 7 rows (20, 21, 22, 23, 24 and others)"
    assert asked_words(of) == f"{said}, the text itself in rows 11, 12."
    assert asked_words({"question": [1], ITSELF: [2]}) == (
        "what is asked differs, question in row 1, the text itself in row 2."
    )


async def test_a_text_of_the_experiment_alone_is_asked_as_it_stands(lab: Lab) -> None:
    lab.fill(3)
    assert (await lab.service.plan(lab.operator, lab.draft(prompt("own", "{{ good }}")))).asked == ()


async def test_the_plan_says_tokens_dollars_and_minutes_by_supposition_and_then_by_what_was_seen(lab: Lab) -> None:
    lab.fill(10)
    draft = lab.draft(prompt("own", "{{ good }}"), repetitions=2, concurrency=4)
    plan = await lab.service.plan(lab.operator, draft)
    assert (plan.num_cells, plan.num_judge_calls, plan.tokens_in, plan.tokens_out) == (20, 0, 20, 20 * 200)
    assert plan.cost == (20 + 4_000) * PRICE / 1_000_000
    assert plan.minutes == pytest.approx(20 * 3 / 4 / 60)
    assert plan.unknown == ("own: no earlier answers, so 200 tokens and 3 s each are supposed.",)
    paced = await lab.service.plan(lab.operator, replace(draft, requests_per_minute=5, budget=Decimal("0.001")))
    assert (paced.minutes, paced.over_budget) == (4, True)
    await lab.ran(prompt("own", "{{ good }}"))
    seen = await lab.service.plan(lab.operator, draft)
    assert (seen.tokens_out, seen.unknown, (seen.minutes or 1) < (plan.minutes or 0)) == (20, (), True)


async def test_one_answer_takes_its_whole_time_however_many_might_go_at_once(lab: Lab) -> None:
    async def minutes(num_rows: int, *variants: VariantDraft, **given: Any) -> float | None:
        lab.fill(num_rows)
        return (await lab.service.plan(lab.operator, lab.draft(*variants, concurrency=20, **given))).minutes

    own = prompt("own", "{{ good }}")
    assert await minutes(1, own) == pytest.approx(3 / 60)
    assert await minutes(21, own) == pytest.approx(6 / 60)
    judge = {"kind": "judge", "rubric": "?", "models": ["echo", "echo"]}
    assert await minutes(1, own, evaluators=(judge,)) == pytest.approx((3 + 2 * 1.5) / 60)
    pairs = {"kind": "pairwise", "model": "echo"}
    assert await minutes(1, own, prompt("new", "?"), evaluators=(pairs,)) == pytest.approx((3 + 2 * 1.5) / 60)


async def test_the_plan_counts_each_question_to_each_judge(lab: Lab) -> None:
    lab.fill(5)
    alone = await lab.service.plan(lab.operator, lab.draft())
    judges = (
        {"kind": "judge", "rubric": "Is it right?", "models": ["echo", "no-usage"]},
        {"kind": "pairwise", "model": "echo"},
    )
    judged = await lab.service.plan(lab.operator, lab.draft(evaluators=judges))
    assert judged.num_judge_calls == 10 * 2 + 5 * 2  # each answer by both; each pair in both orders
    assert judged.tokens_out == alone.tokens_out + 30 * 60
    assert (judged.cost or 0) > (alone.cost or 0)
    assert (judged.small_judges, judged.own_judges) == ((), ("judge", "pairwise"))
    built_in = {"kind": "judge", "rubric": "?", "models": ["echo", ""]}
    small = await lab.service.plan(lab.operator, lab.draft(evaluators=({"kind": "exact"}, built_in)))
    assert small.small_judges == ("judge",)


async def test_the_embedded_model_answers_one_at_a_time(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    resolve = lab.services.providers.resolve

    async def embedded(operator: Operator, reference: str = "") -> ModelEndpoint:
        found = await resolve(operator, reference)
        return replace(found, kind="embedded") if found.model == "no-usage" else found

    monkeypatch.setattr(lab.services.providers, "resolve", embedded)
    lab.fill(20)
    judge = {"kind": "judge", "rubric": "?", "models": ["no-usage", "no-usage"]}
    own = prompt("own", "{{ good }}", "no-usage")
    plan = await lab.service.plan(lab.operator, lab.draft(own, evaluators=(judge,)))
    assert (plan.minutes, plan.one_at_a_time) == (pytest.approx(20 * (3 + 2 * 6) / 60), True)
    assert "one at a time" in [one.note for one in plan_view(plan, lab.draft(own)).figures]
    others = lab.draft(prompt("new", "{{ good }}"), evaluators=(judge,), concurrency=10)
    mixed = await lab.service.plan(lab.operator, others)
    assert (mixed.minutes, mixed.one_at_a_time) == (pytest.approx(20 * 2 * 6 / 60), False)
    note = "the built-in model one at a time, others 10 at once"
    assert note in [one.note for one in plan_view(mixed, others).figures]
    both = lab.draft(own, *(prompt(f"{n}", "x") for n in range(9)), concurrency=2)
    plans = [await lab.service.plan(lab.operator, replace(both, concurrency=most)) for most in (1, 2)]
    assert [one.minutes for one in plans] == [pytest.approx(20 * 10 * 3 / 60), pytest.approx(20 * 9 * 3 / 2 / 60)]
    assert not (await lab.service.plan(lab.operator, lab.draft())).some_in_turn


async def test_what_nothing_tells_of_a_flow_is_said_and_never_a_nought(lab: Lab) -> None:
    lab.fill(2)
    for row in lab.rows:
        row.input["question"] = "a"
    await lab.services.flows.create(lab.operator, "Desk", document=flows.echo())
    desk = VariantDraft("desk", flow=FlowChoice("desk", "draft"))

    async def told(*variants: VariantDraft, **given: Any) -> tuple[dict[str, tuple[str, str]], list[str], Any]:
        draft = lab.draft(*variants, budget=Decimal(1), **given)
        plan = await lab.service.plan(lab.operator, draft)
        view = plan_view(plan, draft)
        return {one.name: (one.value, one.note) for one in view.figures}, view.warnings, plan

    figures, warnings, plan = await told(desk)
    assert (figures["Tokens"], figures["Cost"], plan.cost) == (("not known yet", ""), ("not known yet", ""), None)
    assert warnings == ["What desk costs is not known yet, so it may stop at the budget."]
    figures, _, plan = await told(desk, prompt("own", "{{ good }}"))
    assert figures["Tokens"][0] == "at least 402"
    assert figures["Cost"] == (f"at least {formats.money(plan.cost)}", "without desk")
    _, warnings, _ = await told(desk, replace(desk, name="the same"))
    assert "desk and the same are the same, so nothing can differ between them." in warnings
    await lab.services.flows.create(
        lab.operator, "Asking", document=flows.one("llm", {"instructions": "?"}, "question", "text")
    )
    asking = replace(desk, name="asking", flow=FlowChoice("asking", "draft"))
    for model, own in (("", ["judge judges its own answers; choose another model as judge."]), ("echo", [])):
        judge = {"kind": "judge", "rubric": "Right?", "models": ["no-usage", model]}
        _, warnings, _ = await told(asking, evaluators=(judge,))
        assert [one for one in warnings if "own answers" in one] == own, "nodes of a flow ask the project's model"


@pytest.mark.parametrize(
    ("evaluators", "name"),
    [
        (({"kind": "human"}, {"kind": "pairwise", "rubric": "?"}, {"kind": "exact"}), "exact"),
        (({"kind": "exact", "statistic": "p50"}, {"kind": "contains", "values": ["x"]}), ""),
        (({"kind": "human"},), ""),
    ],
)
async def test_the_plan_says_by_what_it_may_end_early(lab: Lab, evaluators: tuple[Any, ...], name: str) -> None:
    lab.fill(3)
    draft = lab.draft(evaluators=evaluators, early_stop=True)
    plan = await lab.service.plan(lab.operator, draft)
    assert plan.stops_by == name
    said = next(one.note for one in plan_view(plan, draft).figures if one.name == "Early stop")
    assert said == (f"it ends when {name} is decided" if name else
                    "nothing can end it: that takes two variants, and a first evaluator read as a mean")  # fmt: skip


async def test_the_smallest_difference_minds_how_much_is_asked(lab: Lab) -> None:
    """Eight metrics of two variants more share what Holm leaves to one: 60 rows tell less of each."""
    lab.fill(60)
    many = tuple({"kind": "exact", "name": f"m{number}"} for number in range(8))
    few = await lab.service.plan(lab.operator, lab.draft())
    much = await lab.service.plan(lab.operator, lab.draft(prompt("a", "x"), prompt("b", "y"), prompt("c", "z"),
                                                          evaluators=many))  # fmt: skip
    assert few.detectable == pytest.approx(detectable_difference(0.3**0.5, 60), abs=1e-9)
    assert much.detectable == pytest.approx(detectable_difference(0.3**0.5, 60, 0.05 / 16), abs=1e-9)


@pytest.mark.parametrize(
    ("spec", "is_said"),
    [
        ({"kind": "rouge", "name": "Alike"}, True),
        ({"kind": "rouge", "threshold": 0.5}, False),
        ({"kind": "exact"}, False),
    ],
)
async def test_a_likeness_without_a_pass_mark_says_that_nothing_passes(
    lab: Lab, spec: dict[str, Any], *, is_said: bool
) -> None:
    lab.fill(3)
    draft = lab.draft(evaluators=(spec,))
    words = "Alike has no pass mark, so no row passes or fails by it: set a threshold to see which do."
    assert (words in plan_view(await lab.service.plan(lab.operator, draft), draft).warnings) is is_said
