"""Prompts as the list draws them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo

from backend.live_tests.types import LiveTest
from backend.prompts.types import PRODUCTION, Approval, Content, Placeholder, Prompt, Turn
from console import routes
from console.state import formats

NO_FOLDER = "No folder"
# The id of the live tests on the page of a prompt.
LIVE_TESTS = "live-tests"
EXAMPLE = "You answer for {{ company }}.\nAnswer in one sentence. If you do not know, say so."


def begun(kind: str, text: str) -> Content:
    """Return the first version, as warm as the model is by default: the text, or a chat whose system it tells."""
    if kind != "chat":
        return Content(text=text, temperature=None)
    turns = (
        Turn(role="system", content=text),
        Placeholder(placeholder="history"),
        Turn(role="user", content="{{ question }}"),
    )
    return Content(kind="chat", messages=turns, temperature=None)


@dataclass(frozen=True)
class SplitLine:
    """A live test that runs on a label of a prompt: which versions share it, and where it stands."""

    words: str
    href: str


@dataclass(frozen=True)
class PromptLine:
    """A row of the list. `tip` is its description, or what it says first; `splits` are its live tests that run."""

    id: str
    href: str
    name: str
    folder: str
    kind: str
    tags: list[str]
    labels: list[str]
    latest: str
    active: bool
    changed: str
    exact: str
    tip: str
    splits: list[SplitLine] = field(default_factory=list)


@dataclass(frozen=True)
class Facet:
    """A folder or a tag, and how many prompts it has; an empty `key` stands for all."""

    key: str
    words: str
    count: str


@dataclass(frozen=True)
class WaitingLine:
    """A wish to move a label that waits for somebody."""

    href: str
    words: str
    by: str


def split_line(test: LiveTest) -> SplitLine:
    """Return the split in a few words: "Live test: 50/50, v2 and v3"; a label that is not production by its name."""
    total = sum(arm.weight for arm in test.arms)
    shares = "/".join(f"{100 * arm.weight / total:.0f}" for arm in test.arms)
    versions = formats.listed([f"v{arm.version}" for arm in test.arms])
    address = f"{routes.to(routes.PROMPT, test.prompt_id)}#{LIVE_TESTS}"
    label = "" if test.label == PRODUCTION else f" on {test.label}"
    return SplitLine(f"Live test{label}: {shares}, {versions}", address)


def prompt_line(prompt: Prompt, zone: tzinfo, at: datetime, running: Iterable[LiveTest] = ()) -> PromptLine:
    moved = prompt.updated_at or prompt.created_at
    first = next((line for line in prompt.content.system_text.split("\n") if line.strip()), "")
    return PromptLine(
        id=prompt.id,
        href=routes.to(routes.PROMPT, prompt.id),
        name=prompt.name,
        folder=prompt.folder,
        kind="Chat" if prompt.kind == "chat" else "Text",
        tags=[tag.strip() for tag in prompt.tags],
        labels=[f"{name} v{version}" for name, version in sorted(prompt.labels.items())],
        latest=f"v{prompt.latest}",
        active=prompt.is_active,
        changed=formats.day(moved, zone, at),
        exact=formats.exact(moved, zone),
        tip=prompt.description or first,
        splits=[split_line(one) for one in running if one.prompt_id == prompt.id],
    )


def folders_of(prompts: Iterable[Prompt]) -> list[Facet]:
    """Return every folder with those above it, "All prompts" first."""
    counts: Counter[str] = Counter()
    listed = list(prompts)
    for prompt in listed:
        parts = prompt.folder.split("/") if prompt.folder else []
        counts.update("/".join(parts[: place + 1]) for place in range(len(parts)))
    everything = Facet("", "All prompts", formats.count(len(listed)))
    return [everything, *(Facet(name, name, formats.count(counts[name])) for name in sorted(counts))]


def tags_of(prompts: Iterable[Prompt]) -> list[Facet]:
    counts = Counter(tag.strip() for prompt in prompts for tag in set(prompt.tags) if tag.strip())
    return [Facet(name, name, formats.count(counts[name])) for name in sorted(counts)]


def matching(prompts: Sequence[Prompt], query: str, folder: str, tag: str) -> list[Prompt]:
    """Return those in the folder or below it, with the tag, whose name, slug, description or text holds the query."""
    wanted = query.strip().casefold()
    return [
        prompt
        for prompt in prompts
        if (not folder or prompt.folder == folder or prompt.folder.startswith(f"{folder}/"))
        and (not tag or tag in {one.strip() for one in prompt.tags})
        and (not wanted or wanted in _words(prompt))
    ]


def _words(prompt: Prompt) -> str:
    said = " ".join(prompt.content.templates)
    return f"{prompt.name} {prompt.slug} {prompt.description or ''} {prompt.folder} {said}".casefold()


def waiting_line(approval: Approval) -> WaitingLine:
    words = f"{approval.prompt_name}: {approval.label} to v{approval.version}"
    return WaitingLine(routes.to(routes.PROMPT, approval.prompt_id), words, approval.asked_by)
