"""The variants of a new experiment on other models: each combination once, and how much that asks for."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from backend.bootstrap import Services
from backend.operator import Operator
from backend.prompts.types import Content, Prompt
from backend.providers.types import ModelDraft, ProviderDraft
from console.state.experiment_crossing import crossed
from console.state.experiment_models import ALL_THERE, ONLY_FLOWS, TOO_MANY, ExperimentModelsState
from console.state.experiment_offers import MOVE
from console.state.experiment_variants import FLOW, INLINE, MANAGED, VariantLine
from tests.console.experimenting import dataset, entries, opened, owner, support
from tests.console.tab import Tab, refused, tab
from tests.factories import flows

__all__ = ["dataset", "owner", "support", "tab"]


@pytest.fixture
async def lab(services: Services, owner: Operator) -> None:
    names = ("big", "small", "a", "b")
    models = tuple(ModelDraft(name) for name in names)
    place = ProviderDraft("Lab", "http://127.0.0.1:9", models, allow_private_address=True)
    await services.providers.create(owner, place)


async def offered(tab: Tab, form: Any, **more: str) -> Any:
    dialog = tab.state(ExperimentModelsState)
    await dialog.ask(entries(form, **more))
    return dialog


def notes(dialog: Any) -> dict[str, str]:
    """Return what is said of the models that were connected."""
    return {one.value: one.note for one in dialog.lines if one.value.startswith("lab:")}


async def test_an_anonymous_tab_reaches_no_handler(services: Services) -> None:
    await refused(ExperimentModelsState, {"ask": [{}]})


@pytest.mark.usefixtures("lab")
async def test_two_prompts_on_two_more_models_are_six_variants_each_there_once(
    tab: Tab, dataset: str, support: Prompt
) -> None:
    form = await opened(tab, f"?prompt={support.id}")
    second = form.variants[1].key
    entered = {f"{second}.name": "warm", f"{second}.temperature": "0.3", "split": "test", "repetitions": "2"}
    dialog = await offered(tab, form, **entered)
    # They name no model, so the project's is what both are on already.
    assert [one.note for one in dialog.lines if one.full] == ["there already"]
    assert notes(dialog) == {"lab:big": "adds 2", "lab:small": "adds 2", "lab:a": "adds 2", "lab:b": "adds 2"}
    assert (dialog.act, dialog.words) == ("", "")
    for model in ("lab:big", "lab:small", "lab:a", "lab:a"):
        await dialog.tick(model)
    assert (dialog.act, dialog.words) == ("Add 4 variants", "Makes 6 variants in all, 36 answers.")
    await dialog.add()
    await dialog.add()  # the second click of two
    assert (dialog.opened, [one.letter for one in form.variants]) == (False, list("ABCDEF"))
    assert [(one.version, one.model, one.name, one.temperature) for one in form.variants[2:]] == [
        ("label:production", "lab:big", "", ""), ("version:2", "lab:big", "warm big", "0.3"),
        ("label:production", "lab:small", "", ""), ("version:2", "lab:small", "warm small", "0.3"),
    ]  # fmt: skip
    await form.remove_variant(form.variants[4].key)
    told = notes(await offered(tab, form, **entered))
    assert (told["lab:big"], told["lab:small"]) == ("there already", "adds 1")
    for model in ("lab:small", "lab:a", "lab:b"):
        await dialog.tick(model)
    assert (dialog.act, dialog.words) == ("Add 5 variants", "Makes 10 variants in all, 60 answers.")
    await form.add_variant(INLINE)
    await dialog.add()
    assert (len(form.variants), (await offered(tab, form)).opened) == (6, True)
    for model in ("lab:a", "lab:b"):
        await dialog.tick(model)
    assert (dialog.act, dialog.words) == ("", TOO_MANY)


@pytest.mark.usefixtures("lab", "dataset")
async def test_the_model_that_a_prompt_names_itself_is_there_already_and_flows_name_theirs(
    tab: Tab, services: Services, owner: Operator, support: Prompt
) -> None:
    await services.prompts.save_version(owner, support.id, Content(text="Answer {{ question }}", model="lab:big"))
    form = await opened(tab, f"?prompt={support.id}")
    await form.remove_variant(form.variants[0].key)
    dialog = await offered(tab, form)
    assert (notes(dialog)["lab:big"], notes(dialog)["lab:small"]) == ("there already", "adds 1")
    for one in dialog.lines:
        await dialog.tick(one.value)
    await dialog.add()
    assert (await offered(tab, form)).words == ALL_THERE
    await services.flows.create(owner, "Desk", document=flows.echo())
    await form.add_variant(FLOW)
    for one in form.variants[:-1]:
        await form.remove_variant(one.key)
    dialog = await offered(tab, form)
    assert (dialog.lines, dialog.act, dialog.words) == ([], "", ONLY_FLOWS)


@pytest.mark.usefixtures("lab")
async def test_what_runs_on_other_models_is_taken_away_on_wish(tab: Tab, dataset: str, support: Prompt) -> None:
    form = await opened(tab, f"?prompt={support.id}")
    assert form.small_note.endswith(MOVE)
    dialog = await offered(tab, form, split="test")
    await dialog.leave_alone(alone=True)
    assert (dialog.act, dialog.words) == ("", "")  # nothing is ticked: nothing would be left
    await dialog.tick("lab:big")
    assert (dialog.act, dialog.words) == ("Add 2, take away 2", "Makes 2 variants in all, 6 answers.")
    await dialog.add()
    assert [(one.letter, one.version, one.model) for one in form.variants] == [
        ("A", "label:production", "lab:big"), ("B", "version:2", "lab:big"),
    ]  # fmt: skip
    await form.add_variant(INLINE)
    dialog = await offered(tab, form)
    await dialog.leave_alone(alone=True)
    await dialog.tick("lab:big")
    await dialog.tick("lab:small")
    assert dialog.act == "Add 4, take away 1"
    await dialog.leave_alone(alone=False)
    assert dialog.act == "Add 4 variants"


def test_copies_carry_their_model_in_the_name_and_nothing_else_changes() -> None:
    text = VariantLine("f1", "", "A", INLINE, template=" Say {{ q }}\n", stop="END", model="lab:big")
    named = replace(text, key="f2", letter="B", name="short big", template="Say")
    prompt = VariantLine("f3", "", "C", MANAGED, subject="prm_1", version="version:3", model="lab:big")
    flow = VariantLine("f4", "", "D", FLOW, subject="desk")
    there = [text, named, prompt, flow, replace(prompt, key="f5", letter="E", model="lab:small")]
    assert crossed(there, ["lab:small"], {}) == [
        replace(text, name="A small", model="lab:small"),
        replace(named, name="short small", model="lab:small"),
    ]
    assert crossed([replace(named, name="x" * 120)], ["lab:small"], {})[0].name == f"{'x' * 114} small"
