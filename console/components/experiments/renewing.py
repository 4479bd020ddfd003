"""The line that says of which version of a judge the scores are, with the click that asks the newest."""

from __future__ import annotations

from typing import Any

import reflex as rx

from console.components.ui import banner, button
from console.state.experiment_renew import ExperimentRenewState as Renew


def outdated() -> rx.Component:
    line: Any = Renew.line
    act = button(line.act, Renew.renew, size="sm", icon="list-checks", custom_attrs={"data-once": ""})
    words = (
        line.words,
        " ",
        rx.el.a(line.name, href=line.href, dir="auto", class_name="link"),
        ". ",
        line.cost,
    )
    said = banner("wait", line.lead, *words, acts=rx.cond(line.act, act, rx.fragment()))
    return rx.cond(Renew.line, said, rx.fragment())
