"""The tools of an agent: what a person set up, and what the model may fill in."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal
from urllib.parse import quote, urlencode, urlsplit

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, create_model

from backend.errors import InvalidInput
from backend.flows.asking import cut
from backend.flows.context import NodeContext
from backend.flows.document import PortName
from backend.flows.kind import ui
from backend.flows.nodes.http_request import read_body
from backend.flows.nodes.knowledge_search import MODES, Bases, SearchMode
from backend.flows.passages import find, grounds
from backend.flows.ports import as_text
from backend.ports.grounding import lay_out
from backend.ports.http import HttpCall
from backend.ports.language_model import Tool

MAX_ANSWER_BYTES = 1_000_000
_ERROR_STATUS = 400
STORED = re.compile(r"(\{\{\s*(secrets|variables)\.([A-Za-z_][A-Za-z0-9_]*)\s*\}\})")
ToolName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
_PYTHON = {"text": str, "number": float, "integer": int, "boolean": bool}


class _ToolConfig(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class KnowledgeTool(_ToolConfig):
    """Search knowledge bases with a question of the model's own."""

    type: Literal["knowledge"] = Field(default="knowledge", json_schema_extra=ui("hidden"))
    name: ToolName = Field(default="search_knowledge", title="Name", json_schema_extra=ui("line"))
    description: str = Field(
        default="Find passages about a question in the documents.",
        max_length=1_000,
        title="What it is for",
        json_schema_extra=ui("text"),
    )
    knowledge_bases: Bases = Field(default=(), title="Knowledge bases", json_schema_extra=ui("knowledge_bases"))
    mode: SearchMode = Field(default="hybrid", title="Search by", json_schema_extra=ui("select", options=MODES))
    limit: int = Field(default=5, ge=1, le=20, title="Passages", json_schema_extra=ui("number", unit="passages"))


class Argument(_ToolConfig):
    """One value that the model fills in."""

    name: PortName = Field(title="Name", json_schema_extra=ui("line"))
    type: Literal["text", "number", "integer", "boolean"] = Field(default="text", json_schema_extra=ui("select"))
    description: str = Field(default="", max_length=500, json_schema_extra=ui("line"))
    required: bool = Field(default=True, json_schema_extra=ui("switch"))


class HttpTool(_ToolConfig):
    """Read from one address. The host is the person's choice: no argument can change it, no redirect leaves it.

    Only GET: what writes, sends or spends needs a person's yes, which an agent cannot ask for yet.
    """

    type: Literal["http"] = Field(default="http", json_schema_extra=ui("hidden"))
    name: ToolName = Field(default="look_up", title="Name", json_schema_extra=ui("line"))
    description: str = Field(default="", max_length=1_000, title="What it is for", json_schema_extra=ui("text"))
    url: str = Field(
        default="",
        max_length=4_000,
        title="Address",
        description="Such as https://api.example.com/orders/{number}; other arguments go into the query.",
        json_schema_extra=ui("line"),
    )
    headers: dict[str, str] = Field(
        default_factory=dict,
        max_length=20,
        description="Such as Authorization: Bearer {{ secrets.SHOP_KEY }}.",
        json_schema_extra=ui("pairs"),
    )
    arguments: Annotated[tuple[Argument, ...], Field(max_length=20)] = Field(
        default=(), title="Arguments", json_schema_extra=ui("arguments")
    )


ToolConfig = Annotated[KnowledgeTool | HttpTool, Field(discriminator="type")]


