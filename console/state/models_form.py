"""The pane beside the list: one provider, as it stands or as it is being changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import Any

import reflex as rx

from backend.bootstrap import services
from backend.errors import NotFound
from backend.operator import Operator, Permission
from backend.providers.types import Capabilities, Model, ModelDraft, Provider, ProviderDraft
from console.problems import caught
from console.state.formats import counted
from console.state.forms import Formed, sentences_of
from console.state.models import ModelsState
from console.state.models_presets import PRESETS
from console.state.models_rows import NO_MODEL, NONE_CHOSEN
from console.state.models_trial import ModelsTestState
from console.toasts import say

UNREADABLE = -1


@dataclass(frozen=True)
class ModelEntry:
    """A model in the form. `key` names its fields; entries stay in the browser until they are sent."""

    key: str
    name: str = ""
    purpose: str = "chat"
    tools: bool = False
    vision: bool = False
    json_schema: bool = False
    context: str = ""
    price_in: str = ""
    price_out: str = ""
    dimensions: str = ""


class ModelsFormState(Formed, rx.State):
    """`shown` is what the pane draws: "" for nothing, "embedded", "new", or a provider's id.

    `version` counts up when the entries are written anew, so that the browser takes them.
    """

    shown: rx.Field[str] = rx.field("embedded")
    drawn: rx.Field[int] = rx.field(0)
    preset: rx.Field[str] = rx.field("hosted")
    name: rx.Field[str] = rx.field("")
    base_url: rx.Field[str] = rx.field("")
    organisation: rx.Field[str] = rx.field("")
    key_words: rx.Field[str] = rx.field("")
    private: rx.Field[bool] = rx.field(False)
    private_words: rx.Field[str] = rx.field("")
    needs_key: rx.Field[bool] = rx.field(False)
    is_file: rx.Field[bool] = rx.field(False)
    entries: rx.Field[list[ModelEntry]] = rx.field(default_factory=list)
    removing: rx.Field[bool] = rx.field(False)
    fetching: rx.Field[bool] = rx.field(False)
    offered: rx.Field[list[str]] = rx.field(default_factory=list)
    offer_words: rx.Field[str] = rx.field("")
    _version: int = 0
    _stored_url: str = ""
    _num_entries: int = 0

    @rx.event
    async def load(self) -> Any:
        """Open the form that the address asks for, else what was shown, as it stands now."""
        operator = await self._operator(Permission.MODELS_READ)
        preset = self.router.url.query_parameters.get("connect", "")
        if preset in PRESETS and operator.may(Permission.MODELS_EDIT):
            return ModelsFormState.open_new(preset)
        if self.shown not in ("", "new"):
            with caught(NotFound) as gone:
                await self._open(operator, self.shown)
            if gone.problem:
                await self._open(operator, "embedded")
        return None

    @rx.event
    async def open_new(self, preset: str = "hosted") -> None:
        """Show an empty form, or one filled in for a kind of provider."""
        await self._operator(Permission.MODELS_EDIT)
        chosen = PRESETS.get(preset, PRESETS["hosted"])
        drawn = self.drawn + 1
        self.reset()
        self.shown, self.preset, self.drawn = "new", preset, drawn
        self.name, self.base_url, self.private = chosen.name, chosen.base_url, chosen.private
        self._add(ModelEntry(""))

    @rx.event
    async def open(self, provider_id: str) -> None:
        """Show a provider as it stands now; "embedded" is the built-in one. What is typed into one shown stays."""
        operator = await self._operator(Permission.MODELS_READ)
        if provider_id != self.shown:
            await self._open(operator, provider_id)

    async def _open(self, operator: Operator, provider_id: str) -> None:
        if provider_id == "embedded":
            self.shown = provider_id
        else:
            self._fill(await services().providers.get(operator, provider_id))
        test = await self.get_state(ModelsTestState)
        await test._show(provider_id, operator)

    @rx.event
    async def close(self) -> None:
        """Show no provider; what was typed is dropped."""
        await self._operator(Permission.MODELS_READ)
        self.shown = ""

    @rx.event
    async def address_typed(self, base_url: str) -> None:
        """Say at once that another base URL needs the key again."""
        await self._operator(Permission.MODELS_READ)
        self.needs_key = bool(self.key_words) and base_url.strip().rstrip("/") != self._stored_url

    @rx.event
    async def add_model(self) -> None:
        """Show the fields of one more model."""
        await self._operator(Permission.MODELS_EDIT)
        self._add(ModelEntry(""))

    @rx.event(background=True)
    async def fetch_models(self, form: dict[str, Any]) -> None:
        """Ask the address in the fields which models it has, and offer those that the form does not name yet."""
        async with self:
            operator = await self._operator(Permission.MODELS_EDIT)
            if self.fetching:
                return
            shown, drawn, keys = self.shown, self.drawn, [entry.key for entry in self.entries]
            self.fetching = True
        draft = _draft(form, keys, is_new=shown == "new")
        found: Sequence[str] = ()
        with caught() as refusal:  # nobody waits for a background event, so its failure is drawn
            found = await services().providers.offered(operator, draft, "" if shown == "new" else shown)
        async with self:
            self.fetching = False
            if (self.shown, self.drawn) == (shown, drawn):
                self.errors = sentences_of(refusal, at="models")
                if refusal.problem:
                    # Beside the button too: its field may be out of sight.
                    self.errors["models"] = refusal.problem.text
                else:
                    self._offer(found, form)

    @rx.event
    async def take_model(self, name: str) -> None:
        """Put a model that the address lists into the form."""
        await self._operator(Permission.MODELS_EDIT)
        self.offered = [one for one in self.offered if one != name]
        self._add(ModelEntry("", name=name))

    @rx.event
    async def remove_model(self, key: str) -> None:
        """Take a model out of the form; it goes when the provider is saved."""
        await self._operator(Permission.MODELS_EDIT)
        self.entries = [entry for entry in self.entries if entry.key != key]

    @rx.event
    async def save(self, form: dict[str, Any]) -> Any:
        """Connect or change the provider with what stands in the fields."""
        operator = await self._operator(Permission.MODELS_EDIT)
        draft = _draft(form, [entry.key for entry in self.entries], is_new=self.shown == "new")
        if self.shown == "new" and self.offered and not draft.models:
            self.errors = {"models": NONE_CHOSEN}  # who fetched them means to have some
            return None
        async with self._checking():
            if self.shown == "new":
                provider = await services().providers.create(operator, draft)
            else:
                provider = await services().providers.update(operator, self.shown, draft, self._version)
            self._fill(provider)
            await (await self.get_state(ModelsTestState))._show(provider.id, operator)
            return [ModelsState.load, say(f"{provider.name} is saved.", "" if provider.models else NO_MODEL)]
        self.needs_key = self.needs_key or "api_key" in self.errors
        return None

    @rx.event
    async def ask_removal(self, asks: bool) -> None:
        """Show or hide the question whether to remove the provider."""
        await self._operator(Permission.MODELS_EDIT)
        self.removing = asks

    @rx.event
    async def remove(self) -> Any:
        """Remove the provider; the undo bar takes it back."""
        operator = await self._operator(Permission.MODELS_EDIT)
        await services().providers.delete(operator, self.shown)
        models = await self.get_state(ModelsState)
        models.undo_id, models.undo_words = self.shown, f"{self.name} is removed, with its key."
        self.shown, self.removing = "", False
        return ModelsState.load

    def _fill(self, provider: Provider) -> None:
        """Write the provider into the fields."""
        self.shown, self.drawn, self.errors = provider.id, self.drawn + 1, {}
        self.name, self.base_url, self.organisation = provider.name, provider.base_url, provider.organisation
        self.key_words, self.private = provider.key_words, provider.allow_private_address
        self.private_words = f"Allowed by {provider.private_allowed_by}" if provider.private_allowed_by else ""
        self.is_file, self.needs_key, self.removing = provider.source == "file", False, False
        self._version, self._stored_url = provider.version, provider.base_url
        self.entries, self._num_entries = [], 0
        self.offered, self.offer_words = [], ""
        for model in provider.models:
            self._add(_entry(model))

    def _offer(self, found: Sequence[str], form: dict[str, Any]) -> None:
        """Offer what the form does not name yet; entries without a name make room for it."""
        named = {entry.key: str(form.get(f"{entry.key}.name", "")).strip() for entry in self.entries}
        self.offered = [name for name in found if name not in named.values()]
        num_found = counted(len(found), "model")
        act = "Connect" if self.shown == "new" else "Save provider"
        more = f"{num_found} at this address. Press those that you want, then {act}."
        self.offer_words = more if self.offered else f"The form names all {num_found} of this address."
        if self.offered:
            self.entries = [entry for entry in self.entries if named[entry.key]]

    def _add(self, entry: ModelEntry) -> None:
        self._num_entries += 1
        self.entries = [*self.entries, replace(entry, key=f"m{self.drawn}x{self._num_entries}")]


def _entry(model: Model) -> ModelEntry:
    draft = model.draft
    return ModelEntry(
        key="",
        name=draft.name,
        purpose=draft.purpose,
        tools=draft.capabilities.tools,
        vision=draft.capabilities.vision,
        json_schema=draft.capabilities.json_schema,
        context=str(draft.context_size) if draft.context_size else "",
        price_in=f"{draft.input_price.normalize():f}" if draft.input_price else "",
        price_out=f"{draft.output_price.normalize():f}" if draft.output_price else "",
        dimensions=str(draft.dimensions) if draft.dimensions else "",
    )


def _draft(form: dict[str, Any], keys: list[str], *, is_new: bool) -> ProviderDraft:
    """Read the fields. An empty key keeps the stored one."""
    key = str(form.get("api_key", ""))
    return ProviderDraft(
        name=str(form.get("name", "")),
        base_url=str(form.get("base_url", "")),
        api_key=key if key or is_new else None,
        organisation=str(form.get("organisation", "")),
        allow_private_address=bool(form.get("private")),
        models=tuple(_model_draft(form, key) for key in keys if str(form.get(f"{key}.name", "")).strip()),
    )


def _model_draft(form: dict[str, Any], key: str) -> ModelDraft:
    embeds = form.get(f"{key}.purpose") == "embedding"
    return ModelDraft(
        name=str(form.get(f"{key}.name", "")),
        purpose="embedding" if embeds else "chat",
        capabilities=Capabilities(
            tools=bool(form.get(f"{key}.tools")),
            vision=bool(form.get(f"{key}.vision")),
            json_schema=bool(form.get(f"{key}.json_schema")),
        ),
        context_size=_whole(form.get(f"{key}.context")),
        input_price=_dollars(form.get(f"{key}.price_in")),
        output_price=_dollars(form.get(f"{key}.price_out")),
        dimensions=_whole(form.get(f"{key}.dimensions")),
    )


def _whole(entered: Any) -> int:
    """Return a number of the form, 0 for nothing; what is no number is as far out of range as can be."""
    try:
        return int(str(entered or "0").replace(",", ""))
    except ValueError:
        return UNREADABLE


def _dollars(entered: Any) -> Decimal:
    try:
        return Decimal(str(entered or "0").strip().lstrip("$").replace(",", ""))
    except InvalidOperation:
        return Decimal(UNREADABLE)
