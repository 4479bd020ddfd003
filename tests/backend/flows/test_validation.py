"""Every kind of problem, at the node and field where it is."""

from __future__ import annotations

from typing import Any

import pytest

from backend.engines.templates.jinja import JinjaTemplates
from backend.flows.document import FlowDocument
from backend.flows.graph.order import with_plates
from backend.flows.graph.validation import errors_of, problems_of
from backend.flows.nodes.registry import KINDS
from tests.factories.flows import document, echo, edge, fork, form, greeting, node

START, END = node("input", "input", form()), node("output", "output")
TALK = [("input.question", "talk.data"), ("talk.text", "output.value")]


def talk(template: str, **policy: Any) -> FlowDocument:
    return document([START, node("talk", "template", {"template": template}, policy=policy), END], TALK)


@pytest.mark.parametrize("flow", [echo(), greeting(), fork()])
def test_a_good_flow_has_no_problem(flow: FlowDocument, templates: JinjaTemplates) -> None:
    assert problems_of(with_plates(flow), KINDS, templates) == []


PASS = ("input.question", "output.value")


def through(middle: dict[str, Any], port_in: str, port_out: str) -> FlowDocument:
    """Return Input -> middle -> Output."""
    name = middle["id"]
    return document(
        [START, middle, END], [("input.question", f"{name}.{port_in}"), (f"{name}.{port_out}", "output.value")]
    )


def beside(extra: dict[str, Any]) -> FlowDocument:
    """Return Input -> Output with one more node that nothing joins."""
    return document([START, extra, END], [PASS])


def asked(config: dict[str, Any], port: str) -> FlowDocument:
    return document([node("input", "input", config), END], [(f"input.{port}", "output.value")])


CASES: list[tuple[FlowDocument, str, str, str]] = [
    (document([], []), "", "", "The flow has no Input."),
    (document([START], []), "", "", "no Output"),
    (document([START, END], []), "output", "value", "Value is not connected."),
    (beside(node("second", "input", form())), "second", "", "one Input"),
    (beside(node("x", "teleport")), "x", "", "no node kind called teleport"),
    (beside(node("t", "template", {"template": "x"})), "t", "", "No input reaches it"),
    (talk("{{ nobody.text }}"), "talk", "template", "{{ nobody }} names no node."),
    (talk("{{ output.answer }}"), "talk", "template", "no track leads from output"),
    (talk("{{ input.answer }}"), "talk", "template", "{{ input.answer }} does not exist."),
    (talk("{{ inputs.other }}"), "talk", "template", "{{ inputs.other }} is no input of this node."),
    (talk("{% if %}"), "talk", "template", "Line 1"),
    (talk(""), "talk", "template", "The template is empty."),
    (through(node("talk", "template", {"text": "x"}), "data", "text"), "talk", "text", "not permitted"),
    (through(node("k", "knowledge_search"), "query", "text"), "k", "knowledge_bases", "No knowledge base"),
    (through(node("r", "rag_answer"), "question", "answer"), "r", "knowledge_bases", "No knowledge base"),
    (through(node("m", "llm"), "data", "text"), "m", "user", "nothing does"),
    (through(node("a", "agent", {"tools": [{"type": "http"}]}), "prompt", "text"), "a", "tools.0.url", "host"),
    (through(node("a", "agent", {"tools": [{"type": "knowledge"}]}), "prompt", "text"), "a",
     "tools.0.knowledge_bases", "searches no knowledge base"),
    (through(node("h", "http_request", {"url": "example.com"}), "data", "body"), "h", "url", "http://"),
    (through(node("h", "http_request", {"url": "http://127.0.0.1:4310"}), "data", "body"), "h", "url", "80 and 443"),
    (through(node("h", "http_request", {"url": "http://a.example:99999"}), "data", "body"), "h", "url", "port"),
    (through(node("c", "condition", {"cases": []}), "value", "else"), "c", "cases", "no route"),
    (asked({"mode": "chat", "fields": [{"name": "n", "type": "number"}]}, "n"), "input", "fields", "a text field"),
    (asked(form("a", "a"), "a"), "input", "fields", "Two fields are called a."),
]  # fmt: skip


