"""Fields, choices, tabs and segments."""

from __future__ import annotations

import reflex as rx

from console.components.design.section import line, section
from console.components.ui import (
    checkbox,
    field,
    filter_input,
    number_input,
    radio,
    segments,
    select,
    slider,
    switch,
    tabs,
    text_area,
    text_input,
)
from console.state.design import DesignState


def fields() -> rx.Component:
    wrong = text_input(
        id="k6", default_value="orders.internal:8443", mono=True, invalid=True, aria_describedby="k6-error"
    )
    return section(
        "Fields",
        rx.el.div(
            field("Name", text_input(id="k1", default_value="Support desk"), html_for="k1"),
            field("Filter", filter_input(id="k2", label="Filter by name"), html_for="k2"),
            field("Focused", text_input(id="k3", default_value="v43", class_name="focus"), html_for="k3"),
            field("Not editable", text_input(id="k4", default_value="run_8f2c1a", disabled=True), html_for="k4"),
            field("Time limit", number_input(id="k5", default_value="30", unit="s"), html_for="k5"),
            field("Model", select([("a", "claude-sonnet-4.5"), ("b", "gemma-3-270m")], id="k7"), html_for="k7"),
            field("Host", wrong, html_for="k6", error="No answer on port 8443. Check the port.", wide=True),
            field(
                "Instructions",
                text_area(id="k8", rows="3", aria_describedby="k8-help"),
                html_for="k8",
                help_text="What the agent is for. Two sentences are enough.",
                wide=True,
            ),
            class_name="f2",
        ),
    )


def choices() -> rx.Component:
    return section(
        "Choices, tabs, segments",
        line(
            "",
            checkbox("Off", checked=False, on_change=DesignState.touch),
            checkbox("On", checked=True, on_change=DesignState.touch),
            checkbox("Focus", checked=True, class_name="focus", on_change=DesignState.touch),
        ),
        line(
            "",
            radio("Ask first", DesignState.reply == "ask", DesignState.pick("reply", "ask"), name="reply"),
            radio("Send at once", DesignState.reply == "send", DesignState.pick("reply", "send"), name="reply"),
        ),
        line(
            "",
            switch("Stream", DesignState.stream, DesignState.flip),
            switch("Off, disabled", on=False, disabled=True),
            switch("Focus", on=True, class_name="focus"),
        ),
        slider("Temperature", 4, identifier="ks", percent=20, shown="0.2", min=0, max=20),
        tabs(
            "Inspector",
            (("settings", "Settings"), ("prompt", "Prompt"), ("retries", "Retries")),
            DesignState.tab,
            lambda key: DesignState.pick("tab", key),
        ),
        line(
            "",
            segments(
                "Range",
                (("1h", "1 h"), ("today", "Today"), ("7d", "7 d"), ("30d", "30 d")),
                DesignState.span,
                lambda key: DesignState.pick("span", key),
            ),
        ),
    )
