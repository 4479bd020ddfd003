"""The example flow: a question, a search above the straight track, an answer with its sources."""

from __future__ import annotations

from backend.demo.types import KNOWLEDGE_BASE_NAME, OWN_BASE_NAME
from backend.flows.document import Edge, FlowDocument, Node, Position

# Columns and rows on the 24 px grid of the canvas; a node is at most 240 px wide and 72 px high.
COLUMN, LEFT = 288, 96
TRACK, ABOVE = 216, 72
PASSAGES = 4
NOT_FOUND = (
    f"No answer in {KNOWLEDGE_BASE_NAME} or {OWN_BASE_NAME}. Ask in other words, or add a document that has the answer."
)


def example_document(*knowledge_base_ids: str) -> FlowDocument:
    """Return the flow over the given knowledge bases, without problems and ready to publish."""
    nodes = (
        Node(id="question", kind="input", title="Question"),
        Node(
            id="search",
            kind="knowledge_search",
            title="Search",
            config={"knowledge_bases": [*knowledge_base_ids], "limit": PASSAGES},
        ),
        Node(id="answer", kind="rag_answer", title="Answer with sources", config={"not_found": NOT_FOUND}),
        Node(id="output", kind="output", title="Answer"),
    )
    edges = (
        _edge("question", "question", "search", "query"),
        _edge("question", "question", "answer", "question"),
        _edge("search", "passages", "answer", "passages"),
        _edge("answer", "answer", "output", "value"),
    )
    rows = (TRACK, ABOVE, TRACK, TRACK)
    layout = {
        node.id: Position(x=LEFT + place * COLUMN, y=y) for place, (node, y) in enumerate(zip(nodes, rows, strict=True))
    }
    return FlowDocument(nodes=nodes, edges=edges, layout=layout)


def _edge(source: str, source_port: str, target: str, target_port: str) -> Edge:
    return Edge(
        id=f"{source}.{source_port}-{target}.{target_port}",
        source=source,
        source_port=source_port,
        target=target,
        target_port=target_port,
    )
