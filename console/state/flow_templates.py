"""Flows to begin with. Each is a whole document; what a project must choose itself is left for the checklist to ask."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from backend.flows.types import FORMAT, FlowDocument

COLUMN, ROW = 264, 120
_QUESTION = {"mode": "chat", "fields": [{"name": "question", "type": "text", "required": True}]}
Spec = tuple[str, str, str, dict[str, Any], int, int]


@dataclass(frozen=True)
class Template:
    """A beginning. `key` is its name in the address and in state."""

    key: str
    title: str
    words: str
    document: FlowDocument


def _document(nodes: list[Spec], tracks: list[str]) -> FlowDocument:
    """Build a document. A node is (id, kind, title, config, column, row), a track "node.port > node.port"."""
    edges = []
    for track in tracks:
        source, target = (end.strip().split(".") for end in track.split(">"))
        edges.append(
            {
                "id": f"{'.'.join(source)}-{'.'.join(target)}",
                "source": source[0],
                "source_port": source[1],
                "target": target[0],
                "target_port": target[1],
            }
        )
    return FlowDocument.model_validate(
        {
            "format": FORMAT,
            "nodes": [
                {"id": name, "kind": kind, "title": title, "config": config} for name, kind, title, config, *_ in nodes
            ],
            "edges": edges,
            "layout": {name: {"x": 48 + column * COLUMN, "y": 168 + row * ROW} for name, *_, column, row in nodes},
        }
    )


_ENDS = _document(
    [("input", "input", "", _QUESTION, 0, 0), ("output", "output", "", {}, 2, 0)],
    [],
)
_ANSWER = _document(
    [
        ("input", "input", "", _QUESTION, 0, 0),
        ("answer", "rag_answer", "Answer", {}, 1, 0),
        ("output", "output", "", {"name": "answer"}, 2, 0),
    ],
    ["input.question > answer.question", "input.history > answer.history", "answer.answer > output.value"],
)
_ROUTES = {
    "cases": [
        {
            "name": "refund",
            "rules": [
                {"value": "{{ input.question }}", "operator": "text_contains", "other": "refund", "next": "or"},
                {"value": "{{ input.question }}", "operator": "text_contains", "other": "money back", "next": "and"},
            ],
        }
    ]
}
_SORT = _document(
    [
        ("input", "input", "", _QUESTION, 0, 0),
        ("sort", "condition", "Is it a refund?", _ROUTES, 1, 0),
        ("refund", "template", "Refund answer", {"template": "A person looks at your refund today."}, 2, -1),
        ("other", "template", "Other answer", {"template": "You asked: {{ input.question }}"}, 2, 1),
        ("refund_out", "output", "Refund", {"name": "answer"}, 3, -1),
        ("other_out", "output", "Other", {"name": "answer"}, 3, 1),
    ],
    [
        "input.question > sort.value",
        "sort.refund > refund.data",
        "sort.else > other.data",
        "refund.text > refund_out.value",
        "other.text > other_out.value",
    ],
)

TEMPLATES: tuple[Template, ...] = (
    Template("blank", "Blank", "An Input and an Output to start with", _ENDS),
    Template("answer", "Answer from documents", "Finds passages and answers with sources", _ANSWER),
    Template("sort", "Sort and route", "Reads what was asked, sends it one of two ways", _SORT),
)


def template_document(key: str) -> FlowDocument:
    """Return the document of a template; an unknown key gives the blank one."""
    return next((one.document for one in TEMPLATES if one.key == key), _ENDS)
