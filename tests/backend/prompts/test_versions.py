"""Versions stand: numbered, never changed, none without a change."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlmodel import select

from backend.audit.models import AuditEventRow
from backend.errors import Forbidden, InvalidInput
from backend.identity.permissions import PERMISSIONS, Role
from backend.operator import Operator
from backend.paging import Page
from backend.ports.database import Database
from backend.prompts.errors import PromptNotFound, StaleVersion, VersionNotFound
from backend.prompts.service import PromptService
from backend.prompts.types import Entered, NewPrompt, Prompt, PromptChange, RunTally, VersionRef
from backend.unit_of_work import Units
from tests.backend.prompts.conftest import chat, text
from tests.factories.keys import second_project
from tests.tenancy import EVERYWHERE


async def test_a_save_makes_the_next_version_and_leaves_the_last(
    prompts: PromptService, ines: Operator, answer: Prompt
) -> None:
    written = await prompts.save_version(ines, answer.slug, text("Answer {{ question }} briefly."), "Shorter")
    assert (written.is_new, written.version.number, written.version.comment) == (True, 2, "Shorter")
    first = await prompts.get_version(ines, answer.id, VersionRef(version=1))
    assert first.content.text == "Answer {{ question }}."
    assert (await prompts.get(ines, answer.id)).latest == 2
    listed = await prompts.list_versions(ines, answer.id, Page(1))
    assert ([one.number for one in listed.items], listed.next) == ([2], "2")
    assert [one.number for one in (await prompts.list_versions(ines, answer.id, Page(1, "2"))).items] == [1]


async def test_the_same_content_makes_no_version(prompts: PromptService, ines: Operator, answer: Prompt) -> None:
    written = await prompts.save_version(ines, answer.id, text("Answer {{ question }}."), "Again")
    assert (written.is_new, written.version.number) == (False, 1)
    assert (await prompts.get(ines, answer.id)).updated_at is None
    await prompts.save_version(ines, answer.id, text("Two"))
    back = await prompts.save_version(ines, answer.id, text("Answer {{ question }}."))
    assert (back.is_new, back.version.number) == (True, 3)


async def test_parameters_are_part_of_a_version(prompts: PromptService, ines: Operator, answer: Prompt) -> None:
    tool = {"name": "weather", "description": "", "parameters": {"type": "object"}, "result": ""}
    more = {"model": "acme:one", "temperature": 0.2, "max_tokens": 60, "tools": [tool], "response_schema": {"a": 1}}
    written = await prompts.save_version(ines, answer.id, text("Answer {{ question }}.", **more))
    assert written.version.number == 2
    kept = (await prompts.get(ines, answer.id)).content
    assert {name: kept.as_json()[name] for name in more} == more


async def test_a_save_over_a_newer_version_is_refused(
    prompts: PromptService, ines: Operator, daniel: Operator, answer: Prompt
) -> None:
    await prompts.save_version(daniel, answer.id, text("Daniel's"), base=1)
    with pytest.raises(StaleVersion, match="Daniel saved v2 meanwhile"):
        await prompts.save_version(ines, answer.id, text("Mine"), base=1)
    assert (await prompts.save_version(ines, answer.id, text("Mine"), base=2)).version.number == 3


async def test_a_text_becomes_no_chat(prompts: PromptService, ines: Operator, answer: Prompt) -> None:
    with pytest.raises(InvalidInput, match="A text stays a text"):
        await prompts.save_version(ines, answer.id, chat({"role": "user", "content": "Hi"}))


@pytest.mark.parametrize(
    "wrong",
    [
        {"text": "a", "messages": [{"role": "user", "content": "b"}]},
        {"kind": "chat", "text": "a"},
        {"kind": "chat", "messages": [{"placeholder": "history"}, {"placeholder": "history"}]},
        {"kind": "chat", "messages": [{"role": "robot", "content": ""}]},
        {"text": "a", "tools": [{"name": "a"}, {"name": "a"}]},
        {"text": "a" * 100_001},
    ],
)
def test_a_content_that_does_not_hang_together_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="validation error"):
        text(wrong.pop("text", ""), **wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize("wrong", [{"temperature": 2.5}, {"max_tokens": 0}])
def test_what_no_model_takes_is_refused_where_a_person_enters_it(wrong: dict[str, object]) -> None:
    assert text("a", **wrong).text == "a", "other systems keep such numbers"
    with pytest.raises(ValueError, match="validation error"):
        Entered.model_validate({"text": "a", **wrong})


async def test_what_no_database_keeps_is_taken_out(prompts: PromptService, ines: Operator, answer: Prompt) -> None:
    written = await prompts.save_version(ines, answer.id, text("a\0b"), "c\0d")
    assert (written.version.content.text, written.version.comment) == ("ab", "cd")


async def test_another_project_sees_nothing(
    prompts: PromptService, ines: Operator, answer: Prompt, any_database: Database
) -> None:
    other = replace(ines, project_id=await second_project(any_database, ines.organisation_id))
    assert await prompts.list(other) == []
    for asked in (
        prompts.get(other, answer.id),
        prompts.list_versions(other, answer.slug),
        prompts.change(other, answer.id, PromptChange({"name": "Mine"})),
        prompts.set_label(other, answer.id, "production", 1),
        prompts.render(other, answer.id, VersionRef(version=1), {}),
        prompts.delete(other, answer.id),
    ):
        with pytest.raises(PromptNotFound):
            await asked
    theirs = await prompts.create(other, NewPrompt("Support answer", text("x")))
    assert theirs.slug == answer.slug


async def test_a_viewer_reads_and_changes_nothing(prompts: PromptService, ines: Operator, answer: Prompt) -> None:
    viewer = replace(ines, permissions=PERMISSIONS[Role.VIEWER])
    assert (await prompts.get(viewer, answer.id)).name == "Support answer"
    for asked in (
        prompts.create(viewer, NewPrompt("a", text(""))),
        prompts.save_version(viewer, answer.id, text("b")),
        prompts.change(viewer, answer.id, PromptChange({})),
        prompts.set_label(viewer, answer.id, "production", 1),
        prompts.roll_back(viewer, answer.id, "production"),
        prompts.remove_label(viewer, answer.id, "production"),
        prompts.approve(viewer, "pap_1"),
        prompts.refuse(viewer, "pap_1", "no"),
        prompts.protect_label(viewer, "production", protected=True),
        prompts.delete(viewer, answer.id),
    ):
        with pytest.raises(Forbidden):
            await asked


async def test_a_deleted_prompt_comes_back_under_its_name(
    prompts: PromptService, ines: Operator, answer: Prompt
) -> None:
    await prompts.delete(ines, answer.id)
    with pytest.raises(PromptNotFound):
        await prompts.get(ines, answer.slug)
    again = await prompts.create(ines, NewPrompt("Support answer", text("x")))
    assert again.slug == answer.slug
    back = await prompts.undelete(ines, answer.id)
    assert (back.id, back.slug, back.content) == (answer.id, f"{answer.slug}-2", answer.content)
    with pytest.raises(PromptNotFound):
        await prompts.undelete(ines, answer.id)


async def test_every_act_is_told_to_the_audit_log(
    prompts: PromptService, ines: Operator, answer: Prompt, any_database: Database
) -> None:
    await prompts.change(ines, answer.id, PromptChange({"tags": ["a"], "system_prompt": "b"}))
    await prompts.set_label(ines, answer.id, "staging", 2)
    await prompts.remove_label(ines, answer.id, "staging")
    await prompts.delete(ines, answer.id)
    async with any_database.read(EVERYWHERE) as session:
        events = (await session.exec(select(AuditEventRow))).all()
    acts = ["create", "version", "change", "label", "label.remove", "delete"]
    assert [event.action for event in events] == [f"prompt.{act}" for act in acts]
    assert {event.target_id for event in events} == {answer.id}


async def test_an_unknown_version_is_said_by_name(prompts: PromptService, ines: Operator, answer: Prompt) -> None:
    for number in (0, -1, 2, 2**40):
        with pytest.raises(VersionNotFound, match="Support answer has no version"):
            await prompts.get_version(ines, answer.id, VersionRef(version=number))


async def test_statistics_are_counted_in_the_unit_of_the_conversation(
    prompts: PromptService, ines: Operator, answer: Prompt, any_database: Database
) -> None:
    async def count(mean: float, judged: int, completed: int) -> Prompt:
        async with Units(any_database).write(EVERYWHERE) as work:
            await prompts.count_run(work, ines.project_id, answer.id, RunTally(mean, judged, completed))
        return await prompts.get(ines, answer.id)

    first = await count(0, 0, 0)
    assert (first.total_runs, first.avg_duration, first.success_rate) == (1, None, None)
    second = await count(12.5, 3, 2)
    assert (second.total_runs, second.avg_duration, round(second.success_rate or 0, 4)) == (2, 12.5, 66.6667)
    third = await count(0, 0, 0)
    assert (third.total_runs, third.avg_duration, third.success_rate) == (3, 12.5, second.success_rate)
