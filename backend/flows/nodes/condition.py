"""Choose one way on: cases are read from the top, the first that holds is taken, else is last."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from backend.flows.context import NodeContext
from backend.flows.document import PortName, PortType
from backend.flows.kind import NodeConfig, NodeKind, Result, ui
from backend.flows.operators import LABELS, UNARY, Operator, holds
from backend.flows.ports import DynamicPorts, Port
from backend.flows.types import Problem, Severity

ELSE = Port(name="else", type=PortType.ANY, title="Everything that is left")


class Rule(BaseModel):
    """One comparison. `next` joins it to the one below: and binds tighter than or."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    value: str = Field(default="{{ inputs.value }}", title="Value", json_schema_extra=ui("template_line"))
    operator: Operator = Field(
        default=Operator.IS_NOT_EMPTY, title="Is", json_schema_extra=ui("select", options=LABELS)
    )
    other: str = Field(default="", title="Than", json_schema_extra=ui("template_line", hidden_for=sorted(UNARY)))
    next: Literal["and", "or"] = Field(default="and", title="Joined by", json_schema_extra=ui("select"))


class Case(BaseModel):
    """A way on, named like its port."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: PortName = Field(default="yes", title="Name", json_schema_extra=ui("line"))
    rules: Annotated[tuple[Rule, ...], Field(max_length=30)] = Field(
        default=(Rule(),), title="Holds if", json_schema_extra=ui("rules")
    )


class ConditionConfig(NodeConfig):
    cases: Annotated[tuple[Case, ...], Field(max_length=20)] = Field(
        default=(Case(),),
        title="Routes",
        description="Read from the top; the first that holds is taken. Else is always last.",
        json_schema_extra=ui("cases"),
    )


class Condition(NodeKind[ConditionConfig]):
    name = "condition"
    title = "Condition"
    group = "Logic"
    icon = "split"
    order = 50
    description = "Choose one way on, by rules read from the top."
    Config = ConditionConfig
    inputs = (Port(name="value", type=PortType.ANY, required=True, title="What is looked at, and passed on"),)
    chooses = True
    dynamic_outputs: ClassVar = DynamicPorts(field="cases", name_key="name", type=PortType.ANY, last=(ELSE,))

    def ports_out(self, config: ConditionConfig) -> tuple[Port, ...]:
        return (*(Port(name=case.name, type=PortType.ANY) for case in config.cases), ELSE)

    def line(self, config: ConditionConfig) -> str:
        if len(config.cases) == 1 and len(config.cases[0].rules) == 1:
            return _said(config.cases[0].rules[0])
        return f"{len(config.cases) + 1} routes"

    def problems(self, config: ConditionConfig, connected: frozenset[str]) -> list[Problem]:  # noqa: ARG002
        names = [*(case.name for case in config.cases), ELSE.name]
        found = [
            Problem(Severity.ERROR, f"Two routes are called {name}.", "Rename one of them.", field="cases")
            for name in sorted({name for name in names if names.count(name) > 1})
        ]
        if not config.cases:
            found.append(Problem(Severity.ERROR, "The condition has no route but else.", "Add one.", field="cases"))
        for index, case in enumerate(config.cases):
            if not case.rules:
                here = f"cases.{index}.rules"
                found.append(Problem(Severity.ERROR, f"Route {case.name} has no rule.", "Add one.", field=here))
        return found

    async def run(self, context: NodeContext[ConditionConfig], inputs: Mapping[str, Any]) -> Result:
        checked: list[dict[str, Any]] = []
        taken, why = ELSE.name, "no rule holds"
        for case in context.config.cases:
            said = await _first_that_holds(context, case, inputs, checked)
            if said is not None:
                taken, why = case.name, said
                break
        reason = f"{taken} was taken: {why}"
        return Result({taken: inputs.get("value")}, frozenset({taken}), reason, detail={"checked": checked})


async def _first_that_holds(
    context: NodeContext[ConditionConfig], case: Case, inputs: Mapping[str, Any], checked: list[dict[str, Any]]
) -> str | None:
    """Return the words of the group of rules that holds, None when none does. Groups lie between the ors."""
    for group in _groups(case.rules):
        all_hold = True
        for rule in group:
            value = await context.evaluate(rule.value, inputs)
            other = await context.evaluate(rule.other, inputs) if rule.operator not in UNARY else None
            all_hold = holds(rule.operator, value, other)
            checked.append({"route": case.name, "rule": _said(rule), "value": value, "other": other, "holds": all_hold})
            if not all_hold:
                break
        if all_hold and group:
            return " and ".join(_said(rule) for rule in group)
    return None


def _groups(rules: tuple[Rule, ...]) -> list[list[Rule]]:
    groups: list[list[Rule]] = [[]]
    for index, rule in enumerate(rules):
        groups[-1].append(rule)
        if rule.next == "or" and index < len(rules) - 1:
            groups.append([])
    return groups


def _said(rule: Rule) -> str:
    subject = rule.value.replace("{{", "").replace("}}", "").strip()
    return f"{subject} {LABELS[rule.operator]} {rule.other}".strip()
