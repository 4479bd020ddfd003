"""What the Models page draws, and what its form says."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from backend.bootstrap import Services
from backend.ports.language_model import Capabilities, Usage
from backend.providers.types import Model, ModelChoice, ModelDraft, ModelTest, Provider, ProviderDraft
from console.state.models import ModelsState
from console.state.models_form import ModelsFormState, _draft
from console.state.models_rows import NONE_CHOSEN, built_in_lines, choice_of, line_of_test, provider_lines
from console.state.models_trial import ModelsTestState
from tests.console.tab import Tab, tab

__all__ = ["tab"]

NOW = datetime(2026, 11, 21, 14, 30, 12, tzinfo=UTC)
GOOD = ModelTest(
    NOW, ok=True, total_ms=1842, first_token_ms=574, usage=Usage(46, 38), cost=Decimal("0.0007"), answer="I do."
)
BAD = ModelTest(NOW, ok=False, total_ms=90, words="The provider does not accept the key. Enter it again under Models.")
CHAT = ModelDraft("big", capabilities=Capabilities(tools=True), context_size=128_000, input_price=Decimal("2.5"))
EMBED = ModelDraft("embed", "embedding", dimensions=1024, input_price=Decimal("0.13"))


def provider(*tests: ModelTest | None, **changes) -> Provider:
    models = tuple(
        Model(f"gw:{draft.name}", draft, test) for draft, test in zip((CHAT, EMBED), (*tests, None, None), strict=False)
    )
    made = Provider("prov_1", "gw", "Gateway", "https://gw.example/v1", "", "91be", allow_private_address=False,
                    private_allowed_by="", private_allowed_at=None, source="console", version=1, created_at=NOW,
                    models=models)  # fmt: skip
    return replace(made, **changes)


def lines(of: Provider, default: str = ""):
    return provider_lines(of, default, UTC, NOW + timedelta(minutes=5))


def test_a_provider_stands_above_its_models():
    head, chat, embedding = lines(provider(), "gw:big")
    assert (head.name, head.note, head.is_provider) == ("Gateway", "gw.example/v1, key ends in 91be", True)
    assert (chat.name, chat.context, chat.price_in, chat.price_out, chat.tools) == (
        "big",
        "128,000",
        "$2.50",
        "$0",
        True,
    )
    assert (chat.is_default, embedding.is_default) == (True, False)
    assert (embedding.purpose, embedding.price_out) == ("embeds, 1,024 dimensions", "")


def test_the_last_test_is_told_in_figures_or_words():
    head, chat, _ = lines(provider(GOOD))
    assert (head.state, head.test) == ("ok", "Answers")
    assert (chat.state, chat.test, chat.tokens, chat.at) == ("ok", "574 ms, 1.8 s", "84", "14:30")
    head, chat, _ = lines(provider(BAD))
    assert (head.state, head.test) == ("fail", "Does not answer")
    assert (chat.state, chat.test) == ("fail", "The provider does not accept the key")


def test_a_slow_answer_is_a_warning_and_one_failure_of_two_is_counted():
    slow = replace(GOOD, first_token_ms=19_000, total_ms=21_000)
    assert lines(provider(slow))[1].state == "warn"
    assert lines(provider(slow))[1].test == "Answered after 19.0 s"
    assert lines(provider(GOOD, BAD))[0].test == "1 of 2 fail"
    assert lines(provider())[0].test == "Not tested yet"


def test_a_private_address_names_who_allowed_it():
    allowed = provider(allow_private_address=True, private_allowed_by="Daniel Rowe", private_allowed_at=NOW)
    assert lines(allowed)[0].private == "Private address allowed by Daniel Rowe, Sat 21 Nov 2026"


def test_the_built_in_model_has_no_price_and_no_flags():
    choice = ModelChoice("embedded:gemma", "gemma", "Embedded", "chat", Capabilities(), 2048, Decimal(0), Decimal(0),
                         is_default=True, is_built_in=True)  # fmt: skip
    head, model = built_in_lines(choice, None, UTC, NOW)
    assert (head.note, head.is_fixed) == ("in this install, no key, a first taste", True), "nothing of it is edited"
    assert (model.price_in, model.tools, model.vision, model.json_schema, model.is_default) == (
        "$0",
        False,
        False,
        False,
        True,
    )
    assert choice_of(choice).label == "gemma, Embedded"


def test_a_test_is_drawn_with_its_four_figures():
    drawn = line_of_test(GOOD, "big", "Say it.", UTC)
    assert (drawn.first_token, drawn.total, drawn.tokens, drawn.cost) == ("574 ms", "1.8 s", "46 in, 38 out", "$0.0007")
    assert (drawn.at, drawn.answer, drawn.state) == ("14:30:12", "I do.", "ok")
    failed = line_of_test(BAD, "big", "Say it.", UTC)
    assert (failed.state, failed.first_token, failed.words) == ("fail", "\u2013", BAD.words)
    assert line_of_test(replace(GOOD, usage=Usage(4, 2, estimated=True)), "big", "", UTC).tokens == "about 4 in, 2 out"


FORM = {
    "name": "Gateway",
    "base_url": "https://gw.example/v1",
    "api_key": "",
    "organisation": "",
    "private": "on",
    "m1.name": "big",
    "m1.purpose": "chat",
    "m1.tools": "on",
    "m1.context": "128,000",
    "m1.price_in": "$2.5",
    "m1.price_out": "",
    "m2.name": " ",
    "m3.name": "embed",
    "m3.purpose": "embedding",
    "m3.dimensions": "64",
}


def test_the_form_becomes_a_draft():
    draft = _draft(FORM, ["m1", "m2", "m3"], is_new=True)
    assert (draft.name, draft.api_key, draft.allow_private_address) == ("Gateway", "", True)
    big, embed = draft.models
    assert (big.capabilities, big.context_size, big.input_price) == (Capabilities(tools=True), 128_000, Decimal("2.5"))
    assert (embed.purpose, embed.dimensions) == ("embedding", 64)


def test_an_empty_key_keeps_the_stored_one():
    assert _draft(FORM, [], is_new=False).api_key is None
    assert _draft({**FORM, "api_key": "new"}, [], is_new=False).api_key == "new"


@pytest.mark.parametrize("field", ["m1.context", "m1.price_in"])
def test_what_is_no_number_is_out_of_range(field: str):
    (model,) = _draft({**FORM, field: "many"}, ["m1"], is_new=True).models
    assert min(model.context_size, model.input_price) < 0


async def test_whoever_comes_back_tests_the_models_of_the_form_that_is_shown(services: Services, tab: Tab) -> None:
    owner = await services.identity.ensure_owner()
    made = await services.providers.create(owner, ProviderDraft("Mine", "https://models.example/v1", models=(CHAT,)))
    form, trial = tab.at("/models").state(ModelsFormState), tab.state(ModelsTestState)
    await form.load()
    assert (form.shown, [one.value for one in trial.choices]) == ("embedded", ["scripted"])
    await form.open(made.id)
    await form.load()
    assert (form.shown, [one.value for one in trial.choices]) == (made.id, ["big"])
    await services.providers.delete(owner, made.id)
    await form.load()
    assert (form.shown, [one.value for one in trial.choices]) == ("embedded", ["scripted"])


async def test_fields_are_drawn_anew_for_another_provider_alone(services: Services, tab: Tab) -> None:
    owner = await services.identity.ensure_owner()
    made = await services.providers.create(owner, ProviderDraft("Mine", "https://models.example/v1", models=(CHAT,)))
    form = tab.at("/models").state(ModelsFormState)
    await form.load()
    await form.open(made.id)
    drawn = form.drawn
    await form.open(made.id)
    assert form.drawn == drawn, "what was typed into them stays"
    await form.open("embedded")
    await form.open(made.id)
    assert form.drawn > drawn


async def test_the_address_opens_a_form_and_a_connected_model_is_offered(services: Services, tab: Tab) -> None:
    owner = await services.identity.ensure_owner()
    page, form = tab.at("/models?connect=ollama").state(ModelsState), tab.state(ModelsFormState)
    assert await form.load() is not None
    assert await tab.at("/models?connect=nothing").state(ModelsFormState).load() is None
    await page.load()
    assert page.instead == []
    await services.providers.create(owner, ProviderDraft("Mine", "https://models.example/v1", models=(CHAT, EMBED)))
    await page.load()
    assert [one.label for one in page.instead] == ["big, Mine"]
    await page.choose_default(page.instead[0].value)
    assert (page.instead, page.default_label) == ([], "big, Mine")


async def test_a_provider_whose_models_were_fetched_and_not_chosen_is_not_connected(
    services: Services, tab: Tab
) -> None:
    form = tab.at("/models").state(ModelsFormState)
    await form.open_new("ollama")
    form._offer(["llama", "qwen"], {})
    assert form.offer_words == "2 models at this address. Press those that you want, then Connect."
    typed = {"name": "Mine", "base_url": "https://models.example/v1"}
    assert await form.save(typed) is None
    assert form.errors == {"models": NONE_CHOSEN}
    assert (form.shown, form.offered) == ("new", ["llama", "qwen"])
    await form.take_model("qwen")
    [entry] = form.entries
    assert "Mine is saved." in str((await form.save({**typed, f"{entry.key}.name": "qwen"}))[1].args)
    await form.open_new()
    told = (await form.save({**typed, "name": "Bare"}))[1]
    assert "It has no model yet" in str(told.args)
