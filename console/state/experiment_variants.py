"""The variants of the form of an experiment: what each shows, and what was entered into it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from backend.errors import InvalidInput
from backend.experiments.types import FlowChoice, PromptChoice, VariantDraft
from backend.flows.types import Flow, VersionInfo
from backend.plain_json import NotPlain, read_json
from backend.prompts.types import Content, Prompt, VersionRef
from console.state.forms import Choice

MANAGED, INLINE, FLOW = "prompt", "inline", "flow"
LETTERS = "ABCDEFGHIJ"
LABEL, VERSION = "label:", "version:"
DRAFT, PUBLISHED = "draft", "published"
SEARCHES = {"hybrid": "Meaning and words", "semantic": "Meaning", "keyword": "Words"}


@dataclass(frozen=True)
class VariantLine:
    """A variant of the form. `at` is how a refusal names it; `subject` the prompt or flow, `version` which of it.

    `nodes` are the titles of those of a flow, `bases` the knowledge bases that they may search in place of their own;
    `own` is the model that the version of a prompt names, empty where it names none.
    """

    key: str
    at: str
    letter: str
    kind: str
    name: str = ""
    subject: str = ""
    version: str = ""
    versions: list[Choice] = field(default_factory=list)
    template: str = ""
    system: str = ""
    model: str = ""
    temperature: str = ""
    max_tokens: str = ""
    stop: str = ""
    json_schema: str = ""
    nodes: list[str] = field(default_factory=list)
    bases: list[Choice] = field(default_factory=list)
    knowledge_base: str = ""
    passages: str = ""
    search: str = ""
    own: str = ""


def versions_of_prompt(prompt: Prompt) -> list[Choice]:
    """Return labels, then numbers, newest first."""
    labels = [Choice(f"{LABEL}{name}", f"{name}, now v{number}") for name, number in sorted(prompt.labels.items())]
    return labels + [Choice(f"{VERSION}{number}", f"v{number}") for number in range(prompt.latest, 0, -1)]


def own_model(content: Content) -> str:
    """Return the name of the model that a version of a prompt names, without its provider."""
    return content.model.partition(":")[2] or content.model


def versions_of_flow(flow: Flow, versions: Sequence[VersionInfo]) -> list[Choice]:
    """Return the draft, what is published, then numbers, newest first."""
    published = [Choice(PUBLISHED, f"published, now v{flow.published_version}")] if flow.published_version else []
    return [Choice(DRAFT, "draft"), *published, *(Choice(str(one.number), f"v{one.number}") for one in versions)]


def unlike(lines: Sequence[VariantLine]) -> list[VariantLine]:
    """Begin the last variant, if it is a flow, with the first version that no other begins with: what is published."""
    *others, last = lines
    taken = {one.version or DRAFT for one in others if (one.kind, one.subject) == (FLOW, last.subject)}
    free = [one.value for one in last.versions if one.value not in taken]
    return [*others, replace(last, version=free[0]) if taken and free else last]


def shown(draft: VariantDraft) -> VariantLine:
    """Return a variant that was made as the form shows it, without its place, and without a name nobody gave it."""
    line = _shown(draft)
    return replace(line, name="") if line.name == _called(line, line.version, line.model) else line


def _shown(draft: VariantDraft) -> VariantLine:
    parameters = draft.parameters
    line = VariantLine(
        key="",
        at="",
        letter="",
        kind=INLINE,
        name=draft.name,
        model=draft.model,
        temperature=_plain(parameters.get("temperature")),
        max_tokens=_plain(parameters.get("max_tokens")),
        stop="\n".join(parameters.get("stop", ())),
        json_schema=_plain(parameters.get("json_schema")),
    )
    if draft.flow:
        return replace(
            line,
            kind=FLOW,
            subject=draft.flow.slug,
            version=str(draft.flow.version),
            knowledge_base=draft.flow.knowledge_base,
            passages=_plain(draft.flow.passages),
            search=draft.flow.search,
        )
    prompt = draft.prompt or PromptChoice()
    if prompt.id:
        version = f"{VERSION}{prompt.version}" if prompt.version else f"{LABEL}{prompt.label}" if prompt.label else ""
        return replace(line, kind=MANAGED, subject=prompt.id, version=version)
    return replace(line, template=prompt.template, system=prompt.system)


def _plain(value: Any) -> str:
    return "" if value is None else json.dumps(value, ensure_ascii=False)


def variant_of(line: VariantLine, form: Mapping[str, Any]) -> VariantDraft:
    """Return the variant as it was entered. Raise InvalidInput by field."""

    def text(name: str) -> str:
        return str(form.get(f"{line.key}.{name}", ""))

    name = text("name").strip() or _called(line, text("version"), text("model"))
    if line.kind == FLOW:
        version: Any = text("version")
        chosen = version if version in (DRAFT, PUBLISHED) else int(version) if version.isdigit() else PUBLISHED
        flow = FlowChoice(
            text("subject"), chosen, text("knowledge_base"), _passages(line, text), _search(text("search"))
        )
        return VariantDraft(name, flow=flow, model=text("model"))
    if line.kind == MANAGED:
        prompt = managed(text("subject"), text("version"))
    else:
        prompt = PromptChoice(template=text("template"), system=text("system"))
    return VariantDraft(name, prompt=prompt, model=text("model"), parameters=_parameters(line, text))


def _passages(line: VariantLine, text: Any) -> int | None:
    entered = text("passages").strip()
    if entered and not (entered.isascii() and entered.isdigit()):
        words = "Passages is a whole number."
        raise InvalidInput(words, fields={f"{line.at}.passages": words})
    return int(entered) if entered else None


def _search(entered: str) -> Any:
    return entered if entered in SEARCHES else ""


def managed(subject: str, version: str) -> PromptChoice:
    """Return which version of a prompt is meant by what was picked: a number, or what stands under a label."""
    which, named = version.partition(":")[::2]
    number = int(named) if which == "version" and named.isdigit() else None
    return PromptChoice(id=subject, version=number, label="" if number else named)


def ref_of(version: str) -> VersionRef:
    """Return the version of a prompt that was picked: a label's, or one by its number."""
    found = managed("", version)
    return VersionRef(found.label, found.version)


def _called(line: VariantLine, version: str, model: str) -> str:
    """Return what a variant without a name is called: "v2 gpt-4.1", or its letter."""
    which = version.partition(":")[2] or version
    words = [f"v{which}" if which.isdigit() else which, model.partition(":")[2]]
    return " ".join(word for word in words if word) or line.letter


def _parameters(line: VariantLine, text: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    for name, words in (("temperature", "a number"), ("max_tokens", "a whole number"), ("json_schema", "JSON")):
        entered = text(name).strip()
        try:
            if entered:
                found[name] = read_json(entered)
        except NotPlain as error:
            wrong[f"{line.at}.{name}"] = f"{name.replace('_', ' ').capitalize()} {error}."
        except ValueError:
            wrong[f"{line.at}.{name}"] = f"{name.replace('_', ' ').capitalize()} is {words}."
    if stop := [one for one in text("stop").splitlines() if one]:
        found["stop"] = stop
    if wrong:
        raise InvalidInput(next(iter(wrong.values())), fields=wrong)
    return found
