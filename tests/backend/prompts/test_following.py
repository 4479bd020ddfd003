"""What two people approved follows nothing that one of them changes alone."""

from __future__ import annotations

import pytest

from backend.errors import Conflict
from backend.operator import Operator
from backend.prompts.service import PromptService
from backend.prompts.types import Approval, NewPrompt, Prompt
from tests.backend.prompts.conftest import text


async def style(prompts: PromptService, ines: Operator, *labels: str) -> Prompt:
    made = await prompts.create(ines, NewPrompt("House style", text("Be kind.")))
    for label in labels:
        await prompts.set_label(ines, made.id, label, 1)
    return made


async def answer(prompts: PromptService, ines: Operator, takes_in: str, name: str = "Answer") -> Prompt:
    return await prompts.create(ines, NewPrompt(name, text(f"{takes_in} Answer {{{{ question }}}}.")))


async def asked(prompts: PromptService, ines: Operator, prompt: Prompt, version: int = 1) -> Approval:
    change = await prompts.set_label(ines, prompt.id, "production", version)
    assert change.approval is not None
    return change.approval


@pytest.mark.parametrize(
    ("takes_in", "words"),
    [
        ('{% prompt "house-style" label "voice" %}', "house-style under voice, which one person moves alone"),
        ('{% prompt "house-style" label "latest" %}', "house-style as it was saved last"),
    ],
)
async def test_a_protected_label_does_not_follow_what_one_person_changes(
    prompts: PromptService, ines: Operator, takes_in: str, words: str
) -> None:
    await prompts.protect_label(ines, "production", protected=True)
    await style(prompts, ines, "voice")
    made = await answer(prompts, ines, takes_in)

    with pytest.raises(Conflict, match=f"Answer under production would take in {words}") as refused:
        await prompts.set_label(ines, made.id, "production", 1)

    assert "a version of it" in refused.value.hint


@pytest.mark.parametrize("end", ["version 1", 'label "production"'])
async def test_versions_and_protected_labels_may_be_taken_in(
    prompts: PromptService, ines: Operator, daniel: Operator, end: str
) -> None:
    await style(prompts, ines, "production")
    await prompts.protect_label(ines, "production", protected=True)
    made = await answer(prompts, ines, f'{{% prompt "house-style" {end} %}}')

    label = await prompts.approve(daniel, (await asked(prompts, ines, made)).id)

    assert label.version == 1


async def test_what_a_version_takes_in_counts_too(prompts: PromptService, ines: Operator) -> None:
    await prompts.protect_label(ines, "production", protected=True)
    await style(prompts, ines, "voice")
    await prompts.create(ines, NewPrompt("Frame", text('{% prompt "house-style" label "voice" %}')))
    made = await answer(prompts, ines, '{% prompt "frame" version 1 %}')

    with pytest.raises(Conflict, match="house-style under voice"):
        await prompts.set_label(ines, made.id, "production", 1)


async def test_a_label_is_not_protected_over_a_text_that_follows_a_free_one(
    prompts: PromptService, ines: Operator
) -> None:
    await style(prompts, ines, "voice")
    made = await answer(prompts, ines, '{% prompt "house-style" label "voice" %}')
    await prompts.set_label(ines, made.id, "production", 1)

    with pytest.raises(Conflict, match="Answer under production would take in house-style under voice"):
        await prompts.protect_label(ines, "production", protected=True)
    assert await prompts.protected_labels(ines) == []

    await prompts.protect_label(ines, "voice", protected=True)
    await prompts.protect_label(ines, "production", protected=True)
    with pytest.raises(Conflict, match="Answer under production would take in house-style under voice"):
        await prompts.protect_label(ines, "voice", protected=False)
    assert await prompts.protected_labels(ines) == ["production", "voice"]


async def test_what_waited_while_a_label_lost_its_protection_is_not_approved(
    prompts: PromptService, ines: Operator, daniel: Operator
) -> None:
    await style(prompts, ines, "voice")
    for label in ("voice", "production"):
        await prompts.protect_label(ines, label, protected=True)
    made = await answer(prompts, ines, '{% prompt "house-style" label "voice" %}')
    wish = await asked(prompts, ines, made)
    await prompts.protect_label(ines, "voice", protected=False)

    with pytest.raises(Conflict, match="house-style under voice"):
        await prompts.approve(daniel, wish.id)


async def test_no_way_back_to_a_text_that_follows_a_free_label(
    prompts: PromptService, ines: Operator, daniel: Operator
) -> None:
    await style(prompts, ines, "voice")
    made = await answer(prompts, ines, '{% prompt "house-style" label "voice" %}')
    await prompts.save_version(ines, made.id, text("Answer {{ question }}."))
    for version in (1, 2):
        await prompts.set_label(ines, made.id, "production", version)
    await prompts.protect_label(ines, "production", protected=True)

    with pytest.raises(Conflict, match="house-style under voice"):
        await prompts.roll_back(daniel, made.id, "production")


async def test_a_prompt_that_protected_texts_take_in_is_not_deleted(
    prompts: PromptService, ines: Operator, daniel: Operator
) -> None:
    kept = await style(prompts, ines)
    await prompts.protect_label(ines, "production", protected=True)
    made = await answer(prompts, ines, '{% prompt "house-style" version 1 %}')
    await prompts.approve(daniel, (await asked(prompts, ines, made)).id)

    with pytest.raises(Conflict, match="Answer under production takes House style in"):
        await prompts.delete(ines, kept.id)

    await prompts.protect_label(ines, "production", protected=False)
    assert await prompts.delete(ines, kept.id) == kept.id
