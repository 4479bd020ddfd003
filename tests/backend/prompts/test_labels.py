"""Labels move, are kept in a history, and wait for a second person where they are protected."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from backend.audit.repository import AuditEvents
from backend.audit.types import Filters
from backend.errors import Conflict, Forbidden, InvalidInput, NotFound
from backend.identity.permissions import PERMISSIONS, Role
from backend.operator import Operator, Permission
from backend.paging import Page
from backend.ports.database import Database
from backend.ports.publish_gate import Publishing
from backend.prompts.errors import CannotRender, LabelMoved, VersionNotFound
from backend.prompts.service import PromptService
from backend.prompts.types import Label, LabelChange, Prompt, VersionRef
from backend.unit_of_work import Units
from tests.backend.prompts.conftest import text


@pytest.fixture
async def two(prompts: PromptService, ines: Operator, answer: Prompt) -> Prompt:
    """A prompt with two versions, written by Ines, production on the first."""
    await prompts.set_label(ines, answer.id, "production", 1, "First")
    await prompts.save_version(ines, answer.id, text("Answer {{ question }} in short."))
    return await prompts.get(ines, answer.id)


async def test_a_label_points_moves_and_keeps_its_history(
    prompts: PromptService, ines: Operator, daniel: Operator, two: Prompt
) -> None:
    change = await prompts.set_label(daniel, two.id, "production", 2, "Better")
    assert change.label
    assert (change.label.version, change.label.previous, change.label.moved_by) == (2, 1, "Daniel")
    assert (await prompts.get(ines, two.id)).labels == {"production": 2}
    assert (await prompts.get_version(ines, two.id, VersionRef())).number == 2
    assert [(move.from_version, move.version, move.by, move.comment) for move in await prompts.moves(ines, two.id)] == [
        (1, 2, "Daniel", "Better"),
        (None, 1, ines.name, "First"),
    ]


async def test_the_same_place_again_is_no_move(prompts: PromptService, ines: Operator, two: Prompt) -> None:
    await prompts.set_label(ines, two.id, "production", 1)
    assert len(await prompts.moves(ines, two.id)) == 1


async def test_moves_of_another_label_hide_none_of_its_own(
    prompts: PromptService, ines: Operator, two: Prompt, monkeypatch: pytest.MonkeyPatch
) -> None:
    await prompts.save_version(ines, two.id, text("Three {{ question }}"))
    monkeypatch.setattr("backend.prompts.repository.labels.MOST_MOVES", 3)
    for label in ("production", "staging"):
        for number in (1, 2, 3):
            await prompts.set_label(ines, two.id, label, number)
    assert [one.version for one in await prompts.moves(ines, two.id, "production")] == [3, 2, 1]
    assert [(await prompts.roll_back(ines, two.id, "production")).version for _ in range(2)] == [2, 1]


async def test_one_click_rolls_back(
    prompts: PromptService, ines: Operator, two: Prompt, any_database: Database
) -> None:
    with pytest.raises(Conflict, match="no other version before v1"):
        await prompts.roll_back(ines, two.id, "production")
    await prompts.set_label(ines, two.id, "production", 2)
    assert (await prompts.roll_back(ines, two.id, "production")).version == 1
    assert (await prompts.moves(ines, two.id))[0].comment == "Rolled back from v2"
    async with Units(any_database).read(ines) as session:
        noted = await AuditEvents(session, ines.organisation_id).page(ines.project_id, Filters(), Page())
    assert noted[0].action == "prompt.label.roll_back"
    with pytest.raises(NotFound):
        await prompts.roll_back(ines, two.id, "staging")


async def test_rolling_back_again_never_leads_to_what_was_rolled_back(
    prompts: PromptService, ines: Operator, two: Prompt
) -> None:
    await prompts.save_version(ines, two.id, text("Answer {{ question }} at length."))
    for version in (2, 3):
        await prompts.set_label(ines, two.id, "production", version)
    assert (await prompts.roll_back(ines, two.id, "production", seen=3)).previous == 1
    with pytest.raises(LabelMoved, match="production already stands on v2"):  # the other half of a double click
        await prompts.roll_back(ines, two.id, "production", seen=3)
    await prompts.set_label(ines, two.id, "production", 3)
    assert (await prompts.roll_back(ines, two.id, "production")).version == 2
    assert (await prompts.roll_back(ines, two.id, "production")).version == 1
    with pytest.raises(Conflict, match="no other version before v1"):
        await prompts.roll_back(ines, two.id, "production")
    await prompts.set_label(ines, two.id, "production", 3)
    await prompts.set_label(ines, two.id, "production", 1)
    back = await prompts.roll_back(ines, two.id, "production")
    assert (back.version, back.previous) == (3, None)


@pytest.mark.parametrize("name", ["", "latest", "Production", "1st", "a b", "a" * 33, "../x"])
async def test_a_label_has_a_plain_name(prompts: PromptService, ines: Operator, two: Prompt, name: str) -> None:
    with pytest.raises(InvalidInput):
        await prompts.set_label(ines, two.id, name, 1)


async def test_latest_is_always_the_newest(prompts: PromptService, ines: Operator, two: Prompt) -> None:
    assert (await prompts.get_version(ines, two.id, VersionRef("latest"))).number == 2


async def test_no_label_comes_onto_what_cannot_be_rendered(prompts: PromptService, ines: Operator, two: Prompt) -> None:
    await prompts.save_version(ines, two.id, text("Answer {{ question"))
    with pytest.raises(CannotRender, match="Line 1"):
        await prompts.set_label(ines, two.id, "staging", 3)
    with pytest.raises(VersionNotFound):
        await prompts.set_label(ines, two.id, "staging", 4)
    assert (await prompts.get_version(ines, two.id, VersionRef("latest"))).problem.startswith("Line 1")


async def test_a_protected_label_waits_for_a_second_person(
    prompts: PromptService, ines: Operator, daniel: Operator, two: Prompt
) -> None:
    await prompts.protect_label(ines, "production", protected=True)
    change = await prompts.set_label(ines, two.id, "production", 2, "Shorter answers")
    assert change.label is None
    assert change.approval
    assert (await prompts.get(ines, two.id)).labels == {"production": 1}
    (waiting,) = await prompts.approvals(daniel)
    assert (waiting.prompt_name, waiting.label, waiting.from_version, waiting.version) == (
        "Support answer", "production", 1, 2
    )  # fmt: skip
    moved = await prompts.approve(daniel, waiting.id)
    assert (moved.version, moved.moved_by) == (2, ines.name)
    assert (await prompts.moves(ines, two.id))[0].approved_by == "Daniel"
    assert await prompts.approvals(ines) == []
    with pytest.raises(Conflict, match="It was approved by Daniel already"):
        await prompts.approve(daniel, waiting.id)


class Gate:
    """Says no while it is shut, and remembers what was asked."""

    def __init__(self) -> None:
        self.shut, self.asked = False, list[tuple[str, str, int | None]]()

    async def check(self, publishing: Publishing) -> None:
        self.asked.append((publishing.kind, publishing.name, publishing.version))
        if self.shut:
            raise Conflict("It got worse.")


async def test_a_gate_is_asked_again_when_a_wish_is_approved(
    prompts: PromptService, ines: Operator, daniel: Operator, two: Prompt
) -> None:
    gate = Gate()
    prompts.gates.append(gate)
    await prompts.protect_label(ines, "production", protected=True)
    wish = (await prompts.set_label(ines, two.id, "production", 2)).approval
    assert wish
    gate.shut = True
    with pytest.raises(Conflict, match="got worse"):
        await prompts.approve(daniel, wish.id)
    assert [one.id for one in await prompts.approvals(daniel)] == [wish.id]
    gate.shut = False
    assert (await prompts.approve(daniel, wish.id)).version == 2
    assert gate.asked == [("prompt", "Support answer", 2)] * 3


async def test_nobody_approves_their_own_change(
    prompts: PromptService, ines: Operator, daniel: Operator, two: Prompt
) -> None:
    await prompts.protect_label(ines, "production", protected=True)
    asked = (await prompts.set_label(daniel, two.id, "production", 2)).approval
    assert asked
    by_key = replace(daniel, via="key", key_id="key_1", name="A key of Daniel's")
    for own in (daniel, by_key, ines):  # who asked, also by a key; and who wrote the version
        with pytest.raises(Forbidden, match="Nobody approves their own change"):
            await prompts.approve(own, asked.id)
    yuki = replace(ines, user_id="user_yuki", name="Yuki", permissions=PERMISSIONS[Role.REVIEWER])
    assert (await prompts.approve(yuki, asked.id)).version == 2


async def test_a_refusal_says_why_and_a_wish_is_taken_back_by_its_owner(
    prompts: PromptService, ines: Operator, daniel: Operator, two: Prompt
) -> None:
    await prompts.protect_label(ines, "production", protected=True)
    asked = (await prompts.set_label(ines, two.id, "production", 2)).approval
    assert asked
    with pytest.raises(InvalidInput):
        await prompts.refuse(daniel, asked.id, " ")
    assert (await prompts.refuse(daniel, asked.id, "Too short")).reason == "Too short"
    again = (await prompts.set_label(ines, two.id, "production", 2)).approval
    assert again
    with pytest.raises(Forbidden):
        await prompts.withdraw(daniel, again.id)
    assert (await prompts.withdraw(ines, again.id)).state == "withdrawn"
    states = [one.state for one in await prompts.approvals(ines, two.id, waiting=False)]
    assert states == ["withdrawn", "refused"]
    assert (await prompts.get(ines, two.id)).labels == {"production": 1}


async def test_a_newer_wish_overtakes_and_the_same_one_is_asked_once(
    prompts: PromptService, ines: Operator, daniel: Operator, two: Prompt
) -> None:
    await prompts.protect_label(ines, "production", protected=True)
    await prompts.save_version(ines, two.id, text("Three"))
    first = (await prompts.set_label(ines, two.id, "production", 2)).approval
    same = (await prompts.set_label(ines, two.id, "production", 2)).approval
    newer = (await prompts.set_label(ines, two.id, "production", 3)).approval
    assert first
    assert same
    assert newer
    assert (same.id == first.id, newer.id == first.id) == (True, False)
    with pytest.raises(Conflict, match="overtaken"):
        await prompts.approve(daniel, first.id)
    assert (await prompts.approve(daniel, newer.id)).version == 3


async def test_an_approval_beside_a_newer_wish_is_one_or_the_other(
    prompts: PromptService, ines: Operator, daniel: Operator, two: Prompt
) -> None:
    """Whoever decides locks in the order of whoever asks anew, or the database would end one of the two."""
    await prompts.protect_label(ines, "production", protected=True)
    for number in range(3, 13):
        await prompts.save_version(ines, two.id, text(f"Say {number}."))
        asked = (await prompts.set_label(ines, two.id, "production", number - 1)).approval
        assert asked
        decided, newer = await asyncio.gather(
            prompts.approve(daniel, asked.id),
            prompts.set_label(ines, two.id, "production", number),
            return_exceptions=True,
        )
        assert isinstance(decided, Label) or "overtaken" in str(decided)
        assert isinstance(newer, LabelChange)
        assert newer.approval
        await prompts.withdraw(ines, newer.approval.id)


@pytest.mark.parametrize("does", ["writes", "asks"])
async def test_who_stood_in_for_another_does_not_approve_what_came_of_it(
    prompts: PromptService, ines: Operator, daniel: Operator, two: Prompt, does: str
) -> None:
    await prompts.protect_label(ines, "production", protected=True)
    acting = replace(ines, support_id=daniel.user_id, support_name="Daniel")
    await prompts.save_version(acting if does == "writes" else ines, two.id, text("Mine {{ question }}."))
    change = await prompts.set_label(acting if does == "asks" else ines, two.id, "production", 3)
    assert change.approval
    for one in (daniel, ines, replace(daniel, user_id="user_eva", support_id=daniel.user_id)):
        with pytest.raises(Forbidden, match="own change"):
            await prompts.approve(one, change.approval.id)
    if does == "writes":
        with pytest.raises(Forbidden, match="you wrote v3"):
            await prompts.check_stands(daniel, two.id, "production", 3)
    eva = replace(daniel, user_id="user_eva")
    assert (await prompts.approve(eva, change.approval.id)).version == 3


async def test_a_protected_label_rolls_back_at_once_by_who_may_approve(
    prompts: PromptService, ines: Operator, two: Prompt
) -> None:
    await prompts.set_label(ines, two.id, "production", 2)
    await prompts.protect_label(ines, "production", protected=True)
    writer = replace(ines, permissions=ines.permissions - {Permission.PROMPTS_APPROVE})
    with pytest.raises(Forbidden):
        await prompts.roll_back(writer, two.id, "production")
    assert (await prompts.roll_back(ines, two.id, "production")).version == 1


async def test_a_protected_label_neither_goes_nor_lets_its_prompt_go(
    prompts: PromptService, ines: Operator, two: Prompt
) -> None:
    await prompts.protect_label(ines, "production", protected=True)
    with pytest.raises(Forbidden):
        await prompts.remove_label(ines, two.id, "production")
    with pytest.raises(Conflict, match="under production, which is protected"):
        await prompts.delete(ines, two.id)
    await prompts.protect_label(ines, "production", protected=False)
    await prompts.remove_label(ines, two.id, "production")
    assert (await prompts.moves(ines, two.id))[0].version is None
    assert await prompts.delete(ines, two.id) == two.id


async def test_only_who_manages_the_project_protects(prompts: PromptService, ines: Operator) -> None:
    with pytest.raises(Forbidden):
        await prompts.protect_label(replace(ines, permissions=PERMISSIONS[Role.EDITOR]), "production", protected=True)
    await prompts.protect_label(ines, "production", protected=True)
    await prompts.protect_label(ines, "production", protected=True)
    assert await prompts.protected_labels(ines) == ["production"]
