"""What exactly runs: every version a number, every model a reference."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from backend.errors import Conflict, InvalidInput, NotFound
from backend.experiments.outside import Outside
from backend.experiments.types import Draft, FlowChoice, Pinned, PinnedNode, VariantDraft, kind_of
from backend.flows.document import FlowDocument
from backend.flows.instead import Instead, asks_model, with_others
from backend.flows.nodes.input import Input, InputConfig
from backend.flows.shapes import title_of
from backend.operator import Operator
from backend.paging import MAX_LIMIT, Page
from backend.prompts.asked import require_tools
from backend.prompts.types import PRODUCTION, Content, VersionRef
from backend.providers.types import ModelChoice


async def pin(outside: Outside, operator: Operator, draft: Draft, *, keep: bool) -> tuple[Pinned, ...]:
    """Return the variants as they would run now. Raise InvalidInput, NotFound, Conflict, FlowHasProblems.

    `keep` writes flows down as they would run now, with the versions of prompts that their labels mean.
    """
    models = await outside.models.list_models(operator)
    default = await outside.models.resolve(operator)
    found = []
    for number, variant in enumerate(draft.variants):
        try:
            if variant.flow is not None:
                flow = await _flow(outside, operator, variant, variant.flow, models, keep=keep)
                found.append(_by_default(flow, default.reference))
            else:
                found.append(await _prompt(outside, operator, variant, models, default.reference))
        except InvalidInput as error:
            if error.fields and variant.flow is not None:
                error.fields = {f"variants.{number}.{name}": said for name, said in error.fields.items()}
            raise
        except NotFound as error:
            fields = {f"variants.{number}": error.message}
            raise InvalidInput(f"{variant.name}: {error.message}", hint=error.hint, fields=fields) from error
    return tuple(found)


async def judges_pinned(
    outside: Outside, operator: Operator, specs: Sequence[dict[str, Any]]
) -> tuple[dict[str, Any], ...]:
    """Return evaluators with their models by reference. Raise InvalidInput."""
    talking, embedding = (
        await outside.models.list_models(operator),
        await outside.models.list_embedding_models(operator),
    )
    found = []
    for number, spec in enumerate(specs):
        models = embedding if kind_of(spec) == "similarity" else talking
        named: dict[str, Any] = {}
        try:
            if isinstance(spec.get("model"), str):
                named["model"] = reference_of(spec["model"], models)
            if isinstance(spec.get("models"), list):
                named["models"] = [reference_of(str(one), models) for one in spec["models"]]
        except InvalidInput as error:
            error.fields = {f"evaluators.{number}.model": error.message}
            raise
        found.append({**spec, **named})
    return tuple(found)


async def judges_named(
    outside: Outside, operator: Operator, specs: Sequence[dict[str, Any]], evaluators: Sequence[Any]
) -> tuple[dict[str, Any], ...]:
    """Return the settings of these evaluators with each judge by name, the project's own model where none is named.

    Which model that is changes, and with it whose word a score is. Raise NotFound where there is no model.
    """
    if not any(one.num_calls and "" in one.judges for one in evaluators):
        return tuple(specs)
    own = (await outside.models.resolve(operator)).reference
    return tuple(
        _naming(spec, [name or own for name in one.judges]) if one.num_calls else spec
        for spec, one in zip(specs, evaluators, strict=True)
    )


def _naming(spec: dict[str, Any], judges: list[str]) -> dict[str, Any]:
    return {**spec, "model": judges[0]} if spec.get("model") is not None else {**spec, "models": judges}


def reference_of(name: str, models: Sequence[ModelChoice]) -> str:
    """Return the model that a name, "provider/name" or "provider:name" means. Raise InvalidInput."""
    if not name:
        return ""
    written = name.casefold()
    meant = [
        model
        for model in models
        if written
        in {
            model.reference.casefold(),
            model.reference.replace(":", "/", 1).casefold(),
            f"{model.provider_name}/{model.name}".casefold(),
            model.name.casefold(),
        }
    ]
    exact = [model for model in meant if model.reference == name]
    if len(exact or meant) == 1:
        return (exact or meant)[0].reference
    if meant:
        several = ", ".join(model.reference for model in meant)
        raise InvalidInput(f"Several models are called {name}.", hint=f"Name one of {several}.")
    known = ", ".join(model.reference for model in models[:20]) or "none"
    raise InvalidInput(f"There is no model called {name}.", hint=f"There are {known}.")


async def _prompt(
    outside: Outside, operator: Operator, variant: VariantDraft, models: Sequence[ModelChoice], default: str
) -> Pinned:
    prompt = variant.prompt
    assert prompt is not None
    named = reference_of(variant.model, models)
    if not prompt.id:
        return Pinned(
            variant.name,
            "prompt",
            model=named or default,
            template=prompt.template,
            system=prompt.system,
            parameters=variant.parameters,
        )
    ref = VersionRef(prompt.label or PRODUCTION, prompt.version)
    version = await outside.prompts.get_version(operator, prompt.id, ref)
    row = await outside.prompts.get(operator, prompt.id)
    if version.problem:
        raise InvalidInput(f"{row.name} v{version.number} cannot be rendered: {version.problem}")
    content = version.content
    is_gone = bool(content.model) and content.model not in {model.reference for model in models}
    # A model that is gone stands in nobody's way where the variant names another.
    own_model = content.model if named and is_gone else reference_of(content.model, models) or default
    ran = as_run(content, replace(variant, model=named), own_model).fingerprint()
    # One that names no model keeps its own fingerprint; `as_run` says which version ran.
    is_itself = not variant.parameters and (not content.model or named in ("", own_model))
    fingerprint = content.fingerprint() if is_itself else ran
    choice = next((model for model in models if model.reference == (named or own_model)), None)
    if choice is not None:
        require_tools(choice.reference, choice.capabilities, content.tools)
    own = {"temperature": content.temperature, "max_tokens": content.max_tokens, "json_schema": content.response_schema}
    return Pinned(
        variant.name,
        "prompt",
        model=named or own_model,
        prompt_id=version.prompt_id,
        prompt_name=row.name,
        slug=row.slug,
        version=version.number,
        fingerprint=fingerprint,
        as_run=ran if ran != fingerprint else "",
        composed=await outside.prompts.composed(operator, prompt.id, version.number),
        parameters={name: value for name, value in own.items() if value is not None} | variant.parameters,
    )


def as_run(content: Content, variant: VariantDraft, own_model: str) -> Content:
    """Return a prompt's content with the model and parameters that a variant gives it in place of its own."""
    names = (("temperature", "temperature"), ("max_tokens", "max_tokens"), ("response_schema", "json_schema"))
    changes = {name: variant.parameters[given] for name, given in names if given in variant.parameters}
    if variant.model and variant.model != own_model:
        changes["model"] = variant.model
    return content.model_copy(update=changes)


