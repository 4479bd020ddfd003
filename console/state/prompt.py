"""One prompt: its versions, and any two of them compared."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import reflex as rx

from backend.bootstrap import services
from backend.experiments.types import PromptStanding, VersionElsewhere, VersionStanding
from backend.operator import Operator, Permission
from backend.paging import Page
from backend.prompts.types import PRODUCTION, Content, VersionRef, estimated_tokens
from console.state import formats
from console.state.addresses import Addressed
from console.state.prompt_diff import MOST_CHARACTERS, MOST_LINES, Half, Row, compared, lines_of
from console.state.prompt_draft import PromptDraftState
from console.state.prompt_measured import measured, weak_words
from console.state.prompt_rows import (
    DRAFT,
    UseLine,
    VersionLine,
    draft_line,
    scored_words,
    use_lines,
    used_words,
    version_line,
)
from console.state.seat import Phased

MOST_VERSIONS = 200


class PromptState(Addressed, Phased, rx.State):
    """`chosen` is the version that is looked at, 0 what is being edited; `base` is what it is compared with.

    `weak` says that the version that is looked at did clearly worse than what is in production.

    `_replaced` is what stood in production before, 0 for nothing; `_picked` the base that somebody chose, if any did.
    """

    id: rx.Field[str] = rx.field("")
    name: rx.Field[str] = rx.field("")
    slug: rx.Field[str] = rx.field("")
    folder: rx.Field[str] = rx.field("")
    used: rx.Field[str] = rx.field("")
    uses: rx.Field[list[UseLine]] = rx.field(default_factory=list)
    past_uses: rx.Field[list[UseLine]] = rx.field(default_factory=list)
    versions: rx.Field[list[VersionLine]] = rx.field(default_factory=list)
    scored: rx.Field[str] = rx.field("")
    scored_over: rx.Field[str] = rx.field("")
    weak: rx.Field[str] = rx.field("")
    latest: rx.Field[int] = rx.field(1)
    chosen: rx.Field[int] = rx.field(1)
    chosen_name: rx.Field[str] = rx.field("")
    after: rx.Field[VersionLine | None] = rx.field(None)
    before: rx.Field[VersionLine | None] = rx.field(None)
    base: rx.Field[int] = rx.field(0)
    bases: rx.Field[list[dict[str, str]]] = rx.field(default_factory=list)
    view: rx.Field[str] = rx.field("edit")
    rows: rx.Field[list[Row]] = rx.field(default_factory=list)
    lines: rx.Field[list[Half]] = rx.field(default_factory=list)
    summary: rx.Field[str] = rx.field("")
    production: rx.Field[int] = rx.field(0)
    _measured: PromptStanding | None = None
    _replaced: int = 0
    _picked: int | None = None

    @rx.event
    async def load(self) -> None:
        """Read the prompt that the address names, at `?v=3` or at its newest version."""
        editing = await self.get_state(PromptDraftState)
        if self._wanted() in {self.id, self.slug}:
            self.address = self._wanted()  # its other name; what is written stays
        if self._arrive():
            editing.reset()
        operator = await self._operator(Permission.PROMPTS_READ)
        async with self._loading():
            await self._read(operator)
            wanted = self._asked("v")
            self.chosen = int(wanted) if wanted.isascii() and wanted.isdigit() else self.latest
            if editing.dirty:
                self.chosen = DRAFT
            else:
                editing._seed(await self._content(operator, self.chosen), self.chosen)
            self.view, self._picked = "edit" if self.latest == 1 else "side", None
            await self._show(operator)
            await editing._look(operator)
            self.phase = "ready"

    async def _read(self, operator: Operator) -> None:
        """Read everything but the texts."""
        prompts = services().prompts
        prompt = await prompts.get(operator, self._wanted())
        self.id, self.name, self.slug, self.folder = prompt.id, prompt.name, prompt.slug, prompt.folder
        self.latest = prompt.latest
        stands = next((one for one in await prompts.labels(operator, prompt.id) if one.name == PRODUCTION), None)
        self.production, self._replaced = (stands.version, stands.previous or 0) if stands else (0, 0)
        editing = await self.get_state(PromptDraftState)
        editing._prompt_id = prompt.id
        zone, now = await self._zone(), formats.now()
        listed = await prompts.list_versions(operator, prompt.id, Page(MOST_VERSIONS))
        did = await self._standing(operator)
        weak = {number for number in did if weak_words(self._measured, number, self.production)}
        lines = [version_line(one, zone, now, did.get(one.number)) for one in listed.items]
        saved = [replace(one, is_weak=one.number in weak) for one in lines]
        self.versions = [draft_line(prompt.latest), *saved] if editing.dirty else saved
        uses = await prompts.uses(operator, prompt.id)
        self.used = used_words(uses)
        self.uses, self.past_uses = (use_lines(uses, past=past) for past in (False, True))

    async def _standing(self, operator: Operator) -> dict[int, VersionStanding | VersionElsewhere]:
        """Return how the versions did in experiments, for whoever may read those."""
        self._measured = found = await measured(operator, self.id)
        self.scored, self.scored_over = scored_words(found), found.dataset_name if found else ""
        return {one.version: one for one in (*found.versions, *found.elsewhere)} if found else {}

    async def _content(self, operator: Operator, number: int) -> Content:
        if number == DRAFT:
            return (await self.get_state(PromptDraftState))._content
        return (await services().prompts.get_version(operator, self.id, VersionRef("", number))).content

    def _own_base(self) -> int:
        """Return production, of production what it replaced where that is older, else the version before."""
        if self.production not in {0, self.chosen}:
            return self.production
        if self.production and 0 < self._replaced < self.chosen:
            return self._replaced
        return self.latest if self.chosen == DRAFT else self.chosen - 1

    async def _show(self, operator: Operator) -> None:
        """Compare the chosen version with the one that was picked, else with what means most now."""
        picked = self._picked
        base = self.base = self._own_base() if picked is None or picked == self.chosen else picked
        self.bases = [
            {"value": str(one.number), "label": " ".join([one.name, *one.labels])}
            for one in self.versions
            if one.number not in {DRAFT, self.chosen}
        ]
        self.chosen_name = f"v{self.chosen or self.latest + 1}"
        self.weak = weak_words(self._measured, self.chosen, self.production)
        of = {one.number: one for one in self.versions}
        self.after, self.before = of.get(self.chosen), of.get(base) if base else None
        after = await self._content(operator, self.chosen)
        known = await self._content(operator, base) if base else None
        found = await asyncio.to_thread(compared, lines_of(known, after) if known else [], lines_of(after, known))
        self.rows, self.lines = found.rows, found.lines
        added = formats.counted(found.num_added, "line")
        tokens = _tokens(after) - (_tokens(known) if known else 0)
        sign = "+" if tokens > 0 else "\u2212" if tokens < 0 else "\u00b1"
        if found.is_too_long:
            self.summary = f"Too long to compare: at most {MOST_LINES:,} lines and {MOST_CHARACTERS:,} characters"
            return
        self.summary = f"{added} added, {found.num_removed} removed, about {sign}{abs(tokens):,} tokens"

    @rx.event
    async def choose(self, number: int) -> None:
        """Look at one version; 0 goes back to what is being edited."""
        operator = await self._operator(Permission.PROMPTS_READ)
        self.chosen, self._picked = number, None
        editing = await self.get_state(PromptDraftState)
        if number == DRAFT:
            self.view = "edit"
        elif editing.dirty:
            self.view = "side" if self.view == "edit" else self.view
        else:
            editing._seed(await self._content(operator, number), number)
            await editing._look(operator)
        await self._show(operator)

    @rx.event
    async def compare(self, number: str) -> None:
        """Choose what the version is compared with."""
        operator = await self._operator(Permission.PROMPTS_READ)
        self._picked = int(number) if number.isdigit() else None
        await self._show(operator)

    @rx.event
    async def look(self, view: str) -> None:
        """Edit, see side by side, in one column, or as it goes to a model."""
        operator = await self._operator(Permission.PROMPTS_READ)
        self.view = view
        editing = await self.get_state(PromptDraftState)
        if view == "edit" and editing.dirty:
            self.chosen, self._picked = DRAFT, None
        await self._show(operator)

    @rx.event
    async def refresh(self) -> None:
        """Read versions and labels again, after they were changed elsewhere on the page."""
        operator = await self._operator(Permission.PROMPTS_READ)
        await self._read(operator)
        await self._show(operator)

    @rx.event
    async def begin(self) -> None:
        """Show that there is a draft now."""
        operator = await self._operator(Permission.PROMPTS_READ)
        self.chosen, self._picked = DRAFT, None
        await self._read(operator)
        await self._show(operator)

    @rx.event
    async def undo(self, number: int) -> None:
        """Show that the draft says what the version says; what stands in the editor stays."""
        operator = await self._operator(Permission.PROMPTS_READ)
        await self._read(operator)
        self.chosen, self._picked = number or self.latest, None
        await self._show(operator)

    @rx.event
    async def end(self, number: int) -> None:
        """Show a version that was just saved, or the one that the draft was dropped for."""
        operator = await self._operator(Permission.PROMPTS_READ)
        await self._read(operator)
        self.chosen, self._picked = number or self.latest, None
        editing = await self.get_state(PromptDraftState)
        editing._seed(await self._content(operator, self.chosen), self.chosen)
        await editing._look(operator)
        await self._show(operator)


def _tokens(content: Content) -> int:
    return sum(estimated_tokens(template) for template in content.templates)
