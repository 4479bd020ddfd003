"""Take other prompts in by reference: `{% prompt "house-style" %}`, with `label "staging"` or `version 3` behind it."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from backend.prompts.content import Content, Placeholder, Turn
from backend.prompts.errors import CannotRender, Circle
from backend.prompts.types import VersionRef

MAX_DEPTH = 5
MAX_PARTS = 50
REFERENCE = re.compile(
    r'\{%-?\s*prompt\s+"(?P<slug>[^"\n]{1,200})"'
    r'(?:\s+(?:label\s+"(?P<label>[^"\n]{1,64})"|version\s+(?P<version>\d{1,9})))?\s*-?%\}'
)


@dataclass(frozen=True, slots=True)
class Found:
    """The version that a reference leads to."""

    prompt_id: str
    slug: str
    version: int
    content: Content


# Return what a reference means; None where it leads nowhere.
Find = Callable[[str, VersionRef], Awaitable[Found | None]]


def references(content: Content) -> tuple[tuple[str, VersionRef], ...]:
    """Return what the content takes in, as slug and version, in order."""
    found = (match for template in content.templates for match in REFERENCE.finditer(template))
    return tuple(dict.fromkeys((match["slug"], _ref(match)) for match in found))


def _ref(match: re.Match[str]) -> VersionRef:
    if match["version"]:
        return VersionRef("", int(match["version"]))
    return VersionRef(match["label"] or VersionRef().label)


@dataclass
class Composer:
    """Put the texts that are referred to in their places. `parts` collects what was taken in, as (slug, version).

    A version that takes another version of its own prompt in can be rendered as the labels stand now. It is `strict`
    to refuse that: once a label follows, or the version is the latest, it would be a circle.
    """

    find: Find
    strict: bool = True
    parts: list[tuple[str, int]] = field(default_factory=list)

    async def composed(self, prompt_id: str, slug: str, content: Content, version: int = 0) -> Content:
        """Return the content without references. Raise CannotRender for a circle, or one that leads nowhere.

        `prompt_id` is whose content it is, empty before the first save; `version` 0 is being edited.
        """
        way = ((self._place(prompt_id, version), slug),)
        said: list[Turn | Placeholder] = []
        for one in content.messages:
            if isinstance(one, Turn):
                said.append(one.model_copy(update={"content": await self._filled(one.content, way)}))
            else:
                said.append(one)
        extra = await self._filled(content.instructions, way) if content.instructions else content.instructions
        changed = {"text": await self._filled(content.text, way), "messages": tuple(said), "instructions": extra}
        return content.model_copy(update=changed)

    async def _filled(self, text: str, way: tuple[tuple[str, str], ...]) -> str:
        pieces, last = [], 0
        for match in REFERENCE.finditer(text):
            pieces += [text[last : match.start()], await self._taken(match["slug"], _ref(match), way)]
            last = match.end()
        return "".join([*pieces, text[last:]])

    async def _taken(self, slug: str, ref: VersionRef, way: tuple[tuple[str, str], ...]) -> str:
        found = await self.find(slug, ref)
        if found is None:
            meant = f"version {ref.version}" if ref.version else f"version under {ref.label}"
            raise CannotRender(f"It takes in {slug}, which has no {meant}.", hint="Name one that is there.")
        if self._place(found.prompt_id, found.version) in {place for place, _ in way}:
            circle = " takes in ".join([*(name for _, name in way), slug])
            raise Circle(f"This is a circle: {circle}.", hint="Take the reference out of one of them.")
        if found.content.kind != "text":
            raise CannotRender(f"It takes in {slug}, which is a chat.", hint="Only texts can be taken in.")
        if len(way) > MAX_DEPTH or len(self.parts) >= MAX_PARTS:
            raise CannotRender(f"It takes in more than {MAX_PARTS} prompts, or deeper than {MAX_DEPTH}.")
        self.parts.append((found.slug, found.version))
        return await self._filled(found.content.text, (*way, (self._place(found.prompt_id, found.version), found.slug)))

    def _place(self, prompt_id: str, version: int) -> str:
        return prompt_id if self.strict else f"{prompt_id} {version}"
