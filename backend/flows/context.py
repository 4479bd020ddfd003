"""What a running node may reach: its settings, the values before it, and the services that bootstrap put there."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Generic, Protocol, TypeVar

from backend.errors import InvalidInput
from backend.flows.masks import NO_MASK, RunMask
from backend.flows.types import Asked, Decided, Pace, Repeats, Usage, Wanted
from backend.flows.veil import Veil
from backend.knowledge.types import Mode, Passage
from backend.operator import Operator
from backend.ports.http import Http
from backend.ports.language_model import LanguageModel, ModelEndpoint
from backend.ports.language_model import Usage as ModelUsage
from backend.ports.templates import Templates
from backend.prompts.types import Rendered, Served, Taking, VersionRef

ConfigT = TypeVar("ConfigT")
Say = Callable[[str], Awaitable[None]]
Spend = Callable[[Usage], None]
Ask = Callable[[Wanted], Awaitable[Decided]]
Turn = Callable[[str], AbstractAsyncContextManager[None]]


@dataclass(frozen=True, slots=True)
class RunFacts:
    """Which run this is. The operator is the run's: no node may do what they may not."""

    run_id: str
    flow_id: str
    operator: Operator
    input: Mapping[str, Any]
    conversation_id: str | None = None
    history: tuple[dict[str, Any], ...] = ()
    asks_people: bool = True
    """False in an experiment and a replay: each approval takes what its time limit would."""
    repeats: Repeats | None = None
    """What a replay repeats."""
    mask: RunMask = NO_MASK
    """What the rows of the run are written with."""
    pace: Pace | None = None
    """Who else asks the same models, None for nobody that is minded."""


class Models(Protocol):
    """Which model a flow means, and what it costs."""

    async def resolve(self, operator: Operator, reference: str) -> ModelEndpoint:
        """Return where "provider:model" is asked, the project's default for "". Raise NotFound."""
        ...

    def cost(self, endpoint: ModelEndpoint, usage: ModelUsage) -> Decimal:
        """Return US dollars."""
        ...


class Knowledge(Protocol):
    """The search of the knowledge slice."""

    async def search(
        self,
        operator: Operator,
        knowledge_base_ids: Sequence[str],
        query: str,
        *,
        limit: int = 10,
        mode: Mode = "hybrid",
    ) -> list[Passage]: ...


class Stored(Protocol):
    """What a project keeps by name for its flows."""

    async def secrets_of(self, operator: Operator, names: Collection[str]) -> dict[str, str]:
        """Open these secrets of the operator's project. Raise NotFound."""
        ...

    async def variables_of(self, operator: Operator, names: Collection[str]) -> dict[str, str]:
        """Return these variables of the operator's project. Raise NotFound."""
        ...


class Prompts(Protocol):
    """The prompts that a project keeps outside its flows."""

    async def pinned(self, operator: Operator, name: str, label: str, taking: Taking | None = None) -> int:
        """Return the version that stands under a label now, for whoever takes it. Raise NotFound."""
        ...

    async def needed(self, operator: Operator, name: str, ref: VersionRef) -> Sequence[str]:
        """Return the variables and places that a version cannot be filled without. Raise NotFound, InvalidInput."""
        ...

    async def check_followed(self, operator: Operator, served: Served) -> None:
        """Raise Conflict where what two people approve would follow what one of them changes alone."""
        ...

    async def render(
        self,
        operator: Operator,
        name: str,
        ref: VersionRef,
        variables: Mapping[str, Any],
        placeholders: Mapping[str, Sequence[Mapping[str, Any]]] | None = None,
    ) -> Rendered:
        """Fill a version. Raise NotFound, InvalidInput."""
        ...


