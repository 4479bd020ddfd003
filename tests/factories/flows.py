"""Flow documents with one override away from the ordinary."""

from __future__ import annotations

from typing import Any

from backend.flows.document import FlowDocument


def node(node_id: str, kind: str, config: dict[str, Any] | None = None, **other: Any) -> dict[str, Any]:
    return {"id": node_id, "kind": kind, "title": other.pop("title", node_id), "config": config or {}, **other}


def edge(source: str, target: str) -> dict[str, Any]:
    """Join two ports named as `node.port`."""
    (source_node, source_port), (target_node, target_port) = source.split("."), target.split(".")
    return {
        "id": f"{source}-{target}",
        "source": source_node,
        "source_port": source_port,
        "target": target_node,
        "target_port": target_port,
    }


def document(nodes: list[dict[str, Any]], edges: list[tuple[str, str]], **other: Any) -> FlowDocument:
    return FlowDocument.model_validate({"nodes": nodes, "edges": [edge(*ends) for ends in edges], **other})


def form(*fields: str) -> dict[str, Any]:
    """Return the settings of an Input that asks for texts."""
    return {"mode": "form", "fields": [{"name": name} for name in fields or ("question",)]}


def echo(**other: Any) -> FlowDocument:
    """Return Input -> Output."""
    nodes = [node("input", "input", form()), node("output", "output")]
    return document(nodes, [("input.question", "output.value")], **other)


def greeting() -> FlowDocument:
    """Return Input -> Template -> Output."""
    nodes = [
        node("input", "input", form()),
        node("hello", "template", {"template": "Hello {{ input.question }}"}),
        node("output", "output"),
    ]
    return document(nodes, [("input.question", "hello.data"), ("hello.text", "output.value")])


def chat() -> FlowDocument:
    """Return a chat that repeats what is said."""
    nodes = [
        node("input", "input", {"mode": "chat", "fields": [{"name": "message"}]}),
        node("said", "template", {"template": "You said {{ input.message }}"}),
        node("output", "output"),
    ]
    return document(nodes, [("input.message", "said.data"), ("said.text", "output.value")])


def agent(mode: str = "chat", **config: Any) -> FlowDocument:
    """Return a flow whose agent may look parcels up at api.example."""
    look_up = {"type": "http", "name": "look_up", "url": "http://api.example/parcels/{number}"}
    nodes = [
        node("start", "input", {"mode": mode, "fields": [{"name": "message"}]}),
        node("ask", "agent", {"tools": [{**look_up, "arguments": [{"name": "number"}]}], **config}),
        node("end", "output"),
    ]
    return document(nodes, [("start.message", "ask.prompt"), ("ask.text", "end.value")])


def asking(mode: str = "form", **config: Any) -> FlowDocument:
    """Return a flow that asks a person before it answers, and says no where they do."""
    nodes = [
        node("input", "input", {"mode": mode, "fields": [{"name": "question"}]}),
        node("ask", "approval", config),
        node("no", "template", {"template": "No: {{ ask.decision.comment }}"}),
        node("output", "output"),
    ]
    edges = [("input.question", "ask.value"), ("ask.approved", "output.value"), ("ask.refused", "no.data")]
    return document(nodes, [*edges, ("no.text", "output.value")])


def fork() -> FlowDocument:
    """Return a condition with two ways that meet again in the Output."""
    rule = {"value": "{{ input.question }}", "operator": "text_contains", "other": "refund"}
    nodes = [
        node("input", "input", form()),
        node("which", "condition", {"cases": [{"name": "refund", "rules": [rule]}]}),
        node("money", "template", {"template": "money"}),
        node("other", "template", {"template": "other"}),
        node("output", "output"),
    ]
    return document(
        nodes,
        [
            ("input.question", "which.value"),
            ("which.refund", "money.data"),
            ("which.else", "other.data"),
            ("money.text", "output.value"),
            ("other.text", "output.value"),
        ],
    )


def relay(*models: str) -> FlowDocument:
    """Return Input -> a node for each model, which is asked what the one before it said -> Output."""
    names = [f"m{number}" for number in range(len(models))]
    asking = [node(name, "llm", {"model": model}) for name, model in zip(names, models, strict=True)]
    ends = ["input.question", *(f"{name}.text" for name in names)]
    edges = [(source, f"{name}.prompt") for source, name in zip(ends, names, strict=False)]
    nodes = [node("input", "input", form()), *asking, node("output", "output")]
    return document(nodes, [*edges, (ends[-1], "output.value")])


def one(kind: str, config: dict[str, Any], port: str, out: str, **other: Any) -> FlowDocument:
    """Return Input -> work -> Output."""
    nodes = [node("input", "input", form()), node("work", kind, config, **other), node("output", "output")]
    return document(nodes, [("input.question", f"work.{port}"), (f"work.{out}", "output.value")])
