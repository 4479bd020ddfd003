"""The pages of prompts as the server sees them."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from backend.bootstrap import Services
from backend.datasets.types import About, NewItem
from backend.errors import Forbidden, InvalidInput
from backend.experiments.types import PromptStanding, Requirement, VersionElsewhere, VersionStanding
from backend.identity.permissions import Role
from backend.operator import Operator
from backend.prompts.types import Approval, Content, NewPrompt, Prompt, Use, VersionRef
from console.state.prompt import PromptState
from console.state.prompt_draft import PromptDraftState
from console.state.prompt_edit import PromptEditState
from console.state.prompt_gate import PromptGateState
from console.state.prompt_labels import PromptLabelsState
from console.state.prompt_rows import (
    parameters_of,
    scored_words,
    use_lines,
    used_words,
    version_line,
    wish_line,
    with_parameter,
)
from console.state.prompts import PromptsState
from console.state.prompts_rows import begun, folders_of, matching
from tests.console.tab import Tab, refused, tab
from tests.factories.people import join

__all__ = ["tab"]
NAMES = {"edit": [{}], "save": [{}], "point": [{}], "refuse": [{}], "change": [{}], "create": [{}]}


@pytest.fixture
async def owner(services: Services) -> Operator:
    return await services.identity.ensure_owner()


@pytest.fixture
async def answer(services: Services, owner: Operator) -> Prompt:
    content = Content(text="Answer {{ question }}.")
    made = await services.prompts.create(owner, NewPrompt("Answer", content, folder="support/desk", tags=("rag",)))
    await services.prompts.set_label(owner, made.id, "production", 1)
    await services.prompts.save_version(owner, made.id, Content(text="Answer {{ question }} in short."), "Shorter")
    return await services.prompts.get(owner, made.id)


async def opened(tab: Tab, prompt: Prompt) -> tuple[Any, Any, Any, Any]:
    tab.at(f"/prompts/{prompt.id}")
    kinds = (PromptState, PromptDraftState, PromptEditState, PromptLabelsState)
    page, draft, edit, labels = (tab.state(kind) for kind in kinds)
    for state in (page, edit, labels):
        await state.load()
    return page, draft, edit, labels


@pytest.mark.parametrize("kind", [PromptsState, PromptState, PromptEditState, PromptLabelsState])
async def test_an_anonymous_tab_reaches_no_handler(services: Services, kind: Any) -> None:
    await refused(kind, {**NAMES, "choose": [1], "end": [1], "undo": [1], "ask_point": ["", 1], "protect": ["", True]})


async def test_a_version_says_how_many_rows_passed_with_it(services: Services, owner: Operator, answer: Prompt) -> None:
    version = await services.prompts.get_version(owner, answer.id, VersionRef("", 2))
    did = VersionStanding(2, "v2, mini", 213, 240, "exp_1", "Support answer")
    line = version_line(version, UTC, datetime.now(UTC), did)
    assert (line.score, line.scored) == ("88.8 %", "213 of 240 rows pass, v2, mini in Support answer")
    assert scored_words(PromptStanding("Correct", "support-240", (did,))) == "Correct, 240 rows"
    assert (version_line(version, UTC, datetime.now(UTC)).score, scored_words(None)) == ("", "")
    other = version_line(version, UTC, datetime.now(UTC), VersionElsewhere(2, "over Returns", "exp_2", "Nightly"))
    assert (other.score, other.elsewhere) == ("", "Measured over Returns in Nightly, so it has no score to compare.")


async def test_the_list_narrows_by_folder_tag_and_words(services: Services, owner: Operator, tab: Tab) -> None:
    for name, folder, tags in (("Answer", "support/desk", ("rag",)), ("Route", "", ()), ("Tone", "support", ("rag",))):
        await services.prompts.create(owner, NewPrompt(name, Content(text=f"say {name}"), folder=folder, tags=tags))
    state = tab.state(PromptsState)
    await state.load()
    assert [(one.words, one.count) for one in state.folders] == [
        ("All prompts", "3"), ("support", "2"), ("support/desk", "1"),
    ]  # fmt: skip
    await state.choose_folder("support")
    assert {row.name for row in state.rows} == {"Answer", "Tone"}
    await state.choose_tag("rag")
    await state.search("SAY tone")
    assert [row.name for row in state.rows] == ["Tone"]
    await state.search("nothing")
    assert (state.rows, state.phase) == ([], "ready")
    await state.loosen()
    assert len(state.rows) == 3


async def test_a_prompt_is_made_deleted_and_taken_back(services: Services, tab: Tab) -> None:
    state = tab.state(PromptsState)
    await state.load()
    assert state.phase == "empty"
    await state.create({"name": " ", "folder": "", "kind": "text", "text": "Answer."})
    assert "name" in state.errors
    await state.create({"name": "Talk", "folder": "a / b", "kind": "chat", "text": " "})
    assert list(state.errors) == ["text"]
    assert await state.create({"name": "Talk", "folder": "a / b", "kind": "chat", "text": "Be brief."})
    [made] = await services.prompts.list(await services.identity.ensure_owner())
    first = await services.prompts.get_version(await services.identity.ensure_owner(), made.id, VersionRef(version=1))
    assert [getattr(one, "content", "") for one in first.content.messages] == ["Be brief.", "", "{{ question }}"]
    assert (first.content.temperature, begun("text", "Answer.").temperature) == (None, None)
    await state.load()
    assert [(row.name, row.kind, row.folder) for row in state.rows] == [("Talk", "Chat", "a/b")]
    await state.delete(state.rows[0].id)
    assert (state.phase, state.undo) == ("empty", True)
    await state.take_back()
    assert [row.name for row in state.rows] == ["Talk"]


async def test_the_page_compares_the_newest_with_production(answer: Prompt, tab: Tab) -> None:
    page, *_ = await opened(tab, answer)
    assert (page.phase, page.chosen, page.base, page.view) == ("ready", 2, 1, "side")
    assert page.summary == "1 line added, 1 removed, about +2 tokens"
    await page.choose(1)
    assert (page.chosen_name, page.base, page.rows[0].left.mark) == ("v1", 0, "pad")
    await page.compare("2")
    assert page.base == 2


async def test_an_edit_becomes_a_draft_and_then_a_version(
    services: Services, owner: Operator, answer: Prompt, tab: Tab
) -> None:
    page, draft, edit, _ = await opened(tab, answer)
    said = {"text": "Answer {{ question }} for {{ name }}.", "messages": [], "revision": draft.revision}
    assert await edit.edit({**said, "revision": draft.revision - 1}) is None
    assert not draft.dirty
    assert await edit.edit(said) == PromptState.begin
    await page.begin()
    assert (page.chosen, page.versions[0].name, page.versions[0].labels) == (0, "v3", ["not saved"])
    assert [one.name for one in draft.holes] == ["name", "question"]
    await edit.edit({**said, "text": "{{ wrong"})
    assert (draft.line, draft.wrong.startswith("Line 1")) == (1, True)
    await edit.edit(said)
    await edit.save({"comment": "With a name"})
    await page.end(3)
    assert (page.chosen, page.latest, draft.dirty, edit.saving) == (3, 3, False, False)
    saved = await services.prompts.get_version(owner, answer.id, VersionRef("latest"))
    assert (saved.content.text, saved.comment) == (said["text"], "With a name")


async def test_a_newer_version_is_told_before_it_is_saved_upon(
    services: Services, owner: Operator, answer: Prompt, tab: Tab
) -> None:
    _, draft, edit, _ = await opened(tab, answer)
    await edit.edit({"text": "Mine", "messages": [], "revision": draft.revision})
    await edit.ask_save()
    assert await edit.save_over({"comment": ""}) is None, "nothing newer was told"
    daniel = replace(owner, name="Daniel")
    await services.prompts.save_version(daniel, answer.id, Content(text="Theirs"))
    await edit.save({"comment": ""})
    assert edit.stale.words == "Daniel saved v3 meanwhile."
    await edit.save({"comment": ""})  # Enter in the field, where the button is not pressed
    assert (edit.saving, (await services.prompts.get(owner, answer.id)).latest) == (True, 3)
    await edit.save_over({"comment": ""})
    assert [one.content.text for one in (await services.prompts.list_versions(owner, answer.id)).items][:2] == [
        "Mine", "Theirs",
    ]  # fmt: skip


async def test_a_parameter_that_cannot_be_used_is_told_at_its_field(answer: Prompt, tab: Tab) -> None:
    _, draft, edit, _ = await opened(tab, answer)
    wrong = {"temperature": "warm", "max_tokens": "1.5", "tools": "[", "response_schema": "[1]"}
    for at, name in enumerate(wrong, 1):
        await edit.set_parameter(name, wrong[name])
        assert list(edit.errors) == list(wrong)[:at]
    assert not draft.dirty
    await edit.edit({"text": "Say it.", "messages": [], "revision": draft.revision})
    assert list(edit.errors) == list(wrong), "what still stands in the fields cannot be used, whatever else is typed"
    for name, right in (("max_tokens", ""), ("tools", ""), ("response_schema", ""), ("temperature", "0.1")):
        await edit.set_parameter(name, right)
    assert (draft._content.temperature, draft.dirty, edit.errors) == (0.1, True, {})
    await edit.set_parameter("temperature", "warm")
    draft._seed(draft._saved, draft._base)  # as another version is opened
    await edit.edit({"text": "Say it.", "messages": [], "revision": draft.revision})
    assert edit.errors == {}


def test_parameters_come_back_as_they_were_typed() -> None:
    content = Content(text="x")
    tools = '[{"name": "weather"}]'
    for name, text in (("temperature", ""), ("max_tokens", "60"), ("tools", tools), ("voice", "sage")):
        content = with_parameter(content, name, text)
    assert (content.temperature, content.max_tokens, content.voice, content.tools[0].name) == (
        None, 60, "sage", "weather",
    )  # fmt: skip
    assert with_parameter(content, "tools", parameters_of(content)["tools"]) == content
    with pytest.raises(InvalidInput):
        with_parameter(content, "tools", '[{"nome": "weather"}]')


async def test_a_label_is_moved_and_rolled_back_on_the_page(answer: Prompt, tab: Tab) -> None:
    page, _, _, labels = await opened(tab, answer)
    await labels.ask_point("production", 2)
    assert (labels.stands, labels.target) == ("v1", 2)
    await labels.point({"comment": "Better"})
    await page.refresh()
    assert (page.production, [line.back for line in labels.labels]) == (2, ["v1"])
    _, _, _, stale = await opened(Tab(tab.cookie), answer)
    for each in (labels, stale):
        told = await each.roll_back("production", "v2")
    assert "production already stands on v1." in str(told[1].args)
    assert [line.version for line in stale.labels] == ["v1"]
    assert [move.words for move in labels.moves][:2] == ["production to v1 from v2", "production to v2 from v1"]
    await labels.ask_point("", 2)
    await labels.point({"label": "Not a label", "comment": ""})
    assert "label" in labels.errors


async def test_a_protected_label_is_decided_by_another(services: Services, answer: Prompt, tab: Tab) -> None:
    _, _, _, labels = await opened(tab, answer)
    await labels.ask_protect("production")
    assert (labels.is_alone, labels.may_invite) == (True, True)
    labels.is_alone = False
    await labels.protect("production", protected=True)
    assert (labels.opened, labels.protected) == ("", ["production"])
    await labels.ask_point("production", 2)
    assert labels.is_alone
    await labels.point({"comment": ""})
    (wish,) = labels.wishes
    assert wish.is_alone
    assert (wish.own, wish.may_decide, wish.why_not) == (True, False, "Nobody approves their own change.")
    with pytest.raises(Forbidden):
        await labels.approve(wish.id)
    owner = await services.identity.ensure_owner()
    dataset = await services.datasets.create(owner, About("Returns"))
    await services.datasets.add_items(owner, dataset.id, [NewItem({"question": "q"}, "x")])
    await services.experiments.require(owner, "prompt", answer.id, Requirement(dataset.id, ({"kind": "exact"},)))
    await labels.load()
    refusal = f"It cannot be approved now: {answer.name} must pass the dataset Returns before it goes to production."
    assert (labels.wishes[0].comment, labels.asked) == (refusal, [2])
    token = await join(services.units, await services.identity.ensure_owner(), "Yuki", Role.REVIEWER)
    _, _, _, theirs = await opened(Tab(token), answer)
    _, told, then = await theirs.approve(wish.id)
    assert "must pass the dataset Returns" in str(told)
    assert (str(then.fn), len(theirs.wishes)) == (str(PromptGateState.load.fn), 1), "what refuses it stands there now"
    await services.experiments.release(owner, "prompt", answer.id)
    assert (theirs.wishes[0].may_decide, theirs.wishes[0].is_alone, theirs.may_invite) == (True, False, False)
    await theirs.ask_refusal(wish.id)
    await theirs.refuse({"reason": ""})
    assert "reason" in theirs.errors
    await theirs.refuse({"reason": "Too long."})
    await labels.load()
    (told,) = labels.refusals
    assert (told.lead, told.own) == ("production is still v1: v2 was refused.", True)
    assert re.fullmatch(r"Yuki refused it, \d\d:\d\d: Too long\.", told.words)
    assert (theirs.refusals[0].words, theirs.refusals[0].own) == (told.words, False)
    with pytest.raises(Forbidden):
        await theirs.dismiss(wish.id)
    await labels.dismiss(wish.id)
    assert labels.refusals == []
    for last in ("", "again"):
        await labels.ask_point("production", 2)
        await labels.point({"comment": last})
        assert labels.refusals == [], "there is a new wish"
        if not last:
            await theirs.ask_refusal(labels.wishes[0].id)
            await theirs.refuse({"reason": "Still."})
    await theirs.approve(labels.wishes[0].id)
    assert (theirs.labels[0].version, theirs.refusals) == ("v2", [])


async def test_details_change_name_folder_and_tags(
    services: Services, owner: Operator, answer: Prompt, tab: Tab
) -> None:
    page, _, _, labels = await opened(tab, answer)
    await labels.ask_details()
    assert (labels.details["folder"], labels.details["tags"]) == ("support/desk", "rag")
    await labels.change({"name": "Reply", "folder": "x", "tags": "a, b,", "description": ""})
    await page.refresh()
    now = await services.prompts.get(owner, answer.id)
    assert (page.name, now.folder, now.tags, now.latest) == ("Reply", "x", ("a", "b"), 2)


def test_words_of_rows() -> None:
    assert used_words([]) == ""
    over = Use("experiment", "exp_1", "Tone", "", "", 1, past=True)
    again = [over, replace(over, id="exp_0"), over, replace(over, version=2), replace(over, past=False)]
    assert [(one.words, one.href) for one in use_lines(again, past=True)] == [
        ("Tone used v1 (2 times)", "/experiments/exp_1"), ("Tone used v2", "/experiments/exp_1"),
    ]  # fmt: skip
    assert (used_words([over]), use_lines([over], past=True)[0].words) == ("", "Tone used v1")
    assert used_words([over, replace(over, past=False)]) == "Used by Tone"
    moment = datetime(2026, 11, 21, tzinfo=UTC)
    asked = Approval("a", "p", "Answer", "production", 2, None, "waiting", "", "Ines", "u1", moment, "u2")
    assert wish_line(asked, "u3", may_approve=False).why_not == "Reviewers and above decide."
    assert wish_line(asked, "u2", may_approve=True).may_decide is False
    assert [one.words for one in folders_of([])] == ["All prompts"]
    assert matching([], "x", "", "") == []
