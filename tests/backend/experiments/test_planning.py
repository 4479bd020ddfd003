"""What the plan says of who is asked what."""

from __future__ import annotations

from backend.experiments.types import PromptChoice, VariantDraft
from backend.prompts.types import Content, NewPrompt
from tests.backend.experiments.conftest import Lab, prompt


async def asked(lab: Lab, text: str) -> tuple[str, ...]:
    made = await lab.services.prompts.create(lab.operator, NewPrompt("Support", Content(text=text)))
    variant = VariantDraft("v1", PromptChoice(id=made.id, version=1))
    return (await lab.service.plan(lab.operator, lab.draft(variant))).asked


async def test_the_plan_names_the_field_that_a_text_prompt_is_asked(lab: Lab) -> None:
    lab.fill(3)
    said = "v1: each row's question is asked, which the text does not read."
    assert await asked(lab, "Answer in one word: {{ good }}") == (said,)
    said = "v1: the text itself is asked, for no row has a question beside it."
    assert await asked(lab, "Answer {{ question }}") == (said,)
    del lab.rows[0].input["question"]
    said = "v1: what is asked differs by row: question (2), the text itself (1)."
    assert await asked(lab, "Answer in one word: {{ good }}") == (said,)


async def test_a_text_of_the_experiment_alone_is_asked_as_it_stands(lab: Lab) -> None:
    lab.fill(3)
    assert (await lab.service.plan(lab.operator, lab.draft(prompt("own", "{{ good }}")))).asked == ()