@pytest.mark.parametrize(("flow", "where", "field", "words"), CASES)
def test_an_error_says_where_it_is_and_what_helps(
    flow: FlowDocument, where: str, field: str, words: str, templates: JinjaTemplates
) -> None:
    found = errors_of(problems_of(with_plates(flow), KINDS, templates))
    hit = [problem for problem in found if words in problem.sentence]
    assert hit, [problem.sentence for problem in found]
    assert (hit[0].node, hit[0].field) == (where, field)
    assert hit[0].fix
    assert bool(hit[0].plate) is bool(where)


def test_types_that_do_not_fit_are_refused_with_the_step_between(templates: JinjaTemplates) -> None:
    nodes = [START, node("k", "knowledge_search", {"knowledge_bases": ["kb"]}), node("m", "llm"), END]
    edges = [("input.question", "k.query"), ("k.passages", "m.prompt"), ("m.text", "output.value")]
    [problem] = problems_of(with_plates(document(nodes, edges)), KINDS, templates)
    assert problem.sentence == "documents does not fit text."
    assert problem.fix == "Add a Template between them."
    assert (problem.node, problem.edge) == ("m", "k.passages-m.prompt")


def test_a_loop_is_named_at_each_of_its_nodes(templates: JinjaTemplates) -> None:
    nodes = [START, node("a", "template", {"template": "x"}), node("b", "template", {"template": "x"}), END]
    edges = [("input.question", "a.data"), ("a.text", "b.data"), ("b.text", "a.data"), ("b.text", "output.value")]
    found = errors_of(problems_of(with_plates(document(nodes, edges)), KINDS, templates))
    assert {problem.node for problem in found} == {"a", "b"}
    assert all("loop" in problem.sentence for problem in found)


def test_a_track_to_a_port_that_is_gone_is_an_error(templates: JinjaTemplates) -> None:
    flow = FlowDocument.model_validate(
        {
            "nodes": [START, END],
            "edges": [edge("input.renamed", "output.value"), edge("input.question", "output.value")],
        }
    )
    found = errors_of(problems_of(with_plates(flow), KINDS, templates))
    assert [problem.edge for problem in found] == ["input.renamed-output.value"]


def test_several_tracks_to_one_port_are_a_warning_unless_they_are_branches(templates: JinjaTemplates) -> None:
    nodes = [node("input", "input", form("a", "b")), END]
    [problem] = problems_of(
        with_plates(document(nodes, [("input.a", "output.value"), ("input.b", "output.value")])), KINDS, templates
    )
    assert problem.severity.value == "warning"
    assert "the first that carries something counts" in problem.sentence


@pytest.mark.parametrize(
    ("ports", "sentences"),
    [
        ([], ["It leads nowhere."]),
        (["approved"], ["Nothing follows a refusal: the run ends there, without an answer."]),
        (["refused"], ["Nothing follows an approval: the run ends there, without an answer."]),
        (["approved", "refused"], []),
        (["decision"], []),
    ],
)
def test_a_decision_that_nothing_follows_is_a_warning(
    ports: list[str], sentences: list[str], templates: JinjaTemplates
) -> None:
    nodes = [START, node("ask", "approval"), *(node(port, "template", {"template": "x"}) for port in ports), END]
    edges = [("input.question", "ask.value"), *((f"ask.{port}", f"{port}.data") for port in ports)]
    edges += [(f"{port}.text", "output.value") for port in ports] or [("input.question", "output.value")]
    found = problems_of(with_plates(document(nodes, edges)), KINDS, templates)
    assert [(one.sentence, one.node, one.severity.value) for one in found] == [
        (sentence, "ask", "warning") for sentence in sentences
    ]


def test_five_hundred_nodes_are_checked_in_a_tenth_of_a_second(templates: JinjaTemplates) -> None:
    names = [f"n{number}" for number in range(500)]
    nodes = [START, *(node(name, "template", {"template": "{{ input.question }}"}) for name in names), END]
    ends = ["input.question", *(f"{name}.text" for name in names)]
    edges = [(source, f"{name}.data") for source, name in zip(ends, names, strict=False)]
    flow = with_plates(document(nodes, [*edges, (ends[-1], "output.value")]))
    assert problems_of(flow, KINDS, templates) == []
