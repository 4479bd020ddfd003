"""The playground of a prompt: up to ten columns over one set of values, all asked at once."""

from __future__ import annotations

import time
from contextlib import aclosing
from typing import Any

import reflex as rx

from backend.bootstrap import services
from backend.errors import NotFound
from backend.operator import Operator, Permission
from backend.prompts.types import MAX_COLUMNS, Content, PlayDocument, PlayEvent, PlayText, Values, VersionRef
from console import toasts
from console.problems import caught
from console.state.addresses import Addressed
from console.state.answering import FRAME_SECONDS, Answering
from console.state.forms import Formed
from console.state.prompt import PromptState
from console.state.prompt_draft import PromptDraftState
from console.state.prompt_play_adding import another, asks_built_in
from console.state.prompt_play_rows import (
    SETTINGS,
    ColumnLine,
    ValueLine,
    begun,
    blank,
    column_of,
    followed,
    heard,
    lettered,
    recalled,
    shared_of,
    stopped,
    total,
    tried,
    value_lines,
    values_of,
)
from console.state.prompt_rows import DRAFT, hole_lines

# The id of the playground on its page, which stands below the text.
PLACE = "playground"


class PromptPlayState(Addressed, Answering, Formed, rx.State):
    """Apart from the page, for it changes at every frame while answers come."""

    columns: rx.Field[list[ColumnLine]] = rx.field(default_factory=list)
    needs: rx.Field[list[ValueLine]] = rx.field(default_factory=list)
    values: rx.Field[dict[str, str]] = rx.field(default_factory=dict)
    revision: rx.Field[int] = rx.field(0)
    may_run: rx.Field[bool] = rx.field(False)
    is_small: rx.Field[bool] = rx.field(False)
    shared: rx.Field[str] = rx.field("")
    _prompt: str = ""
    _origin: str = ""  # the run, conversation or message whose words are among the values
    # Nobody changed or asked the columns since they were laid out, so what is newest may take their place.
    _is_offer: bool = False
    _adopted: str = ""

    @rx.event
    async def load(self) -> Any:
        """Open what the address shares or the call of a run that it names, else production beside the newest."""
        operator = await self._operator(Permission.PROMPTS_READ)
        page = await self.get_state(PromptState)
        if page.phase != "ready":
            return None
        self.may_run = operator.may(Permission.PROMPTS_RUN)
        identifier, run_id, lost = self._asked("play"), self._asked("run"), False
        with caught(NotFound) as refusal:
            if identifier:
                lost = not await self._open_shared(operator, page, identifier)
            elif run_id:
                lost = not await self._recall(operator, page, run_id, self._asked("node"))
        lost = lost or refusal.problem is not None
        if (identifier or run_id) and not lost:
            self._is_offer = False
        elif self._prompt != page.id or not self.columns:
            self._offer(page.production, page.latest)
            self.values, self.errors, self.total, self.shared, self._origin = {}, {}, "", "", ""
        elif self._is_offer:
            self._offer(page.production, page.latest)
        self._prompt, self.revision = page.id, self.revision + 1
        await self._find_needs(operator)
        if lost:
            return toasts.warn("That address leads to nothing here.", "This is the prompt as it stands.")
        return toasts.reveal(PLACE) if identifier or run_id else None

    def _offer(self, production: int, latest: int) -> None:
        wanted = [production, latest] if production not in {0, latest} else [latest]
        self.columns, self._is_offer = lettered([ColumnLine("", str(number)) for number in wanted]), True

    async def _open_shared(self, operator: Operator, page: PromptState, identifier: str) -> bool:
        """Say whether something of this prompt stands there. Raise NotFound."""
        found = await services().prompts.shared(operator, identifier)
        document, newest = found.document, max([one.version or 0 for one in found.document.columns], default=0)
        if found.prompt_id != page.id or not document.columns or newest > page.latest:
            return False
        self.columns = lettered([column_of(one) for one in document.columns])
        draft = await self.get_state(PromptDraftState)
        edited = next((one.content for one in document.columns if one.content), None)
        if edited is not None and not draft.dirty:
            draft._reopen(edited)
            draft._compare()
        self.values, self.errors, self.total, self._origin = dict(document.values), {}, "", found.origin
        return True

    async def _recall(self, operator: Operator, page: PromptState, run_id: str, node: str) -> bool:
        """Open the call of a flow with its values; say whether it was one with this prompt. Raise NotFound."""
        detail = await services().runs.get(operator, run_id)
        row = next((one for one in detail.nodes if one.node == node and "managed_prompt" in one.detail), None)
        if row is None or row.detail["managed_prompt"]["slug"] != page.slug:
            return False
        column, self.values = recalled(row.detail, detail.config_of(node))
        self.columns, self.errors, self.total, self._origin = lettered([column]), {}, "", run_id
        return True

    async def _content(self, operator: Operator, column: ColumnLine) -> Content:
        if column.version == str(DRAFT):
            return (await self.get_state(PromptDraftState))._content
        page = await self.get_state(PromptState)
        return (await services().prompts.get_version(operator, page.id, VersionRef("", int(column.version)))).content

    async def _find_needs(self, operator: Operator) -> None:
        """Read what the columns need; what was typed for a value that is needed no more is kept."""
        page = await self.get_state(PromptState)
        asked = [(one, await self._content(operator, one)) for one in self.columns]
        found = [hole_lines(await services().prompts.holes(operator, content, page.id)) for _, content in asked]
        self.needs = value_lines(found, any_text=any(content.kind == "text" for _, content in asked))
        self.is_small = await asks_built_in(operator, {one.model or content.model for one, content in asked})

    @rx.event
    async def refresh(self) -> None:
        """Look again what the columns need, after the text was edited or saved."""
        operator = await self._operator(Permission.PROMPTS_READ)
        await self._find_needs(operator)

    @rx.event
    async def follow(self, number: int) -> None:
        """Play the version that is looked at, beside production, as long as nobody touched the columns."""
        operator = await self._operator(Permission.PROMPTS_READ)
        page = await self.get_state(PromptState)
        if self._is_offer and not self.running and DRAFT <= number <= page.latest:
            self._offer(page.production, page.latest if number == page.production else number)
            self.revision += 1
            await self._find_needs(operator)

    @rx.event
    async def set_value(self, name: str, text: str) -> None:
        """Take a value as it was typed."""
        await self._operator(Permission.PROMPTS_READ)
        self.values = {**self.values, name: text}
        self.errors = {key: words for key, words in self.errors.items() if key not in {name, ""}}

    @rx.event
    async def add(self) -> None:
        """Add a column like the last one, on a version or a model that no other asks."""
        operator = await self._operator(Permission.PROMPTS_RUN)
        if len(self.columns) < MAX_COLUMNS and not self.running:
            latest, self._is_offer = (await self.get_state(PromptState)).latest, False
            self.columns = lettered([*self.columns, await another(operator, self.columns, latest)])
            await self._find_needs(operator)

    @rx.event
    async def remove(self, letter: str) -> None:
        """Take a column away; one stays."""
        operator = await self._operator(Permission.PROMPTS_RUN)
        if len(self.columns) > 1 and not self.running:
            self.columns, self._is_offer = lettered([one for one in self.columns if one.letter != letter]), False
            self.total = total(self.columns)
            await self._find_needs(operator)

    @rx.event
    async def set_column(self, letter: str, name: str, value: str) -> None:
        """Choose the version of a column, or a parameter of its own."""
        operator = await self._operator(Permission.PROMPTS_RUN)
        if self.running or name not in SETTINGS:
            return
        page = await self.get_state(PromptState)
        if name == "version" and value not in map(str, range(DRAFT, page.latest + 1)):
            return
        # A field that is only passed through says its value too: the answer below it stays.
        if any(one.letter == letter and getattr(one, name) == value for one in self.columns):
            return
        self.columns = [blank(one, **{name: value}) if one.letter == letter else one for one in self.columns]
        self._is_offer = False
        await self._find_needs(operator)

    @rx.event
    async def send(self) -> Any:
        """Check the values, then ask."""
        operator = await self._operator(Permission.PROMPTS_RUN)
        if self.running:
            return None
        await self._find_needs(operator)
        async with self._checking():
            values_of(self.needs, self.values)
            asked = [tried(await self._content(operator, one), one) for one in self.columns]
            self.running, self._stop, self.total, self._is_offer = True, False, "", False
            self.columns = [begun(one, content) for one, content in zip(self.columns, asked, strict=True)]
            return PromptPlayState.run
        return None

    @rx.event(background=True)
    async def run(self) -> None:
        """Ask all columns at once and draw what they say, at most 25 times a second."""
        async with self._until_done(stopped, total):
            async with self:
                operator = await self._operator(Permission.PROMPTS_RUN)
                page = await self.get_state(PromptState)
                asked = [tried(await self._content(operator, one), one) for one in self.columns]
                values, name = values_of(self.needs, self.values), page.id
            await self._follow(operator, asked, values, name)

    async def _follow(self, operator: Operator, asked: list[Content], values: Values, name: str) -> None:
        waiting: list[tuple[int, PlayEvent]] = []
        last = time.monotonic()
        async with aclosing(services().prompts.play(operator, asked, values, name)) as events:
            async for index, event in events:
                waiting.append((index, event))
                if isinstance(event, PlayText) and time.monotonic() - last < FRAME_SECONDS:
                    continue
                async with self:
                    if self._stop:
                        return
                    self._hear(waiting)
                waiting, last = [], time.monotonic()

    def _hear(self, events: list[tuple[int, PlayEvent]]) -> None:
        columns = list(self.columns)
        for index, event in events:
            columns[index] = heard(columns[index], event)
        self.columns = columns

    @rx.event
    async def stop(self) -> None:
        """Let go of every column that still writes."""
        await self._operator(Permission.PROMPTS_RUN)
        self._stop = True

    @rx.event
    async def adopt(self, letter: str) -> Any:
        """Make the column's text and parameters what is being edited, to be saved as a version."""
        operator = await self._operator(Permission.PROMPTS_EDIT)
        column = next((one for one in self.columns if one.letter == letter), None)
        if column is None:
            return None
        draft = await self.get_state(PromptDraftState)
        draft._reopen(tried(await self._content(operator, column), column))
        draft._compare()
        if not draft.dirty:
            return toasts.say("It says what the version says already.")
        self._adopted = letter
        return [PromptState.begin, PromptState.look("edit")]

    async def _drafted(self, operator: Operator, production: int, latest: int, *, dirty: bool) -> None:
        """Let a column play what is being edited, beside production where nobody chose columns, else as one more."""
        plays = any(one.version == str(DRAFT) for one in self.columns)
        if self._is_offer:
            self._offer(production, DRAFT if dirty else latest)
        elif dirty and not plays and not self.running and len(self.columns) < MAX_COLUMNS:
            self.columns = lettered([*self.columns, ColumnLine("", str(DRAFT))])
        else:
            return
        self.revision += 1
        await self._find_needs(operator)

    def _saved_as(self, number: int, content: Content, production: int) -> None:
        """Let the columns follow that play what was saved: those of the edited text, and the one that it came from.

        As long as they are as they were laid out, they are laid out anew.
        """
        if self._is_offer:
            self._offer(production, number)
            self.revision += 1
        elif not self.running:
            self.columns = [
                followed(one, number, content) if one.version == str(DRAFT) or one.letter == self._adopted else one
                for one in self.columns
            ]
            self.revision += 1
        self._adopted = ""

    @rx.event
    async def share(self) -> None:
        """Keep columns and values under an address of their own."""
        operator = await self._operator(Permission.PROMPTS_RUN)
        page, draft = await self.get_state(PromptState), await self.get_state(PromptDraftState)
        async with self._checking():
            edited = [draft._content if one.version == str(DRAFT) else None for one in self.columns]
            columns = tuple(shared_of(one, content) for one, content in zip(self.columns, edited, strict=True))
            play = PlayDocument(columns=columns, values=self.values)
            made = await services().prompts.share(operator, page.id, play, self._origin)
            self.shared = f"{self.router.url.origin}{self.router.url.path}?play={made.id}"