async def _flow(
    outside: Outside,
    operator: Operator,
    variant: VariantDraft,
    choice: FlowChoice,
    models: Sequence[ModelChoice],
    *,
    keep: bool,
) -> Pinned:
    flow = await outside.flows.get(operator, choice.slug)
    instead, words = await instead_of(outside, operator, variant, choice, models)
    pinned = Pinned(
        variant.name,
        "flow",
        model=instead.model,
        flow_id=flow.id,
        flow_name=flow.name,
        slug=flow.slug,
        knowledge_base=instead.knowledge_base,
        instead=words,
    )
    other = instead if words else None
    if choice.version == "draft":
        document = await outside.runs.pin(operator, flow.id, "draft", other) if keep else ""
        return _with(pinned, None, with_others(flow.draft, instead), document)
    number = flow.published_version if choice.version == "published" else choice.version
    if number is None:
        raise Conflict(f"{flow.name} is not published yet.", hint='Publish it, or take its "draft".')
    version = await outside.flows.get_version(operator, flow.id, number)
    stored = await outside.runs.pin(operator, flow.id, number, other) if keep else ""
    return _with(pinned, number, with_others(version.document, instead), stored)


async def instead_of(
    outside: Outside, operator: Operator, variant: VariantDraft, choice: FlowChoice, models: Sequence[ModelChoice]
) -> tuple[Instead, str]:
    """Return what a flow's nodes ask and search in place of their own, and that in words; empty for nothing."""
    model = reference_of(variant.model, models)
    base = await _base(outside, operator, choice.knowledge_base)
    passages = f"{choice.passages} passage{'' if choice.passages == 1 else 's'}" if choice.passages else ""
    told = (model.partition(":")[2] or model, base[1], passages, f"{choice.search} search" if choice.search else "")
    return Instead(model, base[0], choice.passages, choice.search), ", ".join(filter(None, told))


async def _base(outside: Outside, operator: Operator, name: str) -> tuple[str, str]:
    """Return id and name of the knowledge base that an id or a name means. Raise InvalidInput."""
    if not name:
        return "", ""
    known = (await outside.knowledge.list(operator, Page(MAX_LIMIT))).items
    meant = [one for one in known if one.id == name] or [one for one in known if one.name.casefold() == name.casefold()]
    if len(meant) == 1:
        return meant[0].id, meant[0].name
    words = f"Several knowledge bases are called {name}." if meant else f"There is no knowledge base called {name}."
    raise InvalidInput(words, hint=f"There are {', '.join(one.name for one in known[:20]) or 'none'}.")


def _with(pinned: Pinned, version: int | None, document: FlowDocument, stored: str) -> Pinned:
    first = next((node.config for node in document.nodes if node.kind == Input.name), None)
    fields = InputConfig.model_validate(first or {}).fields
    return replace(
        pinned,
        version=version,
        fingerprint=document.fingerprint(),
        document=stored,
        fields=tuple(one.name for one in fields),
        required=tuple(one.name for one in fields if one.required and one.default in (None, "")),
        nodes=tuple(
            PinnedNode(node.id, title_of(node), asks=True, model=str(node.config.get("model") or ""))
            if asks_model(node)
            else PinnedNode(node.id, title_of(node))
            for node in document.nodes
        ),
    )


def _by_default(flow: Pinned, default: str) -> Pinned:
    """Name the model of the nodes that name none: it is the project's own of now."""
    nodes = (replace(one, model=one.model or default) if one.asks else one for one in flow.nodes)
    return replace(flow, nodes=tuple(nodes))
