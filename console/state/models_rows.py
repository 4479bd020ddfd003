"""What the Models page draws: text already formatted, marks already worked out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo
from decimal import Decimal
from typing import Any

from backend.providers.types import Model, ModelChoice, ModelTest, Provider
from console.state.formats import cost, count, date, day, exact, money, span
from console.state.forms import Choice

SLOW_MS = 10_000
NO_TEST = "Not tested yet"
NOTHING = "\u2013"
NONE_CHOSEN = "No model is chosen yet. Press those that you want among the models at this address."
NO_MODEL = "It has no model yet, so nothing can ask it."


@dataclass(frozen=True)
class ModelLine:
    """A row of the table: the head of a provider (`is_provider`), or one of its models.

    `flags` are the states of tools, vision and JSON schema; `state` and `test` tell of the last test. A provider that
    `is_fixed` has nothing to edit here.
    """

    key: str
    provider_id: str
    is_provider: bool
    name: str
    note: str = ""
    private: str = ""
    state: str = "idle"
    test: str = ""
    purpose: str = ""
    tools: bool = False
    vision: bool = False
    json_schema: bool = False
    context: str = ""
    price_in: str = ""
    price_out: str = ""
    tokens: str = ""
    at: str = ""
    at_exact: str = ""
    is_default: bool = False
    is_fixed: bool = False


@dataclass(frozen=True)
class TrialLine:
    """What a test came to. `words` is the error or the remark."""

    model: str = ""
    state: str = "idle"
    at: str = ""
    question: str = ""
    answer: str = ""
    words: str = ""
    first_token: str = ""
    total: str = ""
    tokens: str = ""
    cost: str = ""


def provider_lines(provider: Provider, default: str, zone: tzinfo, moment: datetime) -> list[ModelLine]:
    """Return the head of a provider, then its models."""
    key = f"key ends in {provider.key_hint}" if provider.key_hint else "no key"
    private = ""
    if provider.allow_private_address and provider.private_allowed_at is not None:
        allowed = date(provider.private_allowed_at, zone)
        private = f"Private address allowed by {provider.private_allowed_by}, {allowed}"
    state, words = _standing(provider)
    head = ModelLine(
        key=provider.id,
        provider_id=provider.id,
        is_provider=True,
        name=provider.name,
        note=f"{provider.base_url.partition('://')[2]}, {key}",
        private=private,
        state=state,
        test=words,
        is_fixed=provider.source == "file",
    )
    return [head, *(_model_line(provider, model, default, zone, moment) for model in provider.models)]


def built_in_lines(choice: ModelChoice, test: ModelTest | None, zone: tzinfo, moment: datetime) -> list[ModelLine]:
    """Return the lines of the model that ships with the product."""
    note = "in this install, no key, a first taste"
    if choice.provider_name == "Scripted":
        note = "for trying things out: it answers by a script"
    head = ModelLine("embedded", "embedded", is_provider=True, name=choice.provider_name, note=note, is_fixed=True)
    model = ModelLine(
        key=choice.reference,
        provider_id="embedded",
        is_provider=False,
        name=choice.name,
        context=count(choice.context_size),
        price_in="$0",
        price_out="$0",
        tools=choice.capabilities.tools,
        is_default=choice.is_default,
        **_tested(test, zone, moment),
    )
    return [head, model]


def choice_of(choice: ModelChoice) -> Choice:
    return Choice(choice.reference, f"{choice.name}, {choice.provider_name}")


def line_of_test(test: ModelTest | None, model: str, question: str, zone: tzinfo) -> TrialLine:
    """Return the figures of a test; those that a failure has not are a dash."""
    if test is None:
        return TrialLine(model=model)
    return TrialLine(
        model=model,
        state="ok" if test.ok else "fail",
        at=f"{test.at.astimezone(zone):%H:%M:%S}",
        question=question,
        answer=test.answer,
        words=test.words,
        first_token=NOTHING if test.first_token_ms is None else span(test.first_token_ms),
        total=span(test.total_ms),
        tokens=f"{'about ' if test.usage.estimated else ''}{count(test.usage.input_tokens)} in, "
        f"{count(test.usage.output_tokens)} out",
        cost=cost(test.cost, test.usage.input_tokens + test.usage.output_tokens) or money(test.cost),
    )


def _model_line(provider: Provider, model: Model, default: str, zone: tzinfo, moment: datetime) -> ModelLine:
    draft = model.draft
    embeds = model.purpose == "embedding"
    return ModelLine(
        key=model.reference,
        provider_id=provider.id,
        is_provider=False,
        name=model.name,
        purpose=f"embeds, {count(draft.dimensions)} dimensions" if embeds else "",
        tools=draft.capabilities.tools,
        vision=draft.capabilities.vision,
        json_schema=draft.capabilities.json_schema,
        context=count(draft.context_size) if draft.context_size else NOTHING,
        price_in=_price(draft.input_price),
        price_out="" if embeds else _price(draft.output_price),
        is_default=model.reference == default,
        **_tested(model.last_test, zone, moment),
    )


def _tested(test: ModelTest | None, zone: tzinfo, moment: datetime) -> dict[str, Any]:
    if test is None:
        return {"state": "idle", "test": NO_TEST}
    if not test.ok:
        state, words = "fail", test.words.partition(".")[0]
    elif test.first_token_ms is None:
        state, words = "ok", span(test.total_ms)
    else:
        slow = test.first_token_ms > SLOW_MS
        words = f"{span(test.first_token_ms)}, {span(test.total_ms)}"
        state, words = ("warn", f"Answered after {span(test.first_token_ms)}") if slow else ("ok", words)
    return {
        "state": state,
        "test": words,
        "tokens": count(test.usage.total_tokens) if test.usage.total_tokens else "",
        "at": day(test.at, zone, moment),
        "at_exact": exact(test.at, zone),
    }


def _standing(provider: Provider) -> tuple[str, str]:
    """Say of a whole provider what its last tests say together."""
    tests = [model.last_test for model in provider.models if model.last_test]
    if not tests:
        return "idle", "No models" if not provider.models else NO_TEST
    failed = [test for test in tests if not test.ok]
    if failed:
        return "fail", "Does not answer" if len(failed) == len(tests) else f"{len(failed)} of {len(tests)} fail"
    return "ok", "Answers"


def _price(dollars: Decimal) -> str:
    if not dollars:
        return "$0"
    return f"${dollars.normalize():f}" if dollars < Decimal("0.01") else f"${dollars:,.2f}"
