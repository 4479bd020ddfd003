"""What there is to pick in the form of an experiment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from backend.bootstrap import services
from backend.errors import NotFound
from backend.experiments.types import MAX_NAME, Draft, EvaluatorKind
from backend.operator import Operator, Permission
from backend.paging import MAX_LIMIT, Page
from backend.prompts.types import PRODUCTION, Prompt
from console import routes
from console.problems import caught
from console.state import formats
from console.state.evaluator_fields import TITLES, Offers
from console.state.experiment_variants import (
    DRAFT,
    FLOW,
    INLINE,
    LABEL,
    MANAGED,
    PUBLISHED,
    VERSION,
    VariantLine,
    own_model,
    ref_of,
    versions_of_flow,
    versions_of_prompt,
)
from console.state.forms import Choice

CODE = "python"
GONE = "an experiment that was deleted"
JUDGING = ("judge", "pairwise")
# What begins and ends a flow gives nothing of its own to score.
ENDS = ("input", "output")
# What the form begins with where it is not the default: `contains` does not mind the case either.
BEGINS: dict[str, dict[str, Any]] = {"exact": {"ignore_case": True}}
SMALL = "What chooses no model is asked of the small built-in one."
MOVE, CONNECT = (
    "“On other models” moves all of it.",
    "Connect a provider under Models to compare what customers will read.",
)
NOT_YOURS = "Owners and admins write Python code that scores. What is approved comes along with Copy."


@dataclass(frozen=True)
class Offered:
    """All that does not hang on another choice.

    `default_model` names the model of those that choose none, `small_note` says so of the built-in
    one; `judge` is what judges begin with, empty for that one; the built-in model alone `can_judge` not.
    """

    datasets: list[Choice] = field(default_factory=list)
    prompts: list[Choice] = field(default_factory=list)
    flows: list[Choice] = field(default_factory=list)
    models: list[Choice] = field(default_factory=list)
    scorers: Offers = field(default_factory=Offers)
    default_model: str = ""
    small_note: str = ""
    judge: str = ""
    can_judge: bool = False
    kinds: Sequence[EvaluatorKind] = ()

    def first(self, kind: str) -> str:
        """Return the first prompt or flow, empty where there is none."""
        found = {MANAGED: self.prompts, FLOW: self.flows}.get(kind, [])
        return found[0].value if found else ""

    def begun(self, kind: str) -> dict[str, Any]:
        """Return the settings that a new evaluator begins with whatever the rows are, where they are no defaults."""
        judges = {"models": [self.judge]} if self.judge and kind in JUDGING else {}
        return {"kind": kind, **BEGINS.get(kind, {}), **judges}


def scoring_kinds(operator: Operator, kinds: Sequence[EvaluatorKind]) -> tuple[list[Choice], str]:
    """Return the ways to score that the operator may add, and why code is not among them."""
    code = next(one for one in kinds if one.kind == CODE)
    why_not = code.off or ("" if operator.may(Permission.EXPERIMENTS_CODE) else NOT_YOURS)
    listed = [one for one in kinds if one is not code or not why_not]
    return [Choice(one.kind, TITLES.get(one.kind, one.kind)) for one in listed], why_not


async def offered(operator: Operator) -> Offered:
    page = Page(MAX_LIMIT)
    answering = await services().providers.list_models(operator)
    models = [Choice(one.reference, f"{one.name}, {one.provider_name}") for one in answering]
    default = next((one for one in answering if one.is_default), None)
    is_small = default is not None and default.is_built_in
    default_model = f"{default.name}, {'built in' if is_small else default.provider_name}" if default else ""
    connected = [one.reference for one in answering if not one.is_built_in]
    any_judge = Choice("", f"The project's default ({default_model})" if default else "The project's default")
    embedding = [Choice(one.reference, one.name) for one in await services().providers.list_embedding_models(operator)]
    return Offered(
        datasets=[
            Choice(one.id, f"{one.name}, {formats.counted(one.num_items, 'row')}")
            for one in (await services().datasets.list(operator, page)).items
        ],
        prompts=[Choice(one.id, one.name) for one in await services().prompts.list(operator)],
        flows=[Choice(one.slug, one.name) for one in (await services().flows.list(operator, page)).items],
        models=models,
        scorers=Offers([any_judge, *models], [Choice("", "The built-in"), *embedding]),
        default_model=default_model,
        small_note=f"{SMALL} {MOVE if connected else CONNECT}" if is_small else "",
        judge=connected[0] if is_small and connected else "",
        can_judge=bool(connected),
        kinds=await services().experiments.evaluator_kinds(operator),
    )


async def of_dataset(operator: Operator, dataset_id: str) -> tuple[list[Choice], list[Choice]]:
    """Return the versions and the splits of a dataset; none of the empty id."""
    if not dataset_id:
        return [], []
    versions = (await services().datasets.list_versions(operator, dataset_id, Page(MAX_LIMIT))).items
    splits = await services().datasets.splits(operator, dataset_id)
    return (
        [Choice(str(one.number), f"v{one.number}, {formats.counted(one.num_items, 'row')}") for one in versions],
        [Choice(name, f"{name}, {formats.counted(number, 'row')}") for name, number in splits.items() if name],
    )


async def _bases(operator: Operator) -> list[Choice]:
    """Return the knowledge bases to search in place of those of a flow."""
    if not operator.may(Permission.KNOWLEDGE_READ):
        return []
    found = (await services().knowledge.list(operator, Page(MAX_LIMIT))).items
    return [Choice("", "The nodes' own"), *(Choice(one.id, one.name) for one in found)]


async def versioned(operator: Operator, line: VariantLine, subject: str) -> VariantLine:
    """Return the variant with the versions of its prompt or flow to pick from; none of what is not there."""
    versions, nodes, bases, own = list[Choice](), list[str](), list[Choice](), ""
    try:
        if subject and line.kind == MANAGED:
            prompt = await services().prompts.get(operator, subject)
            subject, versions = prompt.id, versions_of_prompt(prompt)
        elif subject and line.kind == FLOW:
            listed = await services().flows.list_versions(operator, subject, Page(MAX_LIMIT))
            flow = await services().flows.get(operator, subject)
            subject, versions = flow.slug, versions_of_flow(flow, listed.items)
            bases = await _bases(operator)
            nodes = [node.title or node.id for node in flow.draft.nodes if node.kind not in ENDS]
    except NotFound:
        subject = ""
    known = [one.value for one in versions]
    version = line.version if line.version in known else (known or [""])[0]
    if subject and line.kind == MANAGED:
        own = own_model((await services().prompts.get_version(operator, subject, ref_of(version))).content)
    return replace(line, subject=subject, versions=versions, version=version, nodes=nodes, bases=bases, own=own)


async def asked_by(operator: Operator, flow: str, prompt: str, first: str) -> tuple[str, list[VariantLine]]:
    """Return what a new experiment is called and asks: the flow, the prompt or else the first one, else two texts."""
    if flow:
        return await _flow_asked(operator, flow)
    if not (prompt or first):
        return "", [VariantLine("", "", "", INLINE)] * 2
    found = await services().prompts.get(operator, prompt or first)
    name = f"{found.name} v{found.latest}"[:MAX_NAME] if prompt else ""
    return name, [VariantLine("", "", "", MANAGED, subject=found.id, version=one) for one in worth_comparing(found)]


async def _flow_asked(operator: Operator, flow_id: str) -> tuple[str, list[VariantLine]]:
    """Return what is published and the draft; of a draft that is no other, the version before and what is published."""
    flows = services().flows
    try:
        found, listed = await flows.get(operator, flow_id), await flows.list_versions(operator, flow_id, Page(2))
    except NotFound:
        return "", [VariantLine("", "", "", FLOW)]
    if not found.published_version:
        versions = [DRAFT]
    elif found.is_changed:
        versions = [PUBLISHED, DRAFT]
    else:
        others = [str(one.number) for one in listed.items if one.number != found.published_version]
        versions = [*others[:1], PUBLISHED]
    return found.name[:MAX_NAME], [VariantLine("", "", "", FLOW, subject=found.slug, version=one) for one in versions]


async def placed_anew(operator: Operator, line: VariantLine, subject: str, at: int) -> VariantLine:
    """Take another prompt or flow: of a prompt the version to compare with first, then the newest."""
    if line.kind == MANAGED and subject:
        prompt = await services().prompts.get(operator, subject)
        line = replace(line, version=worth_comparing(prompt)[min(at, 1)])
    return await versioned(operator, line, subject)


def worth_comparing(prompt: Prompt) -> list[str]:
    """Return production and the newest version, else the newest and the one before."""
    newest = f"{VERSION}{prompt.latest}"
    if prompt.labels.get(PRODUCTION, prompt.latest) != prompt.latest:
        return [f"{LABEL}{PRODUCTION}", newest]
    return [f"{VERSION}{max(prompt.latest - 1, 1)}", newest]


async def scored_there(operator: Operator, draft: Draft) -> tuple[str, str]:
    """Return the name and the address of the experiment whose answers are scored; empty where there is none."""
    if not draft.answers_of:
        return "", ""
    name = await scored_name(operator, draft)
    return name, "" if name == GONE else routes.to(routes.EXPERIMENT, draft.answers_of)


@dataclass(frozen=True)
class Required:
    """The experiment that a gate asks for."""

    name: str
    dataset: str
    variants: list[VariantLine]
    evaluators: Sequence[dict[str, Any]]


async def required_of(operator: Operator, prompt_id: str, number: str, label: str) -> Required | None:
    """Return what counts for a version at the gate of its prompt: all rows, and beside it what is under the label.

    That is production where none is named.
    """
    label = label or PRODUCTION
    asked = await services().experiments.requirement(operator, "prompt", prompt_id) if prompt_id else None
    if asked is None:
        return None
    prompt = await services().prompts.get(operator, prompt_id)
    versions = [*([f"{LABEL}{label}"] if label in prompt.labels else []), f"{VERSION}{number}"]
    variants = [VariantLine("", "", "", MANAGED, subject=prompt.id, version=one) for one in versions]
    return Required(f"{prompt.name} v{number}, {asked.dataset_name}", asked.dataset_id, variants, asked.evaluators)


async def scored_name(operator: Operator, draft: Draft) -> str:
    """Return what the experiment is called whose answers a draft scores."""
    with caught(NotFound):
        return (await services().experiments.get(operator, draft.answers_of)).name
    return GONE
