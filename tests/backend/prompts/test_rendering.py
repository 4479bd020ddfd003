"""Holes are found and typed, prompts take others in, and nothing unfilled reaches a model."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest
from sqlalchemy import update
from sqlmodel import col

from backend.operator import Operator
from backend.ports.database import Database
from backend.ports.language_model import Message
from backend.prompts.errors import CannotRender, Circle, VersionNotFound
from backend.prompts.models import PromptVersionRow
from backend.prompts.service import PromptService
from backend.prompts.types import Holes, NewPrompt, Prompt, VersionRef
from backend.unit_of_work import Units
from tests.backend.prompts.conftest import chat, text

LATEST = VersionRef("latest")
STYLE = '{% prompt "house-style" label "latest" %}'


async def test_a_text_is_filled_with_values_that_are_no_templates(
    prompts: PromptService, ines: Operator, answer: Prompt
) -> None:
    rendered = await prompts.render(ines, answer.slug, LATEST, {"question": "{{ 7 * 7 }}"})
    assert rendered.text == "Answer {{ 7 * 7 }}."
    assert rendered.messages == (Message("system", "Answer {{ 7 * 7 }}."),)
    assert (rendered.version, rendered.label) == (1, "latest")


async def test_conditions_loops_and_filters_work(prompts: PromptService, ines: Operator) -> None:
    source = "{% for p in passages %}[{{ loop.index }}] {{ p.title }}{% endfor %}{% if polite %} Be polite.{% endif %}"
    made = await prompts.create(ines, NewPrompt("Loop", text(source)))
    values = {"passages": [{"title": "A"}, {"title": "B"}], "polite": True}
    assert (await prompts.render(ines, made.id, LATEST, values)).text == "[1] A[2] B Be polite."


async def test_a_chat_takes_messages_in_at_its_placeholder(prompts: PromptService, ines: Operator) -> None:
    content = chat(
        {"role": "system", "content": "You are {{ name }}."},
        {"placeholder": "history"},
        {"role": "user", "content": "{{ question }}"},
    )
    made = await prompts.create(ines, NewPrompt("Chat", content))
    said = [{"role": "user", "content": "{{ hi }}"}, {"role": "assistant", "content": "Hello."}]
    rendered = await prompts.render(ines, made.id, LATEST, {"name": "Ada", "question": "Why?"}, {"history": said})
    assert [(one.role, one.content) for one in rendered.messages] == [
        ("system", "You are Ada."), ("user", "{{ hi }}"), ("assistant", "Hello."), ("user", "Why?"),
    ]  # fmt: skip
    with pytest.raises(CannotRender, match="history is a list of messages"):
        await prompts.render(ines, made.id, LATEST, {"name": "", "question": ""}, {"history": [{"role": "x"}]})


async def test_everything_that_is_missing_is_said_at_once(prompts: PromptService, ines: Operator) -> None:
    content = chat({"role": "user", "content": "{{ a }} {{ b.c }} {{ d | default('-') }}"}, {"placeholder": "history"})
    made = await prompts.create(ines, NewPrompt("Missing", content))
    with pytest.raises(CannotRender, match="Missing v1 needs a, b and history") as refused:
        await prompts.render(ines, made.id, LATEST, {})
    assert set(refused.value.fields) == {"a", "b", "history"}
    filled = await prompts.render(ines, made.id, LATEST, {"a": 1, "b": {"c": 2}}, {"history": []})
    assert filled.messages[0].content == "1 2 -"


async def test_holes_are_found_and_typed(prompts: PromptService, ines: Operator) -> None:
    content = chat(
        {"role": "system", "content": "{% for p in passages %}{{ p }}{% endfor %}{% if polite %}!{% endif %}"},
        {"role": "user", "content": "{{ user.name }}: {{ question }} {{ tone | default('calm') }}"},
        {"placeholder": "history"},
    )
    holes = await prompts.holes(ines, content)
    assert [(one.name, one.kind, one.required) for one in holes.variables] == [
        ("passages", "list", True), ("polite", "boolean", True), ("question", "text", True),
        ("tone", "text", False), ("user", "object", True),
    ]  # fmt: skip
    assert (holes.placeholders, holes.problem) == (("history",), "")


async def test_the_holes_of_many_prompts_are_found_in_one_unit(
    prompts: PromptService, ines: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    await prompts.create(ines, NewPrompt("House style", text("Be {{ tone }}.")))
    await prompts.create(ines, NewPrompt("Wrong", text("{{ two")))
    await prompts.create(ines, NewPrompt("User", text('{% prompt "house-style" label "latest" %} {{ question }}')))
    listed = await prompts.list(ines)
    alone = [await prompts.holes(ines, one.content, one.id) for one in listed]
    num_units, read = 0, prompts._units.read

    def count(operator: Operator) -> AbstractAsyncContextManager[Any]:
        nonlocal num_units
        num_units += 1
        return read(operator)

    monkeypatch.setattr(prompts._units, "read", count)
    assert (await prompts.holes_of(ines, listed), num_units) == (alone, 1)
    assert {len(one.variables) for one in alone} == {0, 1, 2}


async def test_a_wrong_template_is_told_with_its_line(prompts: PromptService, ines: Operator) -> None:
    holes = await prompts.holes(ines, text("one\n{{ two"))
    assert (holes.line, holes.problem.startswith("Line 2")) == (2, True)


async def test_a_prompt_takes_another_in_by_label_and_by_version(prompts: PromptService, ines: Operator) -> None:
    style = await prompts.create(ines, NewPrompt("House style", text("Be {{ tone }}.")))
    await prompts.save_version(ines, style.id, text("Be very {{ tone }}."))
    await prompts.set_label(ines, style.id, "production", 1)
    source = (
        '{% prompt "house-style" %}|{% prompt "house-style" version 2 %}|{%- prompt "house-style" label "latest" %}'
    )
    made = await prompts.create(ines, NewPrompt("User", text(source)))
    rendered = await prompts.render(ines, made.id, LATEST, {"tone": "calm"})
    assert rendered.text == "Be calm.|Be very calm.|Be very calm."
    assert rendered.parts == (("house-style", 1), ("house-style", 2))
    assert (await prompts.holes(ines, made.content)).references == ("house-style",) * 3
    assert [use.name for use in await prompts.uses(ines, style.id)] == ["User"] * 3


async def test_a_circle_is_refused_when_it_is_saved(prompts: PromptService, ines: Operator) -> None:
    style = await prompts.create(ines, NewPrompt("House style", text("Be calm.")))
    user = await prompts.create(ines, NewPrompt("User", text(STYLE)))
    with pytest.raises(Circle, match="house-style takes in user takes in house-style"):
        await prompts.save_version(ines, style.id, text('{% prompt "user" label "latest" %}'))
    with pytest.raises(Circle):
        await prompts.save_version(ines, user.id, text('{% prompt "user" version 1 %}'))
    assert (await prompts.get(ines, style.id)).latest == 1


async def test_a_circle_is_refused_when_a_label_would_close_it(prompts: PromptService, ines: Operator) -> None:
    a = await prompts.create(ines, NewPrompt("A", text("plain")))
    b = await prompts.create(ines, NewPrompt("B", text("plain")))
    await prompts.set_label(ines, a.id, "production", 1)
    await prompts.set_label(ines, b.id, "production", 1)
    await prompts.save_version(ines, a.id, text('{% prompt "b" %}'))
    await prompts.save_version(ines, b.id, text('{% prompt "a" %}'))
    await prompts.set_label(ines, a.id, "production", 2)
    with pytest.raises(Circle):
        await prompts.set_label(ines, b.id, "production", 2)
    assert (await prompts.render(ines, b.id, LATEST, {})).text == "plain"


async def test_a_circle_that_slipped_in_ends_in_words_when_rendered(
    prompts: PromptService, ines: Operator, any_database: Database
) -> None:
    """As where two people saved at once, or a copy of the data was put back: no check of a save saw it."""
    a = await prompts.create(ines, NewPrompt("A", text('{% prompt "b" label "latest" %}')))
    b = await prompts.create(ines, NewPrompt("B", text("x")))
    assert (await prompts.render(ines, a.id, LATEST, {})).text == "x"
    with pytest.raises(Circle):
        await prompts.save_version(ines, b.id, text('{% prompt "a" label "latest" %}'))
    closing = text('{% prompt "a" label "latest" %}').model_dump(mode="json")
    async with Units(any_database).write(ines) as work:
        await work.session.exec(
            update(PromptVersionRow).where(col(PromptVersionRow.prompt_id) == b.id).values(content=closing)
        )
    for one, words in ((a, "a takes in b takes in a"), (b, "b takes in a takes in b")):
        with pytest.raises(CannotRender, match=f"This is a circle: {words}."):
            await prompts.render(ines, one.id, LATEST, {})


async def test_a_reference_that_leads_nowhere_is_kept_and_said(prompts: PromptService, ines: Operator) -> None:
    made = await prompts.create(ines, NewPrompt("User", text('{% prompt "nobody" %}')))
    assert "nobody, which has no version under production" in (await prompts.holes(ines, made.content)).problem
    with pytest.raises(CannotRender, match="nobody"):
        await prompts.render(ines, made.id, LATEST, {})
    with pytest.raises(CannotRender, match="nobody"):
        await prompts.set_label(ines, made.id, "production", 1)


async def test_only_texts_are_taken_in_and_not_without_end(prompts: PromptService, ines: Operator) -> None:
    await prompts.create(ines, NewPrompt("Talk", chat({"role": "user", "content": "Hi"})))
    problem = (await prompts.holes(ines, text('{% prompt "talk" label "latest" %}'))).problem
    assert "talk, which is a chat" in problem
    for number in range(8):
        source = f'{{% prompt "deep{number - 1}" label "latest" %}}' if number else "end"
        await prompts.create(ines, NewPrompt(f"deep{number}", text(source)))
    assert "deeper than 5" in (await prompts.holes(ines, text('{% prompt "deep7" label "latest" %}'))).problem
    wide = text('{% prompt "deep0" label "latest" %}' * 51)
    assert isinstance(holes := await prompts.holes(ines, wide), Holes)
    assert "more than 50" in holes.problem


async def test_without_a_label_the_words_say_what_to_do(prompts: PromptService, ines: Operator, answer: Prompt) -> None:
    with pytest.raises(VersionNotFound, match="no version under production"):
        await prompts.render(ines, answer.id, VersionRef(), {"question": ""})
