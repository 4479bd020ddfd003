"""Find passages in knowledge bases."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field

from backend.flows.context import NodeContext
from backend.flows.document import PortType
from backend.flows.kind import NodeConfig, NodeKind, Result, ui
from backend.flows.passages import as_reading, find
from backend.flows.ports import Port
from backend.flows.types import Problem, Severity

SearchMode = Literal["semantic", "keyword", "hybrid"]
MODES = {"hybrid": "Meaning and words", "semantic": "Meaning", "keyword": "Words"}
Bases = Annotated[tuple[str, ...], Field(max_length=20)]
NO_BASE = Problem(Severity.ERROR, "No knowledge base is chosen.", "Choose one.", field="knowledge_bases")


class KnowledgeSearchConfig(NodeConfig):
    knowledge_bases: Bases = Field(default=(), title="Knowledge bases", json_schema_extra=ui("knowledge_bases"))
    query: str = Field(
        default="",
        title="Query",
        description="Left empty, what reaches query is looked for.",
        json_schema_extra=ui("template_line"),
    )
    mode: SearchMode = Field(default="hybrid", title="Search by", json_schema_extra=ui("select", options=MODES))
    limit: int = Field(
        default=5,
        ge=1,
        le=50,
        title="Passages",
        description="At most.",
        json_schema_extra=ui("number", unit="passages"),
    )


class KnowledgeSearch(NodeKind[KnowledgeSearchConfig]):
    name = "knowledge_search"
    title = "Knowledge search"
    group = "Knowledge"
    icon = "search"
    order = 40
    description = "Find passages in knowledge bases."
    Config = KnowledgeSearchConfig
    waits = True
    inputs = (
        Port(name="query", type=PortType.TEXT, required=True, title="What is looked for"),
        Port(name="data", type=PortType.ANY, many=True, title="Values the query uses"),
    )
    outputs = (
        Port(name="passages", type=PortType.DOCUMENTS),
        Port(name="text", type=PortType.TEXT, title="The passages as one text"),
    )

    def line(self, config: KnowledgeSearchConfig) -> str:
        bases = len(config.knowledge_bases)
        return f"{bases} base{'' if bases == 1 else 's'}, {config.limit} passages" if bases else "no base yet"

    def problems(self, config: KnowledgeSearchConfig, connected: frozenset[str]) -> list[Problem]:  # noqa: ARG002
        return [] if config.knowledge_bases else [NO_BASE]

    async def run(self, context: NodeContext[KnowledgeSearchConfig], inputs: Mapping[str, Any]) -> Result:
        config = context.config
        query = await context.render(config.query, inputs) if config.query else str(inputs["query"])
        found = await find(context, config.knowledge_bases, query, config.limit, config.mode)
        reason = f"{len(found)} passage{'' if len(found) == 1 else 's'}"
        return Result({"passages": found, "text": as_reading(found)}, reason=reason, detail={"query": query})