class People(Protocol):
    """Whoever decides what a run may not decide alone."""

    async def ask(self, run: RunFacts, asked: Asked) -> Decided:
        """Return what was decided about exactly this. Raise WaitsForPerson, with the question written down."""
        ...

    async def park(self, run: RunFacts, attempt: int, approval_ids: Collection[str]) -> bool:
        """Let the run wait without a process; False when something was decided meanwhile.

        Raise Fenced when the run is another's, RunCancelled when that was asked for.
        """
        ...

    async def dismiss(self, run: RunFacts, reason: str) -> None:
        """Let nobody decide about a run that ends."""
        ...


@dataclass(frozen=True, slots=True)
class Outside:
    """The services and ports that nodes use. The last three are None where a process has none."""

    templates: Templates
    http: Http
    language_model: LanguageModel
    models: Models
    knowledge: Knowledge
    stored: Stored | None = None
    prompts: Prompts | None = None
    people: People | None = None


def at_once(_reference: str) -> AbstractAsyncContextManager[None]:
    return nullcontext()


async def _asks_nobody(_wanted: Wanted) -> Decided:
    raise InvalidInput("Nobody can be asked here.")


@dataclass(frozen=True, slots=True)
class NodeContext(Generic[ConfigT]):
    """One node in one run. `values` are the outputs of the nodes before it, by node id."""

    config: ConfigT
    run: RunFacts
    node_id: str
    values: Mapping[str, Any]
    outside: Outside
    say: Say
    """Stream a piece of text to whoever watches this node."""
    ports: tuple[str, ...] = ()
    """Its input ports: those that nothing reached are None inside templates."""
    tokens_left: int = 1_000_000
    """What the run may still use."""
    veil: Veil = field(default_factory=Veil)
    spend: Spend = lambda _usage: None
    """Count what was used up although no result comes of it."""
    turn: Turn = at_once
    """Hold a place at a model, by its reference, while it is asked; to get one may take a while."""
    ask: Ask = _asks_nobody
    """Have a person decide; it raises while nobody has, and the node is run again once somebody did."""

    @property
    def idempotency_key(self) -> str:
        """The same for every try of this node in this run, so that the other side can tell a repetition."""
        return f"{self.run.run_id}:{self.node_id}"

    async def render(self, source: str, inputs: Mapping[str, Any]) -> str:
        """Fill a template with the values before this node; `inputs` are its own ports."""
        return await self.outside.templates.render(source, await self._known(source, inputs))

    async def evaluate(self, source: str, inputs: Mapping[str, Any]) -> Any:
        """Fill a template; a lone reference keeps its type."""
        return await self.outside.templates.evaluate(source, await self._known(source, inputs))

    async def render_secretly(self, source: str, inputs: Mapping[str, Any]) -> str:
        """Fill a template that may use secrets; what comes out goes to the other side and into no record."""
        return await self.outside.templates.render(source, await self._known(source, inputs, secretly=True))

    async def evaluate_secretly(self, source: str, inputs: Mapping[str, Any]) -> Any:
        """Fill a template that may use secrets; a lone reference keeps its type."""
        return await self.outside.templates.evaluate(source, await self._known(source, inputs, secretly=True))

    async def stored_value(self, kind: str, name: str) -> str:
        """Return one of the "variables" or "secrets" of the project; a secret is veiled from now on."""
        if self.outside.stored is None:
            raise InvalidInput(f"There are no {kind} here.")
        if kind == "variables":
            return (await self.outside.stored.variables_of(self.run.operator, [name]))[name]
        value = (await self.outside.stored.secrets_of(self.run.operator, [name]))[name]
        self.veil.learn(value)
        return value

    async def _known(self, source: str, inputs: Mapping[str, Any], *, secretly: bool = False) -> dict[str, Any]:
        known: dict[str, Any] = {**self.values, "inputs": {**dict.fromkeys(self.ports), **inputs}}
        for kind in ("variables", "secrets") if secretly else ("variables",):
            # A node of that name wins, and few templates name any.
            if kind in source and kind not in known:
                references = sorted(self.outside.templates.references(source))
                names = [one.split(".")[1] for one in references if one.startswith(f"{kind}.")]
                if names:
                    known[kind] = {name: await self.stored_value(kind, name) for name in names}
        return known