class Shelf:
    """The tools of one agent in one run; passages that they find are numbered through."""

    def __init__(self, context: NodeContext[Any]) -> None:
        self._context = context
        self.passages: list[dict[str, Any]] = []
        self._repeated: list[tuple[str, dict[str, Any]]] = []

    def tool(self, config: KnowledgeTool | HttpTool) -> Tool:
        if isinstance(config, KnowledgeTool):
            return self._knowledge(config)
        return self._http(config)

    def _knowledge(self, config: KnowledgeTool) -> Tool:
        arguments = (Argument(name="question", description="What to look for, as a question."),)

        async def call(given: dict[str, Any]) -> str:
            question = str(checked(config.name, arguments, given)["question"])
            first = len(self.passages) + 1
            found = await find(self._context, config.knowledge_bases, question, config.limit, config.mode, first=first)
            self.passages += found
            return lay_out(question, grounds(found)) if found else "Nothing was found."

        return Tool(config.name, config.description, schema_of(arguments), call)

    def _http(self, config: HttpTool) -> Tool:
        async def call(given: dict[str, Any]) -> str:
            values = checked(config.name, config.arguments, given)
            if (known := self._recorded(config.name, given)) is not None:
                return known
            url = filled(config.model_copy(update={"url": await self._stored(config.url)}), values)
            if urlsplit(url).netloc != urlsplit(config.url).netloc:
                raise InvalidInput("The host of a tool is fixed.")
            headers = [(name, await self._stored(text)) for name, text in config.headers.items()]
            request = HttpCall("GET", url, tuple(headers), max_bytes=MAX_ANSWER_BYTES, max_redirects=0)
            answer = await self._context.outside.http.send(request)
            if answer.status >= _ERROR_STATUS:
                raise InvalidInput(f"The address answered with HTTP {answer.status}.")
            # The other side may repeat what it was sent, and the model shall not read it.
            return cut(self._context.veil.text(as_text(read_body(answer))))

        return Tool(config.name, config.description, schema_of(config.arguments), call)

    def _recorded(self, tool: str, given: dict[str, Any]) -> str | None:
        """Return what a replay answers for a call: what it gave then, each time as it was. None to call.

        Raise InvalidInput where it was not made then.
        """
        repeats = self._context.run.repeats
        if repeats is None or repeats.acts:
            return None
        then = repeats.recorded.get(self._context.node_id)
        steps = [one for one in (then.detail.get("steps", ()) if then else ()) if "result" in one]
        same = [one for one in steps if (one["tool"], one["arguments"]) == (tool, given)]
        if not same:
            raise InvalidInput("This call was not made then, and a replay makes no new one.")
        told = same[min(self._repeated.count((tool, given)), len(same) - 1)]
        self._repeated.append((tool, given))
        if told.get("failed"):
            raise InvalidInput(str(told["result"]))
        return str(told["result"])

    async def _stored(self, text: str) -> str:
        """Put secrets and variables into the places that a person left for them; no template runs here."""
        made = text
        for place, kind, name in STORED.findall(text):
            made = made.replace(place, await self._context.stored_value(kind, name))
        return made


def schema_of(arguments: tuple[Argument, ...]) -> dict[str, Any]:
    kinds = {"text": "string", "number": "number", "integer": "integer", "boolean": "boolean"}
    return {
        "type": "object",
        "properties": {one.name: {"type": kinds[one.type], "description": one.description} for one in arguments},
        "required": [one.name for one in arguments if one.required],
        "additionalProperties": False,
    }


def checked(tool: str, arguments: tuple[Argument, ...], given: dict[str, Any]) -> dict[str, Any]:
    """Return what the model gave. Raise InvalidInput, which it is told, unless it is exactly what was asked for."""
    fields: dict[str, Any] = {
        one.name: (_PYTHON[one.type], ...) if one.required else (_PYTHON[one.type] | None, None) for one in arguments
    }
    model = create_model(tool, __config__=ConfigDict(extra="forbid", strict=True), **fields)
    try:
        return model.model_validate(given).model_dump(exclude_none=True)
    except ValidationError as error:
        wrong = error.errors()[0]
        raise InvalidInput(f"{'.'.join(str(part) for part in wrong['loc'])}: {wrong['msg']}.") from error


def filled(config: HttpTool, values: dict[str, Any]) -> str:
    """Put arguments into the path, escaped, the rest into the query; the host stays. Raise InvalidInput."""
    url, rest = config.url, dict(values)
    for name, value in values.items():
        hole = f"{{{name}}}"
        if hole in url:
            text = as_text(value)
            if text in ("", ".", ".."):
                raise InvalidInput(f"{name} cannot stand in the address.")
            url = url.replace(hole, quote(text, safe=""))
            del rest[name]
    if rest:
        url += ("&" if "?" in url else "?") + urlencode({name: as_text(value) for name, value in rest.items()})
    return url


def host_is_fixed(url: str) -> bool:
    """Tell an address whose scheme and host hold no hole."""
    parts = urlsplit(url)
    return parts.scheme in ("http", "https") and bool(parts.hostname) and not {"{", "}"} & set(parts.netloc)
