"""What is wrong with a flow, as a list of sentences that each point at a node and say what helps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import ValidationError

from backend.flows.document import Edge, FlowDocument, Node, PortType
from backend.flows.graph.order import ancestors, cyclic, reached
from backend.flows.kind import NodeConfig, NodeKind
from backend.flows.ports import Port, refusal
from backend.flows.types import Problem, Severity
from backend.ports.templates import TemplateFailed, Templates

Kinds = Mapping[str, NodeKind[Any]]
OWN_NAMES = frozenset({"inputs"})
STORED_NAMES = frozenset({"secrets", "variables"})
# The ways out of where a person decides, and the one that is taken either way.
DECIDED = {"approved": "an approval", "refused": "a refusal"}
BOTH_WAYS = "decision"


def problems_of(document: FlowDocument, kinds: Kinds, templates: Templates) -> list[Problem]:
    """Return every problem, errors first, each group in plate order."""
    return in_order(_Check(document, kinds, templates).run())


def in_order(problems: Iterable[Problem]) -> list[Problem]:
    """Return errors first, each group in plate order."""
    return sorted(problems, key=lambda problem: (problem.severity is not Severity.ERROR, problem.plate))


def errors_of(problems: list[Problem]) -> list[Problem]:
    return [problem for problem in problems if problem.severity is Severity.ERROR]


class _Check:
    """One pass over one document."""

    def __init__(self, document: FlowDocument, kinds: Kinds, templates: Templates) -> None:
        self._document, self._kinds, self._templates = document, kinds, templates
        self._nodes = {node.id: node for node in document.nodes}
        self._configs: dict[str, NodeConfig] = {}
        self._found: list[Problem] = []

    def run(self) -> list[Problem]:
        self._before = ancestors(self._document)
        for node in self._document.nodes:
            self._check_settings(node)
        self._check_ends()
        for edge in self._document.edges:
            self._check_track(edge)
        for node in self._document.nodes:
            self._check_inputs(node)
        self._check_shape()
        self._check_references()
        return self._found

    def _say(
        self, node: Node | None, sentence: str, fix: str, *, field: str = "", edge: str = "", warn: bool = False
    ) -> None:
        severity = Severity.WARNING if warn else Severity.ERROR
        name, plate = (node.id, node.plate) if node else ("", 0)
        self._found.append(Problem(severity, sentence, fix, name, plate, field, edge))

    def _check_settings(self, node: Node) -> None:
        kind = self._kinds.get(node.kind)
        if kind is None:
            self._say(node, f"This console has no node kind called {node.kind}.", "Remove the node.")
            return
        try:
            config = kind.Config.model_validate(node.config)
        except ValidationError as error:
            for wrong in error.errors():
                place = ".".join(str(part) for part in wrong["loc"])
                self._say(node, f"{_shown(place)}: {_sentence(wrong['msg'])}", "Change this setting.", field=place)
            return
        self._configs[node.id] = config
        connected = frozenset(edge.target_port for edge in self._document.edges if edge.target == node.id)
        for problem in kind.problems(config, connected):
            warn = problem.severity is Severity.WARNING
            self._say(node, problem.sentence, problem.fix, field=problem.field, warn=warn)
        self._check_policy(node, kind)

    def _check_policy(self, node: Node, kind: NodeKind[Any]) -> None:
        policy = node.policy
        if policy.on_error == "default" and policy.default is None:
            sentence = "On an error its default stands in, and none is set."
            self._say(node, sentence, "Set a default.", field="policy.default", warn=True)
        if kind.effect and policy.retries and getattr(self._configs[node.id], "method", "GET") == "POST":
            sentence = "A POST that is tried again may act twice where the other side ignores Idempotency-Key."
            self._say(node, sentence, "Set its retries to 0.", field="policy.retries", warn=True)

    def _check_ends(self) -> None:
        starts = [node for node in self._document.nodes if self._is(node, "starts")]
        ends = [node for node in self._document.nodes if self._is(node, "ends")]
        if not starts:
            self._say(None, "The flow has no Input.", "Add an Input.")
        for extra in starts[1:]:
            self._say(extra, "A flow has one Input.", "Remove this one, or the other.")
        if not ends:
            self._say(None, "The flow has no Output, so it would answer nothing.", "Add an Output.")

    def _is(self, node: Node, trait: str) -> bool:
        kind = self._kinds.get(node.kind)
        return bool(kind and getattr(kind, trait))

    def _ports(self, node_id: str, *, out: bool) -> tuple[Port, ...] | None:
        """Return the ports of a node; None while its settings do not say."""
        config = self._configs.get(node_id)
        if config is None:
            return None
        kind = self._kinds[self._nodes[node_id].kind]
        return kind.ports_out(config) if out else kind.ports_in(config)

    def _check_track(self, edge: Edge) -> None:
        source, target = self._nodes[edge.source], self._nodes[edge.target]
        source_type = self._type_of(edge, source, edge.source_port, out=True)
        target_type = self._type_of(edge, target, edge.target_port, out=False)
        if source_type and target_type:
            why, fix = refusal(source_type, target_type)
            if why:
                self._say(target, why, fix, field=edge.target_port, edge=edge.id)

    def _type_of(self, edge: Edge, node: Node, name: str, *, out: bool) -> PortType | None:
        ports = self._ports(node.id, out=out)
        if ports is None:
            return None
        port = next((port for port in ports if port.name == name), None)
        if port is None:
            way = "output" if out else "input"
            self._say(node, f"It has no {way} called {name}, but a track ends there.", "Remove it.", edge=edge.id)
            return None
        return port.type

    def _check_inputs(self, node: Node) -> None:
        ports = self._ports(node.id, out=False) or ()
        arrivals = Counter(edge.target_port for edge in self._document.edges if edge.target == node.id)
        for port in ports:
            if port.required and not arrivals[port.name]:
                fix = f"Draw a track to {port.name}."
                self._say(node, f"{_shown(port.name)} is not connected.", fix, field=port.name)
            elif not port.many and arrivals[port.name] > 1 and not self._behind_a_choice(node):
                sentence = f"{arrivals[port.name]} tracks reach {port.name}: the first that carries something counts."
                self._say(node, sentence, "Leave one, unless they are branches.", field=port.name, warn=True)

    def _behind_a_choice(self, node: Node) -> bool:
        """Tell whether several tracks may be branches of which one is taken."""
        return any(self._is(self._nodes[name], "chooses") for name in self._before[node.id])

    def _check_shape(self) -> None:
        looped = cyclic(self._document)
        starts = {node.id for node in self._document.nodes if self._is(node, "starts")}
        seen = reached(self._document, starts)
        sources = {edge.source for edge in self._document.edges}
        for node in self._document.nodes:
            if node.id in looped:
                self._say(node, "It stands in a loop, so it would wait for itself.", "Remove a track of the loop.")
            elif node.id not in seen and starts:
                self._say(node, "No input reaches it, so it would never run.", "Draw a track to it, or remove it.")
            if node.id not in sources and not self._is(node, "ends") and node.id not in looped:
                self._say(node, "It leads nowhere.", "Draw a track from it.", warn=node.id not in starts)
            elif self._is(node, "holds"):
                self._check_decisions(node)

    def _check_decisions(self, node: Node) -> None:
        """Warn where a run would end without an answer once a person has decided."""
        taken = {edge.source_port for edge in self._document.edges if edge.source == node.id}
        for port, noun in DECIDED.items():
            if not taken & {port, BOTH_WAYS}:
                fix = f"Draw a track from {port}, or from {BOTH_WAYS}."
                self._say(node, f"Nothing follows {noun}: the run ends there, without an answer.", fix, warn=True)

    def _check_references(self) -> None:
        for node in self._document.nodes:
            config = self._configs.get(node.id)
            if config is None:
                continue
            for field, source in self._kinds[node.kind].templates(config).items():
                self._check_template(node, field, source, self._before[node.id])

    def _check_template(self, node: Node, field: str, source: str, before: frozenset[str]) -> None:
        try:
            references = self._templates.references(source)
        except TemplateFailed as error:
            place = f" Line {error.line}." if error.line else ""
            self._say(node, f"{error.message}{place}", error.hint or "Mend the template.", field=field)
            return
        for reference in sorted(references):
            name, _, rest = reference.partition(".")
            port = rest.partition(".")[0]
            if name in STORED_NAMES and name not in self._nodes:
                self._check_stored(node, field, name, port)
            elif name not in OWN_NAMES:
                self._check_reference(node, field, name, port, before)
            elif port and port not in {one.name for one in self._ports(node.id, out=False) or ()}:
                self._say(node, f"{called_port(name, port)} is no input of this node.", "Name another.", field=field)

    def _check_stored(self, node: Node, field: str, name: str, key: str) -> None:
        if not key:
            self._say(node, f"{_braced(name)} says not which.", f"Write {_braced(f'{name}.NAME')}.", field=field)
        elif name == "secrets" and field.partition(".")[0] not in self._kinds[node.kind].secret_fields:
            sentence = "A secret cannot be used here: it would stand in prompts and records."
            self._say(node, sentence, "Use it in an HTTP request, or in a tool of an agent.", field=field)

    def _check_reference(self, node: Node, field: str, name: str, port: str, before: frozenset[str]) -> None:
        other = self._nodes.get(name)
        if other is None:
            self._say(node, f"{_braced(name)} names no node.", "Choose one of the nodes before it.", field=field)
        elif name not in before:
            called = other.title or other.id
            sentence = f"{_braced(name)} is not known here: no track leads from {called} to this node."
            self._say(node, sentence, f"Draw a track from {called}.", field=field)
        elif port and port not in {one.name for one in self._ports(name, out=True) or ()} and name in self._configs:
            known = ", ".join(one.name for one in self._ports(name, out=True) or ())
            self._say(node, f"{called_port(name, port)} does not exist.", f"{name} gives {known}.", field=field)


def called_port(name: str, port: str) -> str:
    return _braced(f"{name}.{port}")


def _braced(reference: str) -> str:
    return f"{{{{ {reference} }}}}"


def _shown(place: str) -> str:
    return place.replace("_", " ").replace(".", " ").capitalize() or "The settings"


def _sentence(message: str) -> str:
    text = message.removeprefix("Value error, ")
    return f"{text[:1].lower()}{text[1:]}."
